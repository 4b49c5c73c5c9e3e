//! What is said on the socket, as JSON texts. Readers must accept fields and types that they do not know.

use axum::extract::ws::{CloseFrame, Message};
use serde::{Deserialize, Serialize};
use signalbox_core::approval::Approval;
use signalbox_core::event::{Event, Passing};
use signalbox_core::port::Refusal;
use signalbox_core::task::Task;

/// What a reader says.
#[derive(Debug, Deserialize)]
#[serde(tag = "do", rename_all = "snake_case", deny_unknown_fields)]
pub(super) enum Asked {
    /// Hear of something.
    Subscribe {
        /// By which name the reader knows it; one that is taken is replaced.
        id: String,
        /// What.
        to: Topic,
    },
    /// Hear of it no more.
    Unsubscribe {
        /// Its name.
        id: String,
    },
}

/// What can be heard of.
#[derive(Debug, Deserialize)]
#[serde(tag = "topic", rename_all = "snake_case", deny_unknown_fields)]
pub(super) enum Topic {
    /// A task's record after the event `after`, and then what happens, until its outcome.
    Task {
        /// Its id.
        task: String,
        /// The number of the last event that the reader has.
        #[serde(default)]
        after: u64,
    },
    /// The newest tasks, as they stand whenever they change.
    Tasks {
        /// Of this project only, by name or id.
        #[serde(default)]
        project: Option<String>,
        /// What is told first.
        #[serde(default)]
        from: Start,
    },
    /// The approvals that the reader may decide or see, as they stand whenever they change.
    Approvals {
        /// What is told first.
        #[serde(default)]
        from: Start,
    },
}

/// Where a list begins to be told.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Start {
    /// With all that is in it.
    #[default]
    Standing,
    /// With the first change after the subscription stands, for a reader who has seen the list elsewhere.
    Now,
}

/// What the hub says.
#[derive(Debug, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(super) enum Said<'a> {
    /// The subscription stands. What was there before is told first.
    Subscribed,
    /// Something was recorded.
    Event { event: &'a Event },
    /// Something too fleeting to be recorded.
    Passing { passing: &'a Passing },
    /// A task as it stands.
    Task { task: &'a Task },
    /// An approval as it stands.
    Approval { approval: &'a Approval },
    /// Nothing more will come.
    Ended,
    /// The subscription does not stand (any more), and why.
    Refused { refusal: &'a Refusal },
}

#[derive(Serialize)]
struct Addressed<'a> {
    /// The subscription; none where the reader could not be understood.
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<&'a str>,
    #[serde(flatten)]
    said: Said<'a>,
}

/// Why the hub hangs up. The numbers above 4000 are ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum HangUp {
    /// The hub stops; it will be back.
    Stopping,
    /// What was shown is worth nothing any more, or worth something else.
    Worthless,
    /// What was sent is not read.
    Slow,
    /// Nothing was heard of the reader for too long.
    Silent,
}

impl Said<'_> {
    /// As a message about a subscription.
    pub(super) fn about(self, id: Option<&str>) -> Message {
        let text = serde_json::to_string(&Addressed { id, said: self });
        Message::Text(text.unwrap_or_else(|_| r#"{"type":"garbled"}"#.to_owned()).into())
    }
}

impl HangUp {
    pub(super) fn message(self) -> Message {
        let (code, reason) = match self {
            Self::Stopping => (1012, "the hub stops; connect again in a moment"),
            Self::Worthless => (4001, "what you may do here has changed; sign in, and connect again"),
            Self::Slow => (4002, "you read too slowly; connect again, and go on after the last event that you have"),
            Self::Silent => (4003, "nothing was heard of you; connect again"),
        };
        Message::Close(Some(CloseFrame { code, reason: reason.into() }))
    }
}
