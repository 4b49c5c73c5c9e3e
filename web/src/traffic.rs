//! Traffic over the API: what goes out to places, what came in, and setting in motion again what came to a stop.

use crate::App;
use crate::api::{Answer, Asked};
use crate::principal::Principal;
use axum::extract::{Path, State};
use axum::routing::{get, post};
use axum::{Json, Router};
use signalbox_core::id::DeliveryId;
use signalbox_core::place::Place;
use signalbox_core::traffic::{
    DeliveryPage, DeliveryQuery, DeliveryReport, SentAgain, UpdatePage, UpdateQuery, UpdateReport, WholeDelivery,
    WholeUpdate,
};

pub(crate) fn routes() -> Router<App> {
    Router::new()
        .route("/api/v1/deliveries", get(list_deliveries))
        .route("/api/v1/deliveries/{delivery}", get(show_delivery))
        .route("/api/v1/deliveries/{delivery}/again", post(send_again))
        .route("/api/v1/places/{place}/again", post(send_all_again))
        .route("/api/v1/updates", get(list_updates))
        .route("/api/v1/updates/{source}/{update}", get(show_update))
        .route("/api/v1/updates/{source}/{update}/again", post(handle_again))
}

async fn list_deliveries(
    State(app): State<App>,
    Principal { actor, .. }: Principal,
    Asked(query): Asked<DeliveryQuery>,
) -> Answer<DeliveryPage> {
    Ok(Json(app.hub.deliveries(&actor, query).await?))
}

async fn show_delivery(
    State(app): State<App>,
    Principal { actor, .. }: Principal,
    Path(delivery): Path<String>,
) -> Answer<WholeDelivery> {
    Ok(Json(app.hub.delivery(&actor, &DeliveryId::new(delivery)).await?))
}

async fn send_again(
    State(app): State<App>,
    Principal { actor, .. }: Principal,
    Path(delivery): Path<String>,
) -> Answer<DeliveryReport> {
    Ok(Json(app.hub.send_again(&actor, &DeliveryId::new(delivery)).await?))
}

async fn send_all_again(
    State(app): State<App>,
    Principal { actor, .. }: Principal,
    Path(place): Path<Place>,
) -> Answer<SentAgain> {
    Ok(Json(app.hub.send_all_again(&actor, &place).await?))
}

async fn list_updates(
    State(app): State<App>,
    Principal { actor, .. }: Principal,
    Asked(query): Asked<UpdateQuery>,
) -> Answer<UpdatePage> {
    Ok(Json(app.hub.updates(&actor, query).await?))
}

async fn show_update(
    State(app): State<App>,
    Principal { actor, .. }: Principal,
    Path((source, update)): Path<(String, String)>,
) -> Answer<WholeUpdate> {
    Ok(Json(app.hub.update(&actor, &source, &update).await?))
}

async fn handle_again(
    State(app): State<App>,
    Principal { actor, .. }: Principal,
    Path((source, update)): Path<(String, String)>,
) -> Answer<UpdateReport> {
    Ok(Json(app.hub.handle_again(&actor, &source, &update).await?))
}
