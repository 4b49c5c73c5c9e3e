//! What a dialogue tells the worker.

use super::outgoing::{Outgoing, RequestId};
use serde_json::Value;
use signalbox_core::id::{SessionId, ToolUseId};
use signalbox_core::money::MicroUsd;
use signalbox_core::tool::ToolCall;

/// Something the worker must hear of, in the order it happened.
#[derive(Debug, Clone, PartialEq)]
pub enum Signal {
    /// Write this to the CLI: a refusal, or the second half of an answer that was given already.
    Write(Outgoing),
    /// The CLI answered `initialize`; all that its start costs is paid.
    Initialised {
        /// Its version, as it says.
        cli_version: String,
    },
    /// The CLI named its session; once in a process.
    SessionStarted {
        /// The session.
        session: SessionId,
        /// The model in use.
        model: String,
        /// The CLI's version.
        cli_version: String,
        /// The tools that Claude has.
        tools: Vec<String>,
    },
    /// A piece of text as the model writes it; subagents' are left out.
    TextDelta {
        /// The piece.
        text: String,
    },
    /// Claude said something.
    Text {
        /// What it said, whole.
        text: String,
        /// The subagent that said it, if one did.
        agent: Option<String>,
    },
    /// Claude wants to call a tool. The gate is asked apart, and perhaps with another form of the same input.
    ToolCalled {
        /// The call.
        call: ToolUseId,
        /// The tool.
        tool: String,
        /// The input as the model wrote it.
        input: Value,
        /// The subagent that calls, if one does.
        agent: Option<String>,
    },
    /// The CLI waits for a decision: [`super::Dialogue::answer`].
    AskGate {
        /// The question.
        request: RequestId,
        /// The call, with the input it will run with.
        call: ToolCall,
        /// It was deferred in an earlier process and comes again.
        after_defer: bool,
        /// The plan's text, where the call is `ExitPlanMode`: its input does not carry it.
        plan: Option<String>,
    },
    /// The CLI no longer waits for this decision, or did not take the `defer` that it was given: void its approval.
    AskWithdrawn {
        /// The question.
        request: RequestId,
        /// The call.
        call: ToolUseId,
    },
    /// A tool ran, or was refused, and Claude has its result.
    ToolFinished {
        /// The call.
        call: ToolUseId,
        /// Whether the result is an error.
        is_error: bool,
        /// The result as text; pictures are named by their type.
        output: String,
        /// Whether it ran by a decision of ours; else the result says why it did not.
        allowed: bool,
    },
    /// A tool ran that was not allowed, or a question was put in another's place. Kill the container.
    Breach {
        /// The call, where one is known.
        call: Option<ToolUseId>,
        /// What was seen.
        why: String,
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
    /// The model's side refused the key (recording 13): waiting for the CLI to give up would take minutes. Once.
    KeyRefused {
        /// 401 or 403.
        status: u16,
    },
    /// The turn's answer is there, but so many background tasks still run; the turn ends when they have reported.
    BackgroundRuns {
        /// How many.
        tasks: usize,
    },
    /// An answer that nobody asked for, after the turn's end: background work has reported (recordings 31 and 45).
    BackgroundReported {
        /// What Claude says of it.
        text: String,
    },
    /// The turn is over.
    TurnEnded(TurnEnd),
    /// A claim that contradicts what is known and is not believed. Nothing ran or will run by it.
    Unexpected {
        /// What was seen; no content of messages.
        what: String,
    },
}

/// How a turn ended.
#[derive(Debug, Clone, PartialEq)]
pub enum TurnEnd {
    /// Claude has answered.
    Answered {
        /// The answer.
        text: String,
        /// What the process cost so far, as the CLI reckons.
        cost: MicroUsd,
        /// How many requests to the model the turn took.
        turns: u32,
    },
    /// The call waits in the session; the process ends by itself.
    Deferred {
        /// The call.
        call: ToolUseId,
    },
    /// It was interrupted by us.
    Interrupted,
    /// The model's side failed for good.
    ApiFailed {
        /// The HTTP status, where there was an answer.
        status: Option<u16>,
        /// What it said.
        message: String,
    },
    /// The limit of turns was reached.
    TurnLimit,
    /// The CLI's own budget was reached.
    BudgetLimit,
    /// The session to resume does not exist.
    SessionUnknown,
    /// The CLI died, broke the protocol or claimed an end that cannot be.
    Broken {
        /// What was seen.
        why: String,
    },
}

/// Why an answer was not taken. Nothing was written; where `Defer` was refused, deny instead.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AnswerRefused {
    /// No such question is open: it was withdrawn, its call has its result, or it was never asked.
    #[error("no such question is open")]
    NotOpen,
    /// It was answered otherwise before.
    #[error("the question was answered otherwise before")]
    AlreadyAnswered,
    /// This process has deferred a call already; the CLI would lose one of them (recording 38).
    #[error("a call was deferred in this process already")]
    SecondDefer,
    /// A subagent's call; the CLI would drop it and report success (recording 46). Its container can be paused.
    #[error("a subagent's call cannot be deferred")]
    SubagentDefer,
    /// Other questions are open at the same time.
    #[error("other questions are open besides this one")]
    OthersOpen,
    /// It came as a permission question, which knows no defer.
    #[error("a permission question cannot be deferred")]
    CannotDefer,
}
