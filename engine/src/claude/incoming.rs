//! What a line of the CLI's stdout says, as a type of ours.

use super::outgoing::RequestId;
use serde_json::Value;
use signalbox_core::id::{SessionId, ToolUseId};
use signalbox_core::money::MicroUsd;
use signalbox_core::tool::ToolCall;

/// What a line says.
#[derive(Debug, Clone, PartialEq)]
pub enum Incoming {
    /// A turn begins (`system/init`).
    SystemInit {
        /// The session.
        session: SessionId,
        /// The model in use.
        model: String,
        /// The CLI's version.
        cli_version: String,
        /// The working directory.
        cwd: String,
        /// The permission mode.
        permission_mode: String,
        /// The tools that Claude has.
        tools: Vec<String>,
    },
    /// Claude, or a subagent, said something or wants to call tools.
    AssistantBlocks {
        /// The parts.
        blocks: Vec<Block>,
        /// The subagent, if one did.
        agent: Option<String>,
        /// The CLI made it up to tell of an API error.
        api_error: bool,
    },
    /// Tools have their results.
    ToolResults {
        /// The results.
        results: Vec<ToolResult>,
    },
    /// A piece of the main agent's text.
    StreamDelta {
        /// The piece.
        text: String,
    },
    /// The hook asks about a call.
    HookCallback {
        /// The question.
        request: RequestId,
        /// The call.
        call: ToolCall,
    },
    /// The permission prompt asks about a call; its `cwd` is empty, because the CLI does not tell it.
    CanUseTool {
        /// The question.
        request: RequestId,
        /// The call.
        call: ToolCall,
    },
    /// The CLI asks something that this side cannot read or does not know.
    UnreadableRequest {
        /// The question.
        request: RequestId,
        /// Its kind.
        kind: String,
    },
    /// The answer to one of our requests.
    ControlResponse {
        /// Our request.
        request: RequestId,
        /// The CLI's version where it answers `initialize`, or what it says is wrong.
        outcome: Result<String, String>,
    },
    /// The CLI takes a question back.
    ControlCancel {
        /// The question.
        request: RequestId,
    },
    /// The model's side failed and the CLI tries again.
    ApiRetry {
        /// Which try, from 1.
        attempt: u32,
        /// How many there will be.
        max: u32,
        /// How long it waits, in milliseconds.
        delay_ms: u64,
        /// The HTTP status, where there was an answer.
        status: Option<u16>,
        /// The kind of error.
        message: String,
    },
    /// So many background tasks run now.
    BackgroundChanged {
        /// How many.
        running: usize,
    },
    /// A turn's result.
    TurnResult(TurnResult),
    /// A kind that is not used.
    Unknown {
        /// `type`, or `type/subtype`.
        kind: String,
    },
    /// Not a message of the protocol.
    Garbage {
        /// Why.
        why: String,
    },
}

/// A part of what Claude said.
#[derive(Debug, Clone, PartialEq)]
pub enum Block {
    /// Words.
    Text(String),
    /// A call.
    ToolUse {
        /// The call.
        id: ToolUseId,
        /// The tool.
        tool: String,
        /// The input as the model wrote it.
        input: Value,
    },
}

/// A tool's result.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ToolResult {
    /// The call.
    pub call: ToolUseId,
    /// Whether it is an error.
    pub is_error: bool,
    /// As text.
    pub output: String,
    /// The CLI says that the tool did not run: it refused the call before or instead of running it.
    pub not_run: bool,
}

/// A turn's result, as the CLI claims it.
#[derive(Debug, Clone, PartialEq)]
pub struct TurnResult {
    /// `success`, `error_during_execution`, `error_max_turns`, `error_max_budget_usd`, or one not known yet.
    pub subtype: String,
    /// An error, also where the subtype says success (recording 14).
    pub is_error: bool,
    /// The session.
    pub session: Option<SessionId>,
    /// Claude's answer, or the error's text.
    pub text: String,
    /// Errors apart from it.
    pub errors: Vec<String>,
    /// Requests to the model.
    pub turns: u32,
    /// What the process cost so far.
    pub cost: MicroUsd,
    /// The HTTP status of a failed request to the model.
    pub api_status: Option<u16>,
    /// Why it ended, in the CLI's word.
    pub terminal_reason: String,
    /// The call that waits in the session.
    pub deferred: Option<ToolUseId>,
    /// Messages that wait for turns of their own.
    pub queued: u32,
    /// No message of ours caused the turn.
    pub unprompted: bool,
}
