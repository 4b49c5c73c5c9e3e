//! What is written to the CLI: one JSON object a line.

use super::ledger::{AskedBy, DEFER_IGNORED};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::fmt;

/// How long the CLI waits for the hook's answer, in seconds: about 115 days. When it ends the CLI denies.
const HOOK_TIMEOUT_S: u64 = 10_000_000;

/// The CLI's id of one of its questions, or ours of one of our requests.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RequestId(String);

impl RequestId {
    /// Takes an id as it came.
    pub fn new(id: impl Into<String>) -> Self {
        Self(id.into())
    }

    /// The text of it.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What a person says to Claude.
#[derive(Clone, PartialEq, Eq)]
pub struct Prompt {
    /// The words.
    pub text: String,
    /// What the hub adds to them, in a block of its own.
    pub note: Option<String>,
    /// Pictures that go with them.
    pub images: Vec<Image>,
}

impl Prompt {
    /// Words alone.
    pub fn text(text: impl Into<String>) -> Self {
        Self { text: text.into(), note: None, images: Vec::new() }
    }
}

impl fmt::Debug for Prompt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Prompt({} bytes, {} images)", self.text.len(), self.images.len())
    }
}

/// A picture in a prompt.
#[derive(Clone, PartialEq, Eq)]
pub struct Image {
    /// Its type, e.g. `image/png`.
    pub media_type: String,
    /// Its bytes in base64.
    pub base64: String,
}

/// The decision on one question of the CLI's.
#[derive(Debug, Clone, PartialEq)]
pub enum Answer {
    /// The call runs, once.
    Allow {
        /// The input it runs with, where that is not the one asked about: the answers to a question of Claude's.
        updated_input: Option<Value>,
    },
    /// The call does not run, and Claude is told why.
    Deny {
        /// Why.
        reason: String,
    },
    /// The turn ends without the call; it comes again when the session is resumed.
    Defer,
}

/// One line to write to the CLI's stdin.
#[derive(Clone, PartialEq, Eq)]
pub struct Outgoing(Vec<u8>);

impl Outgoing {
    /// The line with its newline.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    fn line(message: &Value) -> Self {
        let mut bytes = message.to_string().into_bytes();
        bytes.push(b'\n');
        Self(bytes)
    }

    pub(super) fn initialize() -> Self {
        let hook = json!({
            "matcher": null,
            "hookCallbackIds": [HOOK_CALLBACK],
            "timeout": HOOK_TIMEOUT_S,
            // An answer that the CLI cannot read then denies instead of being taken for none (measured).
            "onFailure": "block",
        });
        Self::control(INITIALIZE, &json!({"subtype": "initialize", "hooks": {"PreToolUse": [hook]}}))
    }

    pub(super) fn control(id: &str, request: &Value) -> Self {
        Self::line(&json!({"type": "control_request", "request_id": id, "request": request}))
    }

    pub(super) fn user(prompt: &Prompt) -> Self {
        let plain = prompt.images.is_empty() && prompt.note.is_none();
        let content = if plain { Value::from(prompt.text.as_str()) } else { blocks(prompt) };
        Self::line(&json!({
            "type": "user",
            "message": {"role": "user", "content": content},
            "parent_tool_use_id": null,
            "session_id": "default",
        }))
    }

    /// An answer in the form that the question wants.
    pub(super) fn answer(request: &RequestId, by: AskedBy, answer: &Answer) -> Self {
        let body = match by {
            AskedBy::Hook => hook_answer(answer),
            AskedBy::Permission => permission_answer(answer),
        };
        let response = json!({"subtype": "success", "request_id": request.as_str(), "response": body});
        Self::line(&json!({"type": "control_response", "response": response}))
    }

    pub(super) fn unsupported(request: &RequestId) -> Self {
        let response = json!({"subtype": "error", "request_id": request.as_str(), "error": "not supported"});
        Self::line(&json!({"type": "control_response", "response": response}))
    }
}

/// The id of our `initialize`; its answer is known by it.
pub(super) const INITIALIZE: &str = "signalbox-initialize";

/// The name of our hook.
const HOOK_CALLBACK: &str = "gate";

/// Never anything but allow, deny or defer: an empty answer lets what the CLI holds harmless run (measured).
fn hook_answer(answer: &Answer) -> Value {
    let mut output = json!({"hookEventName": "PreToolUse"});
    match answer {
        Answer::Allow { updated_input } => {
            output["permissionDecision"] = "allow".into();
            if let Some(input) = updated_input {
                output["updatedInput"] = input.clone();
            }
        }
        Answer::Deny { reason } => {
            output["permissionDecision"] = "deny".into();
            output["permissionDecisionReason"] = reason.as_str().into();
        }
        Answer::Defer => output["permissionDecision"] = "defer".into(),
    }
    json!({"hookSpecificOutput": output})
}

/// The permission question knows no defer; the dialogue refuses it before.
fn permission_answer(answer: &Answer) -> Value {
    match answer {
        Answer::Allow { updated_input: None } => json!({"behavior": "allow"}),
        Answer::Allow { updated_input: Some(input) } => json!({"behavior": "allow", "updatedInput": input}),
        Answer::Deny { reason } => json!({"behavior": "deny", "message": reason}),
        Answer::Defer => json!({"behavior": "deny", "message": DEFER_IGNORED}),
    }
}

fn blocks(prompt: &Prompt) -> Value {
    let text = (!prompt.text.is_empty()).then(|| json!({"type": "text", "text": prompt.text}));
    let images = prompt.images.iter().map(|image| {
        let source = json!({"type": "base64", "media_type": image.media_type, "data": image.base64});
        json!({"type": "image", "source": source})
    });
    let note = prompt.note.as_ref().map(|note| json!({"type": "text", "text": note}));
    text.into_iter().chain(note).chain(images).collect()
}

impl fmt::Debug for Outgoing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Outgoing({} bytes)", self.0.len())
    }
}
