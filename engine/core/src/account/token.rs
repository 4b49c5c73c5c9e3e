//! Tokens of programs.

use super::scope::Scopes;
use crate::time::Timestamp;
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A request for a personal token.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[schema(examples(json!({ "name": "nightly report", "scopes": ["read"], "days": 90, "password": null })))]
pub struct MakeToken {
    /// What it is for; unique among the person's own.
    pub name: String,
    /// What it is to be good for.
    pub scopes: Scopes,
    /// For how many days it is good; 90 when not said, at most 366.
    #[serde(default)]
    pub days: Option<u32>,
    /// The person's password, where they have signed in too long ago.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = Password)]
    pub password: Option<SecretString>,
}

/// A personal token that was made. The token itself is shown once.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
pub struct MadeToken {
    /// The token.
    pub token: String,
    /// What is known of it.
    #[serde(flatten)]
    pub report: TokenReport,
}

impl std::fmt::Debug for MadeToken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("MadeToken").field("report", &self.report).finish_non_exhaustive()
    }
}

/// A personal token, as its person sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TokenReport {
    /// Its id.
    pub id: String,
    /// What it is for.
    pub name: String,
    /// What it is good for.
    pub scopes: Scopes,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last used, to a few minutes.
    pub used_at: Option<Timestamp>,
    /// When it ends.
    pub expires_at: Option<Timestamp>,
}

/// What a program gives for an access token.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case", tag = "grant")]
#[schema(examples(json!({ "grant": "token", "token": "sbp_7d3k5w9x2m4n6p8q", "scopes": ["read"] })))]
pub enum Exchange {
    /// A person's name and password.
    Password {
        /// The name.
        name: String,
        /// The password.
        #[schema(value_type = String, format = Password)]
        password: SecretString,
        /// A code of the second factor.
        #[serde(default)]
        #[schema(value_type = Option<String>, format = Password)]
        code: Option<SecretString>,
        /// What the tokens are to be good for; everything when not said.
        #[serde(default)]
        scopes: Option<Scopes>,
    },
    /// A personal token.
    Token {
        /// The token.
        #[schema(value_type = String, format = Password)]
        token: SecretString,
        /// What the tokens are to be good for; all that the personal token is good for when not said.
        #[serde(default)]
        scopes: Option<Scopes>,
    },
    /// The refresh token that was given last.
    Refresh {
        /// The refresh token.
        #[schema(value_type = String, format = Password)]
        refresh_token: SecretString,
    },
}

/// An access token, and what the next one is had by. They are shown once.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
pub struct TokenPair {
    /// The access token.
    pub access_token: String,
    /// `Bearer`.
    pub token_type: String,
    /// For how many seconds the access token is good.
    pub expires_in: u64,
    /// Good once, for the next pair.
    pub refresh_token: String,
    /// What they are good for.
    pub scopes: Scopes,
}

impl std::fmt::Debug for TokenPair {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TokenPair").field("scopes", &self.scopes).finish_non_exhaustive()
    }
}
