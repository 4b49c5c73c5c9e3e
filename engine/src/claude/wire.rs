//! The fields used of the CLI's messages, as they lie on the wire. Everything else is skipped, whatever it is.
//!
//! Large parts stay raw until they are wanted, so that a line of many megabytes is walked a few times and copied once.

use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;
use std::borrow::Cow;

#[derive(Deserialize)]
pub(super) struct Head<'a> {
    #[serde(borrow, rename = "type")]
    pub(super) kind: Cow<'a, str>,
    #[serde(borrow, default)]
    pub(super) subtype: Option<Cow<'a, str>>,
}

#[derive(Deserialize)]
pub(super) struct Init {
    pub(super) session_id: String,
    #[serde(default)]
    pub(super) model: String,
    #[serde(default)]
    pub(super) claude_code_version: String,
    #[serde(default)]
    pub(super) cwd: String,
    #[serde(rename = "permissionMode", default)]
    pub(super) permission_mode: String,
    /// A list of names; kept as it is, because a recording may carry something else.
    #[serde(default)]
    pub(super) tools: Value,
}

#[derive(Deserialize)]
pub(super) struct Retry {
    #[serde(default)]
    pub(super) attempt: u32,
    #[serde(default)]
    pub(super) max_retries: u32,
    #[serde(default)]
    pub(super) retry_delay_ms: f64,
    #[serde(default)]
    pub(super) error_status: Option<u16>,
    #[serde(default)]
    pub(super) error: Value,
}

#[derive(Deserialize)]
pub(super) struct Background<'a> {
    #[serde(borrow)]
    pub(super) tasks: Vec<&'a RawValue>,
}

#[derive(Deserialize)]
pub(super) struct Spoken<'a> {
    #[serde(borrow)]
    pub(super) message: Message<'a>,
    #[serde(default)]
    pub(super) parent_tool_use_id: Option<String>,
    #[serde(default)]
    pub(super) agent_id: Option<String>,
    #[serde(default)]
    pub(super) is_api_error_message: Option<bool>,
    #[serde(borrow, default)]
    pub(super) tool_result_meta: Option<&'a RawValue>,
}

#[derive(Deserialize)]
pub(super) struct Message<'a> {
    #[serde(borrow)]
    pub(super) content: &'a RawValue,
}

/// What is known of one result besides its content.
#[derive(Deserialize)]
pub(super) struct ResultMeta {
    pub(super) id: String,
    #[serde(default)]
    pub(super) non_execution_kind: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct ContentBlock<'a> {
    #[serde(borrow, rename = "type")]
    pub(super) kind: Cow<'a, str>,
    #[serde(default)]
    pub(super) text: Option<String>,
    #[serde(default)]
    pub(super) id: Option<String>,
    #[serde(default)]
    pub(super) name: Option<String>,
    #[serde(default)]
    pub(super) input: Option<Value>,
    #[serde(default)]
    pub(super) tool_use_id: Option<String>,
    #[serde(default)]
    pub(super) is_error: Option<bool>,
    #[serde(borrow, default)]
    pub(super) content: Option<&'a RawValue>,
    #[serde(borrow, default)]
    pub(super) source: Option<Source<'a>>,
}

#[derive(Deserialize)]
pub(super) struct Source<'a> {
    #[serde(borrow, default)]
    pub(super) media_type: Option<Cow<'a, str>>,
}

#[derive(Deserialize)]
pub(super) struct Streamed<'a> {
    #[serde(borrow)]
    pub(super) event: StreamEvent<'a>,
    #[serde(default)]
    pub(super) parent_tool_use_id: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct StreamEvent<'a> {
    #[serde(borrow, default)]
    pub(super) delta: Option<Delta<'a>>,
}

#[derive(Deserialize)]
pub(super) struct Delta<'a> {
    #[serde(borrow, rename = "type", default)]
    pub(super) kind: Option<Cow<'a, str>>,
    #[serde(default)]
    pub(super) text: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct Control<'a> {
    pub(super) request_id: String,
    #[serde(borrow, default)]
    pub(super) request: Option<&'a RawValue>,
}

#[derive(Deserialize)]
pub(super) struct ControlKind<'a> {
    #[serde(borrow)]
    pub(super) subtype: Cow<'a, str>,
}

#[derive(Deserialize)]
pub(super) struct Hook {
    pub(super) input: HookInput,
}

#[derive(Deserialize)]
pub(super) struct HookInput {
    pub(super) hook_event_name: String,
    pub(super) cwd: String,
    pub(super) tool_name: String,
    pub(super) tool_input: Value,
    pub(super) tool_use_id: String,
    #[serde(default)]
    pub(super) agent_id: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct Permission {
    pub(super) tool_name: String,
    pub(super) input: Value,
    pub(super) tool_use_id: String,
    #[serde(default)]
    pub(super) agent_id: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct Responded<'a> {
    #[serde(borrow)]
    pub(super) response: Response<'a>,
}

#[derive(Deserialize)]
pub(super) struct Response<'a> {
    #[serde(borrow)]
    pub(super) subtype: Cow<'a, str>,
    pub(super) request_id: String,
    #[serde(borrow, default)]
    pub(super) response: Option<&'a RawValue>,
    #[serde(default)]
    pub(super) error: Value,
}

#[derive(Deserialize)]
pub(super) struct Initialised {
    #[serde(default)]
    pub(super) claude_code_version: String,
}

#[derive(Deserialize)]
pub(super) struct Ended {
    pub(super) subtype: String,
    #[serde(default)]
    pub(super) is_error: bool,
    #[serde(default)]
    pub(super) session_id: Option<String>,
    #[serde(default)]
    pub(super) result: Option<String>,
    #[serde(default)]
    pub(super) errors: Vec<String>,
    #[serde(default)]
    pub(super) num_turns: u32,
    #[serde(default)]
    pub(super) total_cost_usd: f64,
    #[serde(default)]
    pub(super) api_error_status: Option<u16>,
    #[serde(default)]
    pub(super) terminal_reason: Option<String>,
    #[serde(default)]
    pub(super) deferred_tool_use: Option<DeferredUse>,
    #[serde(default)]
    pub(super) queued_turn_count: u32,
    #[serde(default)]
    pub(super) origin: Option<Value>,
}

#[derive(Deserialize)]
pub(super) struct DeferredUse {
    pub(super) id: String,
}
