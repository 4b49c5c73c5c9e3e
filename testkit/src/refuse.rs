//! What the real Messages API refuses, refused here too: a hub that only ever met a lenient double would learn it late.

use std::collections::HashSet;

use serde_json::Value;

use crate::wire::ApiError;

/// The API's limit for a request, in bytes.
pub(crate) const LARGEST_REQUEST: usize = 32 << 20;

/// Checks what both routes demand: a model and a well-formed conversation.
pub(crate) fn check_conversation(body: &Value) -> Result<&[Value], ApiError> {
    if body["model"].as_str().is_none_or(str::is_empty) {
        return refuse("model: Field required");
    }
    let Some(messages) = body["messages"].as_array() else { return refuse("messages: Field required") };
    if messages.is_empty() {
        return refuse("messages: at least one message is required");
    }
    for (index, message) in messages.iter().enumerate() {
        check_message(index, message)?;
    }
    if messages[0]["role"] != "user" {
        return refuse("messages: first message must use the \"user\" role");
    }
    check_tools(messages)?;
    if messages.iter().rfind(|message| message["role"] != "system").is_some_and(|last| last["role"] != "user") {
        return refuse(
            "This model does not support assistant message prefill. The conversation must end with a user message.",
        );
    }
    Ok(messages)
}

/// Checks that the answer's length is limited, which the counting of tokens does not need.
pub(crate) fn check_max_tokens(body: &Value) -> Result<(), ApiError> {
    match body["max_tokens"].as_i64() {
        None => refuse("max_tokens: Field required"),
        Some(..1) => refuse("max_tokens: Input should be greater than or equal to 1"),
        Some(_) => Ok(()),
    }
}

fn refuse<T>(message: impl Into<String>) -> Result<T, ApiError> {
    Err(ApiError::new(400, message))
}

/// `system` messages in mid-conversation are a beta that the Claude CLI uses.
fn check_message(index: usize, message: &Value) -> Result<(), ApiError> {
    if !matches!(message["role"].as_str(), Some("user" | "assistant" | "system")) {
        return refuse(format!(
            "messages: Unexpected role {}. Allowed roles are \"user\" or \"assistant\"",
            message["role"]
        ));
    }
    match &message["content"] {
        Value::String(text) if !text.is_empty() => Ok(()),
        Value::Array(blocks) if !blocks.is_empty() => blocks
            .iter()
            .enumerate()
            .try_for_each(|(number, block)| check_block(&format!("messages.{index}.content.{number}"), message, block)),
        Value::String(_) | Value::Array(_) => refuse(format!(
            "messages.{index}: all messages must have non-empty content except for the optional final assistant message"
        )),
        _ => refuse(format!("messages.{index}.content: Field required")),
    }
}

fn check_block(place: &str, message: &Value, block: &Value) -> Result<(), ApiError> {
    match block["type"].as_str() {
        None => refuse(format!("{place}.type: Field required")),
        Some("text") if block["text"].as_str().is_none_or(str::is_empty) => {
            refuse("messages: text content blocks must be non-empty")
        }
        Some("tool_use") if message["role"] != "assistant" => {
            refuse(format!("{place}: `tool_use` blocks can only be in `assistant` messages"))
        }
        Some("tool_result") if message["role"] != "user" => {
            refuse(format!("{place}: `tool_result` blocks can only be in `user` messages"))
        }
        Some(_) => Ok(()),
    }
}

/// Each call is answered in the very next user turn, and nothing is answered that was not called.
fn check_tools(messages: &[Value]) -> Result<(), ApiError> {
    let mut open: Vec<&str> = Vec::new();
    let mut seen = HashSet::new();
    for (index, turn) in turns(messages).into_iter().enumerate() {
        let results: Vec<&str> = ids(&turn, "tool_result", "tool_use_id");
        if turn[0]["role"] == "user" {
            let missing: Vec<&str> = open.iter().copied().filter(|id| !results.contains(id)).collect();
            if !missing.is_empty() {
                return unanswered(index - 1, &missing);
            }
            if let Some(stray) = results.iter().find(|id| !open.contains(id)) {
                return refuse(format!(
                    "messages.{index}.content: unexpected `tool_use_id` found in `tool_result` blocks: {stray}. Each \
                     `tool_result` block must have a corresponding `tool_use` block in the previous message."
                ));
            }
        }
        open = ids(&turn, "tool_use", "id");
        if open.iter().any(|id| !seen.insert(*id)) {
            return refuse(format!("messages.{index}.content: `tool_use` ids must be unique"));
        }
    }
    if open.is_empty() { Ok(()) } else { unanswered(turns(messages).len() - 1, &open) }
}

fn unanswered(index: usize, ids: &[&str]) -> Result<(), ApiError> {
    refuse(format!(
        "messages.{index}: `tool_use` ids were found without `tool_result` blocks immediately after: {}. Each \
         `tool_use` block must have a corresponding `tool_result` block in the next message.",
        ids.join(", ")
    ))
}

/// The API joins consecutive messages of one role; `system` messages do not part them.
fn turns(messages: &[Value]) -> Vec<Vec<&Value>> {
    let mut turns: Vec<Vec<&Value>> = Vec::new();
    for message in messages.iter().filter(|message| message["role"] != "system") {
        match turns.last_mut() {
            Some(turn) if turn[0]["role"] == message["role"] => turn.push(message),
            _ => turns.push(vec![message]),
        }
    }
    turns
}

fn ids<'a>(turn: &[&'a Value], kind: &str, field: &str) -> Vec<&'a str> {
    let blocks = turn.iter().filter_map(|message| message["content"].as_array()).flatten();
    blocks.filter(|block| block["type"] == kind).filter_map(|block| block[field].as_str()).collect()
}
