//! What is owed to a terminal, handed to it and acknowledged.

use super::listener::{Listener, lines};
use super::sound;
use crate::principal::Principal;
use crate::{App, Problem};
use axum::Router;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::{get, post};
use futures::StreamExt as _;
use signalbox_core::id::DeliveryId;
use signalbox_core::place::Place;
use signalbox_core::port::Refusal;
use tokio_stream::wrappers::ReceiverStream;

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/api/v1/places/{place}/deliveries", get(attach_terminal))
        .route("/api/v1/deliveries/{delivery}/receipt", post(acknowledge_delivery))
}

async fn attach_terminal(
    State(app): State<App>,
    Listener { closing, worthless, .. }: Listener,
    Path(place): Path<String>,
) -> Result<Response, Problem> {
    let place: Place = sound(&place)?;
    Ok(lines(ReceiverStream::new(app.terminals.attach(place)).take_until(worthless), closing))
}

async fn acknowledge_delivery(
    State(app): State<App>,
    _: Principal,
    Path(delivery): Path<String>,
) -> Result<StatusCode, Problem> {
    let told = app.terminals.acknowledge(&DeliveryId::new(delivery));
    told.map(|()| StatusCode::NO_CONTENT).map_err(|untold| Refusal::Conflict(untold.to_string()).into())
}
