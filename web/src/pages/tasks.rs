//! The list of tasks.

use super::Visitor;
use super::frame::{Frame, Section, Shown, page};
use super::row::TaskRow;
use crate::App;
use crate::api::Asked;
use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::routing::get;
use serde::Deserialize;
use signalbox_core::port::TaskFilter;

/// How many tasks a page shows.
const PAGE: u32 = 50;

pub(super) fn routes() -> Router<App> {
    Router::new().route("/tasks", get(list_tasks))
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Wanted {
    project: String,
    open: Option<String>,
    before: Option<String>,
}

#[derive(Template)]
#[template(path = "tasks.html")]
struct TasksPage {
    frame: Frame,
    tasks: Vec<TaskRow>,
    projects: Vec<String>,
    project: String,
    open: bool,
    /// The last task, where there may be more.
    more: Option<String>,
    is_first: bool,
}

async fn list_tasks(State(app): State<App>, Visitor { actor, .. }: Visitor, Asked(wanted): Asked<Wanted>) -> Shown {
    let open = wanted.open.is_some();
    let project = Some(wanted.project.clone()).filter(|name| !name.is_empty());
    let tasks =
        TaskRow::list(&app, &actor, TaskFilter { project, open, limit: PAGE, before: wanted.before.clone() }).await?;
    let projects = app.hub.projects(&actor).await?.into_iter().map(|project| project.name).collect();
    let frame = Frame::of(&app, &actor, Section::Tasks, "Tasks").await?;
    let last = tasks.last().filter(|_| tasks.len() == PAGE as usize);
    let more = last.map(|last| last.id.clone());
    page(&TasksPage { frame, tasks, projects, project: wanted.project, open, more, is_first: wanted.before.is_none() })
}
