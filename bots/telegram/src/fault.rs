//! Why a request to Telegram failed, by what is done about it. No text here holds the token or anything that was said.

use serde::Deserialize;
use std::time::Duration;
use teloxide_core::ApiError;

/// Why a request to Telegram failed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// Too much was sent; nothing more is taken for so long.
    #[error("Telegram wants to be left alone for {} s", .0.as_secs())]
    Wait(Duration),
    /// The group has become a supergroup with this id.
    #[error("the group has become a supergroup")]
    Migrated(i64),
    /// Telegram refuses it.
    #[error("Telegram says {code}: {words}", words = spoken(.said))]
    Said {
        /// The HTTP status.
        code: u16,
        /// The reason, as far as it is one of the known ones.
        said: ApiError,
    },
    /// Telegram is not well.
    #[error("Telegram answers {0}")]
    Unwell(u16),
    /// The network did not carry it, or not the answer.
    #[error("{0}")]
    Network(&'static str),
    /// The answer makes no sense.
    #[error("Telegram's answer makes no sense")]
    Garbled,
}

/// Why nothing will arrive in a chat any more.
const SHUT: [(&str, &str); 14] = [
    ("TOPIC_CLOSED", "the topic is closed"),
    ("TOPIC_DELETED", "the topic is deleted"),
    ("message thread not found", "the topic is gone"),
    ("chat not found", "the chat is gone"),
    ("group is deactivated", "the group is deleted"),
    ("PEER_ID_INVALID", "the chat is gone"),
    ("CHAT_WRITE_FORBIDDEN", "the bot may not write there"),
    ("CHAT_RESTRICTED", "the bot may not write there"),
    ("CHAT_ADMIN_REQUIRED", "the bot may not write there"),
    ("CHANNEL_PRIVATE", "the bot is not a member any more"),
    ("USER_IS_BLOCKED", "the person has blocked the bot"),
    ("have no rights to send", "the bot may not write there"),
    ("not enough rights to send", "the bot may not write there"),
    ("need administrator rights", "the bot may not write there"),
];

/// The same for what Telegram forbids outright.
const FORBIDDEN: [(&str, &str); 5] = [
    ("blocked by the user", "the person has blocked the bot"),
    ("initiate conversation", "the person has never started the bot"),
    ("deactivated", "the person's account is deleted"),
    ("kicked", "the bot was removed from the group"),
    ("not a member", "the bot is not a member any more"),
];

/// An answer of the Bot API, as far as it tells of a failure.
#[derive(Debug, Deserialize)]
struct Failure {
    error_code: Option<u16>,
    description: Option<String>,
    parameters: Option<Parameters>,
}

#[derive(Debug, Deserialize)]
struct Parameters {
    retry_after: Option<u64>,
    migrate_to_chat_id: Option<i64>,
}

impl Fault {
    /// Reads what an answer that is no success says.
    pub(crate) fn read(status: u16, body: &[u8]) -> Self {
        let Ok(failure) = serde_json::from_slice::<Failure>(body) else {
            return if status >= 400 { Self::Unwell(status) } else { Self::Garbled };
        };
        let code = failure.error_code.unwrap_or(status);
        let parameters = failure.parameters.unwrap_or(Parameters { retry_after: None, migrate_to_chat_id: None });
        match (parameters.retry_after, parameters.migrate_to_chat_id, code) {
            (Some(seconds), _, _) => Self::Wait(Duration::from_secs(seconds.clamp(1, 3600))),
            (None, Some(chat), _) => Self::Migrated(chat),
            (None, None, 429) => Self::Wait(Duration::from_secs(1)),
            (None, None, 500..) => Self::Unwell(code),
            (None, None, _) => Self::Said { code, said: known(failure.description.unwrap_or_default()) },
        }
    }

    /// What becomes of a request that the network failed. The error's own words hold the address, and that the token.
    pub(crate) fn network(error: &reqwest::Error) -> Self {
        Self::Network(match error {
            error if error.is_connect() => "Telegram cannot be reached",
            error if error.is_timeout() => "Telegram did not answer in time",
            error if error.is_builder() => "the request could not be put together",
            _ => "the connection to Telegram broke",
        })
    }

    /// Whether the place that it was about is gone or shut, and why, in words.
    pub(crate) fn shut(&self) -> Option<&'static str> {
        let Self::Said { code, said } = self else { return None };
        let words = raw(said);
        let among = |reasons: &[(&str, &'static str)]| {
            reasons.iter().find(|(part, _)| words.contains(part)).map(|(_, reason)| *reason)
        };
        match code {
            403 => Some(among(&FORBIDDEN).or_else(|| among(&SHUT)).unwrap_or("Telegram forbids it")),
            400 => among(&SHUT),
            _ => None,
        }
    }

