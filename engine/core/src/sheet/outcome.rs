//! The last message of a task: the answer, files changed, commit, branch, cost, time, and what can be done next.

use super::{Button, Part, Sheet, View, brief, quoted};
use crate::button::Press;
use crate::card::OutcomeCard;
use crate::event::DiffStat;
use crate::policy::Detail;
use crate::task::TaskState;
use crate::time::Spoken;
use std::time::Duration;

/// How many changed files are named.
const FILES: usize = 12;

pub(super) fn sheet(card: &OutcomeCard, view: View) -> Sheet {
    match view.detail {
        Detail::Full => whole(card),
        Detail::Summary => summary(card),
    }
}

/// Where anybody can read, and policy keeps what was done from them.
fn summary(card: &OutcomeCard) -> Sheet {
    let hint =
        format!("What came of it is not shown here, for others can read it: `/status {}` to me alone.", card.task);
    let mut rows = rows(card);
    rows.iter_mut().for_each(|row| row.retain(|button| !matches!(button.press, Press::Diff(_))));
    rows.retain(|row| !row.is_empty());
    Sheet { parts: vec![Part::Line(hint), Part::Faint(last_line(card))], rows, ..Sheet::default() }
}

fn whole(card: &OutcomeCard) -> Sheet {
    let mut parts = Vec::new();
    if let Some(failure) = &card.failure {
        parts.push(Part::Warning(format!("It failed: {}", quoted(&failure.message))));
    }
    if let Some(answer) = card.answer.as_ref().filter(|answer| !answer.trim().is_empty()) {
        parts.push(Part::Markdown(answer.clone()));
    }
    if let Some(stat) = card.stat.as_ref().filter(|stat| !stat.files.is_empty()) {
        parts.extend(files(stat));
    }
    if let (Some(branch), Some(commit)) = (&card.branch, &card.commit) {
        let pushed = if card.pushed { ", pushed" } else { "" };
        let commit: String = commit.chars().take(12).collect();
        parts.push(Part::Line(format!("Branch `{}` at `{commit}`{pushed}", quoted(branch))));
    }
    parts.push(Part::Faint(last_line(card)));
    Sheet { parts, rows: rows(card), files: card.files.clone(), ..Sheet::default() }
}

fn files(stat: &DiffStat) -> Vec<Part> {
    let count = stat.files.len();
    let sum = format!("{count} file{}, +{} −{}", if count == 1 { "" } else { "s" }, stat.insertions, stat.deletions);
    let mut parts = vec![Part::Line(sum)];
    parts.extend(stat.files.iter().take(FILES).map(|file| {
        let mark = file.change.chars().next().unwrap_or('?').to_ascii_uppercase();
        let lines = match (file.insertions, file.deletions) {
            (Some(added), Some(removed)) => format!("+{added} −{removed}"),
            _ => "binary".to_owned(),
        };
        Part::Line(format!("{mark} `{}` {lines}", brief(&file.path, 120)))
    }));
    if count > FILES {
        parts.push(Part::Faint(format!("and {} more", count - FILES)));
    }
    parts
}

fn last_line(card: &OutcomeCard) -> String {
    let word = match card.state {
        TaskState::Succeeded => "✅ done",
        TaskState::Failed => "❌ failed",
        TaskState::Stopped => "⏹ stopped",
        TaskState::Queued | TaskState::Running | TaskState::Parked => card.state.as_str(),
    };
    let took = Spoken(Duration::from_millis(card.elapsed_ms));
    format!("{word} in {took}, {} · `{}` in {}", card.cost, card.task, brief(&card.project, 64))
}

fn rows(card: &OutcomeCard) -> Vec<Vec<Button>> {
    let task = || card.task.clone();
    let mut first = Vec::new();
    if card.commit.is_some() {
        if !card.pushed {
            first.push(Button::good("Push", Press::Push(task())));
        }
        first.push(Button::plain("Diff", Press::Diff(task())));
    }
    if card.state != TaskState::Succeeded {
        first.push(Button::plain("Retry", Press::Retry(task())));
    }
    let second =
        vec![Button::plain("Continue", Press::Continue(task())), Button::bad("Discard", Press::Discard(task()))];
    [first, second].into_iter().filter(|row| !row.is_empty()).collect()
}
