//! Projects.

use super::{Answer, Payload};
use crate::App;
use crate::principal::Principal;
use axum::Json;
use axum::extract::State;
use signalbox_core::port::{AddProject, Project};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(add_project, list_projects))
}

/// Adds a project.
#[utoipa::path(
    post, path = "/api/v1/projects", tag = "projects", request_body = AddProject,
    responses((status = 200, description = "The project.", body = Project))
)]
async fn add_project(
    State(app): State<App>,
    Principal { actor, .. }: Principal,
    Payload(request): Payload<AddProject>,
) -> Answer<Project> {
    Ok(Json(app.hub.add_project(&actor, request).await?))
}

/// Lists the projects that the person may see.
#[utoipa::path(
    get, path = "/api/v1/projects", tag = "projects",
    responses((status = 200, description = "The projects, by name.", body = Vec<Project>))
)]
async fn list_projects(State(app): State<App>, Principal { actor, .. }: Principal) -> Answer<Vec<Project>> {
    Ok(Json(app.hub.projects(&actor).await?))
}
