//! The gate: what is done with one tool call, as a pure function of what is recorded and what policy says.
//!
//! A recorded decision binds exactly one call: tool, input and working directory by hash, and the CLI's id of the call. It
//! is handed to the CLI once; the same request may be told again (a hub that was restarted does not know whether its answer
//! arrived, and the CLI ignores repetitions), another request for the same call is asked anew.

use crate::store::GateRecord;
use signalbox_core::approval::{Approval, ApprovalKind, ApprovalState};
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
    // A yes beforehand answers no question of Claude's.
    let is_question = ApprovalKind::of(case.call) == ApprovalKind::Question;
    match verdict.decision {
        Decision::Deny => Move::Deny(rule(), verdict.reason.clone()),
        // What may have run once already is not run again without a person's word, whatever policy says.
        Decision::Allow if !may_have_run => Move::Allow(rule(), verdict.reason.clone()),
        Decision::Allow | Decision::Ask if case.after_defer => {
            deny("another call waits for people; ask for this one again after it")
        }
        Decision::Allow | Decision::Ask => match case.asking {
            Asking::DenyAll => deny("this call needs a person's word, and nobody can be asked in this task"),
            Asking::AllowAll if !verdict.dangerous && !may_have_run && !is_question => Move::Allow(
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

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;
    use signalbox_core::approval::{Context, Decision as Decided, Saying};
    use signalbox_core::id::{ApprovalId, ConversationId, ProjectId, RunId, TaskId, ToolUseId, UserId};
    use signalbox_core::time::Timestamp;

    fn call(command: &str, cwd: &str) -> ToolCall {
        let input = json!({ "command": command });
        ToolCall { id: ToolUseId::new("toolu_1"), tool: "Bash".to_owned(), input, cwd: cwd.to_owned(), agent: None }
    }

    fn approval(call: &ToolCall, state: ApprovalState) -> Approval {
        let at = Timestamp::from_millis(1);
        let saying = match state {
            ApprovalState::Allowed => Some(Saying::Allow),
            ApprovalState::Denied => Some(Saying::Deny { reason: None }),
            ApprovalState::Open | ApprovalState::Void => None,
        };
        let decided =
            |saying| Decided { by: UserId::new("ann"), name: "Ann".to_owned(), place: None, at, saying, grant: None };
        Approval {
            id: ApprovalId::from_entropy(7),
            task: TaskId::from_entropy(1),
            run: RunId::new("r"),
            conversation: ConversationId::new("c"),
            project: ProjectId::new("p"),
            requester: UserId::new("ann"),
            kind: ApprovalKind::Tool,
            call: call.clone(),
            hash: call.hash(),
            request: "old".to_owned(),
            reason: String::new(),
            dangerous: false,
            may_have_run: false,
            votes_needed: 1,
            state,
            parked: true,
            decision: saying.map(decided),
            opened_at: at,
            expires_at: at,
            context: Context::default(),
        }
    }

    fn record(call: &ToolCall, request: &str, answer: GateAnswer, by: DecidedBy) -> GateRecord {
        GateRecord {
            task: TaskId::from_entropy(1),
            call: call.id.clone(),
            round: 1,
            hash: call.hash(),
            answer,
            by,
            reason: "said so".to_owned(),
            run: RunId::new("r"),
            request: request.to_owned(),
            consumed: true,
            at: Timestamp::from_millis(1),
        }
    }

    fn by_approval() -> DecidedBy {
        DecidedBy::Approval(ApprovalId::from_entropy(7))
    }

    fn verdict(decision: Decision) -> Verdict {
        Verdict { decision, reason: "rule".to_owned(), rule: Basis::Policy("rule".to_owned()), dangerous: false }
    }

    /// A call that policy asks about, asked again by a new request.
    fn judged(call: &ToolCall, records: &[GateRecord], approvals: &[Approval]) -> Move {
        let verdict = verdict(Decision::Ask);
        let asking = Asking::Ask;
        next_move(&Case { call, request: "new", records, approvals, verdict: &verdict, asking, after_defer: false })
    }

    #[test]
    fn the_same_request_gets_the_same_answer_again() {
        let call = call("ls", "/workspace");
        let told = record(&call, "new", GateAnswer::Allow, by_approval());
        assert_eq!(judged(&call, std::slice::from_ref(&told), &[]), Move::Repeat(Box::new(told)));
    }

    #[test]
    fn another_input_under_the_same_id_is_denied() {
        let before = call("ls", "/workspace");
        let told = record(&before, "old", GateAnswer::Allow, by_approval());
        let forged = call("rm -rf x", "/workspace");
        assert!(matches!(judged(&forged, &[told], &[approval(&before, ApprovalState::Allowed)]), Move::Deny(..)));
    }

    #[test]
    fn a_yes_from_another_directory_is_asked_anew() {
        let before = call("ls", "/workspace/sub");
        let deferred = record(&before, "old", GateAnswer::Defer, by_approval());
        let allowed = approval(&before, ApprovalState::Allowed);
        let moved = call("ls", "/workspace");
        assert_eq!(judged(&moved, &[deferred], &[allowed]), Move::Ask { may_have_run: false });
    }

    #[test]
    fn a_decision_is_handed_to_one_request_and_another_is_asked_anew_with_a_warning() {
        let call = call("touch x", "/workspace");
        let allowed = approval(&call, ApprovalState::Allowed);
        let deferred = record(&call, "old", GateAnswer::Defer, by_approval());
        let first = judged(&call, std::slice::from_ref(&deferred), std::slice::from_ref(&allowed));
        assert_eq!(first, Move::HandOver(Box::new(allowed.clone())));
        let used = record(&call, "resumed", GateAnswer::Allow, by_approval());
        assert_eq!(judged(&call, &[deferred, used], &[allowed]), Move::Ask { may_have_run: true });
    }

    #[test]
    fn an_open_question_is_waited_for_and_an_expired_one_is_a_no() {
        let call = call("touch x", "/workspace");
        let open = approval(&call, ApprovalState::Open);
        assert_eq!(judged(&call, &[], std::slice::from_ref(&open)), Move::Await(Box::new(open)));
        assert!(matches!(judged(&call, &[], &[approval(&call, ApprovalState::Void)]), Move::Deny(..)));
    }

    #[test]
    fn what_policy_allowed_once_is_not_run_twice_by_policy() {
        let call = call("ls", "/workspace");
        let told = record(&call, "old", GateAnswer::Allow, DecidedBy::Policy("rule".to_owned()));
        let verdict = verdict(Decision::Allow);
        let case = Case {
            call: &call,
            request: "new",
            records: &[told],
            approvals: &[],
            verdict: &verdict,
            asking: Asking::Ask,
            after_defer: false,
        };
        assert_eq!(next_move(&case), Move::Ask { may_have_run: true });
    }

    #[test]
    fn nobody_to_ask_and_a_second_question_after_a_defer_are_denied() {
        let call = call("touch x", "/workspace");
        let verdict = verdict(Decision::Ask);
        for (asking, after_defer) in [(Asking::DenyAll, false), (Asking::Ask, true), (Asking::AllowAll, true)] {
            let case = Case {
                call: &call,
                request: "new",
                records: &[],
                approvals: &[],
                verdict: &verdict,
                asking,
                after_defer,
            };
            assert!(matches!(next_move(&case), Move::Deny(..)), "{asking:?} {after_defer}");
        }
    }

    #[test]
    fn a_yes_beforehand_does_not_cover_what_is_dangerous() {
        let call = call("touch x", "/workspace");
        let mut verdict = verdict(Decision::Ask);
        let judge = |verdict: &Verdict| {
            let asking = Asking::AllowAll;
            next_move(&Case {
                call: &call,
                request: "new",
                records: &[],
                approvals: &[],
                verdict,
                asking,
                after_defer: false,
            })
        };
        assert!(matches!(judge(&verdict), Move::Allow(..)));
        verdict.dangerous = true;
        assert_eq!(judge(&verdict), Move::Ask { may_have_run: false });
    }

    #[test]
    fn a_yes_beforehand_answers_no_question() {
        let mut question = call("", "/workspace");
        question.tool = "AskUserQuestion".to_owned();
        let verdict = verdict(Decision::Ask);
        let case = Case {
            call: &question,
            request: "new",
            records: &[],
            approvals: &[],
            verdict: &verdict,
            asking: Asking::AllowAll,
            after_defer: false,
        };
        assert_eq!(next_move(&case), Move::Ask { may_have_run: false });
    }
}
