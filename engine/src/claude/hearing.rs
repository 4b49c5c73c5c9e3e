//! What a dialogue makes of each line.
//!
//! A breach is evidence that a tool ran unallowed, or that a question was put in another's place. Whatever else does not
//! fit is only [`Signal::Unexpected`]: another session's name, a second result, an end that nobody waited for. It is not
//! believed and changes nothing.

use super::dialogue::{Dialogue, Phase};
use super::incoming::{Block, Incoming, ToolResult};
use super::ledger::{Asked, AskedBy, Question, Standing};
use super::outgoing::{Answer, INITIALIZE, Outgoing, RequestId};
use super::read::read_line;
use super::signal::{Signal, TurnEnd};
use signalbox_core::id::{SessionId, ToolUseId};
use signalbox_core::tool::ToolCall;

/// So many lines that are no messages are put up with.
const GARBAGE_LIMIT: u32 = 20;

/// What Claude is told of a call whose question could not be read.
const UNREADABLE: &str = "The question about this call could not be read, so it is refused.";

/// What Claude is told of a call that comes after the end.
const TOO_LATE: &str = "This run has ended.";

impl Dialogue {
    /// Takes a line of stdout, with or without its newline.
    pub fn on_line(&mut self, line: &[u8]) -> Vec<Signal> {
        if line.trim_ascii().is_empty() {
            return Vec::new();
        }
        match read_line(line) {
            Incoming::HookCallback { request, call } => self.on_question(request, call, AskedBy::Hook),
            Incoming::CanUseTool { request, call } => self.on_question(request, call, AskedBy::Permission),
            Incoming::UnreadableRequest { request, kind } => on_unreadable(&request, &kind),
            Incoming::ToolResults { results } => {
                results.into_iter().flat_map(|result| self.on_result(result)).collect()
            }
            // After the end only what could still do harm is listened to.
            _ if self.ended => Vec::new(),
            Incoming::SystemInit { session, model, cli_version, cwd, permission_mode: _, tools } => {
                self.on_init(cwd, Signal::SessionStarted { session, model, cli_version, tools })
            }
            Incoming::AssistantBlocks { api_error: true, .. } | Incoming::Unknown { .. } => Vec::new(),
            Incoming::AssistantBlocks { blocks, agent, api_error: false } => {
                blocks.into_iter().map(|block| self.on_block(block, agent.clone())).collect()
            }
            Incoming::StreamDelta { text } => vec![Signal::TextDelta { text }],
            Incoming::ControlResponse { request, outcome } => self.on_response(&request, outcome),
            Incoming::ControlCancel { request } => self.on_cancel(request),
            Incoming::ApiRetry { attempt, max, delay_ms, status, message } => {
                self.on_retry(status, Signal::ApiRetry { attempt, max, delay_ms, status, message })
            }
            Incoming::BackgroundChanged { running } => {
                self.turn.background = running;
                Vec::new()
            }
            Incoming::TurnResult(result) => self.on_turn_result(result),
            Incoming::Garbage { why } => self.on_garbage(&why),
        }
    }

    fn on_init(&mut self, cwd: String, started: Signal) -> Vec<Signal> {
        let Signal::SessionStarted { session, .. } = &started else { return Vec::new() };
        if !self.is_ours(session) {
            return unexpected("another session's name");
        }
        // A line is a claim: the workspace stays the one that the process was started in.
        if cwd != self.workspace {
            tracing::debug!(%cwd, "the CLI works in another directory than it was started in");
        }
        self.session = Some(session.clone());
        if std::mem::replace(&mut self.named, true) { Vec::new() } else { vec![started] }
    }

    pub(super) fn is_ours(&self, session: &SessionId) -> bool {
        self.session.as_ref().is_none_or(|ours| ours == session)
    }

    fn on_block(&mut self, block: Block, agent: Option<String>) -> Signal {
        match block {
            Block::Text(text) => Signal::Text { text, agent },
            Block::ToolUse { id, tool, input } => {
                self.plans.see(&id, &tool, &input);
                Signal::ToolCalled { call: id, tool, input, agent }
            }
        }
    }

    fn on_question(&mut self, request: RequestId, mut call: ToolCall, by: AskedBy) -> Vec<Signal> {
        if self.ended {
            return vec![refuse(&request, by, TOO_LATE)];
        }
        if call.cwd.is_empty() {
            // Only on the resume of a deferred call does a permission question come first, and then nothing has run yet.
            call.cwd.clone_from(&self.workspace);
        }
        match self.ledger.ask(&call, Asked { request: request.clone(), by }) {
            Question::New => {
                let after_defer = self.awaited.as_ref() == Some(&call.id);
                let plan = self.plans.of(&call.id, &call.tool, &call.input);
                vec![Signal::AskGate { request, call, after_defer, plan }]
            }
            Question::Repeated => Vec::new(),
            Question::AllowedBefore { updated_input } => {
                vec![Signal::Write(Outgoing::answer(&request, by, &Answer::Allow { updated_input }))]
            }
            Question::Refused { reason, known: true } => vec![refuse(&request, by, &reason)],
            Question::Refused { reason, known: false } => {
                let mut signals = vec![refuse(&request, by, &reason)];
                signals.extend(unexpected("a call was asked about again"));
                signals
            }
            Question::DeferIgnored { deferred, reason } => {
                vec![refuse(&request, by, &reason), Signal::AskWithdrawn { request: deferred, call: call.id }]
            }
            Question::Replaced => {
                let mut signals = vec![refuse(&request, by, UNREADABLE)];
                signals
                    .push(self.breach(Some(call.id), "another call was put in the place of one that was asked about"));
                signals
            }
        }
    }

