//! Projects: listed, added, and looked after.

use super::{Answer, Payload};
use crate::principal::Principal;
use crate::{App, Problem, etag};
use axum::Json;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use signalbox_core::id::GrantId;
use signalbox_core::port::{AddProject, NewCredential, Project, Refusal};
use signalbox_core::project::{ChangeProject, CredentialReport, GrantReport, PolicyTrial, ProjectDetail, TryPolicy};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(add_project, list_projects))
        .routes(routes!(show_project, change_project))
        .routes(routes!(set_credential, remove_credential))
        .routes(routes!(list_grants))
        .routes(routes!(try_policy))
        .routes(routes!(revoke_grant))
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

/// Shows a project, with what holds in it.
#[utoipa::path(
    get, path = "/api/v1/projects/{project}", tag = "projects",
    responses((status = 200, description = "The project; never its credential.", body = ProjectDetail))
)]
async fn show_project(
    State(app): State<App>,
    Principal { actor, .. }: Principal,
    Path(project): Path<String>,
) -> Answer<ProjectDetail> {
    Ok(Json(app.hub.project(&actor, &project).await?))
}

/// Changes a project.
///
/// Only if it still stands as the `ETag` says that is brought as `If-Match` (RFC 9110, section 13.1.1).
#[utoipa::path(
    patch, path = "/api/v1/projects/{project}", tag = "projects", request_body = ChangeProject,
    params(("If-Match" = String, Header, description = "The `ETag` of the project as it was read.")),
    responses(
        (status = 200, description = "The project as it stands now.", body = ProjectDetail),
        (status = 412, description = "Somebody has changed it since it was read."),
        (status = 428, description = "`If-Match` is missing."),
    )
)]
async fn change_project(
    State(app): State<App>,
    Principal { actor, .. }: Principal,
    Path(project): Path<String>,
    headers: HeaderMap,
    Payload(change): Payload<ChangeProject>,
) -> Answer<ProjectDetail> {
    let seen = etag::wanted(&headers);
    let changed = app.hub.change_project(&actor, &project, change, seen.as_deref()).await;
    changed.map(Json).map_err(|refusal| match (refusal, seen) {
        (Refusal::Conflict(_), None) => Problem::of(StatusCode::PRECONDITION_REQUIRED, unseen()),
        (refusal @ Refusal::Conflict(_), Some(_)) => Problem::of(StatusCode::PRECONDITION_FAILED, refusal),
        (refusal, _) => refusal.into(),
    })
}

fn unseen() -> Refusal {
    Refusal::Conflict(
        "say which state of the project you change: send the `ETag` of its answer as `If-Match`, so that nobody's change \
         is lost"
            .to_owned(),
    )
}

/// Replaces what opens a project's repository.
///
/// It is sealed, and never given out again.
#[utoipa::path(
    put, path = "/api/v1/projects/{project}/credential", tag = "projects", request_body = NewCredential,
    responses((status = 200, description = "What it has now.", body = CredentialReport))
)]
async fn set_credential(
    State(app): State<App>,
    Principal { actor, .. }: Principal,
    Path(project): Path<String>,
    Payload(credential): Payload<NewCredential>,
) -> Answer<CredentialReport> {
    Ok(Json(app.hub.set_credential(&actor, &project, credential).await?))
}

/// Removes what opens a project's repository.
#[utoipa::path(
    delete, path = "/api/v1/projects/{project}/credential", tag = "projects",
    responses((status = 204, description = "It has none."))
)]
async fn remove_credential(
    State(app): State<App>,
    Principal { actor, .. }: Principal,
    Path(project): Path<String>,
) -> Result<StatusCode, Problem> {
    app.hub.remove_credential(&actor, &project).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Lists the remembered yeses that hold in a project, or in conversations there.
#[utoipa::path(
    get, path = "/api/v1/projects/{project}/grants", tag = "projects",
    responses((status = 200, description = "The grants.", body = Vec<GrantReport>))
)]
async fn list_grants(
    State(app): State<App>,
    Principal { actor, .. }: Principal,
    Path(project): Path<String>,
) -> Answer<Vec<GrantReport>> {
    Ok(Json(app.hub.grants_of(&actor, &project).await?))
}

/// Says what a policy would make of a call.
///
/// Nothing is done, and nothing is kept.
#[utoipa::path(
    post, path = "/api/v1/projects/{project}/policy/trial", tag = "projects", request_body = TryPolicy,
    responses((status = 200, description = "What the gate would say.", body = PolicyTrial))
)]
async fn try_policy(
    State(app): State<App>,
    Principal { actor, .. }: Principal,
    Path(project): Path<String>,
    Payload(tried): Payload<TryPolicy>,
) -> Answer<PolicyTrial> {
    Ok(Json(app.hub.try_policy(&actor, &project, tried).await?))
}

/// Takes a remembered yes back.
#[utoipa::path(
    delete, path = "/api/v1/grants/{grant}", tag = "projects",
    responses((status = 204, description = "It is remembered no more."))
)]
async fn revoke_grant(
    State(app): State<App>,
    Principal { actor, .. }: Principal,
    Path(grant): Path<String>,
) -> Result<StatusCode, Problem> {
    app.hub.revoke_grant(&actor, &GrantId::new(grant)).await?;
    Ok(StatusCode::NO_CONTENT)
}
