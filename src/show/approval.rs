//! An approval: what is asked, and what became of it.

use super::clean::exact;
use super::{Look, Paint, call, indent};
use serde_json::Value;
use signalbox_core::approval::{Approval, ApprovalKind};
use signalbox_core::question::{Question, questions};
use signalbox_core::time::{Spoken, Timestamp};
use signalbox_core::words::{heading, warnings};

/// What is asked, whole.
pub(crate) fn asked(approval: &Approval, look: Look) -> String {
    let head = heading(approval);
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

fn plan(approval: &Approval, look: Look) -> String {
    match approval.call.input.get("plan").and_then(Value::as_str) {
        Some(plan) => indent(&exact(plan), "  "),
        None => call::call(&approval.call, look),
    }
}

fn all_questions(approval: &Approval, look: Look) -> String {
    let questions = questions(approval);
    if questions.is_empty() {
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
