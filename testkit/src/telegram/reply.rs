//! Which message a new one answers.

use serde_json::Value;

use super::params::Params;
use super::refusal::Refusal;
use super::room::Room;

const KNOWN: &[&str] = &["message_id", "chat_id", "allow_sending_without_reply", "quote", "quote_position"];

/// Reads `reply_parameters`. An answer to what is in another chat is refused: it is not shown here.
pub(crate) fn parse_reply(room: &Room, params: &Params) -> Result<Option<i64>, Refusal> {
    let Some(fields) = params.object("reply_parameters") else { return Ok(None) };
    if let Some(name) = fields.keys().find(|name| !KNOWN.contains(&name.as_str())) {
        return Err(Refusal::bad(format!("unknown field \"{name}\" of reply_parameters")));
    }
    let Some(id) = fields.get("message_id").and_then(Value::as_i64) else {
        return Err(Refusal::bad("can't parse reply parameters: field \"message_id\" must be a number"));
    };
    let here = fields.get("chat_id").is_none_or(|chat| chat.as_i64() == Some(room.id));
    let Some(message) = room.messages.get(&id).filter(|_| here) else {
        let anyway = fields.get("allow_sending_without_reply") == Some(&Value::Bool(true));
        return if anyway { Ok(None) } else { Err(Refusal::bad("message to be replied not found")) };
    };
    match fields.get("quote").and_then(Value::as_str) {
        Some(quote) if !message.text.contains(quote) => Err(Refusal::bad("QUOTE_TEXT_INVALID")),
        _ => Ok(Some(id)),
    }
}
