//! What a provider says of itself (OpenID Connect Discovery 1.0). Of it is read what is used, and no more: what a provider writes
//! into the other fields keeps nobody out.

use super::fault::{BadProvider, Fault};
use super::fetch::{Fetch, is_trustworthy};
use reqwest::Url;
use serde::Deserialize;

/// Where a provider is asked for what.
#[derive(Debug, Clone)]
pub(super) struct Document {
    pub(super) authorize: Url,
    pub(super) token: Url,
    pub(super) keys: Url,
    /// The client's secret is taken in the form alone, and not as a password.
    pub(super) secret_in_form: bool,
    /// It names itself whenever it sends somebody back (RFC 9207).
    pub(super) names_itself: bool,
}

#[derive(Debug, Deserialize)]
struct Wire {
    issuer: String,
    authorization_endpoint: String,
    token_endpoint: String,
    jwks_uri: String,
    token_endpoint_auth_methods_supported: Option<Vec<String>>,
    authorization_response_iss_parameter_supported: Option<bool>,
}

/// Whether that can be a provider's own name for itself.
pub fn is_issuer(text: &str) -> bool {
    address(text).is_ok()
}

/// Where the document of an issuer is.
///
/// # Errors
/// [`BadProvider::Issuer`].
pub(super) fn address(issuer: &str) -> Result<Url, BadProvider> {
    let bad = || BadProvider::Issuer(issuer.to_owned());
    let url = Url::parse(issuer).map_err(|_| bad())?;
    let plain =
        url.username().is_empty() && url.password().is_none() && url.query().is_none() && url.fragment().is_none();
    if !plain || !is_trustworthy(&url) {
        return Err(bad());
    }
    let base = issuer.trim_end_matches('/');
    Url::parse(&format!("{base}/.well-known/openid-configuration")).map_err(|_| bad())
}

impl Document {
    /// Asks a provider for it.
    pub(super) async fn fetch(fetch: &Fetch, at: &Url, issuer: &str) -> Result<Self, Fault> {
        Self::read(&fetch.get(at).await?, issuer)
    }

    fn read(text: &[u8], issuer: &str) -> Result<Self, Fault> {
        let wire: Wire = serde_json::from_slice(text).map_err(|_| Fault::Senseless("it is no discovery document"))?;
        if wire.issuer != issuer {
            return Err(Fault::Another(wire.issuer.chars().filter(|c| !c.is_control()).take(200).collect()));
        }
        let methods = wire.token_endpoint_auth_methods_supported.unwrap_or_default();
        let takes = |method: &str| methods.iter().any(|taken| taken == method);
        Ok(Self {
            authorize: endpoint(&wire.authorization_endpoint)?,
            token: endpoint(&wire.token_endpoint)?,
            keys: endpoint(&wire.jwks_uri)?,
            // Where nothing is said, it is taken as a password.
            secret_in_form: takes("client_secret_post") && !takes("client_secret_basic"),
            names_itself: wire.authorization_response_iss_parameter_supported.unwrap_or(false),
        })
    }
}

fn endpoint(text: &str) -> Result<Url, Fault> {
    let url = Url::parse(text).map_err(|_| Fault::Senseless("an address in it is none"))?;
    let sound = is_trustworthy(&url) && url.fragment().is_none();
    if sound { Ok(url) } else { Err(Fault::Senseless("an address in it is not reached by https")) }
}
