//! What kinds of things are told.

use crate::event::EventKind;
use crate::task::TaskState;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

/// What kind of thing happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "&'static str")]
pub enum Topic {
    /// A task waits for its turn: it was asked, is tried again, or its run failed and another will follow.
    TaskQueued,
    /// A run of it began.
    TaskStarted,
    /// It waits for people with no process at all.
    TaskParked,
    /// Claude has answered.
    TaskSucceeded,
    /// It was given up.
    TaskFailed,
    /// A person stopped it.
    TaskStopped,
    /// People are asked.
    ApprovalOpened,
    /// People have decided.
    ApprovalDecided,
    /// The question lost its meaning.
    ApprovalVoided,
    /// Somebody tries the subscription.
    Test,
}

/// A word that names no topic.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no event: use {known}", known = Topic::known())]
pub struct UnknownTopic(String);

impl Topic {
    /// Every topic that can be subscribed to.
    pub const ALL: [Self; 9] = [
        Self::TaskQueued,
        Self::TaskStarted,
        Self::TaskParked,
        Self::TaskSucceeded,
        Self::TaskFailed,
        Self::TaskStopped,
        Self::ApprovalOpened,
        Self::ApprovalDecided,
        Self::ApprovalVoided,
    ];

    /// The word in the database, in JSON and on the command line.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::TaskQueued => "task.queued",
            Self::TaskStarted => "task.started",
            Self::TaskParked => "task.parked",
            Self::TaskSucceeded => "task.succeeded",
            Self::TaskFailed => "task.failed",
            Self::TaskStopped => "task.stopped",
            Self::ApprovalOpened => "approval.opened",
            Self::ApprovalDecided => "approval.decided",
            Self::ApprovalVoided => "approval.voided",
            Self::Test => "subscription.test",
        }
    }

    /// What an entry of a task's record is told as; none for what is not told.
    pub fn of(kind: &EventKind) -> Option<Self> {
        match kind {
            EventKind::Submitted { .. } | EventKind::RetryRequested { .. } | EventKind::RunFailed { .. } => {
                Some(Self::TaskQueued)
            }
            EventKind::RunStarted { .. } => Some(Self::TaskStarted),
            EventKind::Parked { .. } => Some(Self::TaskParked),
            EventKind::Finished { state, .. } => match state {
                TaskState::Succeeded => Some(Self::TaskSucceeded),
                TaskState::Failed => Some(Self::TaskFailed),
                TaskState::Stopped => Some(Self::TaskStopped),
                TaskState::Queued | TaskState::Running | TaskState::Parked => None,
            },
            EventKind::ApprovalOpened { .. } => Some(Self::ApprovalOpened),
            EventKind::ApprovalDecided { .. } => Some(Self::ApprovalDecided),
            EventKind::ApprovalVoided { .. } => Some(Self::ApprovalVoided),
            EventKind::SandboxReady { .. }
            | EventKind::SessionStarted { .. }
            | EventKind::Text { .. }
            | EventKind::ToolCalled { .. }
            | EventKind::GateAnswered { .. }
            | EventKind::ToolFinished { .. }
            | EventKind::Reattached { .. }
            | EventKind::Warning { .. }
            | EventKind::StopRequested { .. }
            | EventKind::Collected { .. }
            | EventKind::HandedOver { .. }
            | EventKind::Pushed { .. }
            | EventKind::Discarded { .. } => None,
        }
    }

    fn known() -> String {
        Self::ALL.map(Self::as_str).join(", ")
    }
}

impl fmt::Display for Topic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Topic {
    type Err = UnknownTopic;
    fn from_str(word: &str) -> Result<Self, UnknownTopic> {
        let all = Self::ALL.into_iter().chain([Self::Test]);
        all.into_iter().find(|one| one.as_str() == word).ok_or_else(|| UnknownTopic(word.to_owned()))
    }
}

impl TryFrom<String> for Topic {
    type Error = UnknownTopic;
    fn try_from(word: String) -> Result<Self, UnknownTopic> {
        word.parse()
    }
}

impl From<Topic> for &'static str {
    fn from(topic: Topic) -> Self {
        topic.as_str()
    }
}

impl PartialSchema for Topic {
    fn schema() -> RefOr<Schema> {
        crate::schema::word("What kind of thing is told.", Self::ALL.map(Self::as_str))
    }
}

impl ToSchema for Topic {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_is_read_as_what_it_was_written_for() {
        for topic in Topic::ALL.into_iter().chain([Topic::Test]) {
            assert_eq!(topic.as_str().parse(), Ok(topic));
            assert_eq!(serde_json::to_string(&topic).unwrap(), format!("\"{topic}\""));
        }
        let unknown = "task.done".parse::<Topic>().unwrap_err().to_string();
        assert!(unknown.contains("`task.done`") && unknown.contains("task.succeeded"), "{unknown}");
    }
}
