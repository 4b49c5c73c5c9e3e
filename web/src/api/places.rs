//! Places, and which project what is asked there is about.

use super::{Answer, Payload};
use crate::principal::Principal;
use crate::{App, Problem};
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::routing::{delete, get, post};
use axum::{Json, Router};
use signalbox_core::place::Place;
use signalbox_core::port::PlaceReport;

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/api/v1/places", get(list_places))
        .route("/api/v1/places/{place}", delete(unbind_place))
        .route("/api/v1/projects/{project}/places", post(bind_place))
}

async fn list_places(State(app): State<App>, Principal { actor, .. }: Principal) -> Answer<Vec<PlaceReport>> {
    Ok(Json(app.hub.places(&actor).await?))
}

async fn bind_place(
    State(app): State<App>,
    Principal { actor, .. }: Principal,
    Path(project): Path<String>,
    Payload(place): Payload<Place>,
) -> Answer<Place> {
    Ok(Json(app.hub.bind(&actor, &project, &place).await?))
}

async fn unbind_place(
    State(app): State<App>,
    Principal { actor, .. }: Principal,
    Path(place): Path<Place>,
) -> Result<StatusCode, Problem> {
    app.hub.unbind(&actor, &place).await?;
    Ok(StatusCode::NO_CONTENT)
}
