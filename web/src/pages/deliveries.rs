//! What goes out to places: owed, on its way, there or given up; one delivery whole, as it is shown in its place. For admins.

use super::Visitor;
use super::frame::{Frame, Section, Shown, page};
use super::markup::{Markup, exact, prose};
use super::moment::when;
use super::said::Said;
use crate::App;
use crate::api::Asked;
use askama::Template;
use axum::Router;
use axum::extract::{Path, State};
use axum::routing::get;
use serde::Deserialize;
use signalbox_core::delivery::DeliveryState;
use signalbox_core::id::DeliveryId;
use signalbox_core::port::Refusal;
use signalbox_core::traffic::{About, DeliveryQuery, DeliveryReport, FailedTry};

/// How many deliveries a page shows.
const PAGE: u32 = 50;

pub(super) fn routes() -> Router<App> {
    Router::new().route("/deliveries", get(list_deliveries)).route("/deliveries/{delivery}", get(show_delivery))
}

/// What is looked for. Fields that were left empty are empty texts.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Wanted {
    state: String,
    place: String,
    before: Option<u64>,
}

#[derive(Template)]
#[template(path = "deliveries.html")]
struct DeliveriesPage {
    frame: Frame,
    rows: Vec<DeliveryRow>,
    states: Vec<&'static str>,
    wanted: Wanted,
    next: Option<u64>,
    /// The place whose dead ones can be sent again, as it is written in addresses.
    place: Option<String>,
}

/// A delivery in a list.
struct DeliveryRow {
    id: String,
    place: String,
    state: &'static str,
    tone: &'static str,
    about: Tells,
    attempts: u32,
    owed: Markup,
    due: Option<Markup>,
    settled: Option<Markup>,
    error: Option<Markup>,
    dead: bool,
}

/// What a delivery tells of, and where to look at that.
struct Tells {
    words: &'static str,
    link: Option<String>,
}

async fn list_deliveries(State(app): State<App>, visitor: Visitor, Asked(wanted): Asked<Wanted>) -> Shown {
    let actor = visitor.for_managing(&app, "GET /deliveries").await?;
    let query = query(&wanted)?;
    let place = query.place.as_ref().map(ToString::to_string);
    let found = app.hub.deliveries(&actor, query).await?;
    let frame = Frame::of(&app, &actor, Section::Deliveries, "Deliveries").await?;
    let rows = found.deliveries.iter().map(row).collect();
    let states = DeliveryState::ALL.map(DeliveryState::as_str).to_vec();
    page(&DeliveriesPage { frame, rows, states, wanted, next: found.next, place })
}

fn query(wanted: &Wanted) -> Result<DeliveryQuery, Refusal> {
    let said = |text: &str| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
    let state = said(&wanted.state).map(|state| state.parse::<DeliveryState>()).transpose();
    let place = said(&wanted.place).map(|place| place.parse()).transpose();
    Ok(DeliveryQuery {
        state: state.map_err(|error| Refusal::Invalid(error.to_string()))?,
        place: place.map_err(|error: signalbox_core::place::BadPlace| Refusal::Invalid(error.to_string()))?,
        before: wanted.before,
        limit: PAGE,
    })
}

fn row(report: &DeliveryReport) -> DeliveryRow {
    let waits = matches!(report.state, DeliveryState::Pending);
    DeliveryRow {
        id: report.id.to_string(),
        place: report.place.to_string(),
        state: report.state.as_str(),
        tone: tone(report.state),
        about: tells(&report.about),
        attempts: report.attempts,
        owed: when(report.created_at),
        due: waits.then(|| when(report.due_at)),
        settled: report.settled_at.map(when),
        error: report.error.as_deref().map(prose),
        dead: report.state == DeliveryState::Dead,
    }
}

fn tone(state: DeliveryState) -> &'static str {
    match state {
        DeliveryState::Pending => "wait",
        DeliveryState::Sending => "run",
        DeliveryState::Delivered => "go",
        DeliveryState::Superseded => "idle",
        DeliveryState::Dead => "stop",
    }
}

fn tells(key: &str) -> Tells {
    let (words, link) = match About::key(key) {
        About::Task(task) => ("How a task stands", Some(format!("/tasks/{task}"))),
        About::Approval(approval) => ("A question", Some(format!("/approvals/{approval}"))),
        About::Outcome(task) => ("What a task came to", Some(format!("/tasks/{task}"))),
        About::Event => ("An event, to a subscriber", None),
        About::Reply => ("An answer to what somebody said", None),
    };
    Tells { words, link }
}

#[derive(Template)]
#[template(path = "delivery.html")]
struct DeliveryPage {
    frame: Frame,
    row: DeliveryRow,
    said: Option<Said>,
    tries: Vec<(Markup, Markup)>,
    overtaken: bool,
}

async fn show_delivery(State(app): State<App>, visitor: Visitor, Path(delivery): Path<String>) -> Shown {
    let actor = visitor.for_managing(&app, "GET /deliveries/{delivery}").await?;
    let found = app.hub.delivery(&actor, &DeliveryId::new(delivery)).await?;
    let frame = Frame::of(&app, &actor, Section::Deliveries, "A delivery").await?;
    let tried = |one: &FailedTry| (when(one.at), exact(&one.answer));
    page(&DeliveryPage {
        frame,
        row: row(&found.report),
        said: found.card.as_ref().map(|card| Said::of(card, found.detail)),
        tries: found.tries.iter().map(tried).collect(),
        overtaken: found.overtaken,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_left_empty_is_not_looked_for() {
        assert_eq!(query(&Wanted::default()).unwrap(), DeliveryQuery { limit: PAGE, ..DeliveryQuery::default() });
        let wanted = Wanted { state: "dead".to_owned(), place: " telegram:1 ".to_owned(), before: Some(7) };
        let query = query(&wanted).unwrap();
        assert_eq!((query.state, query.before), (Some(DeliveryState::Dead), Some(7)));
        assert_eq!(query.place.map(|place| place.to_string()).as_deref(), Some("telegram:1"));
    }

    #[test]
    fn what_makes_no_sense_is_said_so() {
        for (state, place) in [("gone", ""), ("", "nowhere at all")] {
            let wanted = Wanted { state: state.to_owned(), place: place.to_owned(), before: None };
            assert!(matches!(query(&wanted), Err(Refusal::Invalid(_))), "{wanted:?}");
        }
    }
}
