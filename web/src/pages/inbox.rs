//! The inbox: what waits for somebody's word, to be decided in one tap, and what they asked for lately.

use super::Visitor;
use super::card::Card;
use super::frame::{Frame, Section, Shown, page};
use super::row::TaskRow;
use crate::App;
use askama::Template;
use axum::Router;
use axum::extract::{Path, State};
use axum::routing::get;
use signalbox_core::id::{ApprovalId, BadId};
use signalbox_core::port::{Refusal, TaskFilter};

/// How many tasks are shown beside what waits.
const LATELY: u32 = 8;

pub(super) fn routes() -> Router<App> {
    Router::new().route("/", get(show_inbox)).route("/approvals/{approval}", get(show_approval))
}

#[derive(Template)]
#[template(path = "inbox.html")]
struct InboxPage {
    frame: Frame,
    cards: Vec<Card>,
    open: Vec<TaskRow>,
}

async fn show_inbox(State(app): State<App>, Visitor { actor, .. }: Visitor) -> Shown {
    let approvals = app.hub.approvals(&actor).await?;
    let filter = TaskFilter { open: true, limit: LATELY, ..TaskFilter::default() };
    let open = TaskRow::list(&app, &actor, filter).await?;
    let frame = Frame::around(&app, &actor, Section::Inbox, "Inbox").with_waiting(approvals.len());
    page(&InboxPage { frame, cards: approvals.iter().map(Card::of).collect(), open })
}

#[derive(Template)]
#[template(path = "approval.html")]
struct ApprovalPage {
    frame: Frame,
    card: Card,
}

async fn show_approval(State(app): State<App>, Visitor { actor, .. }: Visitor, Path(approval): Path<String>) -> Shown {
    let id: ApprovalId = approval.parse().map_err(|fault: BadId| Refusal::NotFound(fault.to_string()))?;
    let card = Card::of(&app.hub.approval(&actor, &id).await?);
    let frame = Frame::of(&app, &actor, Section::Inbox, &card.heading).await?;
    page(&ApprovalPage { frame, card })
}
