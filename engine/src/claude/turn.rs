//! How a turn ends: what of the CLI's result is believed, and what an exit means.

use super::dialogue::{Dialogue, NO_SESSION};
use super::hearing::unexpected;
use super::incoming::TurnResult;
use super::signal::{Signal, TurnEnd};
use serde::{Deserialize, Serialize};
use signalbox_core::id::ToolUseId;
use signalbox_core::money::MicroUsd;

/// An answer that is kept until background work has reported.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HeldAnswer {
    /// The answer.
    pub text: String,
    /// What the process cost so far.
    pub cost: MicroUsd,
    /// Requests to the model.
    pub turns: u32,
}

/// Where the turn stands.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Turn {
    /// A turn was begun by a message or a deferred call, and has no result yet.
    pub open: bool,
    /// It was interrupted by us.
    pub interrupted: bool,
    /// How many background tasks run.
    pub background: usize,
    /// The answer that waits for them.
    pub held: Option<HeldAnswer>,
}

impl Turn {
    pub(super) fn begin(&mut self) {
        self.open = true;
        self.interrupted = false;
        self.held = None;
    }
}

impl Dialogue {
    pub(super) fn on_turn_result(&mut self, result: TurnResult) -> Vec<Signal> {
        if result.errors.iter().any(|error| error.contains(NO_SESSION)) && !self.named {
            return self.end(TurnEnd::SessionUnknown);
        }
        if result.session.as_ref().is_some_and(|session| !self.is_ours(session)) {
            return unexpected("a result of another session");
        }
        if !self.turn.open {
            return if result.unprompted && !result.is_error {
                vec![Signal::BackgroundReported { text: result.text }]
            } else {
                unexpected("a result that no turn waits for")
            };
        }
        match (result.subtype.as_str(), result.is_error) {
            ("success", false) => self.on_success(result),
            ("error_max_turns", _) => self.close(TurnEnd::TurnLimit),
            ("error_max_budget_usd", _) => self.close(TurnEnd::BudgetLimit),
            _ if self.turn.interrupted => self.close(TurnEnd::Interrupted),
            ("success", true) => self.close(TurnEnd::ApiFailed { status: result.api_status, message: result.text }),
            (subtype, _) => {
                let why = format!("the CLI ended the turn with `{subtype}`: {}", result.errors.join("; "));
                self.close(TurnEnd::Broken { why })
            }
        }
    }

    fn on_success(&mut self, result: TurnResult) -> Vec<Signal> {
        if let Some(why) = self.disbelief(result.deferred.as_ref()) {
            return self.end(TurnEnd::Broken { why: why.to_owned() });
        }
        if let Some(call) = result.deferred {
            return self.end(TurnEnd::Deferred { call });
        }
        let held = HeldAnswer { text: result.text, cost: result.cost, turns: result.turns };
        if result.queued > 0 {
            // A message that came meanwhile has a turn of its own, and its answer is the last one.
            return Vec::new();
        }
        if self.turn.background > 0 {
            self.turn.held = Some(held);
            return vec![Signal::BackgroundRuns { tasks: self.turn.background }];
        }
        self.close(answered(held))
    }

    /// Why a success cannot be.
    fn disbelief(&self, deferred: Option<&ToolUseId>) -> Option<&'static str> {
        let ours = self.ledger.deferred().map(|call| &call.id);
        let open = self.ledger.open().next().is_some();
        match (deferred, ours) {
            _ if self.stdin_lost => Some("the CLI reports success after its stdin was lost"),
            // A background subagent may ask while the main agent has answered; its answer is held.
            _ if open && self.turn.background == 0 => Some("the CLI reports success while a question is open"),
            (Some(theirs), Some(ours)) if theirs == ours => None,
            (Some(_), _) => Some("the CLI says that another call waits than the one that was deferred"),
            (None, Some(_)) => Some("the CLI dropped the call that was deferred"),
            (None, None) => None,
        }
    }

    /// Ends the turn; the process may take another message.
    fn close(&mut self, end: TurnEnd) -> Vec<Signal> {
        self.turn = Turn { background: self.turn.background, ..Turn::default() };
        self.ended |= matches!(end, TurnEnd::Broken { .. });
        vec![Signal::TurnEnded(end)]
    }

    /// The process is gone. Returns the turn's end if one is owed; none if the turn had ended or none was under way.
    pub fn on_exit(&mut self, code: Option<i64>) -> Option<TurnEnd> {
        let owed = !self.ended && (self.turn.open || !self.initialised);
        self.ended = true;
        if !owed {
            return None;
        }
        self.turn.open = false;
        let code = code.map_or_else(|| "no status".to_owned(), |code| format!("status {code}"));
        Some(match self.turn.held.take() {
            _ if self.session_unknown && !self.named => TurnEnd::SessionUnknown,
            _ if self.turn.interrupted => TurnEnd::Interrupted,
            Some(held) if self.disbelief(None).is_none() => answered(held),
            _ if !self.initialised => TurnEnd::Broken { why: format!("the CLI ended with {code} before it was ready") },
            _ => TurnEnd::Broken { why: format!("the CLI ended with {code} in the middle of the turn") },
        })
    }
}

fn answered(held: HeldAnswer) -> TurnEnd {
    TurnEnd::Answered { text: held.text, cost: held.cost, turns: held.turns }
}
