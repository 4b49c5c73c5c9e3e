//! One task: what was asked, where it stands, what can be done about it, and its transcript as it grows.

use super::Visitor;
use super::card::Card;
use super::frame::{Frame, Section, Shown, page};
use super::task_head::{Tab, TaskHead};
use super::transcript::{Entry, Transcript};
use crate::App;
use crate::api::Asked;
use askama::Template;
use axum::Router;
use axum::extract::{Path, State};
use axum::routing::get;
use serde::Deserialize;
use signalbox_core::event::Event;
use signalbox_core::people::Actor;
use signalbox_core::port::Refusal;
use signalbox_core::task::Task;

/// How many entries of a record are read at once.
const PAGE: u32 = 500;
/// How many entries of a transcript are shown before somebody asks for all.
const SHOWN: usize = 200;

pub(super) fn routes() -> Router<App> {
    Router::new().route("/tasks/{task}", get(show_task))
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Wanted {
    all: Option<String>,
}

#[derive(Template)]
#[template(path = "task.html")]
struct TaskPage {
    frame: Frame,
    about: TaskHead,
    cards: Vec<Card>,
    entries: Vec<String>,
    earlier: usize,
    last: u64,
}

async fn show_task(
    State(app): State<App>,
    Visitor { actor, .. }: Visitor,
    Path(task): Path<String>,
    Asked(wanted): Asked<Wanted>,
) -> Shown {
    let task = app.hub.task(&actor, &task).await?;
    let events = whole_record(&app, &actor, &task).await?;
    let mut transcript = Transcript::default();
    for event in &events {
        transcript.take(event);
    }
    let shown = if wanted.all.is_some() { usize::MAX } else { SHOWN };
    let earlier = transcript.entries().len().saturating_sub(shown);
    let entries: Result<Vec<_>, _> = transcript.entries()[earlier..].iter().map(Entry::html).collect();
    let approvals = app.hub.approvals(&actor).await?;
    let cards = approvals.iter().filter(|approval| approval.task == task.id).map(Card::of).collect();
    let about = TaskHead::of(&app, &actor, &task, &events, Tab::Transcript).await?;
    let frame = Frame::around(&app, &actor, Section::Tasks, &about.title).with_waiting(approvals.len());
    let last = events.last().map_or(0, |event| event.seq);
    page(&TaskPage { frame, about, cards, entries: entries?, earlier, last })
}

/// Everything that a task's record has by now.
pub(super) async fn whole_record(app: &App, actor: &Actor, task: &Task) -> Result<Vec<Event>, Refusal> {
    let mut events: Vec<Event> = Vec::new();
    loop {
        let after = events.last().map_or(0, |event| event.seq);
        let more = app.hub.record(actor, task.id.as_str(), after, PAGE).await?;
        let full = more.len() as u32 == PAGE;
        events.extend(more);
        if !full {
            return Ok(events);
        }
    }
}
