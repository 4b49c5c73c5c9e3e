//! What can go wrong with a provider, by what is done about it.

use std::path::PathBuf;

/// A provider is configured in a way that cannot work.
#[derive(Debug, thiserror::Error)]
pub enum BadProvider {
    /// Its address is none that can be trusted.
    #[error("{0} must begin with https:// (http:// only on this machine), without user, query or fragment")]
    Issuer(String),
    /// The authorities to trust cannot be read.
    #[error("{file} holds no certificates that can be read")]
    Authorities {
        /// The file.
        file: PathBuf,
        /// Why.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The client could not be made.
    #[error("no client could be made for it")]
    Client(#[source] reqwest::Error),
}

/// A provider did not say who somebody is.
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    /// It does not answer, or not in time.
    #[error("the provider does not answer")]
    Silent(#[source] reqwest::Error),
    /// It failed a moment ago, and is left alone for now.
    #[error("the provider did not answer a moment ago")]
    Resting,
    /// It answers with something that is no answer.
    #[error("the provider answered {0}")]
    Status(u16),
    /// What it says cannot be used.
    #[error("what the provider says cannot be used: {0}")]
    Senseless(&'static str),
    /// It is somebody else than is configured.
    #[error("the provider calls itself {0}")]
    Another(String),
    /// It refused what was brought back.
    #[error("the provider refused the code")]
    Refused,
    /// What it says of the person is not to be believed.
    #[error("the ID token is not to be believed: {0}")]
    Token(#[from] BadToken),
}

impl Fault {
    /// Whether it is the provider that is not well, and not what somebody brought.
    pub fn is_theirs(&self) -> bool {
        !matches!(self, Self::Refused | Self::Token(_))
    }

    /// In a word or two, for the audit log.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Refused => "code",
            Self::Token(bad) => bad.word(),
            Self::Silent(_) | Self::Resting | Self::Status(_) | Self::Senseless(_) | Self::Another(_) => "provider",
        }
    }
}

/// Why an ID token is not believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadToken {
    /// It is no signed token.
    #[error("it is none")]
    Garbled,
    /// Its algorithm is not one of those that are taken.
    #[error("its algorithm is not taken")]
    Algorithm,
    /// It wants something to be understood that is not.
    #[error("it wants extensions")]
    Critical,
    /// No key of the provider's is the one that it names.
    #[error("its key is unknown")]
    UnknownKey,
    /// The signature is wrong.
    #[error("its signature is wrong")]
    Signature,
    /// Somebody else made it.
    #[error("its issuer is another")]
    Issuer,
    /// It was made for somebody else, or for others too.
    #[error("it is for others")]
    Audience,
    /// It is over, or not yet good, or not fresh.
    #[error("its time is wrong")]
    Time,
    /// It was made for another visit.
    #[error("it belongs to another visit")]
    Nonce,
    /// It does not belong to what came with it.
    #[error("it belongs to another access token")]
    AccessToken,
    /// It does not say who it is about in a way that can be kept.
    #[error("its subject cannot be used")]
    Subject,
    /// It does not show that the person was asked just now.
    #[error("it does not show that the person was there just now")]
    Presence,
}

impl BadToken {
    fn word(self) -> &'static str {
        match self {
            Self::Garbled => "garbled token",
            Self::Algorithm => "algorithm",
            Self::Critical => "extensions",
            Self::UnknownKey => "unknown key",
            Self::Signature => "signature",
            Self::Issuer => "issuer",
            Self::Audience => "audience",
            Self::Time => "time",
            Self::Nonce => "nonce",
            Self::AccessToken => "access token",
            Self::Subject => "subject",
            Self::Presence => "presence",
        }
    }
}
