//! The approval card: what is asked, whole, then who asked and until when, then the buttons. Once decided it says who, when
//! and what, and has no buttons any more.

use super::{Button, Menu, MenuOption, Part, Sheet, View, brief, quoted};
use crate::approval::{Approval, ApprovalKind, ApprovalState};
use crate::button::{Lasting, Press};
use crate::card::TextFile;
use crate::exhibit::{Piece, pieces};
use crate::policy::{Detail, WORKSPACE};
use crate::question::{Choice, Question, questions};
use crate::text::clean::{hides_in_markdown, prose};
use crate::time::Spoken;
use crate::words::{heading, rememberable, settled, warnings};

/// The longest description of what a remembered yes covers, in characters; beyond it a yes is given once only.
const COVERED: usize = 300;
/// The longest answer that a button shows, in characters; a longer one stands whole above the buttons.
const LABEL: usize = 60;

pub(super) fn sheet(approval: &Approval, view: View) -> Sheet {
    let open = approval.state == ApprovalState::Open;
    let mark = match approval.state {
        ApprovalState::Open => "🔐",
        ApprovalState::Allowed => "✅",
        ApprovalState::Denied => "🚫",
        ApprovalState::Void => "⚪",
    };
    let mut sheet = Sheet { parts: vec![Part::Title(format!("{mark} {}", heading(approval)))], ..Sheet::default() };
    if view.detail == Detail::Summary {
        sheet.parts.push(Part::Line("What exactly is not shown here, for others can read it.".to_owned()));
    } else {
        show(approval, &mut sheet);
    }
    if let Some(settled) = settled(approval) {
        sheet.parts.push(Part::Line(first_up(&settled)));
    }
    sheet.parts.push(Part::Faint(footer(approval, view)));
    if open && view.detail == Detail::Full {
        buttons(approval, &mut sheet);
    } else if open {
        let hint = "Those entitled decide in a private chat with me: `/pending` shows it there.";
        sheet.parts.push(Part::Line(hint.to_owned()));
    }
    sheet
}

fn show(approval: &Approval, sheet: &mut Sheet) {
    match approval.kind {
        ApprovalKind::Tool => show_call(approval, sheet),
        ApprovalKind::Plan => show_plan(approval, sheet),
        ApprovalKind::Question => show_questions(approval, sheet),
    }
    let warned = warnings(approval).into_iter().map(|warning| Part::Warning(quoted(&warning)));
    sheet.parts.extend(warned);
}

fn show_call(approval: &Approval, sheet: &mut Sheet) {
    let mut exhibit = TextFile { name: exhibit_name(approval), text: String::new() };
    let mut notes = Vec::new();
    for piece in pieces(&approval.call) {
        match piece {
            Piece::Command(command) => exhibit.text.push_str(&format!("{command}\n")),
            Piece::WholeFile(path) => exhibit.text.push_str(&format!("{path} (the whole of it)\n")),
            Piece::File(path) => exhibit.text.push_str(&format!("{path}\n")),
            Piece::Everywhere => exhibit.text.push_str("wherever it stands:\n"),
            Piece::Change(diff) => exhibit.text.push_str(&diff),
            Piece::Field { name, value } => exhibit.text.push_str(&format!("{name}: {value}\n")),
            Piece::Input(input) => exhibit.text.push_str(&format!("{input}\n")),
            Piece::Note(note) => notes.push(Part::Line(format!("Claude says: {}", brief(&note, 300)))),
            // What is decided on, so it stands with the call, however long it is.
            Piece::Directory(cwd) => exhibit.text.push_str(&format!("in the directory {cwd}\n")),
        }
    }
    sheet.exhibit = Some(exhibit);
    sheet.parts.push(Part::Exhibit);
    sheet.parts.extend(notes);
    sheet.parts.push(Part::Line(format!("Asked because: {}", brief(&approval.reason, 400))));
}

fn exhibit_name(approval: &Approval) -> String {
    match approval.call.tool.as_str() {
        "Bash" => "command.sh".to_owned(),
        "Write" | "Edit" | "MultiEdit" => "change.diff".to_owned(),
        _ => "call.txt".to_owned(),
    }
}

fn show_plan(approval: &Approval, sheet: &mut Sheet) {
    let plan = approval.call.input.get("plan").and_then(serde_json::Value::as_str);
    let mut text = prose(plan.unwrap_or(&approval.reason));
    for said in beside_the_plan(approval) {
        text.push_str(&format!("\n\n{said}"));
    }
    // What is decided on is seen as it stands, where a renderer might leave something out.
    let name = if hides_in_markdown(&text) { "plan.txt" } else { "plan.md" };
    sheet.exhibit = Some(TextFile { name: name.to_owned(), text });
    sheet.parts.push(Part::Exhibit);
}

