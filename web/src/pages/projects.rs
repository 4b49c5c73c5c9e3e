//! Projects: the list, one of them, and adding one.

use super::Visitor;
use super::automation::{Hooks, Schedules, Subscriptions};
use super::frame::{Frame, Section, Shown, page};
use super::markup::{Markup, exact, line};
use super::moment::when;
use super::row::TaskRow;
use crate::App;
use askama::Template;
use axum::Router;
use axum::extract::{Path, State};
use axum::routing::get;
use signalbox_core::port::{PlaceReport, Project, Refusal, TaskFilter};

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/projects", get(list_projects))
        .route("/projects/new", get(show_form))
        .route("/projects/{project}", get(show_project))
}

struct ProjectRow {
    name: String,
    git: String,
    own_policy: bool,
    added: Markup,
}

#[derive(Template)]
#[template(path = "projects.html")]
struct ProjectsPage {
    frame: Frame,
    projects: Vec<ProjectRow>,
    admin: bool,
}

async fn list_projects(State(app): State<App>, Visitor { actor, .. }: Visitor) -> Shown {
    let projects = app.hub.projects(&actor).await?;
    let row = |project: Project| ProjectRow {
        name: project.name,
        git: line(&project.git, 200),
        own_policy: project.policy.is_some(),
        added: when(project.created_at),
    };
    let projects = projects.into_iter().map(row).collect();
    let frame = Frame::of(&app, &actor, Section::Projects, "Projects").await?;
    page(&ProjectsPage { frame, projects, admin: actor.admin })
}

#[derive(Template)]
#[template(path = "new_project.html")]
struct NewProjectPage {
    frame: Frame,
}

async fn show_form(State(app): State<App>, Visitor { actor, .. }: Visitor) -> Shown {
    let frame = Frame::of(&app, &actor, Section::Projects, "New project").await?;
    page(&NewProjectPage { frame })
}

#[derive(Template)]
#[template(path = "project.html")]
struct ProjectPage {
    frame: Frame,
    name: String,
    git: String,
    policy: Option<Markup>,
    tasks: Vec<TaskRow>,
    places: Vec<String>,
    hooks: Hooks,
    schedules: Schedules,
    subscriptions: Subscriptions,
}

async fn show_project(State(app): State<App>, Visitor { actor, .. }: Visitor, Path(name): Path<String>) -> Shown {
    let projects = app.hub.projects(&actor).await?;
    let found = projects.into_iter().find(|project| project.name == name || project.id.as_str() == name);
    let project = found.ok_or_else(|| Refusal::NotFound(format!("There is no project `{name}`.")))?;
    let filter = TaskFilter { project: Some(project.name.clone()), limit: 10, ..TaskFilter::default() };
    let tasks = TaskRow::list(&app, &actor, filter).await?;
    let places = if actor.admin { app.hub.places(&actor).await? } else { Vec::new() };
    let bound = |place: PlaceReport| (place.project.as_ref() == Some(&project.name)).then(|| place.place.to_string());
    let frame = Frame::of(&app, &actor, Section::Projects, &project.name).await?;
    page(&ProjectPage {
        frame,
        places: places.into_iter().filter_map(bound).collect(),
        hooks: Hooks::of(&app, &actor, Some(&project.name)).await?,
        schedules: Schedules::of(&app, &actor, Some(&project.name)).await?,
        subscriptions: Subscriptions::of(&app, &actor, Some(&project.name)).await?,
        git: line(&project.git, 300),
        policy: project.policy.as_deref().map(exact),
        name: project.name,
        tasks,
    })
}
