//! A task as one row of a list.

use super::markup::line;
use super::moment::{span, when};
use super::pill::{Pill, pill};
use crate::App;
use crate::pages::markup::Markup;
use signalbox_core::id::TaskId;
use signalbox_core::people::Actor;
use signalbox_core::port::{Refusal, TaskFilter, TaskPage};
use signalbox_core::task::Task;
use signalbox_core::time::Timestamp;
use std::collections::HashMap;

/// How much of a prompt a row shows, in characters.
const TITLE: usize = 140;

/// A task in a list.
pub(super) struct TaskRow {
    pub(super) id: String,
    pub(super) title: String,
    pub(super) project: String,
    pub(super) place: String,
    pub(super) pill: Pill,
    pub(super) asked: Markup,
    pub(super) took: Option<String>,
    pub(super) cost: String,
}

impl TaskRow {
    /// The tasks that somebody may see, as rows.
    pub(super) async fn list(app: &App, actor: &Actor, filter: TaskFilter) -> Result<Vec<Self>, Refusal> {
        Ok(Rows::of(app, actor, filter).await?.tasks)
    }

    fn of(task: &Task, names: &HashMap<String, String>) -> Self {
        let took = task.started_at.zip(task.finished_at).map(|(began, ended)| span(ended.since(began)));
        Self {
            id: task.id.to_string(),
            title: line(&task.prompt, TITLE),
            project: names.get(task.project.as_str()).cloned().unwrap_or_default(),
            place: task.origin.kind().to_owned(),
            pill: pill(task),
            asked: when(task.created_at),
            took,
            cost: task.cost.to_string(),
        }
    }
}

/// A page of rows, and where the list goes on.
pub(super) struct Rows {
    pub(super) tasks: Vec<TaskRow>,
    pub(super) next: Option<TaskId>,
    /// How far back words were looked for, where that ended before the page was full.
    pub(super) reached: Option<Timestamp>,
}

impl Rows {
    /// The tasks that somebody may see.
    pub(super) async fn of(app: &App, actor: &Actor, filter: TaskFilter) -> Result<Self, Refusal> {
        let TaskPage { tasks, next, reached } = app.hub.tasks(actor, filter).await?;
        let names = project_names(app, actor).await?;
        Ok(Self { tasks: tasks.iter().map(|task| TaskRow::of(task, &names)).collect(), next, reached })
    }
}

/// The names of the projects that somebody may see, by id.
pub(super) async fn project_names(app: &App, actor: &Actor) -> Result<HashMap<String, String>, Refusal> {
    let projects = app.hub.projects(actor).await?;
    Ok(projects.into_iter().map(|project| (project.id.to_string(), project.name)).collect())
}
