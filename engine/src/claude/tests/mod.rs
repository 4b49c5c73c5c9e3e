//! The CLI's lines as the recordings show them, rewritten, and a dialogue to feed with them.

mod claims;
mod gate;
mod lines;
mod memory;
mod random;
mod starting;
mod turns;

use super::*;
use serde_json::{Value, json};
use signalbox_core::id::{SessionId, ToolUseId};
use signalbox_core::tool::ToolCall;

pub(super) const SESSION: &str = "b4c48612-401f-4ad4-afa7-6b16c228fa52";
pub(super) const WORKSPACE: &str = "/workspace";

/// A dialogue with what was written to the CLI by itself.
pub(super) struct Talk {
    pub(super) dialogue: Dialogue,
    pub(super) written: Vec<Value>,
}

impl Talk {
    /// A process in which a turn is under way.
    pub(super) fn working() -> Self {
        let mut talk = Self::started(DialogueStart::Fresh { message: Some(Prompt::text("do it")) });
        talk.hears(&init(SESSION));
        talk
    }

    pub(super) fn started(start: DialogueStart) -> Self {
        let mut talk = Self { dialogue: Dialogue::new(WORKSPACE, start), written: Vec::new() };
        talk.dialogue.begin();
        talk.hears(&initialised());
        talk
    }

    /// Feeds a line; what is to be written lands in `written`, the rest comes back.
    pub(super) fn hears(&mut self, line: &Value) -> Vec<Signal> {
        let mut rest = Vec::new();
        for signal in self.dialogue.on_line(line.to_string().as_bytes()) {
            match signal {
                Signal::Write(outgoing) => self.written.push(sent(&outgoing)),
                other => rest.push(other),
            }
        }
        rest
    }

    /// Answers and returns what was written.
    pub(super) fn answers(&mut self, request: &str, answer: Answer) -> Result<Value, AnswerRefused> {
        self.dialogue.answer(&RequestId::new(request), answer).map(|lines| sent(&lines[0]))
    }

    pub(super) fn allows(&mut self, request: &str) -> Value {
        self.answers(request, Answer::Allow { updated_input: None }).unwrap()
    }

    pub(super) fn denies(&mut self, request: &str, reason: &str) -> Value {
        self.answers(request, Answer::Deny { reason: reason.to_owned() }).unwrap()
    }
}

/// The decision in a line that was written to the CLI, whichever way it was asked.
pub(super) fn decision(line: &Value) -> &str {
    let body = &line["response"]["response"];
    let hook = body["hookSpecificOutput"]["permissionDecision"].as_str();
    hook.or_else(|| body["behavior"].as_str()).unwrap_or("none")
}

pub(super) fn sent(outgoing: &Outgoing) -> Value {
    let line = outgoing.as_bytes();
    assert_eq!(line.iter().filter(|byte| **byte == b'\n').count(), 1, "exactly one line");
    assert_eq!(line.last(), Some(&b'\n'));
    serde_json::from_slice(line).unwrap()
}

pub(super) fn initialised() -> Value {
    let body = json!({"claude_code_version": "2.1.330", "pid": 7, "commands": [], "hook_on_failure_supported": true});
    let response = json!({"subtype": "success", "request_id": "signalbox-initialize", "response": body});
    json!({"type": "control_response", "response": response})
}

pub(super) fn init(session: &str) -> Value {
    json!({"type": "system", "subtype": "init", "cwd": WORKSPACE, "session_id": session, "tools": ["Bash", "Read"],
        "model": "claude-opus-5-5", "permissionMode": "default", "claude_code_version": "2.1.330", "unheard_of": {"a": []}})
}

pub(super) fn bash(command: &str) -> Value {
    json!({"command": command, "description": "d"})
}

