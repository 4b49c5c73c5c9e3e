//! One process of the CLI as a state machine: lines in, signals and lines out.

use super::command::PermissionMode;
use super::ledger::{AskedBy, Ledger, RememberedCall, Standing};
use super::outgoing::{Answer, Outgoing, Prompt, RequestId};
use super::plans::Plans;
use super::signal::AnswerRefused;
use super::turn::Turn;
use serde::{Deserialize, Serialize};
use serde_json::json;
use signalbox_core::id::{SessionId, ToolUseId};

/// What a process is started for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DialogueStart {
    /// A new session.
    Fresh {
        /// What to begin with; none for a process that is started ahead of need.
        message: Option<Prompt>,
    },
    /// A session goes on in which nothing waits.
    Continued {
        /// The session, also given as [`super::CliOptions::resume`].
        session: SessionId,
        /// What to go on with; none for a process that is started ahead of need.
        message: Option<Prompt>,
    },
    /// A session goes on in which a deferred call waits: it comes again by itself, without a message.
    Deferred {
        /// The session, also given as [`super::CliOptions::resume`].
        session: SessionId,
        /// The call.
        call: ToolUseId,
    },
}

/// What a process is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// It has not answered `initialize` yet.
    Starting,
    /// It waits for a message.
    Ready,
    /// A turn is under way, and it is the CLI's move.
    Working,
    /// It waits for a decision. Silence is no fault now.
    Asking,
    /// Nothing will come of it any more.
    Ended,
}

/// What must be kept of a dialogue to go on with it after the hub's return.
///
/// Keep it with each question and answer, in the write that also keeps the place in the container's log. Lines fed
/// again from before that place do no harm; lines left out would make results look unexplained.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct DialogueMemory {
    /// Where the CLI was started.
    pub workspace: String,
    /// The CLI has answered `initialize`.
    pub initialised: bool,
    /// The session, once it is known.
    pub session: Option<SessionId>,
    /// The CLI has named the session itself.
    pub named: bool,
    /// The deferred call that this process was started for.
    pub awaited: Option<ToolUseId>,
    /// Where the turn stands.
    pub turn: Turn,
    /// The CLI no longer hears this side, so no success is believed.
    pub stdin_lost: bool,
    /// The mode that the CLI works in, as far as this side set it or led out of it.
    pub mode: PermissionMode,
    /// How many requests of ours were numbered.
    pub requests: u32,
    /// Every call asked about in this process.
    pub calls: Vec<RememberedCall>,
}

/// One process of the CLI.
#[derive(Debug)]
pub struct Dialogue {
    pub(super) workspace: String,
    first_message: Option<Prompt>,
    pub(super) awaited: Option<ToolUseId>,
    pub(super) initialised: bool,
    pub(super) session: Option<SessionId>,
    pub(super) named: bool,
    pub(super) ledger: Ledger,
    pub(super) turn: Turn,
    pub(super) stdin_lost: bool,
    pub(super) ended: bool,
    pub(super) key_refused: bool,
    pub(super) session_unknown: bool,
    pub(super) garbage: u32,
    mode: PermissionMode,
    requests: u32,
    pub(super) plans: Plans,
}

impl Dialogue {
    /// A process that is about to be started in a working directory.
    pub fn new(workspace: impl Into<String>, start: DialogueStart) -> Self {
        let (session, awaited, message) = match start {
            DialogueStart::Fresh { message } => (None, None, message),
            DialogueStart::Continued { session, message } => (Some(session), None, message),
            DialogueStart::Deferred { session, call } => (Some(session), Some(call), None),
        };
        let turn = Turn { open: awaited.is_some(), ..Turn::default() };
        let memory =
            DialogueMemory { workspace: workspace.into(), session, awaited, turn, ..DialogueMemory::default() };
        Self { first_message: message, ..Self::restored(memory) }
    }

    /// A process that went on while the hub was away. Do not [`begin`](Self::begin) it again.
    pub fn restored(memory: DialogueMemory) -> Self {
        Self {
            workspace: memory.workspace,
            first_message: None,
            awaited: memory.awaited,
            initialised: memory.initialised,
            session: memory.session,
            named: memory.named,
            ledger: Ledger::restored(memory.calls),
            turn: memory.turn,
            stdin_lost: memory.stdin_lost,
            ended: false,
            key_refused: false,
            session_unknown: false,
            garbage: 0,
            mode: memory.mode,
            requests: memory.requests,
            plans: Plans::default(),
        }
    }

    /// The same, started in this mode.
    pub fn in_mode(self, mode: PermissionMode) -> Self {
        Self { mode, ..self }
    }

    /// What to keep of it.
    pub fn memory(&self) -> DialogueMemory {
        DialogueMemory {
            workspace: self.workspace.clone(),
            initialised: self.initialised,
            session: self.session.clone(),
            named: self.named,
            awaited: self.awaited.clone(),
            turn: self.turn.clone(),
            stdin_lost: self.stdin_lost,
            mode: self.mode,
            requests: self.requests,
            calls: self.ledger.calls().to_vec(),
        }
    }

    /// What to write as soon as the process runs, at once: the CLI may already be running a deferred call.
    pub fn begin(&mut self) -> Vec<Outgoing> {
        let mut lines = vec![Outgoing::initialize()];
        if let Some(message) = self.first_message.take() {
            lines.extend(self.say(message));
        }
        lines
    }

