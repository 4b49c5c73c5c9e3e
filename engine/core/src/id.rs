//! Identifiers, each a type of its own so that one cannot be passed where another is meant.
//!
//! Ids are made by the application, never by the database, so that both databases see the same values.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;
use utoipa::ToSchema;

/// Crockford's base32 digits in lower case: no `i`, `l`, `o`, `u`, so that a code survives being read aloud and typed.
pub const CROCKFORD: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

/// Why a text is not an id.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not {what}")]
pub struct BadId {
    /// What was given.
    pub text: String,
    /// What was wanted, with its form.
    pub what: &'static str,
}

/// Reads a code as people type it: case does not matter, `o` is `0`, `i` and `l` are `1`, hyphens and blanks are dropped.
fn normalise_code(text: &str) -> Option<String> {
    text.chars()
        .filter(|c| !matches!(c, '-' | ' '))
        .map(|c| match c.to_ascii_lowercase() {
            'o' => Some('0'),
            'i' | 'l' => Some('1'),
            c if c.is_ascii() && CROCKFORD.contains(&(c as u8)) => Some(c),
            _ => None,
        })
        .collect()
}

/// Makes `length` Crockford digits of `entropy`, five bits a digit; missing bits count as zero.
fn crockford(entropy: u128, length: usize) -> String {
    (0..length).map(|i| char::from(CROCKFORD[((entropy >> (5 * i)) & 31) as usize])).collect()
}

macro_rules! code_id {
    ($(#[$doc:meta])* $name:ident, $length:literal, $pattern:literal, $what:literal) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
        #[serde(try_from = "String", into = "String")]
        #[schema(value_type = String, pattern = $pattern)]
        pub struct $name(String);

        impl $name {
            /// How many characters it has.
            pub const LENGTH: usize = $length;

            /// Makes one of random bits; the caller brings the randomness.
            pub fn from_entropy(entropy: u128) -> Self {
                Self(crockford(entropy, $length))
            }

            /// The text of it.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $name {
            type Err = BadId;
            fn from_str(text: &str) -> Result<Self, BadId> {
                normalise_code(text)
                    .filter(|code| code.len() == $length)
                    .map(Self)
                    .ok_or_else(|| BadId { text: text.chars().take(64).collect(), what: $what })
            }
        }

        impl TryFrom<String> for $name {
            type Error = BadId;
            fn try_from(text: String) -> Result<Self, BadId> {
                text.parse()
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> String {
                id.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

macro_rules! text_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            /// Takes an id that was made before.
            pub fn new(text: impl Into<String>) -> Self {
                Self(text.into())
            }

            /// The text of it.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

code_id!(
    /// A task's id: 12 characters, short enough to be typed on a phone and to name a branch.
    TaskId, 12, "^[0-9a-hjkmnp-tv-z]{12}$", "a task id (12 letters and digits)"
);
code_id!(
    /// An approval's id, which is also the opaque code on its buttons: 16 characters of Crockford base32.
    /// It fits a Telegram callback, a Discord nonce and a GitHub check-run action's 20 characters.
    ApprovalId, 16, "^[0-9a-hjkmnp-tv-z]{16}$", "an approval id (16 letters and digits)"
);
text_id!(
    /// A project's id.
    ProjectId
);
text_id!(
    /// A person's id.
    UserId
);
text_id!(
    /// A conversation's id.
    ConversationId
);
text_id!(
    /// A run's id: one life of a sandbox for a task.
    RunId
);
text_id!(
    /// A delivery's id: the same on every try, so that a receiver can tell a repetition.
    DeliveryId
);
text_id!(
    /// A grant's id.
    GrantId
);
text_id!(
    /// A sandbox's id; its container, volumes and gateway socket are named after it.
    SandboxId
);
text_id!(
    /// A hub process: the holder of leases.
    NodeId
);
text_id!(
    /// The Claude CLI's id of one tool call.
    ToolUseId
);
text_id!(
    /// The Claude CLI's id of a session, given to `--resume=`.
    SessionId
);
text_id!(
    /// Where a large value lies in the blob store: the hexadecimal SHA-256 of its content.
    BlobId
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_have_their_length_and_alphabet() {
        let id = ApprovalId::from_entropy(u128::MAX);
        assert_eq!(id.as_str(), "zzzzzzzzzzzzzzzz");
        assert_eq!(TaskId::from_entropy(0b00001_00000_11111).as_str(), "z01000000000");
    }

    #[test]
    fn codes_are_read_as_people_type_them() {
        let id: ApprovalId = "OIL0-abcd efgh JKMN".parse().unwrap();
        assert_eq!(id.as_str(), "0110abcdefghjkmn");
    }

    #[test]
    fn what_is_no_code_is_refused_with_the_form_it_should_have() {
        for text in ["", "short", "uuuuuuuuuuuuuuuu", "0110abcdefghjkmn0", "ääääääääääääääää"] {
            let error = text.parse::<ApprovalId>().unwrap_err();
            assert!(error.to_string().contains("16 letters and digits"), "{error}");
        }
    }

    #[test]
    fn json_cannot_smuggle_in_a_bad_code() {
        assert!(serde_json::from_str::<TaskId>("\"../../etc\"").is_err());
    }
}
