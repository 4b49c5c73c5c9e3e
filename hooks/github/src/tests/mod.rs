//! What the adapter makes of what GitHub sends, and what it sends to GitHub: against a server that holds state and refuses
//! like the real one.

mod cards;
mod checking;
mod desk;
mod examining;
mod hearing;
mod layouts;
mod listening;
mod proposing;
mod remotes;
mod rig;
mod samples;
mod sending;
mod webhooks;

use crate::settings::{API_URL, Credentials, GitHubSettings, Pace};
use signalbox_testkit::github::GithubSettings;

/// A key made for tests; it opens nothing.
pub(crate) fn app_key() -> String {
    GithubSettings::default().app_key
}

/// With the token of an account.
pub(crate) fn with_token() -> GitHubSettings {
    provide_crypto();
    GitHubSettings {
        credentials: Credentials::Token("ghp_secret".into()),
        webhook_secret: "s3cret-and-long-enough".into(),
        api_url: API_URL.to_owned(),
        ca_file: None,
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
