//! Signing in elsewhere: at a provider, from where somebody comes back with what shows who they are.

use super::sign_in::SignedIn;
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A provider by which people may sign in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ProviderButton {
    /// The name that it goes by here.
    pub name: String,
    /// What its button says behind "Sign in with".
    pub label: String,
}

/// A provider, and whether somebody's account there is linked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct LinkedProvider {
    /// The provider.
    #[serde(flatten)]
    pub button: ProviderButton,
    /// The account there, by the provider's own name for it.
    pub account: Option<String>,
}

/// Somebody wants to go to a provider.
#[derive(Debug, Clone)]
pub struct Visit<Purpose> {
    /// The provider's name.
    pub provider: String,
    /// Where the provider is to send them back to.
    pub redirect: String,
    /// What for.
    pub purpose: Purpose,
}

/// What somebody goes to a provider for whom we do not know yet.
#[derive(Debug, Clone)]
pub enum ToComeIn {
    /// To sign in, and to be led to a path of ours.
    SignIn {
        /// The path.
        next: String,
    },
    /// To use a one-time code up without a password.
    Welcome {
        /// The code.
        code: SecretString,
        /// The name of the first admin; an invitation's person has one.
        name: Option<String>,
    },
}

/// What somebody goes to a provider for who is signed in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OfTheirOwn {
    /// To link their account there.
    Link,
    /// To show once more who they are.
    Confirm,
}

/// Somebody is sent to a provider.
#[derive(Debug, Clone)]
pub struct Departure {
    /// Where to.
    pub url: String,
    /// What their browser keeps, to be known again by. It is shown once.
    pub ticket: SecretString,
}

/// Somebody was sent back.
#[derive(Debug, Clone, Default)]
pub struct Return {
    /// The provider, by where they were sent back to.
    pub provider: String,
    /// What their browser has kept.
    pub ticket: Option<SecretString>,
    /// What the provider was given to hand back.
    pub state: String,
    /// Who the provider says that it is.
    pub issuer: Option<String>,
    /// What shows who they are.
    pub code: Option<SecretString>,
    /// Why there is no code, as the provider calls it.
    pub error: Option<String>,
}

/// What came of a visit.
#[derive(Debug, Clone)]
pub enum Arrived {
    /// They are signed in, and are led on.
    SignedIn {
        /// The session.
        session: SignedIn,
        /// The path where they wanted to go.
        next: String,
    },
    /// A code of the second factor is wanted beside it.
    CodeNeeded {
        /// What their browser keeps from now on.
        ticket: SecretString,
    },
    /// Their account there is linked.
    Linked,
    /// They have shown once more who they are.
    Confirmed,
}
