//! What is to be entered, before it has a place in the chain.

use super::{Kind, Who};
use crate::people::Actor;
use crate::time::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// The longest short text, in characters: what a column of the database takes.
const SHORT: usize = 190;
/// The longest value of a detail, in characters.
const VALUE: usize = 400;
/// The longest name that is entered, in characters: a pull request of a repository has one of about that length.
const NAME: usize = 160;

/// Something that happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Deed {
    /// When.
    pub at: Timestamp,
    /// Who did it.
    pub who: Who,
    /// From where: a network address, or a place.
    pub from: Option<String>,
    /// What happened.
    pub kind: Kind,
    /// To what, e.g. `project:site`.
    pub object: String,
    /// What else matters, as plain texts, so that there is one way to write them down. Free of secrets.
    pub detail: BTreeMap<String, String>,
}

impl Deed {
    /// Something that `actor` did.
    pub fn of(actor: &Actor, kind: Kind, object: impl Into<String>, at: Timestamp) -> Self {
        let from = actor.place.as_ref().map(ToString::to_string).or_else(|| actor.origin.address.clone());
        Self { from: from.as_deref().map(short), ..Self::by(Who::of(actor), kind, object, at) }
    }

    /// Something that was done by somebody who is no actor.
    pub fn by(who: Who, kind: Kind, object: impl Into<String>, at: Timestamp) -> Self {
        let object: String = object.into();
        Self { at, who, from: None, kind, object: short(&object), detail: BTreeMap::new() }
    }

    /// The same, from there.
    #[must_use]
    pub fn from(self, place: impl ToString) -> Self {
        Self { from: Some(short(&place.to_string())), ..self }
    }

    /// The same, with something else that matters.
    #[must_use]
    pub fn with(mut self, key: &str, value: impl ToString) -> Self {
        let value = value.to_string().chars().take(VALUE).collect();
        self.detail.insert(key.to_owned(), value);
        self
    }

    /// The same, with something else that may be there.
    #[must_use]
    pub fn with_some(self, key: &str, value: Option<impl ToString>) -> Self {
        match value {
            Some(value) => self.with(key, value),
            None => self,
        }
    }
}

/// An object by a name that somebody typed. People paste secrets into the wrong field: what cannot be a name or an id is not
/// entered.
pub fn named(what: &str, name: &str) -> String {
    let sound = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-' | ':' | '/' | '#' | '@' | '+');
    let name = if !name.is_empty() && name.len() <= NAME && name.chars().all(sound) { name } else { "?" };
    format!("{what}:{name}")
}

pub(super) fn short(text: &str) -> String {
    text.chars().take(SHORT).collect()
}
