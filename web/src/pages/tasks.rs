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

/// How many tasks a page shows, and how many at most.
const PAGE: u32 = 50;
const MOST: u32 = 500;

pub(super) fn routes() -> Router<App> {
    Router::new().route("/tasks", get(list_tasks))
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Wanted {
    project: String,
    open: Option<String>,
    limit: u32,
}

#[derive(Template)]
#[template(path = "tasks.html")]
struct TasksPage {
    frame: Frame,
    tasks: Vec<TaskRow>,
    projects: Vec<String>,
    project: String,
    open: bool,
    more: Option<u32>,
}

async fn list_tasks(State(app): State<App>, Visitor { actor, .. }: Visitor, Asked(wanted): Asked<Wanted>) -> Shown {
    let limit = wanted.limit.clamp(PAGE, MOST);
    let open = wanted.open.is_some();
    let project = Some(wanted.project.clone()).filter(|name| !name.is_empty());
    let tasks = TaskRow::list(&app, &actor, TaskFilter { project, open, limit }).await?;
    let projects = app.hub.projects(&actor).await?.into_iter().map(|project| project.name).collect();
    let frame = Frame::of(&app, &actor, Section::Tasks, "Tasks").await?;
    let more = (tasks.len() as u32 == limit && limit < MOST).then_some((limit + PAGE).min(MOST));
    page(&TasksPage { frame, tasks, projects, project: wanted.project, open, more })
}
