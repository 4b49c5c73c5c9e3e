//! The task card while a run lasts: what the tools do and what Claude says, shown again when it has changed, but not often.

use super::brief::Brief;
use crate::bus::Ring;
use crate::fresh;
use crate::hub::chain;
use crate::outcome::{audience, task_card};
use crate::parts::Parts;
use crate::store::owed;
use signalbox_core::card::{Card, TaskCard};
use signalbox_core::event::{EventKind, PassingKind};
use signalbox_core::id::TaskId;
use signalbox_core::money::MicroUsd;
use signalbox_core::place::Place;
use signalbox_core::task::TaskState;
use std::time::Duration;
use tokio::time::Instant;

/// The card is renewed no more often than this. Channels have limits of their own below it.
const PAUSE: Duration = Duration::from_secs(2);
/// How many tool lines the card shows.
const LINES: usize = 5;
/// How long a tool line may be, in characters.
const LINE_LENGTH: usize = 120;
/// How much of Claude's text the card shows, in characters: its end.
const TEXT_LENGTH: usize = 1_000;

/// The card, and when it was last shown.
pub(super) struct Progress {
    pub(super) warnings: usize,
    card: TaskCard,
    places: Vec<Place>,
    task: TaskId,
    changed: bool,
    shown: Option<Instant>,
}

/// Shows that a run begins: getting a sandbox may take a moment.
pub(super) async fn begin(parts: &Parts, brief: &Brief) {
    Progress::new(brief).show(parts).await;
}

impl Progress {
    pub(super) fn new(brief: &Brief) -> Self {
        Self {
            warnings: 0,
            card: task_card(&brief.task, &brief.project.name, TaskState::Running),
            places: audience(&brief.task),
            task: brief.task.id.clone(),
            changed: true,
            shown: None,
        }
    }

    /// A tool does something.
    pub(super) fn line(&mut self, line: String) {
        if self.card.lines.len() == LINES {
            self.card.lines.remove(0);
        }
        self.card.lines.push(line.chars().take(LINE_LENGTH).collect());
        self.changed = true;
    }

    /// Claude writes.
    pub(super) fn text(&mut self, delta: &str) {
        self.card.text.push_str(delta);
        let surplus = self.card.text.chars().count().saturating_sub(TEXT_LENGTH);
        if surplus > 0 {
            self.card.text = self.card.text.chars().skip(surplus).collect();
        }
        self.changed = true;
    }

    /// What was recorded: a whole text takes the place of its pieces.
    pub(super) fn recorded(&mut self, events: &[EventKind]) {
        for event in events {
            if let EventKind::Text { text, agent: None } = event {
                self.card.text.clear();
                self.text(&text.text);
            }
        }
    }

    /// What the task cost so far.
    pub(super) fn spent(&mut self, cost: MicroUsd) {
        self.changed |= self.card.cost != cost;
        self.card.cost = cost;
    }

    /// Owes the card to the task's places, if it has changed and was not shown just now.
    pub(super) async fn show(&mut self, parts: &Parts) {
        if !self.changed || self.shown.is_some_and(|shown| shown.elapsed() < PAUSE) {
            return;
        }
        self.changed = false;
        self.shown = Some(Instant::now());
        parts.bus.pass(&self.task, PassingKind::Spent { cost: self.card.cost });
        for place in &self.places {
            let card = TaskCard { passing: true, ..self.card.clone() };
            let delivery = owed(place.clone(), Card::Task(card), fresh::now());
            if let Err(error) = parts.store.owe(delivery).await {
                // The next one says the same and more.
                tracing::warn!(task = %self.task, error = chain(&error), "a task card could not be owed");
            }
        }
        parts.bus.ring(Ring::Outbox);
    }
}
