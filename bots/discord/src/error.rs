//! What can go wrong. No error holds the token, an address with a token in it, or anything that people wrote.

use std::time::Duration;

/// Why the bot cannot be set up, or could not be looked at.
#[derive(Debug, thiserror::Error)]
pub enum DiscordError {
    /// The API's address is none.
    #[error("`{0}` is no address of Discord's API: write scheme and host alone, as in https://discord.com")]
    ApiAddress(String),
    /// The gateway's address is none.
    #[error("`{0}` is no address of a gateway: write wss://HOST, or leave it empty to ask Discord")]
    GatewayAddress(String),
    /// The public key is none.
    #[error("the public key is not 64 hexadecimal digits; the developer portal shows it under General Information")]
    PublicKey,
    /// The token has characters that no token has.
    #[error("the token has characters in it that no token of Discord's has")]
    Token,
    /// The client for requests could not be made.
    #[error("no client for requests could be made")]
    Client(#[source] reqwest::Error),
    /// Discord did not answer as hoped.
    #[error(transparent)]
    Call(#[from] CallError),
}

/// Why a call of Discord's API came to nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CallError {
    /// Nobody knows whether it was done.
    #[error("{0}")]
    Unreachable(&'static str),
    /// There is no room for it now; nothing was done.
    #[error("Discord's limit is reached")]
    Busy {
        /// When there is room again.
        after: Duration,
    },
    /// Discord refused it.
    #[error("Discord answered {status} ({code}): {message}")]
    Refused {
        /// The HTTP status.
        status: u16,
        /// Discord's own code; 0 where there is none.
        code: u64,
        /// Discord's words.
        message: String,
    },
    /// Discord failed.
    #[error("Discord failed with {0}")]
    Failed(u16),
    /// The answer is not what the documentation says.
    #[error("Discord's answer could not be read")]
    Unreadable,
}

impl CallError {
    /// Discord's own code, where it refused.
    pub(crate) fn code(&self) -> u64 {
        match self {
            Self::Refused { code, .. } => *code,
            Self::Unreachable(_) | Self::Busy { .. } | Self::Failed(_) | Self::Unreadable => 0,
        }
    }

    /// Whether the same call may work later.
    pub(crate) fn passes(&self) -> bool {
        match self {
            Self::Unreachable(_) | Self::Busy { .. } | Self::Failed(_) | Self::Unreadable => true,
            Self::Refused { status, .. } => *status == 401,
        }
    }
}

impl From<reqwest::Error> for CallError {
    /// In our own words: the library's hold the address, in which an interaction's token may stand.
    fn from(error: reqwest::Error) -> Self {
        Self::Unreachable(match () {
            () if error.is_timeout() => "Discord did not answer in time",
            () if error.is_connect() => "Discord cannot be reached",
            () => "the connection to Discord broke",
        })
    }
}
