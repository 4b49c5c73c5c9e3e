//! The last message of a task.

use super::clean::prose;
use super::{Look, Paint, count};
use signalbox_core::card::OutcomeCard;
use signalbox_core::event::{DiffStat, FileChange};
use signalbox_core::task::TaskState;
use signalbox_core::time::Spoken;
use std::time::Duration;

/// How much of the outcome is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Answer {
    /// With Claude's answer.
    Whole,
    /// Without it: it was on the screen a moment ago.
    SeenAlready,
}

/// What came of a task.
pub(crate) fn outcome(card: &OutcomeCard, answer: Answer, look: Look) -> String {
    let mut shown = String::new();
    if let (Answer::Whole, Some(text)) = (answer, &card.answer) {
        shown.push_str(prose(text).trim_end());
        shown.push_str("\n\n");
    }
    if let Some(stat) = card.stat.as_ref().filter(|stat| !stat.files.is_empty()) {
        shown.push_str(&files(stat, look));
    }
    if let (Some(branch), Some(commit)) = (&card.branch, &card.commit) {
        let pushed = if card.pushed { ", pushed" } else { "" };
        let short: String = prose(commit).chars().take(12).collect();
        shown.push_str(&format!("branch {} at {short}{pushed}\n", look.paint(Paint::Head, &prose(branch))));
    }
    if let Some(failure) = &card.failure {
        shown.push_str(&format!("{}\n", look.paint(Paint::Bad, &prose(&failure.message))));
    }
    shown.push_str(&last_line(card, look));
    shown
}

fn last_line(card: &OutcomeCard, look: Look) -> String {
    let (paint, word) = match card.state {
        TaskState::Succeeded => (Paint::Good, "done"),
        TaskState::Stopped => (Paint::Warn, "stopped"),
        TaskState::Failed => (Paint::Bad, "failed"),
        TaskState::Queued | TaskState::Running | TaskState::Parked => (Paint::Warn, card.state.as_str()),
    };
    let took = Spoken(Duration::from_millis(card.elapsed_ms));
    format!("{} in {took}, {}  {}\n", look.paint(paint, word), card.cost, look.paint(Paint::Faint, card.task.as_str()))
}

/// The files that were changed, with their lines.
pub(crate) fn files(stat: &DiffStat, look: Look) -> String {
    let mut shown: String = stat.files.iter().map(|file| one_file(file, look)).collect();
    let sum = format!("{}, +{} -{}", count(stat.files.len() as u64, "file"), stat.insertions, stat.deletions);
    shown.push_str(&format!("  {}\n", look.paint(Paint::Faint, &sum)));
    shown
}

fn one_file(file: &FileChange, look: Look) -> String {
    let letter = match file.change.as_str() {
        "added" => "A",
        "deleted" => "D",
        "renamed" => "R",
        _ => "M",
    };
    let lines = match (file.insertions, file.deletions) {
        (Some(more), Some(less)) => {
            let (more, less) = (format!("+{more}"), format!("-{less}"));
            format!("{} {}", look.paint(Paint::Good, &more), look.paint(Paint::Bad, &less))
        }
        _ => "binary".to_owned(),
    };
    format!("  {letter} {}  {lines}\n", prose(&file.path))
}
