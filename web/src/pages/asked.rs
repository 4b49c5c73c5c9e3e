//! A question to people as an entry of the record: what was asked, and what became of it.

use super::markup::{Markup, exact};
use signalbox_core::approval::ApprovalKind;
use signalbox_core::id::ApprovalId;

/// A question as the record has it.
#[derive(Debug)]
pub(super) struct Question {
    pub(super) approval: String,
    pub(super) what: &'static str,
    pub(super) summary: String,
    pub(super) reason: Option<Markup>,
    /// What became of it, once it is known.
    pub(super) settled: Option<Markup>,
}

impl Question {
    /// A question that was just asked.
    pub(super) fn of(approval: &ApprovalId, kind: ApprovalKind, summary: &str, reason: &str) -> Self {
        let what = match kind {
            ApprovalKind::Tool => "People are asked about",
            ApprovalKind::Question => "Claude asks",
            ApprovalKind::Plan => "Claude has a plan",
        };
        // A question's input and a plan are shown whole on the card; here they would only be JSON.
        let tool = kind == ApprovalKind::Tool;
        Self {
            approval: approval.to_string(),
            what,
            summary: if tool { summary.to_owned() } else { String::new() },
            reason: tool.then(|| exact(reason)),
            settled: None,
        }
    }
}
