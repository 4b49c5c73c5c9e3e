//! People, as an admin sees to them.

use super::{Answer, Payload};
use crate::principal::Principal;
use crate::{App, Problem};
use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use signalbox_core::id::UserId;
use signalbox_core::port::{AddUser, ChangePerson, NewLinkCode, Person};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(add_user, list_people))
        .routes(routes!(change_person, remove_person))
        .routes(routes!(make_link_code))
}

/// Adds a person.
///
/// They sign in after an invitation, or write in a chat after a link code.
#[utoipa::path(
    post, path = "/api/v1/users", tag = "people", request_body = AddUser,
    responses(
        (status = 200, description = "The person's id.", body = UserId),
        (status = 404, description = "There is no such project."),
    )
)]
async fn add_user(
    State(app): State<App>,
    Principal { actor, .. }: Principal,
    Payload(request): Payload<AddUser>,
) -> Answer<UserId> {
    Ok(Json(app.hub.add_user(&actor, request).await?))
}

/// Lists everybody whom the hub knows.
#[utoipa::path(
    get, path = "/api/v1/users", tag = "people",
    responses((status = 200, description = "People, by name.", body = Vec<Person>))
)]
async fn list_people(State(app): State<App>, Principal { actor, .. }: Principal) -> Answer<Vec<Person>> {
    Ok(Json(app.hub.people(&actor).await?))
}

/// Changes what a person may do, or whose accounts are theirs.
///
/// What is left out or empty stays as it is. `role` is a project and the role there; no role takes it away.
#[utoipa::path(
    patch, path = "/api/v1/users/{person}", tag = "people", request_body = ChangePerson,
    responses((status = 200, description = "The person as they are then.", body = Person))
)]
async fn change_person(
    State(app): State<App>,
    Principal { actor, .. }: Principal,
    Path(person): Path<String>,
    Payload(change): Payload<ChangePerson>,
) -> Answer<Person> {
    Ok(Json(app.hub.change_person(&actor, &person, change).await?))
}

/// Takes every account, role and right away from a person.
///
/// What they did stays under their name.
#[utoipa::path(
    delete, path = "/api/v1/users/{person}", tag = "people",
    responses((status = 204, description = "It is done."))
)]
async fn remove_person(
    State(app): State<App>,
    Principal { actor, .. }: Principal,
    Path(person): Path<String>,
) -> Result<StatusCode, Problem> {
    app.hub.remove_person(&actor, &person).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Makes a one-time code by which a person links an account in a chat.
#[utoipa::path(
    post, path = "/api/v1/users/{person}/link-code", tag = "people",
    responses((status = 200, description = "The code, shown once.", body = NewLinkCode))
)]
async fn make_link_code(
    State(app): State<App>,
    Principal { actor, .. }: Principal,
    Path(person): Path<String>,
) -> Answer<NewLinkCode> {
    Ok(Json(app.hub.make_link_code(&actor, &person).await?))
}
