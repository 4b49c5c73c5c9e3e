//! A provider: the way there, and what it says of who comes back.

use super::document::{Document, address};
use super::fault::{BadProvider, BadToken, Fault};
use super::fetch::{Answer, Fetch};
use super::id_token::{Expected, Said, judge};
use super::jwk::KeySet;
use super::secrets::VisitSecrets;
use super::settings::ProviderSettings;
use crate::fresh;
use reqwest::{RequestBuilder, StatusCode, Url};
use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;
use signalbox_core::time::Timestamp;
use std::time::Duration;
use tokio::sync::Mutex;
use tokio::time::Instant;
use url::form_urlencoded;

/// How long a document and keys are taken for true.
const TRUE_FOR: Duration = Duration::from_secs(3600);
/// How often keys are asked for because one is unknown.
const ASK_AGAIN: Duration = Duration::from_secs(60);
/// For how long a provider that did not answer is not asked again: people who wait must not pile up.
const REST: Duration = Duration::from_secs(5);

/// A provider, with what is known of it.
pub struct Provider {
    settings: ProviderSettings,
    fetch: Fetch,
    discovery: Url,
    known: Mutex<Known>,
}

#[derive(Default)]
struct Known {
    document: Option<(Document, Instant)>,
    keys: Option<(KeySet, Instant)>,
    /// When it was last asked for keys because one was unknown.
    missed: Option<Instant>,
    /// When it last did not answer.
    failed: Option<Instant>,
}

/// Somebody is sent to a provider.
#[derive(Debug, Clone, Copy)]
pub struct Going<'a> {
    /// What belongs to the visit.
    pub secrets: &'a VisitSecrets,
    /// Where the provider sends them back to.
    pub redirect: &'a str,
    /// They must show anew who they are.
    pub anew: bool,
}

/// Somebody comes back with a code.
#[derive(Debug, Clone, Copy)]
pub struct Coming<'a> {
    /// What belongs to the visit.
    pub secrets: &'a VisitSecrets,
    /// Where they were sent back to.
    pub redirect: &'a str,
    /// What they brought.
    pub code: &'a SecretString,
    /// Since when they must have shown who they are.
    pub asked_since: Option<Timestamp>,
}

/// Who somebody is at a provider.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identified {
    /// The provider's unchanging name for them.
    pub subject: String,
    /// When they last showed it who they are, where it tells that.
    pub shown_at: Option<Timestamp>,
}

#[derive(Deserialize)]
struct WireTokens {
    id_token: String,
    access_token: Option<String>,
}

#[derive(Deserialize)]
struct WireRefusal {
    error: String,
}

impl Provider {
    /// Makes a client for it; nothing is asked yet.
    ///
    /// # Errors
    /// [`BadProvider`].
    pub fn new(settings: ProviderSettings) -> Result<Self, BadProvider> {
        let (fetch, discovery) = (Fetch::new(&settings)?, address(&settings.issuer)?);
        Ok(Self { settings, fetch, discovery, known: Mutex::default() })
    }

    /// What is configured of it.
    pub fn settings(&self) -> &ProviderSettings {
        &self.settings
    }

    /// Whether it answers, and is who it should be.
    ///
    /// # Errors
    /// [`Fault`].
    pub async fn check(&self) -> Result<(), Fault> {
        self.document().await?;
        self.keys().await.map(drop)
    }

    /// Whether somebody who was sent back comes from this provider, by what was added to the way (RFC 9207).
    ///
    /// # Errors
    /// [`Fault`].
    pub async fn is_from_here(&self, issuer: Option<&str>) -> Result<bool, Fault> {
        match issuer {
            Some(issuer) => Ok(issuer == self.settings.issuer),
            None => Ok(!self.document().await?.names_itself),
        }
    }

    /// Where somebody is sent to.
    ///
    /// # Errors
    /// [`Fault`].
    pub async fn way(&self, going: &Going<'_>) -> Result<Url, Fault> {
        let mut url = self.document().await?.authorize;
        let scopes = ["openid"].into_iter().chain(self.settings.scopes.iter().map(String::as_str));
        let scopes: Vec<_> = scopes.collect();
        let mut query = url.query_pairs_mut();
        query.append_pair("response_type", "code").append_pair("client_id", &self.settings.client_id);
        query.append_pair("redirect_uri", going.redirect).append_pair("scope", &scopes.join(" "));
        query.append_pair("state", &going.secrets.state()).append_pair("nonce", &going.secrets.nonce());
        query.append_pair("code_challenge", &going.secrets.challenge()).append_pair("code_challenge_method", "S256");
        if going.anew {
            query.append_pair("prompt", "login").append_pair("max_age", "0");
        }
        drop(query);
        Ok(url)
    }