    /// Says something to Claude. While a turn runs it is taken up in that turn or queued (recording 24).
    pub fn say(&mut self, prompt: Prompt) -> Vec<Outgoing> {
        if self.ended {
            return Vec::new();
        }
        self.turn.begin();
        vec![Outgoing::user(&prompt)]
    }

    /// Ends the running turn: a running tool is killed, an open question withdrawn (recordings 10 and 11).
    pub fn interrupt(&mut self) -> Vec<Outgoing> {
        if self.ended || !self.turn.open {
            return Vec::new();
        }
        self.turn.interrupted = true;
        vec![self.request(&json!({"subtype": "interrupt"}))]
    }

    /// Changes the model from the next request on.
    pub fn set_model(&mut self, model: &str) -> Vec<Outgoing> {
        vec![self.request(&json!({"subtype": "set_model", "model": model}))]
    }

    /// Changes the mode from the next call on (recording 33).
    pub fn set_mode(&mut self, mode: PermissionMode) -> Vec<Outgoing> {
        self.mode = mode;
        vec![self.request(&json!({"subtype": "set_permission_mode", "mode": mode.as_str()}))]
    }

    /// The mode that it works in. What the CLI itself says of it is a claim, and is not looked at.
    pub fn mode(&self) -> PermissionMode {
        self.mode
    }

    /// Claude's plan was accepted: the CLI leaves plan mode by itself (recording 09).
    pub fn plan_accepted(&mut self) {
        self.mode = PermissionMode::Default;
    }

    fn request(&mut self, request: &serde_json::Value) -> Outgoing {
        self.requests += 1;
        Outgoing::control(&format!("signalbox-{}", self.requests), request)
    }

    /// The way to the CLI is gone. It takes a closed stdin for "no" and goes on to report success (recording 12), so from
    /// now on no success is believed.
    pub fn stdin_lost(&mut self) {
        self.stdin_lost = true;
    }

    /// A line of stderr. Only one is of use: that the session to resume does not exist (recording 23).
    pub fn on_stderr(&mut self, line: &[u8]) {
        self.session_unknown |= String::from_utf8_lossy(line).contains(NO_SESSION);
    }

    /// What the process is doing.
    pub fn phase(&self) -> Phase {
        if self.ended {
            Phase::Ended
        } else if self.ledger.open().next().is_some() {
            Phase::Asking
        } else if !self.initialised {
            Phase::Starting
        } else if self.turn.open {
            Phase::Working
        } else {
            Phase::Ready
        }
    }

    /// The session, once it is known.
    pub fn session(&self) -> Option<&SessionId> {
        self.session.as_ref()
    }

    /// The questions that the CLI waits for.
    pub fn open_requests(&self) -> Vec<RequestId> {
        self.ledger.open().map(|asked| asked.request.clone()).collect()
    }

    /// Whether an open question can be answered [`Answer::Defer`]. What cannot is paused with its container instead.
    pub fn may_defer(&self, request: &RequestId) -> bool {
        let others_open = self.ledger.open().any(|asked| asked.request != *request);
        let by_hook = self.ledger.open().any(|asked| asked.request == *request && asked.by == AskedBy::Hook);
        let by_subagent = self
            .ledger
            .calls()
            .iter()
            .any(|call| call.by_subagent && call.asked.iter().any(|asked| asked.request == *request));
        by_hook && !by_subagent && !others_open && self.ledger.deferred().is_none()
    }

    /// Decides an open question. The same decision may be given again, when it is not known whether it was written
    /// before the hub went away: it is written again, and the CLI ignores it if it had it.
    ///
    /// # Errors
    /// The answer cannot be given now; see [`AnswerRefused`].
    pub fn answer(&mut self, request: &RequestId, answer: Answer) -> Result<Vec<Outgoing>, AnswerRefused> {
        let others_open = self.ledger.open().any(|asked| asked.request != *request);
        let deferred_before = self.ledger.deferred().is_some();
        let ended = self.ended;
        let (call, by) = self.ledger.by_request(request).ok_or(AnswerRefused::NotOpen)?;
        match (&call.standing, &answer) {
            (Standing::Withdrawn | Standing::Finished, _) => return Err(AnswerRefused::NotOpen),
            (Standing::Open, Answer::Allow { .. }) if ended => return Err(AnswerRefused::NotOpen),
            (Standing::Open, Answer::Defer) if call.by_subagent => return Err(AnswerRefused::SubagentDefer),
            (Standing::Open, Answer::Defer) if by == AskedBy::Permission => return Err(AnswerRefused::CannotDefer),
            (Standing::Open, Answer::Defer) if deferred_before => return Err(AnswerRefused::SecondDefer),
            (Standing::Open, Answer::Defer) if others_open => return Err(AnswerRefused::OthersOpen),
            (Standing::Open, _) => {}
            (standing, answer) if *standing == decided(answer) => {}
            _ => return Err(AnswerRefused::AlreadyAnswered),
        }
        call.standing = decided(&answer);
        Ok(vec![Outgoing::answer(request, by, &answer)])
    }
}

/// What stderr says when the session to resume does not exist (recording 23).
pub(super) const NO_SESSION: &str = "No conversation found with session ID";

fn decided(answer: &Answer) -> Standing {
    match answer {
        Answer::Allow { updated_input } => Standing::Allowed { updated_input: updated_input.clone() },
        Answer::Deny { reason } => Standing::Denied { reason: reason.clone() },
        Answer::Defer => Standing::Deferred,
    }
}
