//! What is configured of a provider.

use secrecy::SecretString;
use std::path::PathBuf;

/// A provider that people may sign in by.
#[derive(Debug, Clone)]
pub struct ProviderSettings {
    /// The name that it goes by here: small letters and digits.
    pub name: String,
    /// What its button says behind "Sign in with".
    pub label: String,
    /// Who it is, exactly as it names itself.
    pub issuer: String,
    /// The hub's own name there.
    pub client_id: String,
    /// What the hub shows there; empty where it is a public client.
    pub client_secret: SecretString,
    /// What is asked for beside `openid`.
    pub scopes: Vec<String>,
    /// Who asks for the second factor.
    pub second_factor: SecondFactor,
    /// The authorities to trust there instead of the system's, as a PEM file.
    pub ca_file: Option<PathBuf>,
}

/// Whose second factor counts for somebody who comes from a provider.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SecondFactor {
    /// Whoever has one here is asked for it.
    Ours,
    /// The provider has asked for all that is needed.
    Theirs,
}
