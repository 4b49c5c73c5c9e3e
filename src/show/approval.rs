//! An approval: what is asked, and what became of it.

use super::clean::exact;
use super::{Look, Paint, call, indent};
use serde::Deserialize;
use serde_json::Value;
use signalbox_core::approval::{Approval, ApprovalKind, ApprovalState, Decision, Saying};
use signalbox_core::grant::GrantPattern;
use signalbox_core::time::{Spoken, Timestamp};

/// One of Claude's questions, as `AskUserQuestion` puts it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(crate) struct Question {
    /// The question; answers are filed under it.
    pub(crate) question: String,
    /// A word or two for it.
    #[serde(default)]
    pub(crate) header: String,
    /// What can be chosen; free text is an answer too.
    #[serde(default)]
    pub(crate) options: Vec<Choice>,
    /// Whether several can be chosen.
    #[serde(default, rename = "multiSelect")]
    pub(crate) several: bool,
}

/// One answer that can be chosen.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(crate) struct Choice {
    /// The answer.
    pub(crate) label: String,
    /// What it means.
    #[serde(default)]
    pub(crate) description: String,
}

/// The questions of an approval, as far as they can be understood.
pub(crate) fn questions(approval: &Approval) -> Vec<Question> {
    let items = approval.call.input.get("questions").and_then(Value::as_array);
    items.into_iter().flatten().filter_map(|item| Question::deserialize(item).ok()).collect()
}

/// Whether a yes to this can be remembered, and for what; none where it can be given once only.
pub(crate) fn rememberable(approval: &Approval) -> Option<String> {
    if approval.kind != ApprovalKind::Tool || approval.dangerous {
        return None;
    }
    GrantPattern::from_call(&approval.call).map(|pattern| exact(&pattern.describe()))
}

/// What is asked, whole.
pub(crate) fn asked(approval: &Approval, look: Look) -> String {
    let head = match approval.kind {
        ApprovalKind::Tool => format!("Claude wants to {}", call::heading(&approval.call)),
        ApprovalKind::Question => "Claude asks".to_owned(),
        ApprovalKind::Plan => "Claude has a plan".to_owned(),
    };
    let mut shown = format!("{}  {}\n", look.paint(Paint::Head, &head), look.paint(Paint::Faint, approval.id.as_str()));
    shown.push_str(&match approval.kind {
        ApprovalKind::Tool => call::call(&approval.call, look),
        ApprovalKind::Question => all_questions(approval, look),
        ApprovalKind::Plan => plan(approval, look),
    });
    if approval.kind == ApprovalKind::Tool {
        shown.push_str(&format!(
            "  {}\n",
            look.paint(Paint::Faint, &format!("asked because: {}", exact(&approval.reason)))
        ));
    }
    for warning in warnings(approval) {
        shown.push_str(&format!("  {}\n", look.paint(Paint::Warn, &format!("! {warning}"))));
    }
    shown
}

fn warnings(approval: &Approval) -> Vec<String> {
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
        all.push(format!("a subagent wants it: {}", exact(agent)));
    }
    if approval.kind == ApprovalKind::Tool {
        all.extend(call::warnings(&approval.call));
    }
    all
}

fn plan(approval: &Approval, look: Look) -> String {
    match approval.call.input.get("plan").and_then(Value::as_str) {
        Some(plan) => indent(&exact(plan), "  "),
        None => call::call(&approval.call, look),
    }
}

fn all_questions(approval: &Approval, look: Look) -> String {
    let questions = questions(approval);
    let understood = approval.call.input.get("questions").and_then(Value::as_array).map(Vec::len);
    if understood != Some(questions.len()) || questions.is_empty() {
        return call::call(&approval.call, look);
    }
    questions.iter().enumerate().map(|(index, one)| question(one, index + 1, look)).collect()
}

/// One question with its options.
pub(crate) fn question(question: &Question, number: usize, look: Look) -> String {
    let mut shown = format!("  {number}. {}", look.paint(Paint::Head, &exact(&question.question)));
    if question.several {
        shown.push_str(" (several answers can be given)");
    }
    shown.push('\n');
    for (index, choice) in question.options.iter().enumerate() {
        let what =
            if choice.description.is_empty() { String::new() } else { format!(": {}", exact(&choice.description)) };
        shown.push_str(&format!("     [{}] {}{what}\n", index + 1, look.paint(Paint::Good, &exact(&choice.label))));
    }
    shown
}

/// Everything else about it, for those who want to know.
pub(crate) fn details(approval: &Approval, now: Timestamp) -> String {
    let whole = serde_json::to_string_pretty(&approval.call.input).unwrap_or_default();
    format!(
        "  approval {}\n  task {}, conversation {}\n  tool {}, in {}\n  bound to {}\n  asked {} ago, open for {}\n  input:\n{}",
        approval.id,
        approval.task,
        approval.conversation,
        exact(&approval.call.tool),
        exact(&approval.call.cwd),
        approval.hash,
        Spoken(now.since(approval.opened_at)),
        Spoken(approval.expires_at.since(now)),
        indent(&exact(&whole), "    "),
    )
}

/// What became of it, in one line; none while it is open.
pub(crate) fn settled(approval: &Approval) -> Option<String> {
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
pub(crate) fn decided(by: &str, saying: &Saying, place: Option<&str>) -> String {
    let at = place.map(|place| format!(" ({})", exact(place))).unwrap_or_default();
    let by = exact(by);
    match saying {
        Saying::Allow => format!("allowed by {by}{at}"),
        Saying::Answer { answers } => {
            let answers: Vec<String> = answers.values().map(|answer| exact(answer).replace('\n', " ")).collect();
            format!("answered by {by}{at}: {}", answers.join("; "))
        }
        Saying::Deny { reason: None } => format!("denied by {by}{at}"),
        Saying::Deny { reason: Some(reason) } => format!("denied by {by}{at}: {}", exact(reason).replace('\n', " ")),
    }
}
