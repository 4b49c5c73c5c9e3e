//! Projects.

use super::{Answer, Payload};
use crate::App;
use crate::principal::Principal;
use axum::extract::State;
use axum::routing::post;
use axum::{Json, Router};
use signalbox_core::port::{AddProject, Project};

pub(super) fn routes() -> Router<App> {
    Router::new().route("/api/v1/projects", post(add_project).get(list_projects))
}

async fn add_project(
    State(app): State<App>,
    Principal { actor, .. }: Principal,
    Payload(request): Payload<AddProject>,
) -> Answer<Project> {
    Ok(Json(app.hub.add_project(&actor, request).await?))
}

async fn list_projects(State(app): State<App>, Principal { actor, .. }: Principal) -> Answer<Vec<Project>> {
    Ok(Json(app.hub.projects(&actor).await?))
}
