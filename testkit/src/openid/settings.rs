//! What a provider is started with.

use super::key::Kind;

/// What a provider is started with.
#[derive(Debug, Clone)]
pub struct OpenIdSettings {
    /// The one client that it knows.
    pub client_id: String,
    /// Its secret; empty for a public client.
    pub client_secret: String,
    /// Those who have an account, by name; the name is also what their subject is made of.
    pub people: Vec<String>,
    /// What tokens are signed with.
    pub kind: Kind,
    /// The client's secret is taken in the form alone.
    pub secret_in_form: bool,
    /// It names itself when it sends somebody back (RFC 9207).
    pub names_itself: bool,
}

impl Default for OpenIdSettings {
    fn default() -> Self {
        Self {
            client_id: "signalbox".to_owned(),
            client_secret: "a secret with : and % and ü".to_owned(),
            people: ["ann", "bob", "mallory"].map(str::to_owned).to_vec(),
            kind: Kind::Es256,
            secret_in_form: false,
            names_itself: true,
        }
    }
}
