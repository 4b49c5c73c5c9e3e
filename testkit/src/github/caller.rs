//! Who calls: which credential it is, and what it is good for.

use std::collections::BTreeSet;
use std::time::Duration;

use super::grants::Grants;
use super::jwt;
use super::refusal::Refusal;
use super::request::Request;
use super::world::World;

/// What a credential stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Caller {
    Nobody,
    /// An App, by its own key.
    App(u64),
    /// An App in an account, with what its token was narrowed to.
    Installation {
        id: u64,
        grants: Grants,
        repositories: Option<BTreeSet<u64>>,
    },
    /// Somebody, by a token with scopes.
    Classic {
        user: u64,
        scopes: Vec<String>,
    },
    /// Somebody, by a token with permissions for some repositories.
    FineGrained {
        user: u64,
        grants: Grants,
        repositories: BTreeSet<u64>,
    },
}

/// A token, and until when it is good, in virtual time.
#[derive(Debug, Clone)]
pub(crate) struct Token {
    pub(crate) caller: Caller,
    pub(crate) expires: Option<Duration>,
}

impl Caller {
    /// Limits are counted by this.
    pub(crate) fn key(&self) -> String {
        match self {
            Self::Nobody => "nobody".to_owned(),
            Self::App(id) => format!("app ID {id}"),
            Self::Installation { id, .. } => format!("installation ID {id}"),
            Self::Classic { user, .. } | Self::FineGrained { user, .. } => format!("user ID {user}"),
        }
    }
}

impl World {
    /// Who sends a request.
    ///
    /// # Errors
    /// When there is a credential but it is not good.
    pub(crate) fn caller(&self, request: &Request) -> Result<Caller, Refusal> {
        let Some(header) = request.headers.get("authorization") else { return Ok(Caller::Nobody) };
        let bad = || Refusal::unauthorized("Bad credentials");
        let (scheme, token) = header.split_once(' ').ok_or_else(bad)?;
        if !["bearer", "token"].contains(&scheme.to_ascii_lowercase().as_str()) {
            return Err(bad());
        }
        if token.split('.').count() == 3 {
            return jwt::verify(self, token).map(Caller::App);
        }
        self.bearer(token).ok_or_else(bad)
    }

    /// Whom a token belongs to, if it is good.
    pub(crate) fn bearer(&self, token: &str) -> Option<Caller> {
        let token = self.tokens.get(token)?;
        if token.expires.is_some_and(|expires| expires <= self.clock.now()) {
            return None;
        }
        if let Caller::Installation { id, .. } = &token.caller {
            self.installations.get(id).filter(|installation| installation.suspended.is_none())?;
        }
        Some(token.caller.clone())
    }

    /// The account that a caller acts as.
    pub(crate) fn actor(&self, caller: &Caller) -> Option<u64> {
        match caller {
            Caller::Nobody => None,
            Caller::App(id) => self.apps.get(id).map(|app| app.bot),
            Caller::Installation { .. } => self.app_of(caller).map(|app| app.bot),
            Caller::Classic { user, .. } | Caller::FineGrained { user, .. } => Some(*user),
        }
    }

    /// The App that an installation's token belongs to.
    pub(crate) fn app_of(&self, caller: &Caller) -> Option<&super::app::App> {
        let Caller::Installation { id, .. } = caller else { return None };
        self.apps.get(&self.installations.get(id)?.app)
    }

    /// How the record names a caller.
    pub(crate) fn caller_name(&self, caller: &Caller) -> String {
        match caller {
            Caller::Nobody => "nobody".to_owned(),
            Caller::App(_) => "app".to_owned(),
            Caller::Installation { id, .. } => format!("installation {id}"),
            Caller::Classic { user, .. } | Caller::FineGrained { user, .. } => self.login(*user).to_owned(),
        }
    }
}
