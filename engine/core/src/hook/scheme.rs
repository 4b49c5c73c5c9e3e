//! How a hook's requests are signed, as data: a sender that is not known here needs a few lines of its own and no program.

use serde::Deserialize;

/// How a hook's requests are signed.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case", tag = "scheme", deny_unknown_fields)]
pub enum Scheme {
    /// As Standard Webhooks has it: id, time and body are signed, and the id tells repetitions.
    Standard {
        /// The header that names the kind of event, if there is one.
        #[serde(default)]
        event_header: Option<String>,
    },
    /// A header has the HMAC-SHA256 of the body under the secret.
    Hmac {
        /// The header.
        header: String,
        /// How the signature is written there.
        #[serde(default)]
        encoding: Encoding,
        /// What stands before it, e.g. `sha256=`.
        #[serde(default)]
        prefix: String,
        /// The time, where it is signed too.
        #[serde(default)]
        time: Option<SignedTime>,
        /// The header that tells repetitions. Without one the body does: only that is signed.
        #[serde(default)]
        id_header: Option<String>,
        /// The header that names the kind of event, if there is one.
        #[serde(default)]
        event_header: Option<String>,
    },
    /// A header has the secret itself.
    Token {
        /// The header.
        header: String,
        /// The header that tells repetitions. Without one the body does.
        #[serde(default)]
        id_header: Option<String>,
        /// The header that names the kind of event, if there is one.
        #[serde(default)]
        event_header: Option<String>,
    },
}

/// How a signature is written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Encoding {
    /// In hexadecimal digits.
    #[default]
    Hex,
    /// In base64.
    Base64,
}

/// A time that is signed together with the body.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SignedTime {
    /// The header that has it, in seconds since 1970.
    pub header: String,
    /// What stands between it and the body where the two are signed.
    pub separator: String,
}

impl Scheme {
    /// Its word in a rules file.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Standard { .. } => "standard",
            Self::Hmac { .. } => "hmac",
            Self::Token { .. } => "token",
        }
    }

    /// The header that names the kind of event.
    pub fn event_header(&self) -> Option<&str> {
        match self {
            Self::Standard { event_header } | Self::Hmac { event_header, .. } | Self::Token { event_header, .. } => {
                event_header.as_deref()
            }
        }
    }

    /// Every header that it names.
    pub(super) fn headers(&self) -> Vec<&str> {
        let named: Vec<Option<&str>> = match self {
            Self::Standard { event_header } => vec![event_header.as_deref()],
            Self::Hmac { header, time, id_header, event_header, .. } => vec![
                Some(header),
                time.as_ref().map(|time| time.header.as_str()),
                id_header.as_deref(),
                event_header.as_deref(),
            ],
            Self::Token { header, id_header, event_header } => {
                vec![Some(header), id_header.as_deref(), event_header.as_deref()]
            }
        };
        named.into_iter().flatten().collect()
    }
}
