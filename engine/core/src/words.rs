//! What is said of an approval, in the same words everywhere: its warnings, what a yes can be remembered for, and what
//! became of it. Whatever a person or a model wrote has its hidden characters made visible.

use crate::approval::{Approval, ApprovalKind, ApprovalState, Decision, Saying};
use crate::exhibit;
use crate::grant::GrantPattern;
use crate::policy::shell::reveal;
use crate::question::questions;
use std::collections::BTreeMap;

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
        (_, Some(decision)) => match &decision.saying {
            Saying::Answer { answers } => Some(answered(approval, decision, answers)),
            saying => Some(decided(&decision.name, saying, from(decision).as_deref())),
        },
        (ApprovalState::Allowed, None) => Some("allowed".to_owned()),
        (ApprovalState::Denied, None) => Some("denied".to_owned()),
    }
}

/// Answers are kept by their questions' words; they are said in the order in which the questions stand.
fn answered(approval: &Approval, decision: &Decision, answers: &BTreeMap<String, String>) -> String {
    let asked = questions(approval);
    let place = |question: &String| asked.iter().position(|one| one.question == *question).unwrap_or(asked.len());
    let mut ordered: Vec<_> = answers.iter().collect();
    ordered.sort_by_key(|(question, _)| place(question));
    let said: Vec<_> = ordered.into_iter().map(|(_, answer)| answer.as_str()).collect();
    said_answers(&decision.name, from(decision).as_deref(), &said)
}

fn from(decision: &Decision) -> Option<String> {
    decision.place.as_ref().map(|place| place.kind().to_owned())
}

/// What somebody said, in one line.
pub fn decided(by: &str, saying: &Saying, place: Option<&str>) -> String {
    let (by, at) = (reveal(by), at(place));
    match saying {
        Saying::Allow => format!("allowed by {by}{at}"),
        Saying::Answer { answers } => {
            said_answers(&by, place, &answers.values().map(String::as_str).collect::<Vec<_>>())
        }
        Saying::Deny { reason: None } => format!("denied by {by}{at}"),
        Saying::Deny { reason: Some(reason) } => format!("denied by {by}{at}: {}", reveal(reason).replace('\n', " ")),
    }
}

fn said_answers(by: &str, place: Option<&str>, answers: &[&str]) -> String {
    let answers: Vec<_> = answers.iter().map(|answer| reveal(answer).replace('\n', " ")).collect();
    format!("answered by {}{}: {}", reveal(by), at(place), answers.join("; "))
}

fn at(place: Option<&str>) -> String {
    place.map(|place| format!(" ({})", reveal(place))).unwrap_or_default()
}
