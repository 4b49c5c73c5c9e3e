//! An answer of the API that is an error, in its words and by its codes.

use std::time::Duration;

use serde_json::{Value, json};

/// The errors that need no more than their code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reason {
    Unauthorized,
    NotFound,
    UnknownChannel,
    UnknownGuild,
    UnknownMember,
    UnknownMessage,
    UnknownUser,
    UnknownEmoji,
    UnknownWebhook,
    UnknownInteraction,
    UnknownApplication,
    TooLarge,
    AlreadyAcknowledged,
    MissingAccess,
    NotOnThisChannel,
    NotOwnMessage,
    EmptyMessage,
    CannotMessageUser,
    MissingPermissions,
    InvalidWebhookToken,
    InvalidRecipient,
    ThreadArchived,
    InvalidJson,
    ThreadExists,
    ThreadLocked,
}

impl Reason {
    /// The HTTP status, the JSON error code and its words.
    fn parts(self) -> (u16, u32, &'static str) {
        match self {
            Self::Unauthorized => (401, 0, "401: Unauthorized"),
            Self::NotFound => (404, 0, "404: Not Found"),
            Self::UnknownApplication => (404, 10002, "Unknown Application"),
            Self::UnknownChannel => (404, 10003, "Unknown Channel"),
            Self::UnknownGuild => (404, 10004, "Unknown Guild"),
            Self::UnknownMember => (404, 10007, "Unknown Member"),
            Self::UnknownMessage => (404, 10008, "Unknown Message"),
            Self::UnknownUser => (404, 10013, "Unknown User"),
            Self::UnknownEmoji => (400, 10014, "Unknown Emoji"),
            Self::UnknownWebhook => (404, 10015, "Unknown Webhook"),
            Self::UnknownInteraction => (404, 10062, "Unknown interaction"),
            Self::TooLarge => (413, 40005, "Request entity too large"),
            Self::AlreadyAcknowledged => (400, 40060, "Interaction has already been acknowledged."),
            Self::MissingAccess => (403, 50001, "Missing Access"),
            Self::NotOwnMessage => (403, 50005, "Cannot edit a message authored by another user"),
            Self::EmptyMessage => (400, 50006, "Cannot send an empty message"),
            Self::CannotMessageUser => (403, 50007, "Cannot send messages to this user"),
            Self::MissingPermissions => (403, 50013, "Missing Permissions"),
            Self::NotOnThisChannel => (400, 50024, "Cannot execute action on this channel type"),
            Self::InvalidWebhookToken => (401, 50027, "Invalid Webhook Token"),
            Self::InvalidRecipient => (400, 50033, "Invalid Recipient(s)"),
            Self::ThreadArchived => (400, 50083, "Thread is archived"),
            Self::InvalidJson => (400, 50109, "The request body contains invalid JSON."),
            Self::ThreadExists => (400, 160_004, "A thread has already been created for this message"),
            Self::ThreadLocked => (400, 160_005, "Thread is locked"),
        }
    }
}

/// Whose limit was reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scope {
    /// The route's own.
    User,
    /// That of all routes together.
    Global,
}

/// How long a bot that asked too much has to wait, on its own clock.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Wait {
    pub(crate) after: Duration,
    pub(crate) scope: Scope,
}

/// Why a request was refused.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Refusal {
    pub(crate) status: u16,
    pub(crate) wait: Option<Wait>,
    body: Value,
}

impl Refusal {
    /// A body with faults in it, each under the path of its field.
    pub(crate) fn invalid(errors: Value) -> Self {
        let body = json!({"message": "Invalid Form Body", "code": 50035, "errors": errors});
        Self { status: 400, wait: None, body }
    }

    pub(crate) fn too_many(wait: Wait) -> Self {
        let seconds = (wait.after.as_secs_f64() * 1000.0).ceil() / 1000.0;
        let global = wait.scope == Scope::Global;
        let body = json!({"message": "You are being rate limited.", "retry_after": seconds, "global": global});
        Self { status: 429, wait: Some(wait), body }
    }

    pub(crate) fn to_json(&self) -> &Value {
        &self.body
    }
}

impl From<Reason> for Refusal {
    fn from(reason: Reason) -> Self {
        let (status, code, message) = reason.parts();
        Self { status, wait: None, body: json!({"message": message, "code": code}) }
    }
}
