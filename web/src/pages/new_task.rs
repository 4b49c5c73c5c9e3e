//! Asking for a task: anew in a project, or going on in a conversation.

use super::Visitor;
use super::frame::{Frame, Section, Shown, page};
use super::markup::line;
use crate::App;
use crate::api::Asked;
use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::routing::get;
use serde::Deserialize;

pub(super) fn routes() -> Router<App> {
    Router::new().route("/tasks/new", get(show_form))
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Wanted {
    project: String,
    conversation: String,
    after: String,
}

#[derive(Template)]
#[template(path = "new_task.html")]
struct NewTaskPage {
    frame: Frame,
    projects: Vec<String>,
    project: String,
    /// The conversation that goes on, and what was asked in it last.
    going_on: Option<GoingOn>,
}

struct GoingOn {
    conversation: String,
    task: String,
    title: String,
}

async fn show_form(State(app): State<App>, Visitor { actor, .. }: Visitor, Asked(wanted): Asked<Wanted>) -> Shown {
    let projects: Vec<String> = app.hub.projects(&actor).await?.into_iter().map(|project| project.name).collect();
    let going_on = match (wanted.conversation.as_str(), wanted.after.as_str()) {
        ("", _) | (_, "") => None,
        (_, after) => {
            let task = app.hub.task(&actor, after).await?;
            let (conversation, title) = (task.conversation.to_string(), line(&task.prompt, 100));
            Some(GoingOn { conversation, task: task.id.to_string(), title })
        }
    };
    let frame = Frame::of(&app, &actor, Section::NewTask, "New task").await?;
    page(&NewTaskPage { frame, projects, project: wanted.project, going_on })
}
