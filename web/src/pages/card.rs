//! An approval as pages show it: everything that is decided on, whole, before the buttons.

use super::diff::{self, Row};
use super::markdown::markdown;
use super::markup::{Markup, exact, prose};
use super::moment::when;
use askama::Template;
use signalbox_core::approval::{Approval, ApprovalKind, ApprovalState};
use signalbox_core::exhibit::{Piece, pieces};
use signalbox_core::question::questions;
use signalbox_core::text::clean::hides_in_markdown;
use signalbox_core::words;

/// An approval, ready to be shown.
#[derive(Debug, Template)]
#[template(path = "card.html")]
pub(super) struct Card {
    pub(super) id: String,
    pub(super) task: String,
    pub(super) project: String,
    pub(super) requester: String,
    pub(super) heading: String,
    pub(super) pieces: Vec<Shape>,
    pub(super) plan: Option<Markup>,
    pub(super) questions: Vec<Asked>,
    pub(super) reason: Option<Markup>,
    pub(super) warnings: Vec<Markup>,
    pub(super) covers: Option<Markup>,
    pub(super) votes: Option<String>,
    pub(super) opened: Markup,
    pub(super) expires: Markup,
    pub(super) open: bool,
    pub(super) settled: Option<Markup>,
    pub(super) kind: ApprovalKind,
}

/// One piece of what a call would do.
#[derive(Debug)]
pub(super) enum Shape {
    /// Code, exactly as it is.
    Code(Markup),
    /// A file's name, and what is done to it.
    File(Markup, &'static str),
    /// Old beside new.
    Change(Vec<Row>),
    /// A field of the input.
    Field(Markup, Markup),
    /// What Claude says of it.
    Note(Markup),
}

/// One of Claude's questions.
#[derive(Debug)]
pub(super) struct Asked {
    pub(super) header: Markup,
    pub(super) question: Markup,
    /// Under which name its answer is filed, as a path in JSON.
    pub(super) path: String,
    pub(super) several: bool,
    pub(super) options: Vec<Offered>,
}

/// One answer that can be chosen.
#[derive(Debug)]
pub(super) struct Offered {
    /// As it is sent.
    pub(super) value: String,
    pub(super) label: Markup,
    pub(super) description: Markup,
}

impl Card {
    /// The card of an approval.
    pub(super) fn of(approval: &Approval) -> Self {
        let asked = if approval.kind == ApprovalKind::Question { asked(approval) } else { Vec::new() };
        let plan = (approval.kind == ApprovalKind::Plan).then(|| plan(approval)).flatten();
        let whole = asked.is_empty() && plan.is_none();
        Self {
            id: approval.id.to_string(),
            task: approval.task.to_string(),
            project: approval.context.project.clone(),
            requester: approval.context.requester.clone(),
            heading: words::heading(approval),
            pieces: if whole { pieces(&approval.call).into_iter().map(shape).collect() } else { beside(approval) },
            plan,
            questions: asked,
            reason: (approval.kind == ApprovalKind::Tool).then(|| exact(&approval.reason)),
            warnings: words::warnings(approval).iter().map(|warning| exact(warning)).collect(),
            covers: words::rememberable(approval).map(|covered| exact(&covered)),
            votes: (approval.votes_needed > 1)
                .then(|| format!("{} of {} said yes", approval.context.yes, approval.votes_needed)),
            opened: when(approval.opened_at),
            expires: when(approval.expires_at),
            open: approval.state == ApprovalState::Open,
            settled: words::settled(approval).map(|settled| prose(&settled)),
            kind: approval.kind,
        }
    }

    /// Whether it asks about a tool.
    fn is_tool(&self) -> bool {
        self.kind == ApprovalKind::Tool
    }

    /// Whether it asks a question that can be answered by choosing.
    fn is_question(&self) -> bool {
        !self.questions.is_empty()
    }
}

fn shape(piece: Piece) -> Shape {
    match piece {
        Piece::Command(command) => Shape::Code(exact(&command)),
        Piece::WholeFile(path) => Shape::File(exact(&path), "the whole of it is written"),
        Piece::File(path) => Shape::File(exact(&path), "is edited"),
        Piece::Everywhere => Shape::Note(exact("The change that follows is made wherever the old text stands.")),
        Piece::Change(change) => Shape::Change(diff::change(&change)),
        Piece::Field { name, value } => Shape::Field(exact(&name), exact(&value)),
        Piece::Input(input) => Shape::Code(exact(&input)),
        Piece::Note(note) => Shape::Note(exact(&format!("Claude says: {note}"))),
        Piece::Directory(directory) => Shape::Field(exact("directory"), exact(&directory)),
    }
}

/// A plan as it reads, where nothing of it can hide; else exactly as it stands.
fn plan(approval: &Approval) -> Option<Markup> {
    let text = approval.call.input.get("plan")?.as_str()?;
    if hides_in_markdown(text) {
        return Some(Markup::written(format!("<pre class=\"exact\">{}</pre>", exact(text))));
    }
    Some(markdown(text))
}

/// What else a plan's or a question's call says, beside the plan or the questions.
fn beside(approval: &Approval) -> Vec<Shape> {
    let told = |piece: &Piece| !matches!(piece, Piece::Field { name, .. } if name == "plan" || name == "questions");
    pieces(&approval.call).into_iter().filter(told).map(shape).collect()
}

fn asked(approval: &Approval) -> Vec<Asked> {
    let questions = questions(approval);
    let ask = |question: signalbox_core::question::Question| Asked {
        header: exact(&question.header),
        path: serde_json::json!(["saying", "answers", question.question]).to_string(),
        question: exact(&question.question),
        several: question.several,
        options: question.options.iter().map(offered).collect(),
    };
    questions.into_iter().map(ask).collect()
}

fn offered(choice: &signalbox_core::question::Choice) -> Offered {
    Offered { value: choice.label.clone(), label: exact(&choice.label), description: exact(&choice.description) }
}
