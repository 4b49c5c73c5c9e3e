//! Reads one line of the CLI's stdout. Unknown fields and kinds are accepted, and nothing makes it fail.

use super::incoming::{Block, Incoming, ToolResult, TurnResult};
use super::outgoing::{INITIALIZE, RequestId};
use super::wire;
use serde_json::Value;
use serde_json::value::RawValue;
use signalbox_core::id::{SessionId, ToolUseId};
use signalbox_core::money::MicroUsd;
use signalbox_core::tool::ToolCall;

/// Reads one line, with or without its newline.
pub fn read_line(line: &[u8]) -> Incoming {
    let text = String::from_utf8_lossy(line);
    let first = read(&text);
    // JavaScript writes half of a surrogate pair as an escape that is no character, and the CLI asks about commands that
    // hold one (measured). Both sides make U+FFFD of it in the end.
    match &first {
        Incoming::Garbage { .. } | Incoming::UnreadableRequest { .. } => {
            repaired(&text).map_or(first, |text| read(&text))
        }
        _ => first,
    }
}

fn read(line: &str) -> Incoming {
    parse(line).unwrap_or_else(|error| Incoming::Garbage { why: error.to_string() })
}

fn parse(line: &str) -> serde_json::Result<Incoming> {
    let head: wire::Head<'_> = serde_json::from_str(line)?;
    match (&*head.kind, head.subtype.as_deref()) {
        ("system", Some("init")) => init(line),
        ("system", Some("api_retry")) => retry(line),
        ("system", Some("background_tasks_changed")) => {
            let background: wire::Background<'_> = serde_json::from_str(line)?;
            Ok(Incoming::BackgroundChanged { running: background.tasks.len() })
        }
        ("assistant", _) => assistant(line),
        ("user", _) => results(line),
        ("stream_event", _) => delta(line),
        ("control_request", _) => control(line),
        ("control_response", _) => response(line),
        ("control_cancel_request", _) => {
            let control: wire::Control<'_> = serde_json::from_str(line)?;
            Ok(Incoming::ControlCancel { request: RequestId::new(control.request_id) })
        }
        ("result", _) => turn_result(line),
        (kind, subtype) => {
            Ok(Incoming::Unknown { kind: subtype.map_or_else(|| kind.to_owned(), |sub| format!("{kind}/{sub}")) })
        }
    }
}

fn init(line: &str) -> serde_json::Result<Incoming> {
    let init: wire::Init = serde_json::from_str(line)?;
    let tools = init.tools.as_array().map(Vec::as_slice).unwrap_or_default();
    Ok(Incoming::SystemInit {
        session: SessionId::new(init.session_id),
        model: init.model,
        cli_version: init.claude_code_version,
        cwd: init.cwd,
        permission_mode: init.permission_mode,
        tools: tools.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
    })
}

fn retry(line: &str) -> serde_json::Result<Incoming> {
    let retry: wire::Retry = serde_json::from_str(line)?;
    Ok(Incoming::ApiRetry {
        attempt: retry.attempt,
        max: retry.max_retries,
        delay_ms: retry.retry_delay_ms.max(0.0) as u64,
        status: retry.error_status,
        message: plain(&retry.error),
    })
}

fn assistant(line: &str) -> serde_json::Result<Incoming> {
    let spoken: wire::Spoken<'_> = serde_json::from_str(line)?;
    let blocks = content_blocks(spoken.message.content)?.into_iter().filter_map(|block| match &*block.kind {
        "text" => Some(Block::Text(block.text?)),
        "tool_use" => {
            let (id, input) = (ToolUseId::new(block.id?), block.input.unwrap_or_default());
            Some(Block::ToolUse { id, tool: block.name?, input })
        }
        _ => None,
    });
    let blocks = blocks.collect();
    let api_error = spoken.is_api_error_message == Some(true);
    Ok(Incoming::AssistantBlocks { blocks, agent: spoken.agent_id.or(spoken.parent_tool_use_id), api_error })
}

