//! A place: where people talk. A Telegram chat or topic, a Discord thread, a pull request, a terminal.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

/// A place, written `kind:address`, e.g. `terminal:0192…`, `telegram:-100123/7`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Place {
    kind: String,
    address: String,
}

/// Why a text names no place.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no place: write KIND:ADDRESS, for instance `telegram:-1001234567890` (at most 190 characters)")]
pub struct BadPlace(String);

impl Place {
    /// The longest text of a place; it is part of database keys.
    pub const MAX_LENGTH: usize = 190;

    /// Puts a place together.
    ///
    /// # Errors
    /// [`BadPlace`] when the kind is not made of lower-case letters, or the address is empty or too long.
    pub fn new(kind: &str, address: &str) -> Result<Self, BadPlace> {
        let whole = format!("{kind}:{address}");
        let sound_kind = !kind.is_empty() && kind.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
        let sound_address = !address.is_empty() && !address.chars().any(char::is_control);
        if !sound_kind || !sound_address || whole.len() > Self::MAX_LENGTH {
            return Err(BadPlace(whole.chars().take(Self::MAX_LENGTH).collect()));
        }
        Ok(Self { kind: kind.to_owned(), address: address.to_owned() })
    }

    /// The place of a request that nobody waits for: nothing is owed there, for no channel serves it.
    pub fn nowhere() -> Self {
        Self { kind: "nowhere".to_owned(), address: "-".to_owned() }
    }

    /// What kind of place: the name of the channel that serves it.
    pub fn kind(&self) -> &str {
        &self.kind
    }

    /// The address within the channel.
    pub fn address(&self) -> &str {
        &self.address
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.kind, self.address)
    }
}

impl FromStr for Place {
    type Err = BadPlace;
    fn from_str(text: &str) -> Result<Self, BadPlace> {
        let (kind, address) = text.split_once(':').ok_or_else(|| BadPlace(text.chars().take(80).collect()))?;
        Self::new(kind, address)
    }
}

impl TryFrom<String> for Place {
    type Error = BadPlace;
    fn try_from(text: String) -> Result<Self, BadPlace> {
        text.parse()
    }
}

impl From<Place> for String {
    fn from(place: Place) -> Self {
        place.to_string()
    }
}

impl PartialSchema for Place {
    fn schema() -> RefOr<Schema> {
        let description = "A place, written KIND:ADDRESS; at most 190 bytes, without control characters.";
        crate::schema::text(description, "^[a-z_]+:.+$", "telegram:-1001234567890")
    }
}

impl ToSchema for Place {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_keeps_colons_in_its_address() {
        let place: Place = "email:a:b@example.org".parse().unwrap();
        assert_eq!((place.kind(), place.address()), ("email", "a:b@example.org"));
        assert_eq!(place.to_string(), "email:a:b@example.org");
    }

    #[test]
    fn what_is_no_place_is_refused() {
        for text in
            ["", "telegram", ":1", "telegram:", "Tele gram:1", "telegram:a\nb", &format!("x:{}", "y".repeat(200))]
        {
            assert!(text.parse::<Place>().is_err(), "{text:?}");
        }
    }
}