    /// Whether the token is not (or no longer) one.
    pub(crate) fn is_about_the_token(&self) -> bool {
        matches!(self, Self::Said { code: 401 | 404, .. })
    }

    /// Whether somebody else takes the updates.
    pub(crate) fn is_conflict(&self) -> bool {
        matches!(self, Self::Said { code: 409, .. })
    }

    /// Whether an edit would have changed nothing.
    pub(crate) fn is_unchanged(&self) -> bool {
        matches!(self, Self::Said { said, .. } if raw(said).contains("message is not modified"))
    }

    /// Whether a message that was to be edited is not there, or not ours to edit.
    pub(crate) fn is_edit_lost(&self) -> bool {
        let gone = ["message to edit not found", "message can't be edited", "MESSAGE_ID_INVALID"];
        matches!(self, Self::Said { code: 400, said } if gone.iter().any(|part| raw(said).contains(part)))
    }

    /// Whether it is the entities that Telegram does not like.
    pub(crate) fn is_about_entities(&self) -> bool {
        matches!(self, Self::Said { code: 400, said } if raw(said).to_lowercase().contains("entit"))
    }

    /// Whether it is the message itself that is refused, so that sending it again is of no use.
    pub(crate) fn is_refusal(&self) -> bool {
        matches!(self, Self::Said { code: 400 | 413, .. }) || matches!(self, Self::Unwell(413))
    }
}

fn known(description: String) -> ApiError {
    let read = serde_json::from_value(serde_json::Value::String(description.clone()));
    read.unwrap_or(ApiError::Unknown(description))
}

/// The words as Telegram wrote them; those of the known ones are theirs.
fn raw(said: &ApiError) -> String {
    match said {
        ApiError::Unknown(words) => words.clone(),
        known => known.to_string(),
    }
}

/// The words for a log line: unknown ones may repeat what we sent, so they are cut short.
fn spoken(said: &ApiError) -> String {
    raw(said).chars().filter(|c| !c.is_control()).take(160).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(code: u16, description: &str) -> Fault {
        Fault::read(
            code,
            serde_json::json!({"ok": false, "error_code": code, "description": description}).to_string().as_bytes(),
        )
    }

    #[test]
    fn who_shuts_us_out_is_known_by_their_words() {
        for (code, words, reason) in [
            (403, "Forbidden: bot was blocked by the user", "the person has blocked the bot"),
            (403, "Forbidden: bot can't initiate conversation with a user", "the person has never started the bot"),
            (403, "Forbidden: user is deactivated", "the person's account is deleted"),
            (403, "Forbidden: bot was kicked from the supergroup chat", "the bot was removed from the group"),
            (403, "Forbidden: something new", "Telegram forbids it"),
            (400, "Bad Request: chat not found", "the chat is gone"),
            (400, "Bad Request: TOPIC_CLOSED", "the topic is closed"),
            (400, "Bad Request: message thread not found", "the topic is gone"),
            (400, "Bad Request: not enough rights to send text messages to the chat", "the bot may not write there"),
        ] {
            assert_eq!(fault(code, words).shut(), Some(reason), "{words}");
        }
        assert_eq!(fault(400, "Bad Request: message is too long").shut(), None);
        assert_eq!(fault(401, "Unauthorized").shut(), None);
    }

    #[test]
    fn waits_and_moves_are_read_from_the_parameters() {
        let wait = br#"{"ok":false,"error_code":429,"description":"Too Many Requests","parameters":{"retry_after":7}}"#;
        assert_eq!(Fault::read(429, wait), Fault::Wait(Duration::from_secs(7)));
        let moved = br#"{"ok":false,"error_code":400,"description":"x","parameters":{"migrate_to_chat_id":-1005}}"#;
        assert_eq!(Fault::read(400, moved), Fault::Migrated(-1005));
        assert_eq!(Fault::read(502, b"<html>Bad Gateway</html>"), Fault::Unwell(502));
        assert_eq!(Fault::read(200, b"<html>?"), Fault::Garbled);
    }

    #[test]
    fn edits_that_came_too_late_are_told_from_those_that_change_nothing() {
        let unchanged = "Bad Request: message is not modified: specified new message content and reply markup are exactly \
                         the same as a current content and reply markup of the message";
        assert!(fault(400, unchanged).is_unchanged());
        assert!(fault(400, "Bad Request: message to edit not found").is_edit_lost());
        assert!(fault(400, "Bad Request: message can't be edited").is_edit_lost());
        assert!(fault(400, "Bad Request: can't parse entities: bad offset").is_about_entities());
        assert!(fault(413, "Request Entity Too Large").is_refusal());
        assert!(!fault(409, "Conflict: terminated by other getUpdates request").is_refusal());
    }
}