fn results(line: &str) -> serde_json::Result<Incoming> {
    let spoken: wire::Spoken<'_> = serde_json::from_str(line)?;
    let metas = spoken.tool_result_meta.and_then(|raw| serde_json::from_str::<Vec<wire::ResultMeta>>(raw.get()).ok());
    let metas = metas.unwrap_or_default();
    let mut results = Vec::new();
    for block in content_blocks(spoken.message.content)?.into_iter().filter(|block| block.kind == "tool_result") {
        let Some(id) = block.tool_use_id else { continue };
        let output = block.content.map(content_text).transpose()?.unwrap_or_default();
        let is_error = block.is_error == Some(true);
        let marked = metas.iter().any(|meta| meta.id == id && meta.non_execution_kind.is_some());
        let not_run = is_error && (marked || REFUSALS.iter().any(|words| output.starts_with(words)));
        results.push(ToolResult { call: ToolUseId::new(id), is_error, output, not_run });
    }
    Ok(Incoming::ToolResults { results })
}

/// How the CLI begins the result of a call that it refused before asking anybody: an unknown tool, an input that does
/// not fit, an edit of an unread file, a turn that ended first.
const REFUSALS: [&str; 3] = [
    "<tool_use_error>",
    "The turn ended on an error, so this tool call was cancelled.",
    "An image in this turn could not be sent to the API, so this tool call was cancelled.",
];

fn content_blocks(content: &RawValue) -> serde_json::Result<Vec<wire::ContentBlock<'_>>> {
    if content.get().starts_with('[') { serde_json::from_str(content.get()) } else { Ok(Vec::new()) }
}

/// A result's content: a text, or parts that are put below one another.
fn content_text(content: &RawValue) -> serde_json::Result<String> {
    let raw = content.get();
    if raw.starts_with('"') {
        return serde_json::from_str(raw);
    }
    if !raw.starts_with('[') {
        return Ok(if raw == "null" { String::new() } else { raw.to_owned() });
    }
    let parts: Vec<&RawValue> = serde_json::from_str(raw)?;
    let texts: Result<Vec<String>, _> = parts.into_iter().map(part_text).collect();
    Ok(texts?.join("\n"))
}

fn part_text(part: &RawValue) -> serde_json::Result<String> {
    let Ok(block) = serde_json::from_str::<wire::ContentBlock<'_>>(part.get()) else {
        return Ok(part.get().to_owned());
    };
    Ok(match (&*block.kind, block.text) {
        ("text", Some(text)) => text,
        ("image", _) => {
            let kind = block.source.and_then(|source| source.media_type);
            format!("[image {}]", kind.as_deref().unwrap_or("of unknown type"))
        }
        _ => part.get().to_owned(),
    })
}

fn delta(line: &str) -> serde_json::Result<Incoming> {
    let streamed: wire::Streamed<'_> = serde_json::from_str(line)?;
    let delta = streamed.event.delta.filter(|delta| delta.kind.as_deref() == Some("text_delta"));
    Ok(match (delta.and_then(|delta| delta.text), streamed.parent_tool_use_id) {
        (Some(text), None) => Incoming::StreamDelta { text },
        _ => Incoming::Unknown { kind: "stream_event".to_owned() },
    })
}

fn control(line: &str) -> serde_json::Result<Incoming> {
    let control: wire::Control<'_> = serde_json::from_str(line)?;
    let request = RequestId::new(control.request_id);
    let raw = control.request.map_or("null", RawValue::get);
    let kind = serde_json::from_str::<wire::ControlKind<'_>>(raw).map(|kind| kind.subtype.into_owned());
    let kind = kind.unwrap_or_else(|_| "without a kind".to_owned());
    let call = match kind.as_str() {
        "hook_callback" => hook_call(raw),
        "can_use_tool" => permission_call(raw),
        _ => None,
    };
    Ok(match (call, kind.as_str()) {
        (Some(call), "hook_callback") => Incoming::HookCallback { request, call },
        (Some(call), _) => Incoming::CanUseTool { request, call },
        (None, _) => Incoming::UnreadableRequest { request, kind },
    })
}

