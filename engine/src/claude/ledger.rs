//! The calls of one process: what was asked, what was answered, what has its result.
//!
//! An entry is bound to tool and input. The same call asked in other words is a replaced question, and that is a breach:
//! nobody but a process of the sandbox could have written it.

use super::outgoing::RequestId;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use signalbox_core::id::ToolUseId;
use signalbox_core::tool::{CallHash, ToolCall};

/// Which of its two ways the CLI asked by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AskedBy {
    /// The `PreToolUse` hook.
    Hook,
    /// `can_use_tool`.
    Permission,
}

/// One question about a call.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Asked {
    /// The CLI's id of the question.
    pub request: RequestId,
    /// How it was asked.
    pub by: AskedBy,
}

/// Where a call stands.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// The CLI waits for the decision.
    Open,
    /// It may run.
    Allowed {
        /// The input it runs with, where that is not the one asked about.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        updated_input: Option<Value>,
    },
    /// It must not run.
    Denied {
        /// What Claude was told.
        reason: String,
    },
    /// It comes again when the session is resumed.
    Deferred,
    /// The CLI took its question back.
    Withdrawn,
    /// It has its result.
    Finished,
}

/// One call, as far as it must be remembered. Small: the input is kept as its hash.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RememberedCall {
    /// The call.
    pub id: ToolUseId,
    /// The hash of tool and input, without the working directory, which a permission question does not tell.
    pub hash: CallHash,
    /// A subagent makes it.
    pub by_subagent: bool,
    /// The questions about it, in order.
    pub asked: Vec<Asked>,
    /// Where it stands.
    pub standing: Standing,
}

impl RememberedCall {
    /// A call that has just been asked about.
    pub fn new(call: &ToolCall, asked: Asked) -> Self {
        let by_subagent = call.agent.is_some();
        Self { id: call.id.clone(), hash: fingerprint(call), by_subagent, asked: vec![asked], standing: Standing::Open }
    }

    fn was_asked(&self, request: &RequestId) -> Option<AskedBy> {
        self.asked.iter().find(|asked| asked.request == *request).map(|asked| asked.by)
    }

    fn was_asked_by(&self, by: AskedBy) -> bool {
        self.asked.iter().any(|asked| asked.by == by)
    }
}

/// The hash of tool and input.
pub(super) fn fingerprint(call: &ToolCall) -> CallHash {
    ToolCall { cwd: String::new(), ..call.clone() }.hash()
}

/// What a question turned out to be.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Question {
    /// A new call: it must be decided.
    New,
    /// The same line once more; it needs no answer.
    Repeated,
    /// The second way of asking about a call that was allowed: the answer is known.
    AllowedBefore {
        /// The input it runs with, where that is not the one asked about.
        updated_input: Option<Value>,
    },
    /// It must be refused.
    Refused {
        /// What Claude is told.
        reason: String,
        /// It is the second way of asking about a call that was denied; else it should not have come.
        known: bool,
    },
    /// The defer was not taken: the call is refused, and the question it was the answer to is void.
    DeferIgnored {
        /// The deferred question.
        deferred: RequestId,
        /// What Claude is told.
        reason: String,
    },
    /// Another call under a known id.
    Replaced,
}

/// All calls of one process.
#[derive(Debug, Default)]
pub(super) struct Ledger {
    calls: Vec<RememberedCall>,
}

impl Ledger {
    pub(super) fn restored(calls: Vec<RememberedCall>) -> Self {
        Self { calls }
    }

    pub(super) fn calls(&self) -> &[RememberedCall] {
        &self.calls
    }

    pub(super) fn get_mut(&mut self, id: &ToolUseId) -> Option<&mut RememberedCall> {
        self.calls.iter_mut().rev().find(|call| call.id == *id)
    }

    /// The call a question is about, and how it was asked.
    pub(super) fn by_request(&mut self, request: &RequestId) -> Option<(&mut RememberedCall, AskedBy)> {
        self.calls.iter_mut().rev().find_map(|call| call.was_asked(request).map(|by| (call, by)))
    }

    /// The open questions: of each open call the one that must be answered.
    pub(super) fn open(&self) -> impl Iterator<Item = &Asked> {
        self.calls.iter().filter(|call| call.standing == Standing::Open).filter_map(|call| call.asked.last())
    }

    pub(super) fn deferred(&self) -> Option<&RememberedCall> {
        self.calls.iter().find(|call| call.standing == Standing::Deferred)
    }

    /// Takes a question in and says what it is.
    pub(super) fn ask(&mut self, call: &ToolCall, asked: Asked) -> Question {
        let hash = fingerprint(call);
        if let Some((known, _)) = self.by_request(&asked.request) {
            let same = known.id == call.id && known.hash == hash;
            return if same { Question::Repeated } else { Question::Replaced };
        }
        match self.get_mut(&call.id) {
            None => {
                self.calls.push(RememberedCall::new(call, asked));
                Question::New
            }
            Some(known) if known.hash != hash || known.by_subagent != call.agent.is_some() => Question::Replaced,
            Some(known) => ask_again(known, asked),
        }
    }
}

/// A further question about the same call.
fn ask_again(known: &mut RememberedCall, asked: Asked) -> Question {
    let second_way = asked.by == AskedBy::Permission && !known.was_asked_by(AskedBy::Permission);
    let request = asked.request.clone();
    known.asked.push(asked);
    match (&known.standing, second_way) {
        (Standing::Allowed { updated_input }, true) => Question::AllowedBefore { updated_input: updated_input.clone() },
        (Standing::Denied { reason }, _) => Question::Refused { reason: reason.clone(), known: true },
        (Standing::Deferred, true) => {
            known.standing = Standing::Denied { reason: DEFER_IGNORED.to_owned() };
            let deferred = known.asked.first().map_or(request, |first| first.request.clone());
            Question::DeferIgnored { deferred, reason: DEFER_IGNORED.to_owned() }
        }
        (Standing::Open, _) => {
            // The first question stays the one to answer.
            known.asked.pop();
            Question::Refused { reason: ASKED_TWICE.to_owned(), known: false }
        }
        (Standing::Allowed { .. } | Standing::Deferred | Standing::Withdrawn | Standing::Finished, _) => {
            Question::Refused { reason: ASKED_TWICE.to_owned(), known: false }
        }
    }
}

/// What Claude is told when the CLI did not take a defer.
pub(super) const DEFER_IGNORED: &str = "This call could not be kept waiting. Make it again, alone.";

/// What Claude is told when one call is asked about again.
const ASKED_TWICE: &str = "This call was asked about before. Make a new one if it is still needed.";
