//! Traffic over the API: what goes out to places, what came in, and setting in motion again what came to a stop.

use crate::App;
use crate::api::{Answer, Asked, sound};
use crate::principal::Principal;
use axum::Json;
use axum::extract::{Path, State};
use signalbox_core::id::DeliveryId;
use signalbox_core::place::Place;
use signalbox_core::traffic::{
    DeliveryPage, DeliveryQuery, DeliveryReport, SentAgain, UpdatePage, UpdateQuery, UpdateReport, WholeDelivery,
    WholeUpdate,
};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list_deliveries))
        .routes(routes!(show_delivery))
        .routes(routes!(send_again))
        .routes(routes!(send_all_again))
        .routes(routes!(list_updates))
        .routes(routes!(show_update))
        .routes(routes!(handle_again))
}

/// Lists what is owed to places, the newest first.
#[utoipa::path(
    get, path = "/api/v1/deliveries", tag = "traffic",
    params(DeliveryQuery),
    responses((status = 200, description = "Deliveries, and where it goes on.", body = DeliveryPage))
)]
async fn list_deliveries(
    State(app): State<App>,
    Principal { actor, .. }: Principal,
    Asked(query): Asked<DeliveryQuery>,
) -> Answer<DeliveryPage> {
    Ok(Json(app.hub.deliveries(&actor, query).await?))
}

/// Shows a delivery: what is said, and how each try ended.
#[utoipa::path(
    get, path = "/api/v1/deliveries/{delivery}", tag = "traffic",
    responses((status = 200, description = "The delivery.", body = WholeDelivery))
)]
async fn show_delivery(
    State(app): State<App>,
    Principal { actor, .. }: Principal,
    Path(delivery): Path<String>,
) -> Answer<WholeDelivery> {
    Ok(Json(app.hub.delivery(&actor, &DeliveryId::new(delivery)).await?))
}

/// Sends a dead delivery again.
///
/// It has the same id, so that a receiver that has it already can tell.
#[utoipa::path(
    post, path = "/api/v1/deliveries/{delivery}/again", tag = "traffic",
    responses((status = 200, description = "The delivery, on its way.", body = DeliveryReport))
)]
async fn send_again(
    State(app): State<App>,
    Principal { actor, .. }: Principal,
    Path(delivery): Path<String>,
) -> Answer<DeliveryReport> {
    Ok(Json(app.hub.send_again(&actor, &DeliveryId::new(delivery)).await?))
}

/// Sends the dead deliveries of a place again, 500 at most.
#[utoipa::path(
    post, path = "/api/v1/places/{place}/again", tag = "traffic",
    responses((status = 200, description = "How many are on their way.", body = SentAgain))
)]
async fn send_all_again(
    State(app): State<App>,
    Principal { actor, .. }: Principal,
    Path(place): Path<String>,
) -> Answer<SentAgain> {
    Ok(Json(app.hub.send_all_again(&actor, &sound::<Place>(&place)?).await?))
}

/// Lists what came in, the newest first.
#[utoipa::path(
    get, path = "/api/v1/updates", tag = "traffic",
    params(UpdateQuery),
    responses((status = 200, description = "Updates, and where it goes on.", body = UpdatePage))
)]
async fn list_updates(
    State(app): State<App>,
    Principal { actor, .. }: Principal,
    Asked(query): Asked<UpdateQuery>,
) -> Answer<UpdatePage> {
    Ok(Json(app.hub.updates(&actor, query).await?))
}

/// Shows an update with what was sent.
#[utoipa::path(
    get, path = "/api/v1/updates/{source}/{update}", tag = "traffic",
    responses((status = 200, description = "The update.", body = WholeUpdate))
)]
async fn show_update(
    State(app): State<App>,
    Principal { actor, .. }: Principal,
    Path((source, update)): Path<(String, String)>,
) -> Answer<WholeUpdate> {
    Ok(Json(app.hub.update(&actor, &source, &update).await?))
}

/// Handles an update again from which nothing came.
///
/// One from which a task came is not handled again.
#[utoipa::path(
    post, path = "/api/v1/updates/{source}/{update}/again", tag = "traffic",
    responses((status = 200, description = "The update, which waits.", body = UpdateReport))
)]
async fn handle_again(
    State(app): State<App>,
    Principal { actor, .. }: Principal,
    Path((source, update)): Path<(String, String)>,
) -> Answer<UpdateReport> {
    Ok(Json(app.hub.handle_again(&actor, &source, &update).await?))
}