fn hook_call(raw: &str) -> Option<ToolCall> {
    let hook: wire::Hook = serde_json::from_str(raw).ok()?;
    let input = hook.input;
    (input.hook_event_name == "PreToolUse").then(|| ToolCall {
        id: ToolUseId::new(input.tool_use_id),
        tool: input.tool_name,
        input: input.tool_input,
        cwd: input.cwd,
        agent: input.agent_id,
    })
}

fn permission_call(raw: &str) -> Option<ToolCall> {
    let asked: wire::Permission = serde_json::from_str(raw).ok()?;
    let id = ToolUseId::new(asked.tool_use_id);
    Some(ToolCall { id, tool: asked.tool_name, input: asked.input, cwd: String::new(), agent: asked.agent_id })
}

fn response(line: &str) -> serde_json::Result<Incoming> {
    let response = serde_json::from_str::<wire::Responded<'_>>(line)?.response;
    let outcome = match (&*response.subtype, response.response) {
        ("success", Some(raw)) if response.request_id == INITIALIZE => {
            Ok(serde_json::from_str::<wire::Initialised>(raw.get())?.claude_code_version)
        }
        ("success", _) => Ok(String::new()),
        _ => Err(plain(&response.error)),
    };
    Ok(Incoming::ControlResponse { request: RequestId::new(response.request_id), outcome })
}

fn turn_result(line: &str) -> serde_json::Result<Incoming> {
    let ended: wire::Ended = serde_json::from_str(line)?;
    let origin = ended.origin.as_ref().and_then(|origin| origin.get("kind")).and_then(Value::as_str);
    Ok(Incoming::TurnResult(TurnResult {
        unprompted: origin == Some("task-notification"),
        subtype: ended.subtype,
        is_error: ended.is_error,
        session: ended.session_id.map(SessionId::new),
        text: ended.result.unwrap_or_default(),
        errors: ended.errors,
        turns: ended.num_turns,
        cost: MicroUsd::from_dollars(ended.total_cost_usd),
        api_status: ended.api_error_status,
        terminal_reason: ended.terminal_reason.unwrap_or_default(),
        deferred: ended.deferred_tool_use.map(|deferred| ToolUseId::new(deferred.id)),
        queued: ended.queued_turn_count,
    }))
}

/// A text as it is, anything else as JSON.
fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// The line with U+FFFD in the place of each half of a surrogate pair that stands alone; none if there is none.
fn repaired(line: &str) -> Option<String> {
    let mut fixed = String::with_capacity(line.len());
    let mut rest = line;
    let mut found = false;
    while let Some(at) = rest.find('\\') {
        fixed.push_str(&rest[..at]);
        rest = &rest[at..];
        let length = match (escaped_unit(rest), escaped_unit(rest.get(6..).unwrap_or_default())) {
            (Some(0xD800..=0xDBFF), Some(0xDC00..=0xDFFF)) => 12,
            (Some(0xD800..=0xDFFF), _) => {
                found = true;
                fixed.push_str("\\ufffd");
                rest = &rest[6..];
                continue;
            }
            (Some(_), _) => 6,
            // Any other escape is the backslash and one more character, which may be a backslash itself.
            (None, _) => 1 + rest[1..].chars().next().map_or(0, char::len_utf8),
        };
        fixed.push_str(&rest[..length]);
        rest = &rest[length..];
    }
    fixed.push_str(rest);
    found.then_some(fixed)
}

/// The UTF-16 unit that a text begins with as `\\uXXXX`.
fn escaped_unit(text: &str) -> Option<u16> {
    let digits = text.strip_prefix("\\u")?.get(..4)?;
    digits.bytes().all(|byte| byte.is_ascii_hexdigit()).then(|| u16::from_str_radix(digits, 16).ok())?
}
