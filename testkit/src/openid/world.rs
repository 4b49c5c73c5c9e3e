//! What a provider knows.

use std::collections::HashMap;

use super::key::SigningKey;
use super::misdeed::Misdeed;
use super::request::Wanted;
use super::settings::OpenIdSettings;

/// What a code is good for.
#[derive(Debug, Clone)]
pub(super) struct Grant {
    pub(super) person: String,
    pub(super) nonce: String,
    pub(super) redirect: String,
    pub(super) challenge: String,
    /// When the person showed who they are, in seconds.
    pub(super) shown_at: i64,
}

/// What a provider knows.
pub(super) struct World {
    pub(super) settings: OpenIdSettings,
    pub(super) issuer: String,
    pub(super) key: SigningKey,
    /// Where people may be sent back to.
    pub(super) redirects: Vec<String>,
    pub(super) codes: HashMap<String, Grant>,
    pub(super) misdeed: Option<Misdeed>,
    /// How long ago people showed who they are, where they are not asked anew, in seconds.
    pub(super) signed_in_for: i64,
    /// What was asked, oldest first.
    pub(super) calls: Vec<String>,
}

impl World {
    pub(super) fn new(settings: OpenIdSettings, issuer: String, key: SigningKey) -> Self {
        Self {
            settings,
            issuer,
            key,
            redirects: Vec::new(),
            codes: HashMap::new(),
            misdeed: None,
            signed_in_for: 0,
            calls: Vec::new(),
        }
    }

    /// Somebody has chosen who they are; where they go with that.
    pub(super) fn send_back(&mut self, wanted: &Wanted, person: &str) -> String {
        let code = format!("{:032x}", rand::random::<u128>());
        let shown_at = super::token::now() - if wanted.anew { 0 } else { self.signed_in_for };
        self.codes.insert(
            code.clone(),
            Grant {
                person: person.to_owned(),
                nonce: wanted.nonce.clone(),
                redirect: wanted.redirect.clone(),
                challenge: wanted.challenge.clone(),
                shown_at,
            },
        );
        self.way_back(wanted, &[("code", &code)])
    }

    /// The address of the client, with something to tell.
    pub(super) fn way_back(&self, wanted: &Wanted, told: &[(&str, &str)]) -> String {
        let issuer = match &self.misdeed {
            Some(Misdeed::MixUp(other)) => Some(other.clone()),
            Some(Misdeed::NamesNobody) => None,
            _ => self.settings.names_itself.then(|| self.issuer.clone()),
        };
        let issuer = issuer.as_deref().map(|issuer| ("iss", issuer));
        let all = told.iter().copied().chain([("state", wanted.state.as_str())]).chain(issuer);
        let query: Vec<_> = all.map(|(name, value)| format!("{name}={}", super::page::escaped(value))).collect();
        format!("{}?{}", wanted.redirect, query.join("&"))
    }
}