    /// Who it is that has come back.
    ///
    /// # Errors
    /// [`Fault`].
    pub async fn identify(&self, coming: &Coming<'_>) -> Result<Identified, Fault> {
        let document = self.document().await?;
        let fill = |request| self.filled(request, &document, coming);
        let tokens = tokens(&self.fetch.post(&document.token, fill).await?)?;
        let (nonce, access_token) = (coming.secrets.nonce(), tokens.access_token.as_deref());
        let expected = Expected {
            issuer: &self.settings.issuer,
            client_id: &self.settings.client_id,
            nonce: &nonce,
            access_token,
            asked_since: coming.asked_since,
        };
        let Said { subject, shown_at } = self.judged(&tokens.id_token, &expected).await?;
        Ok(Identified { subject, shown_at })
    }

    async fn judged(&self, token: &str, expected: &Expected<'_>) -> Result<Said, Fault> {
        let judged = judge(token, &self.keys().await?, expected, fresh::now());
        if judged == Err(BadToken::UnknownKey)
            && let Some(keys) = self.keys_anew().await?
        {
            return Ok(judge(token, &keys, expected, fresh::now())?);
        }
        Ok(judged?)
    }

    /// The request for tokens (RFC 6749, section 4.1.3).
    fn filled(&self, request: RequestBuilder, document: &Document, coming: &Coming<'_>) -> RequestBuilder {
        let own = &self.settings;
        let verifier = coming.secrets.verifier();
        let mut form = vec![
            ("grant_type", "authorization_code"),
            ("code", coming.code.expose_secret()),
            ("redirect_uri", coming.redirect),
            ("code_verifier", verifier.expose_secret()),
        ];
        let secret = own.client_secret.expose_secret();
        if secret.is_empty() || document.secret_in_form {
            form.push(("client_id", &own.client_id));
        }
        if !secret.is_empty() && document.secret_in_form {
            form.push(("client_secret", secret));
        }
        let request = request.header(reqwest::header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        let request = request.body(form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish());
        if secret.is_empty() || document.secret_in_form {
            return request;
        }
        // Section 2.3.1 has both encoded like a form's values before they become user and password.
        request.basic_auth(escaped(&own.client_id), Some(escaped(secret)))
    }

    async fn document(&self) -> Result<Document, Fault> {
        let mut known = self.known.lock().await;
        if let Some((document, at)) = &known.document
            && at.elapsed() < TRUE_FOR
        {
            return Ok(document.clone());
        }
        let asked = async { Document::fetch(&self.fetch, &self.discovery, &self.settings.issuer).await };
        let document = known.asked(asked).await?;
        known.document = Some((document.clone(), Instant::now()));
        Ok(document)
    }

    /// Its keys as they are known.
    async fn keys(&self) -> Result<KeySet, Fault> {
        let at = self.document().await?.keys;
        let mut known = self.known.lock().await;
        if let Some((keys, at)) = &known.keys
            && at.elapsed() < TRUE_FOR
        {
            return Ok(keys.clone());
        }
        self.ask_for_keys(&mut known, &at).await
    }

    /// Its keys as they are now, because one is missing; none where that was asked a moment ago.
    async fn keys_anew(&self) -> Result<Option<KeySet>, Fault> {
        let at = self.document().await?.keys;
        let mut known = self.known.lock().await;
        if known.missed.is_some_and(|at| at.elapsed() < ASK_AGAIN) {
            return Ok(None);
        }
        known.missed = Some(Instant::now());
        self.ask_for_keys(&mut known, &at).await.map(Some)
    }

    async fn ask_for_keys(&self, known: &mut Known, at: &Url) -> Result<KeySet, Fault> {
        let asked = async { KeySet::read(&self.fetch.get(at).await?).ok_or(Fault::Senseless("it has no keys")) };
        let keys = known.asked(asked).await?;
        known.keys = Some((keys.clone(), Instant::now()));
        Ok(keys)
    }
}

impl Known {
    /// Asks something, unless it failed a moment ago.
    async fn asked<T>(&mut self, asking: impl Future<Output = Result<T, Fault>>) -> Result<T, Fault> {
        if self.failed.is_some_and(|at| at.elapsed() < REST) {
            return Err(Fault::Resting);
        }
        let asked = asking.await;
        self.failed = asked.is_err().then(Instant::now);
        asked
    }
}

fn tokens(answer: &Answer) -> Result<WireTokens, Fault> {
    match answer.status {
        StatusCode::OK => {
            serde_json::from_slice(&answer.body).map_err(|_| Fault::Senseless("there is no ID token in its answer"))
        }
        StatusCode::BAD_REQUEST | StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => Err(refusal(answer)),
        status => Err(Fault::Status(status.as_u16())),
    }
}

/// That the code is wrong is about who brings it; that the client is, is ours to mend.
fn refusal(answer: &Answer) -> Fault {
    match serde_json::from_slice::<WireRefusal>(&answer.body) {
        Ok(WireRefusal { error }) if error == "invalid_grant" => Fault::Refused,
        Ok(WireRefusal { error }) if error == "invalid_client" || error == "unauthorized_client" => {
            Fault::Senseless("it does not take the hub's client_id and client_secret")
        }
        _ => Fault::Status(answer.status.as_u16()),
    }
}

/// A text as forms carry it.
fn escaped(text: &str) -> String {
    form_urlencoded::byte_serialize(text.as_bytes()).collect()
}
