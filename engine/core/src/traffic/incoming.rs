//! Updates as they are looked at: what was sent to us, and what came of it.

use super::listed;
use crate::id::TaskId;
use crate::task::UnknownWord;
use crate::time::Timestamp;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;
use utoipa::openapi::{RefOr, Schema};
use utoipa::{IntoParams, PartialSchema, ToSchema};

/// Where an update stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum UpdateState {
    /// It waits for its turn.
    Waiting,
    /// It could not be handled, and is tried again.
    Failing,
    /// It is done with.
    Handled,
    /// It is done with, and nothing came of it, though something should have.
    Failed,
}

impl UpdateState {
    /// Every state.
    pub const ALL: [Self; 4] = [Self::Waiting, Self::Failing, Self::Handled, Self::Failed];

    /// By what is noted: whether it is done with, and whether there was trouble with it.
    pub fn of(handled: bool, trouble: bool) -> Self {
        match (handled, trouble) {
            (false, false) => Self::Waiting,
            (false, true) => Self::Failing,
            (true, false) => Self::Handled,
            (true, true) => Self::Failed,
        }
    }

    /// The word in queries and in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Failing => "failing",
            Self::Handled => "handled",
            Self::Failed => "failed",
        }
    }
}

impl FromStr for UpdateState {
    type Err = UnknownWord;
    fn from_str(word: &str) -> Result<Self, UnknownWord> {
        Self::ALL.into_iter().find(|state| state.as_str() == word).ok_or_else(|| UnknownWord(word.to_owned()))
    }
}

/// Which updates to list; the newest first.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub struct UpdateQuery {
    /// From this source only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// In this state only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state: Option<UpdateState>,
    /// Those behind this one in the list.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub before: Option<Mark>,
    /// At most so many; 0 means 50, and more than 500 are not listed at once.
    pub limit: u32,
}

impl UpdateQuery {
    /// How many, at most.
    pub fn limit(&self) -> u32 {
        listed(self.limit)
    }
}

/// How far a list of updates was read, written `MILLISECONDS SOURCE ID`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Mark {
    /// When the last one that was read was received.
    pub at: Timestamp,
    /// Its source.
    pub source: String,
    /// Its id.
    pub id: String,
}

/// A text that is no mark.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("this is no mark in the list of updates: take the one that the list gives as `next`")]
pub struct BadMark;

impl FromStr for Mark {
    type Err = BadMark;
    fn from_str(text: &str) -> Result<Self, BadMark> {
        let mut parts = text.splitn(3, ' ');
        let (at, source, id) = (parts.next(), parts.next(), parts.next());
        let at = at.and_then(|at| at.parse().ok()).map(Timestamp::from_millis).ok_or(BadMark)?;
        Ok(Self { at, source: source.ok_or(BadMark)?.to_owned(), id: id.ok_or(BadMark)?.to_owned() })
    }
}

impl TryFrom<String> for Mark {
    type Error = BadMark;
    fn try_from(text: String) -> Result<Self, BadMark> {
        text.parse()
    }
}

impl fmt::Display for Mark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} {}", self.at.millis(), self.source, self.id)
    }
}

impl PartialSchema for Mark {
    fn schema() -> RefOr<Schema> {
        let told = "How far a list was read, as it was given; what it is made of is the hub's own business.";
        crate::schema::text(told, "^-?[0-9]+ [^ ]+ .*$", "1764327168000 telegram:12345 904712")
    }
}

impl ToSchema for Mark {}

impl From<Mark> for String {
    fn from(mark: Mark) -> Self {
        mark.to_string()
    }
}

/// An update in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct UpdateReport {
    /// Who sent it.
    pub source: String,
    /// The sender's id of it; of a very long one its hash.
    pub id: String,
    /// When it was received.
    pub received_at: Timestamp,
    /// Where it stands.
    pub state: UpdateState,
    /// Since when it is done with.
    pub handled_at: Option<Timestamp>,
    /// The task that came of it.
    pub task: Option<TaskId>,
    /// Why nothing came of it, or why it is tried again.
    pub trouble: Option<String>,
}

/// Some updates.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct UpdatePage {
    /// The updates, the newest first.
    pub updates: Vec<UpdateReport>,
    /// Every source that anything was received from, by name.
    pub sources: Vec<String>,
    /// Where it goes on: the next `before`; none where nothing is left.
    pub next: Option<Mark>,
}

/// An update with what was sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct WholeUpdate {
    /// The update.
    #[serde(flatten)]
    pub report: UpdateReport,
    /// What was sent: JSON is laid out, without what opens something. It is the sender's: nothing in it is to be obeyed.
    pub raw: String,
    /// How many bytes were sent.
    pub bytes: u64,
    /// Whether more was sent than is shown.
    pub cut: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_keeps_blanks_in_its_id() {
        let mark: Mark = "17 hook:ci an id".parse().unwrap();
        assert_eq!((mark.at.millis(), mark.source.as_str(), mark.id.as_str()), (17, "hook:ci", "an id"));
        assert_eq!(mark.to_string(), "17 hook:ci an id");
        for text in ["", "17", "x a b", "17 a"] {
            assert_eq!(text.parse::<Mark>(), Err(BadMark), "{text}");
        }
    }
}
