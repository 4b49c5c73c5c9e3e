//! People, as an admin sees to them.

use super::{Answer, Payload};
use crate::principal::Principal;
use crate::{App, Problem};
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::routing::{patch, post};
use axum::{Json, Router};
use signalbox_core::id::UserId;
use signalbox_core::port::{AddUser, ChangePerson, NewLinkCode, Person};

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/api/v1/users", post(add_user).get(list_people))
        .route("/api/v1/users/{person}", patch(change_person).delete(remove_person))
        .route("/api/v1/users/{person}/link-code", post(make_link_code))
}

async fn add_user(
    State(app): State<App>,
    Principal { actor, .. }: Principal,
    Payload(request): Payload<AddUser>,
) -> Answer<UserId> {
    Ok(Json(app.hub.add_user(&actor, request).await?))
}

async fn list_people(State(app): State<App>, Principal { actor, .. }: Principal) -> Answer<Vec<Person>> {
    Ok(Json(app.hub.people(&actor).await?))
}

async fn change_person(
    State(app): State<App>,
    Principal { actor, .. }: Principal,
    Path(person): Path<String>,
    Payload(change): Payload<ChangePerson>,
) -> Answer<Person> {
    Ok(Json(app.hub.change_person(&actor, &person, change).await?))
}

async fn remove_person(
    State(app): State<App>,
    Principal { actor, .. }: Principal,
    Path(person): Path<String>,
) -> Result<StatusCode, Problem> {
    app.hub.remove_person(&actor, &person).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn make_link_code(
    State(app): State<App>,
    Principal { actor, .. }: Principal,
    Path(person): Path<String>,
) -> Answer<NewLinkCode> {
    Ok(Json(app.hub.make_link_code(&actor, &person).await?))
}
