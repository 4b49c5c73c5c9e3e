//! The gate: what is done with one tool call, as a pure function of what is recorded and what policy says.
//!
//! A recorded decision binds exactly one call: tool, input and working directory by hash, and the CLI's id of the call. It
//! is handed to the CLI once; the same request may be told again (a hub that was restarted does not know whether its answer
//! arrived, and the CLI ignores repetitions), another request for the same call is asked anew.

use crate::store::GateRecord;
use signalbox_core::approval::{Approval, ApprovalState};
use signalbox_core::event::{DecidedBy, GateAnswer};
use signalbox_core::policy::{Basis, Decision, Verdict};
use signalbox_core::port::Asking;
use signalbox_core::tool::{CallHash, ToolCall};

/// What the gate looks at.
pub(crate) struct Case<'a> {
    /// The call.
    pub(crate) call: &'a ToolCall,
    /// The CLI's request that wants an answer.
    pub(crate) request: &'a str,
    /// What was answered to this call before, in order.
    pub(crate) records: &'a [GateRecord],
    /// The approvals there were for this call, in order.
    pub(crate) approvals: &'a [Approval],
    /// What policy and grants say.
    pub(crate) verdict: &'a Verdict,
    /// What the requester wants done with questions.
    pub(crate) asking: Asking,
    /// The process has a deferred call already: nothing more can be asked in it.
    pub(crate) after_defer: bool,
}

/// What the gate does.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Move {
    /// The same request was answered before: the same answer again.
    Repeat(Box<GateRecord>),
    /// People are asked already, by this approval.
    Await(Box<Approval>),
    /// People have decided: their yes is handed over, unless it was handed to another request before.
    HandOver(Box<Approval>),
    /// People are asked now.
    Ask {
        /// It was allowed before and may have run already.
        may_have_run: bool,
    },
    /// It runs, on this ground.
    Allow(DecidedBy, String),
    /// It does not run, on this ground.
    Deny(DecidedBy, String),
}

/// What to do with a call.
pub(crate) fn next_move(case: &Case<'_>) -> Move {
    let hash = case.call.hash();
    if let Some(record) = case.records.iter().rev().find(|record| record.request == case.request && record.hash == hash)
    {
        return Move::Repeat(Box::new(record.clone()));
    }
    if case.records.iter().any(|record| record.hash != hash) && !moved(case) {
        // The CLI never changes a call's input; something else in the sandbox speaks in its name.
        return deny("a call with this id was made before with another input");
    }
    let approval = case.approvals.iter().rev().find(|approval| approval.hash == hash);
    match approval.map(|approval| (approval, approval.state)) {
        Some((approval, ApprovalState::Open)) => return Move::Await(Box::new(approval.clone())),
        Some((approval, ApprovalState::Denied)) => return Move::HandOver(Box::new(approval.clone())),
        Some((approval, ApprovalState::Allowed)) if !was_handed_over(case, approval, &hash) => {
            return Move::HandOver(Box::new(approval.clone()));
        }
        Some((approval, ApprovalState::Void)) if approval.parked => {
            return deny("nobody decided in time; ask again if it is still needed");
        }
        Some((_, ApprovalState::Allowed | ApprovalState::Void)) | None => {}
    }
    let may_have_run = case.records.iter().any(|record| record.answer == GateAnswer::Allow);
    by_policy(case, may_have_run)
}

/// Whether this is a call that people were asked about, only from another directory: a resumed session forgets where it
/// stood (measured), and what was allowed there is not allowed here.
fn moved(case: &Case<'_>) -> bool {
    let same = |approval: &Approval| approval.call.tool == case.call.tool && approval.call.input == case.call.input;
    case.approvals.iter().any(|approval| same(approval) && approval.call.cwd != case.call.cwd)
}

fn was_handed_over(case: &Case<'_>, approval: &Approval, hash: &CallHash) -> bool {
    case.records.iter().any(|record| {
        let by_it = matches!(&record.by, DecidedBy::Approval(id) if *id == approval.id);
        by_it && record.hash == *hash && record.answer == GateAnswer::Allow
    })
}

fn by_policy(case: &Case<'_>, may_have_run: bool) -> Move {
    let verdict = case.verdict;
    let rule = || match &verdict.rule {
        Basis::Grant(grant) => DecidedBy::Grant(grant.to_string()),
        Basis::Policy(rule) => DecidedBy::Policy(rule.clone()),
    };
    match verdict.decision {
        Decision::Deny => Move::Deny(rule(), verdict.reason.clone()),
        // What may have run once already is not run again without a person's word, whatever policy says.
        Decision::Allow if !may_have_run => Move::Allow(rule(), verdict.reason.clone()),
        Decision::Allow | Decision::Ask if case.after_defer => {
            deny("another call waits for people; ask for this one again after it")
        }
        Decision::Allow | Decision::Ask => match case.asking {
            Asking::DenyAll => deny("this call needs a person's word, and nobody can be asked in this task"),
            Asking::AllowAll if !verdict.dangerous && !may_have_run => Move::Allow(
                DecidedBy::Grant("the requester allowed everything beforehand".to_owned()),
                verdict.reason.clone(),
            ),
            Asking::AllowAll | Asking::Ask => Move::Ask { may_have_run },
        },
    }
}

fn deny(reason: &str) -> Move {
    Move::Deny(DecidedBy::Engine("gate".to_owned()), reason.to_owned())
}
