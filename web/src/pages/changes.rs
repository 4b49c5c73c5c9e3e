//! What a task changed, file by file, and its record as it is stored.

use super::Visitor;
use super::diff::{FileDiff, files};
use super::fault::Fault;
use super::frame::{Frame, Section, Shown, page};
use super::markup::{Markup, exact};
use super::moment::clock;
use super::task::whole_record;
use super::task_head::{Tab, TaskHead};
use crate::App;
use crate::api::Asked;
use askama::Template;
use axum::Router;
use axum::extract::{Path, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use serde::Deserialize;

/// How many lines of a diff a page shows; the rest is in the text that can be loaded.
const LINES: usize = 4000;
/// How many entries of the record a page shows.
const ENTRIES: usize = 200;

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/tasks/{task}/changes", get(show_changes))
        .route("/tasks/{task}/changes.diff", get(load_changes))
        .route("/tasks/{task}/record", get(show_record))
        .route("/tasks/{task}/record.ndjson", get(load_record))
}

#[derive(Template)]
#[template(path = "changes.html")]
struct ChangesPage {
    frame: Frame,
    about: TaskHead,
    files: Vec<FileDiff>,
    cut: bool,
}

async fn show_changes(State(app): State<App>, Visitor { actor, .. }: Visitor, Path(task): Path<String>) -> Shown {
    let task = app.hub.task(&actor, &task).await?;
    let diff = app.hub.diff(&actor, task.id.as_str()).await?;
    let events = whole_record(&app, &actor, &task).await?;
    let about = TaskHead::of(&app, &actor, &task, &events, Tab::Changes).await?;
    let frame = Frame::of(&app, &actor, Section::Tasks, &format!("Changes of {}", about.title)).await?;
    let (files, cut) = within(files(&diff.text));
    page(&ChangesPage { frame, about, files, cut: cut || diff.truncated })
}

/// As many rows as a page can bear; files beyond keep their names and counts.
fn within(mut files: Vec<FileDiff>) -> (Vec<FileDiff>, bool) {
    let (mut left, mut cut) = (LINES, false);
    for file in &mut files {
        if file.rows.len() > left {
            file.rows.truncate(left);
            cut = true;
        }
        left -= file.rows.len();
    }
    (files, cut)
}

async fn load_changes(
    State(app): State<App>,
    Visitor { actor, .. }: Visitor,
    Path(task): Path<String>,
) -> Result<Response, Fault> {
    let diff = app.hub.diff(&actor, &task).await?;
    Ok(stored("text/plain; charset=utf-8", diff.text))
}

/// Something to be stored, not shown.
fn stored(media_type: &'static str, text: String) -> Response {
    let head = [
        (header::CONTENT_TYPE, media_type),
        (header::CONTENT_DISPOSITION, "attachment"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::CACHE_CONTROL, "private, no-store"),
    ];
    (head, text).into_response()
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct After {
    after: u64,
}

struct RecordRow {
    seq: u64,
    at: Markup,
    kind: String,
    json: Markup,
}

#[derive(Template)]
#[template(path = "record.html")]
struct RecordPage {
    frame: Frame,
    about: TaskHead,
    rows: Vec<RecordRow>,
    next: Option<u64>,
}

async fn show_record(
    State(app): State<App>,
    Visitor { actor, .. }: Visitor,
    Path(task): Path<String>,
    Asked(After { after }): Asked<After>,
) -> Shown {
    let task = app.hub.task(&actor, &task).await?;
    let events = whole_record(&app, &actor, &task).await?;
    let about = TaskHead::of(&app, &actor, &task, &events, Tab::Record).await?;
    let frame = Frame::of(&app, &actor, Section::Tasks, &format!("Record of {}", about.title)).await?;
    let later: Vec<_> = events.iter().filter(|event| event.seq > after).collect();
    let next = (later.len() > ENTRIES).then(|| after + ENTRIES as u64);
    let rows = later.into_iter().take(ENTRIES).map(|event| RecordRow {
        seq: event.seq,
        at: clock(event.at),
        kind: event.kind.name(),
        json: exact(&serde_json::to_string_pretty(&event.kind).unwrap_or_default()),
    });
    page(&RecordPage { frame, about, rows: rows.collect(), next })
}

async fn load_record(
    State(app): State<App>,
    Visitor { actor, .. }: Visitor,
    Path(task): Path<String>,
) -> Result<Response, Fault> {
    let task = app.hub.task(&actor, &task).await?;
    let events = whole_record(&app, &actor, &task).await?;
    let lines = events.iter().filter_map(|event| serde_json::to_string(event).ok());
    Ok(stored("application/x-ndjson", lines.fold(String::new(), |text, line| text + &line + "\n")))
}