/// What else the call says.
fn beside_the_plan(approval: &Approval) -> impl Iterator<Item = String> {
    pieces(&approval.call).into_iter().filter_map(|piece| match piece {
        Piece::Field { name, value } if name != "plan" => Some(format!("{name}: {value}")),
        Piece::Note(note) => Some(format!("Claude says: {note}")),
        _ => None,
    })
}

fn show_questions(approval: &Approval, sheet: &mut Sheet) {
    let asked = questions(approval);
    if asked.is_empty() {
        return show_call(approval, sheet);
    }
    let many = asked.len() > 1;
    for (number, question) in (0_u8..).zip(&asked) {
        let count = if many { format!("{}. ", number + 1) } else { String::new() };
        sheet.parts.push(Part::Line(format!("{count}{}", quoted(&question.question))));
        sheet.parts.extend(question.options.iter().filter_map(explained));
        if let Some(words) = approval.context.draft.words(number) {
            sheet.parts.push(Part::Line(format!("✍ {}", quoted(words))));
        }
    }
}

/// What a button cannot say: an answer that is too long for it, and what an answer means.
fn explained(choice: &Choice) -> Option<Part> {
    let label = quoted(&choice.label);
    if choice.description.is_empty() {
        return (label.chars().count() > LABEL).then_some(Part::Faint(label));
    }
    Some(Part::Faint(format!("{label}: {}", brief(&choice.description, 200))))
}

fn footer(approval: &Approval, view: View) -> String {
    let mut said = format!("`{}`", approval.id);
    if !approval.context.requester.is_empty() {
        said.push_str(&format!(" · for {}", brief(&approval.context.requester, 64)));
    }
    if !approval.context.project.is_empty() {
        said.push_str(&format!(" in {}", brief(&approval.context.project, 64)));
    }
    if approval.kind == ApprovalKind::Tool && approval.call.cwd == WORKSPACE {
        said.push_str(&format!(" · {WORKSPACE}"));
    }
    match &approval.decision {
        Some(decision) => said.push_str(&format!(" · after {}", Spoken(decision.at.since(approval.opened_at)))),
        None if approval.state == ApprovalState::Open => {
            said.push_str(&format!(" · open for {}", Spoken(approval.expires_at.since(view.now))));
            if approval.votes_needed > 1 {
                said.push_str(&format!(" · {} of {} said yes", approval.context.yes, approval.votes_needed));
            }
        }
        None => {}
    }
    said
}

fn buttons(approval: &Approval, sheet: &mut Sheet) {
    let id = || approval.id.clone();
    let deny = || Button::bad("Deny", Press::Deny(id()));
    let because = || Button::bad("Deny, because …", Press::DenyBecause(id()));
    match approval.kind {
        ApprovalKind::Tool => {
            sheet.rows.push(vec![Button::good("Once", Press::Allow(id(), Lasting::Once))]);
            // A yes to more than is shown would be a yes to something cut short.
            if let Some(covered) = rememberable(approval).filter(|covered| covered.chars().count() <= COVERED) {
                sheet.parts.push(Part::Faint(format!("A longer yes covers: {}", quoted(&covered))));
                sheet.rows[0].push(Button::good("15 min", Press::Allow(id(), Lasting::AWhile)));
                sheet.rows.push(vec![
                    Button::good("This conversation", Press::Allow(id(), Lasting::Conversation)),
                    Button::good("Always", Press::Allow(id(), Lasting::Always)),
                ]);
            }
            sheet.rows.push(vec![deny(), because()]);
        }
        ApprovalKind::Plan => {
            sheet.rows.push(vec![Button::good("Go ahead", Press::Allow(id(), Lasting::Once))]);
            sheet.rows.push(vec![deny(), because()]);
        }
        ApprovalKind::Question => {
            let asked = questions(approval);
            sheet.menus = (0_u8..).zip(&asked).map(|(number, question)| menu(approval, number, question)).collect();
            let at_once = asked.len() == 1 && !asked[0].several;
            let mut last = vec![deny()];
            if !at_once && !asked.is_empty() {
                last.insert(0, Button::good("Send answers", Press::Answer(id())));
            }
            sheet.rows.push(last);
        }
    }
}

fn menu(approval: &Approval, number: u8, question: &Question) -> Menu {
    let options = (0_u8..).zip(&question.options).map(|(option, choice)| MenuOption {
        label: brief(&choice.label, LABEL),
        description: brief(&choice.description, 90),
        chosen: approval.context.draft.has(number, option),
        press: Press::Choose(approval.id.clone(), number, option),
    });
    Menu {
        question: brief(&question.question, 140),
        several: question.several,
        options: options.collect(),
        other: Press::Other(approval.id.clone(), number),
    }
}

fn first_up(text: &str) -> String {
    let mut letters = text.chars();
    let first: String = letters.next().map(char::to_uppercase).into_iter().flatten().collect();
    format!("{first}{}", quoted(letters.as_str()))
}
