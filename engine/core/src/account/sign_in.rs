//! Signing in, and who has.

use super::scope::{Scope, Scopes};
use crate::people::Actor;
use crate::port::Refusal;
use crate::time::Timestamp;
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use std::net::IpAddr;
use std::time::Duration;
use utoipa::ToSchema;

/// Where a request comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Peer {
    /// The address, behind every proxy that is trusted.
    pub address: IpAddr,
    /// What the program there says of itself, cut short.
    pub device: Option<String>,
}

/// A name and what shows that it is theirs.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[schema(examples(json!({ "name": "ann", "password": "seven purple lamps under the bridge" })))]
pub struct SignIn {
    /// The person's name.
    pub name: String,
    /// Their password.
    #[schema(value_type = String, format = Password)]
    pub password: SecretString,
    /// A code of their authenticator app, or a recovery code.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = Password)]
    pub code: Option<SecretString>,
}

/// A one-time code and what is made of it.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[schema(examples(json!({ "code": "7d3k-5w9x-2m4n-6p8q", "name": null, "password": "seven purple lamps under the bridge" })))]
pub struct Welcome {
    /// The code.
    #[schema(value_type = String, format = Password)]
    pub code: SecretString,
    /// The name of the first admin; an invitation's person has one.
    #[serde(default)]
    pub name: Option<String>,
    /// The password from now on.
    #[schema(value_type = String, format = Password)]
    pub password: SecretString,
}

/// A session that was opened. Its token is shown once.
#[derive(Debug, Clone)]
pub struct SignedIn {
    /// What the browser shows from now on.
    pub token: SecretString,
    /// Whose it is.
    pub name: String,
    /// Whether they are an admin of the hub.
    pub admin: bool,
    /// When it ends, however much it is used.
    pub until: Timestamp,
}

/// A one-time code by which somebody sets a password. It is shown once.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Invitation {
    /// The code.
    pub code: String,
    /// Until when it can be used.
    pub until: Timestamp,
}

impl std::fmt::Debug for Invitation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Invitation").field("until", &self.until).finish_non_exhaustive()
    }
}

/// Why somebody was not let in, or not let change how they are.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Denied {
    /// What was shown is not right; it is not said which part of it.
    #[error("that is not right: check the name, the password and the code")]
    Wrong,
    /// The password is right, and the account has a second factor.
    #[error("give a code of your authenticator app, or a recovery code")]
    CodeNeeded,
    /// The sign-in was too long ago for this; the password has to be given (again).
    #[error("give your password, or sign in again: the last time was too long ago for this")]
    PasswordNeeded,
    /// Too much was wrong lately, from there or for that account.
    #[error("too many attempts were wrong; wait {} s and try again", .0.as_secs())]
    Wait(Duration),
    /// Something else.
    #[error(transparent)]
    Refused(#[from] Refusal),
}

/// Somebody who has shown who they are, and how.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller {
    /// The person.
    pub actor: Actor,
    /// How they have shown it.
    pub proof: Proof,
}

/// How somebody has shown who they are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Proof {
    /// The operating system vouches for the other end of the hub's own socket.
    Socket,
    /// By a browser's session.
    Session {
        /// Its id.
        id: String,
        /// When a password was last given in it.
        confirmed_at: Timestamp,
    },
    /// By a personal token.
    Token {
        /// Its id.
        id: String,
        /// What it is good for.
        scopes: Scopes,
    },
    /// By an access token.
    Access {
        /// The sign-in that it comes from.
        family: String,
        /// What it is good for.
        scopes: Scopes,
    },
}

impl Caller {
    /// Whether what they have shown is good for this kind of deed.
    pub fn may(&self, scope: Scope) -> bool {
        match &self.proof {
            Proof::Socket | Proof::Session { .. } => true,
            Proof::Token { scopes, .. } | Proof::Access { scopes, .. } => scopes.permit(scope),
        }
    }

    /// Whether a person sits there, and not a program with a token.
    pub fn is_present(&self) -> bool {
        matches!(self.proof, Proof::Socket | Proof::Session { .. })
    }
}
