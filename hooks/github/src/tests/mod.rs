//! What the adapter makes of what GitHub sends, and what it sends to GitHub.

mod hearing;
mod samples;

use crate::settings::{API_URL, Credentials, GitHubSettings, Pace};

/// A key made for tests; it opens nothing.
pub(crate) fn app_key() -> String {
    include_str!("app-key.pem").to_owned()
}

/// With the token of an account.
pub(crate) fn with_token() -> GitHubSettings {
    provide_crypto();
    GitHubSettings {
        credentials: Credentials::Token("ghp_secret".into()),
        webhook_secret: "s3cret".into(),
        api_url: API_URL.to_owned(),
        name: "signalbox".to_owned(),
        label: "signalbox".to_owned(),
        repositories: Vec::new(),
        pace: Pace::default(),
    }
}

/// Installs the product's one crypto provider, as its main does; clients of HTTPS cannot be made without.
pub(crate) fn provide_crypto() {
    let _ = rustls::crypto::ring::default_provider().install_default();
}
