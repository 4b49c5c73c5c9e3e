//! What came in: each update as its sender sent it, what came of it, and having it handled again. For admins. Nothing in what
//! was sent is more than text here.

use super::Visitor;
use super::frame::{Frame, Section, Shown, page};
use super::markup::{Markup, exact, line, prose};
use super::moment::when;
use crate::App;
use crate::api::Asked;
use askama::Template;
use axum::Router;
use axum::extract::{Path, State};
use axum::routing::get;
use serde::Deserialize;
use signalbox_core::port::Refusal;
use signalbox_core::traffic::{BadMark, UpdateQuery, UpdateReport, UpdateState};

/// How many updates a page shows.
const PAGE: u32 = 50;

pub(super) fn routes() -> Router<App> {
    Router::new().route("/updates", get(list_updates)).route("/updates/{source}/{update}", get(show_update))
}

/// What is looked for. Fields that were left empty are empty texts.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Wanted {
    source: String,
    state: String,
    before: String,
}

#[derive(Template)]
#[template(path = "updates.html")]
struct UpdatesPage {
    frame: Frame,
    rows: Vec<UpdateRow>,
    sources: Vec<String>,
    states: Vec<&'static str>,
    wanted: Wanted,
    next: Option<String>,
}

/// An update in a list.
struct UpdateRow {
    source: String,
    id: String,
    /// Both as they can be shown.
    name: Markup,
    state: &'static str,
    tone: &'static str,
    received: Markup,
    handled: Option<Markup>,
    task: Option<String>,
    trouble: Option<Markup>,
    failed: bool,
}

async fn list_updates(State(app): State<App>, visitor: Visitor, Asked(wanted): Asked<Wanted>) -> Shown {
    let actor = visitor.for_managing(&app, "GET /updates").await?;
    let found = app.hub.updates(&actor, query(&wanted)?).await?;
    let frame = Frame::of(&app, &actor, Section::Deliveries, "What came in").await?;
    page(&UpdatesPage {
        frame,
        rows: found.updates.iter().map(row).collect(),
        sources: found.sources,
        states: UpdateState::ALL.map(UpdateState::as_str).to_vec(),
        wanted,
        next: found.next.map(|mark| mark.to_string()),
    })
}

fn query(wanted: &Wanted) -> Result<UpdateQuery, Refusal> {
    let said = |text: &str| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
    let state = said(&wanted.state).map(|state| state.parse::<UpdateState>()).transpose();
    let before = Some(&wanted.before).filter(|mark| !mark.is_empty()).map(|mark| mark.parse()).transpose();
    Ok(UpdateQuery {
        source: said(&wanted.source),
        state: state.map_err(|error| Refusal::Invalid(error.to_string()))?,
        before: before.map_err(|error: BadMark| Refusal::Invalid(error.to_string()))?,
        limit: PAGE,
    })
}

fn row(report: &UpdateReport) -> UpdateRow {
    UpdateRow {
        name: exact(&format!("{} {}", line(&report.source, 80), line(&report.id, 80))),
        source: report.source.clone(),
        id: report.id.clone(),
        state: report.state.as_str(),
        tone: tone(report.state),
        received: when(report.received_at),
        handled: report.handled_at.map(when),
        task: report.task.as_ref().map(ToString::to_string),
        trouble: report.trouble.as_deref().map(prose),
        failed: report.state == UpdateState::Failed,
    }
}

fn tone(state: UpdateState) -> &'static str {
    match state {
        UpdateState::Waiting => "idle",
        UpdateState::Failing => "wait",
        UpdateState::Handled => "go",
        UpdateState::Failed => "stop",
    }
}

#[derive(Template)]
#[template(path = "update.html")]
struct UpdatePage {
    frame: Frame,
    row: UpdateRow,
    raw: Option<Markup>,
    bytes: u64,
    cut: bool,
}

async fn show_update(
    State(app): State<App>,
    visitor: Visitor,
    Path((source, update)): Path<(String, String)>,
) -> Shown {
    let actor = visitor.for_managing(&app, "GET /updates/{source}/{update}").await?;
    let found = app.hub.update(&actor, &source, &update).await?;
    let frame = Frame::of(&app, &actor, Section::Deliveries, "An update").await?;
    let raw = Some(&found.raw).filter(|raw| !raw.is_empty()).map(|raw| exact(raw));
    page(&UpdatePage { frame, row: row(&found.report), raw, bytes: found.bytes, cut: found.cut })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_left_empty_is_not_looked_for_and_what_makes_no_sense_is_said_so() {
        assert_eq!(query(&Wanted::default()).unwrap(), UpdateQuery { limit: PAGE, ..UpdateQuery::default() });
        for (state, before) in [("gone", ""), ("", "yesterday")] {
            let wanted = Wanted { state: state.to_owned(), before: before.to_owned(), ..Wanted::default() };
            assert!(matches!(query(&wanted), Err(Refusal::Invalid(_))), "{wanted:?}");
        }
    }
}
