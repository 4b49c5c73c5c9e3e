//! A person's own account, as they see and change it.

use super::provider::LinkedProvider;
use crate::port::Person;
use crate::time::Timestamp;
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Somebody, as they see themselves.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Me {
    /// Name, roles and accounts.
    #[serde(flatten)]
    pub person: Person,
    /// Whether a second factor is in force.
    pub second_factor: bool,
    /// How many recovery codes are left.
    pub recovery_codes: u32,
    /// Whether they have a password.
    pub password_set: bool,
    /// The providers by which they may sign in, and those of their accounts there that are linked.
    pub providers: Vec<LinkedProvider>,
}

/// A new password.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[schema(examples(json!({ "old": "seven purple lamps under the bridge", "new": "nine green lamps above the bridge" })))]
pub struct ChangePassword {
    /// The one until now, where there is one.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = Password)]
    pub old: Option<SecretString>,
    /// The one from now on.
    #[schema(value_type = String, format = Password)]
    pub new: SecretString,
}

/// What shows once more that it is the person: either will do.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[schema(examples(json!({ "password": "seven purple lamps under the bridge", "code": null })))]
pub struct ProveFactor {
    /// Their password.
    #[schema(value_type = Option<String>, format = Password)]
    pub password: Option<SecretString>,
    /// A code of the second factor, or a recovery code.
    #[schema(value_type = Option<String>, format = Password)]
    pub code: Option<SecretString>,
}

/// A code of a second factor that is to be in force.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[schema(examples(json!({ "code": "123456" })))]
pub struct ConfirmFactor {
    /// The code.
    #[schema(value_type = String, format = Password)]
    pub code: SecretString,
}

/// What an authenticator app is given. It is shown once.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
pub struct NewFactor {
    /// The secret, in base32, to be typed.
    pub secret: String,
    /// The same as an `otpauth:` address, to be scanned.
    pub uri: String,
}

impl std::fmt::Debug for NewFactor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("NewFactor(hidden)")
    }
}

/// Codes that do for the second factor, each once. They are shown once.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
pub struct RecoveryCodes {
    /// The codes.
    pub recovery_codes: Vec<String>,
}

impl std::fmt::Debug for RecoveryCodes {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("RecoveryCodes(hidden)")
    }
}

/// Who is signed in there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SessionKind {
    /// A browser.
    Browser,
    /// A program with a refresh token.
    Program,
}

/// Where a person is signed in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SessionReport {
    /// Its id.
    pub id: String,
    /// Who is signed in there.
    pub kind: SessionKind,
    /// What the program said of itself.
    pub device: Option<String>,
    /// The provider by which it was opened; none where it was by a password or a token.
    #[serde(default)]
    pub provider: Option<String>,
    /// From where it was opened.
    pub address: Option<String>,
    /// When.
    pub created_at: Timestamp,
    /// When it was last used, to a few minutes.
    pub seen_at: Timestamp,
    /// When it ends, however much it is used.
    pub expires_at: Timestamp,
    /// Whether it is the one that asks.
    pub current: bool,
}
