//! Places, and which project what is asked there is about.

use super::{Answer, Payload, sound};
use crate::principal::Principal;
use crate::{App, Problem};
use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use signalbox_core::place::Place;
use signalbox_core::port::PlaceReport;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list_places))
        .routes(routes!(unbind_place))
        .routes(routes!(bind_place, list_places_of))
}

/// Lists the places that are bound or were heard of.
#[utoipa::path(
    get, path = "/api/v1/places", tag = "places",
    responses(
        (
            status = 200,
            description = "The places, with what keeps the hub from speaking there.",
            body = Vec<PlaceReport>,
        ),
    )
)]
async fn list_places(State(app): State<App>, Principal { actor, .. }: Principal) -> Answer<Vec<PlaceReport>> {
    Ok(Json(app.hub.places(&actor).await?))
}

/// Lists the places that are bound to a project.
#[utoipa::path(
    get, path = "/api/v1/projects/{project}/places", tag = "places",
    responses(
        (
            status = 200,
            description = "The places, with what keeps the hub from speaking there.",
            body = Vec<PlaceReport>,
        ),
    )
)]
async fn list_places_of(
    State(app): State<App>,
    Principal { actor, .. }: Principal,
    Path(project): Path<String>,
) -> Answer<Vec<PlaceReport>> {
    Ok(Json(app.hub.places_of(&actor, &project).await?))
}

/// Binds a place to a project.
///
/// What is asked there is about it from then on.
#[utoipa::path(
    post, path = "/api/v1/projects/{project}/places", tag = "places", request_body = Place,
    responses(
        (status = 200, description = "The place as it is bound, as its platform writes it now.", body = Place),
    )
)]
async fn bind_place(
    State(app): State<App>,
    Principal { actor, .. }: Principal,
    Path(project): Path<String>,
    Payload(place): Payload<Place>,
) -> Answer<Place> {
    Ok(Json(app.hub.bind(&actor, &project, &place).await?))
}

/// Binds a place to no project any more.
#[utoipa::path(
    delete, path = "/api/v1/places/{place}", tag = "places",
    responses((status = 204, description = "It is done."))
)]
async fn unbind_place(
    State(app): State<App>,
    Principal { actor, .. }: Principal,
    Path(place): Path<String>,
) -> Result<StatusCode, Problem> {
    app.hub.unbind(&actor, &sound(&place)?).await?;
    Ok(StatusCode::NO_CONTENT)
}
