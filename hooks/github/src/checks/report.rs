//! What a check run says and offers: pure.
//!
//! An approval is offered by a button only where all of it is shown; what is shown is what the comment shows.

use super::findings::Annotation;
use crate::layout::layout;
use serde::Serialize;
use signalbox_core::button::{Lasting, Press};
use signalbox_core::card::Card;
use signalbox_core::id::ApprovalId;
use signalbox_core::sheet::{Part, Sheet, View, sheet};

/// The longest title, in characters.
const TITLE: usize = 200;
/// The longest text of an output, in characters; GitHub takes 65,535.
const LIMIT: usize = 60_000;
/// How many annotations GitHub takes at once.
pub(crate) const BATCH: usize = 50;
/// The longest identifier of an action.
pub(crate) const IDENTIFIER: usize = 20;

/// What a check run shows.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub(crate) struct Output {
    pub(crate) title: String,
    pub(crate) summary: String,
    pub(crate) text: String,
    /// What is said at lines; at most [`BATCH`] at once, each time some more.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) annotations: Vec<Annotation>,
}

/// A button of a check run; there are at most three.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Action {
    pub(crate) label: &'static str,
    pub(crate) description: &'static str,
    pub(crate) identifier: String,
}

/// An approval that is open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Question {
    pub(crate) id: ApprovalId,
    /// All of it, as the comment shows it.
    pub(crate) shown: String,
    /// Whether it can be allowed by a button, and refused.
    pub(crate) allows: bool,
    pub(crate) denies: bool,
}

impl Question {
    /// What an approval's card asks; none where it is over.
    pub(crate) fn of(id: &ApprovalId, card: &Card, view: View) -> Option<Self> {
        let sheet = sheet(card, view);
        let has = |wanted: &Press| sheet.rows.iter().flatten().any(|button| button.press == *wanted);
        let denies = has(&Press::Deny(id.clone()));
        let shown = layout(card, view);
        let whole = shown.chars().count() <= LIMIT;
        let allows = has(&Press::Allow(id.clone(), Lasting::Once)) && whole;
        let is_open = denies || matches!(card, Card::Approval(approval) if approval.decision.is_none());
        is_open.then(|| Self { id: id.clone(), shown: begin(&shown), allows, denies })
    }
}

/// The buttons: those of the oldest question, and the one that stops.
pub(crate) fn actions(questions: &[Question], stop: Option<&Press>) -> Vec<Action> {
    let mut actions = Vec::new();
    if let Some(question) = questions.first() {
        let allow = Press::Allow(question.id.clone(), Lasting::Once);
        let deny = Press::Deny(question.id.clone());
        actions.extend(question.allows.then(|| action("Approve", "Allow what is shown, this once", &allow)));
        actions.extend(question.denies.then(|| action("Deny", "Refuse what is shown", &deny)));
    }
    actions.extend(stop.map(|stop| action("Stop", "Stop the task", stop)));
    actions.retain(|action| action.identifier.len() <= IDENTIFIER);
    actions
}

/// What is shown of a card that is no approval.
pub(crate) fn output(card: &Card, view: View, questions: &[Question]) -> Output {
    let title = title(&sheet(card, view));
    let text: Vec<_> = questions.iter().map(|question| question.shown.as_str()).collect();
    Output {
        title,
        summary: begin(&layout(card, view)),
        text: begin(&text.join("\n\n---\n\n")),
        annotations: Vec::new(),
    }
}

fn action(label: &'static str, description: &'static str, press: &Press) -> Action {
    Action { label, description, identifier: press.to_string() }
}

fn title(sheet: &Sheet) -> String {
    let title = sheet.parts.iter().find_map(|part| match part {
        Part::Title(text) => Some(text.as_str()),
        _ => None,
    });
    let last = sheet.parts.iter().rev().find_map(|part| match part {
        Part::Faint(text) => Some(text.as_str()),
        _ => None,
    });
    title.or(last).unwrap_or("…").replace('`', "").chars().take(TITLE).collect()
}

/// As much as fits. What is cut here stands in the comment.
fn begin(text: &str) -> String {
    if text.chars().count() <= LIMIT {
        return text.to_owned();
    }
    let begun: String = text.chars().take(LIMIT).collect();
    // A fence that is cut would take what follows into it.
    let fences = begun.lines().filter(|line| line.starts_with("```")).count();
    let close = if fences % 2 == 1 { "\n````````" } else { "" };
    format!("{begun}{close}\n\n*Cut short here; see the comment.*")
}