    fn on_result(&mut self, result: ToolResult) -> Vec<Signal> {
        let ToolResult { call: id, is_error, output, not_run } = result;
        let interrupted = self.turn.interrupted && is_error;
        let Some(call) = self.ledger.get_mut(&id) else {
            // The CLI refuses some calls before it asks anybody: unknown tools, inputs that do not fit.
            if not_run || interrupted {
                return vec![Signal::ToolFinished { call: id, is_error, output, allowed: false }];
            }
            return vec![self.breach(Some(id), "a tool ran that was never asked about")];
        };
        let standing = std::mem::replace(&mut call.standing, Standing::Finished);
        let refused = is_error && (not_run || interrupted);
        let asked = call.asked.first().map(|asked| asked.request.clone());
        match standing {
            Standing::Allowed { .. } => vec![Signal::ToolFinished { call: id, is_error, output, allowed: true }],
            Standing::Finished => unexpected("a second result of one call"),
            Standing::Denied { reason } if refused || (is_error && says(&output, &reason)) => {
                vec![Signal::ToolFinished { call: id, is_error, output, allowed: false }]
            }
            Standing::Open | Standing::Deferred if refused => {
                // The CLI decided for itself: that is what it does when its stdin is closed (recording 12).
                self.stdin_lost |= !interrupted && standing == Standing::Open;
                let withdrawn = asked.map(|request| Signal::AskWithdrawn { request, call: id.clone() });
                let finished = Signal::ToolFinished { call: id, is_error, output, allowed: false };
                withdrawn.into_iter().chain([finished]).collect()
            }
            Standing::Withdrawn if is_error => {
                vec![Signal::ToolFinished { call: id, is_error, output, allowed: false }]
            }
            Standing::Denied { .. } | Standing::Open | Standing::Deferred | Standing::Withdrawn => {
                vec![self.breach(Some(id), "a tool ran that was not allowed")]
            }
        }
    }

    fn on_response(&mut self, request: &RequestId, outcome: Result<String, String>) -> Vec<Signal> {
        match outcome {
            Ok(cli_version) if request.as_str() == INITIALIZE => {
                let again = std::mem::replace(&mut self.initialised, true);
                if again { Vec::new() } else { vec![Signal::Initialised { cli_version }] }
            }
            Ok(_) => Vec::new(),
            Err(_) if request.as_str() == INITIALIZE && self.phase() == Phase::Starting => {
                self.end(TurnEnd::Broken { why: "the CLI refused `initialize`".to_owned() })
            }
            Err(_) => unexpected("a request of ours was refused"),
        }
    }

    fn on_cancel(&mut self, request: RequestId) -> Vec<Signal> {
        match self.ledger.by_request(&request) {
            Some((call, _)) if call.standing == Standing::Open => {
                call.standing = Standing::Withdrawn;
                let call = call.id.clone();
                vec![Signal::AskWithdrawn { request, call }]
            }
            _ => Vec::new(),
        }
    }

    fn on_retry(&mut self, status: Option<u16>, retry: Signal) -> Vec<Signal> {
        let refused = status.filter(|status| matches!(status, 401 | 403) && !self.key_refused);
        self.key_refused |= refused.is_some();
        [Some(retry), refused.map(|status| Signal::KeyRefused { status })].into_iter().flatten().collect()
    }

    fn on_garbage(&mut self, why: &str) -> Vec<Signal> {
        self.garbage += 1;
        tracing::warn!(why, "a line of the CLI is no message of the protocol");
        if self.garbage > GARBAGE_LIMIT {
            return self.end(TurnEnd::Broken { why: format!("more than {GARBAGE_LIMIT} lines were no messages") });
        }
        unexpected("a line that is no message of the protocol")
    }

    pub(super) fn end(&mut self, end: TurnEnd) -> Vec<Signal> {
        self.ended = true;
        self.turn.open = false;
        vec![Signal::TurnEnded(end)]
    }

    fn breach(&mut self, call: Option<ToolUseId>, why: &str) -> Signal {
        self.ended = true;
        Signal::Breach { call, why: why.to_owned() }
    }
}

fn on_unreadable(request: &RequestId, kind: &str) -> Vec<Signal> {
    let answer = match kind {
        "hook_callback" => refuse(request, AskedBy::Hook, UNREADABLE),
        "can_use_tool" => refuse(request, AskedBy::Permission, UNREADABLE),
        _ => Signal::Write(Outgoing::unsupported(request)),
    };
    let mut signals = vec![answer];
    signals.extend(unexpected("a question that cannot be read"));
    signals
}

fn refuse(request: &RequestId, by: AskedBy, reason: &str) -> Signal {
    Signal::Write(Outgoing::answer(request, by, &Answer::Deny { reason: reason.to_owned() }))
}

/// Whether a refusal carries the reason that was given for it.
fn says(output: &str, reason: &str) -> bool {
    output.contains(reason.trim())
}

pub(super) fn unexpected(what: &str) -> Vec<Signal> {
    vec![Signal::Unexpected { what: what.to_owned() }]
}
