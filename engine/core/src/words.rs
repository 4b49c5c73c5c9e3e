//! What is said of an approval, in the same words everywhere: its warnings, what a yes can be remembered for, and what
//! became of it. Whatever a person or a model wrote has its hidden characters made visible.

use crate::approval::{Approval, ApprovalKind, ApprovalState, Decision, Saying};
use crate::exhibit;
use crate::grant::GrantPattern;
use crate::policy::shell::reveal;

/// What an approval asks, as a heading.
pub fn heading(approval: &Approval) -> String {
    match approval.kind {
        ApprovalKind::Tool => format!("Claude wants to {}", exhibit::heading(&approval.call)),
        ApprovalKind::Question => "Claude asks".to_owned(),
        ApprovalKind::Plan => "Claude has a plan".to_owned(),
    }
}

/// Whether a yes to this can be remembered, and for what; none where it can be given once only.
pub fn rememberable(approval: &Approval) -> Option<String> {
    if approval.kind != ApprovalKind::Tool || approval.dangerous {
        return None;
    }
    GrantPattern::from_call(&approval.call).map(|pattern| reveal(&pattern.describe()))
}

/// What people must know before they decide.
pub fn warnings(approval: &Approval) -> Vec<String> {
    let mut all = Vec::new();
    if approval.may_have_run {
        all.push("the same call was allowed before and may have run already".to_owned());
    }
    if approval.dangerous {
        all.push("the policy holds this for dangerous".to_owned());
    }
    if approval.votes_needed > 1 {
        all.push(format!("{} people must say yes", approval.votes_needed));
    }
    if let Some(agent) = &approval.call.agent {
        all.push(format!("a subagent wants it: {}", reveal(agent)));
    }
    if approval.kind == ApprovalKind::Tool {
        all.extend(exhibit::warnings(&approval.call));
    }
    all
}

/// What became of it, in one line; none while it is open.
pub fn settled(approval: &Approval) -> Option<String> {
    match (approval.state, &approval.decision) {
        (ApprovalState::Open, _) => None,
        (ApprovalState::Void, _) => Some("no longer asked: its task ended, or the call is gone".to_owned()),
        (_, Some(decision)) => Some(decided(&decision.name, &decision.saying, from(decision).as_deref())),
        (ApprovalState::Allowed, None) => Some("allowed".to_owned()),
        (ApprovalState::Denied, None) => Some("denied".to_owned()),
    }
}

fn from(decision: &Decision) -> Option<String> {
    decision.place.as_ref().map(|place| place.kind().to_owned())
}

/// What somebody said, in one line.
pub fn decided(by: &str, saying: &Saying, place: Option<&str>) -> String {
    let at = place.map(|place| format!(" ({})", reveal(place))).unwrap_or_default();
    let by = reveal(by);
    match saying {
        Saying::Allow => format!("allowed by {by}{at}"),
        Saying::Answer { answers } => {
            let answers: Vec<String> = answers.values().map(|answer| reveal(answer).replace('\n', " ")).collect();
            format!("answered by {by}{at}: {}", answers.join("; "))
        }
        Saying::Deny { reason: None } => format!("denied by {by}{at}"),
        Saying::Deny { reason: Some(reason) } => format!("denied by {by}{at}: {}", reveal(reason).replace('\n', " ")),
    }
}