pub(super) fn hook(request: &str, call: &str, tool: &str, input: &Value) -> Value {
    let body = json!({"session_id": SESSION, "cwd": WORKSPACE, "hook_event_name": "PreToolUse", "permission_mode": "default",
        "effort": {"level": "medium"}, "tool_name": tool, "tool_input": input, "tool_use_id": call});
    json!({"type": "control_request", "request_id": request,
        "request": {"subtype": "hook_callback", "callback_id": "gate", "input": body, "tool_use_id": call}})
}

pub(super) fn hook_of_subagent(request: &str, call: &str, command: &str) -> Value {
    let mut line = hook(request, call, "Bash", &bash(command));
    line["request"]["input"]["agent_id"] = "aa6b99a2".into();
    line["request"]["input"]["agent_type"] = "general-purpose".into();
    line
}

pub(super) fn permission(request: &str, call: &str, tool: &str, input: &Value) -> Value {
    json!({"type": "control_request", "request_id": request, "request": {"subtype": "can_use_tool", "tool_name": tool,
        "display_name": tool, "input": input, "matched_ask_rule": "*", "tool_use_id": call}})
}

pub(super) fn ran(call: &str, output: &str) -> Value {
    tool_result(call, &json!(output), false, None)
}

pub(super) fn failed(call: &str, output: &str) -> Value {
    tool_result(call, &json!(output), true, None)
}

pub(super) fn tool_result(call: &str, content: &Value, is_error: bool, not_run: Option<&str>) -> Value {
    let mut meta = json!([{"id": call, "permission_decision": {"decision": "accept", "source": "hook"}}]);
    if let Some(kind) = not_run {
        meta[0]["non_execution_kind"] = kind.into();
    }
    let block = json!({"tool_use_id": call, "type": "tool_result", "content": content, "is_error": is_error});
    json!({"type": "user", "message": {"role": "user", "content": [block]}, "parent_tool_use_id": null,
        "session_id": SESSION, "tool_result_meta": meta})
}

pub(super) fn said(text: &str) -> Value {
    json!({"type": "assistant", "message": {"role": "assistant", "content": [{"type": "text", "text": text}]},
        "parent_tool_use_id": null, "session_id": SESSION})
}

pub(super) fn result(text: &str) -> Value {
    json!({"stop_reason": "end_turn", "session_id": SESSION, "total_cost_usd": 0.005, "permission_denials": [],
        "terminal_reason": "completed", "is_error": false, "num_turns": 2, "subtype": "success", "api_error_status": null,
        "result": text, "queued_turn_count": 0, "result_index": 0, "type": "result"})
}

pub(super) fn deferred_result(call: &str) -> Value {
    let mut line = result("");
    line["terminal_reason"] = "tool_deferred".into();
    line["deferred_tool_use"] = json!({"id": call, "name": "Bash", "input": bash("x")});
    line
}

pub(super) fn error_result(subtype: &str, reason: &str, error: &str) -> Value {
    json!({"type": "result", "subtype": subtype, "is_error": true, "terminal_reason": reason, "num_turns": 3,
        "session_id": SESSION, "total_cost_usd": 0.01, "errors": [error]})
}

pub(super) fn background(running: usize) -> Value {
    let tasks: Vec<Value> = (0..running).map(|n| json!({"task_id": n, "task_type": "local_bash"})).collect();
    json!({"type": "system", "subtype": "background_tasks_changed", "tasks": tasks})
}

pub(super) fn answered(text: &str) -> Signal {
    let cost = signalbox_core::money::MicroUsd(5000);
    Signal::TurnEnded(TurnEnd::Answered { text: text.to_owned(), cost, turns: 2 })
}

pub(super) fn is_breach(signals: &[Signal]) -> bool {
    matches!(signals, [Signal::Breach { .. }])
}

pub(super) fn is_unexpected(signals: &[Signal]) -> bool {
    matches!(signals, [Signal::Unexpected { .. }])
}

pub(super) fn is_broken(signals: &[Signal]) -> bool {
    matches!(signals, [Signal::TurnEnded(TurnEnd::Broken { .. })])
}
