//! The task card: state, place in the queue, elapsed time, cost, the last tool lines, then the text as it grows.

use super::{Button, Part, Sheet, View, brief};
use crate::button::Press;
use crate::card::TaskCard;
use crate::money::MicroUsd;
use crate::policy::Detail;
use crate::task::TaskState;
use crate::time::Spoken;

pub(super) fn sheet(card: &TaskCard, view: View) -> Sheet {
    let mut parts = vec![Part::Title(headline(card, view))];
    if !card.state.is_final() && view.detail == Detail::Full {
        parts.extend(card.lines.iter().map(|line| Part::Faint(format!("› `{}`", brief(line, 100)))));
        if !card.text.trim().is_empty() {
            parts.push(Part::Markdown(card.text.clone()));
        }
    }
    parts.push(Part::Faint(format!("`{}` in {}", card.task, brief(&card.project, 64))));
    Sheet { parts, rows: rows(card), ..Sheet::default() }
}

fn headline(card: &TaskCard, view: View) -> String {
    let elapsed = Spoken(view.now.since(card.created_at));
    let cost = if card.cost == MicroUsd::default() { String::new() } else { format!(" · {}", card.cost) };
    match card.state {
        TaskState::Queued => match card.position {
            Some(0) | None => "⏳ Queued".to_owned(),
            Some(before) => format!("⏳ Queued · {before} before it"),
        },
        TaskState::Running => format!("▶️ Working · {elapsed}{cost}"),
        TaskState::Parked => format!("⏸ Waiting for a decision · {elapsed}{cost}"),
        TaskState::Succeeded => format!("✅ Done{cost}"),
        TaskState::Failed => format!("❌ Failed{cost}"),
        TaskState::Stopped => format!("⏹ Stopped{cost}"),
    }
}

fn rows(card: &TaskCard) -> Vec<Vec<Button>> {
    let details = Button::plain("Details", Press::Details(card.task.clone()));
    if card.state.is_final() {
        return Vec::new();
    }
    vec![vec![Button::bad("Stop", Press::Stop(card.task.clone())), details]]
}
