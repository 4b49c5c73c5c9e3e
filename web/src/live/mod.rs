//! `/api/v1/live`: a WebSocket on which a page or a program hears what happens, and goes on where it was cut off.
//!
//! Whoever is connected subscribes to tasks (their record, event by event), to the tasks of projects and to approvals (as they
//! stand, whenever they change). Nothing is kept for a reader who does not read: what comes next is fetched when the last thing
//! was taken, from the record if need be. `docs/live.md` fixes what is said.

mod connection;
mod feed;
mod wire;

use crate::principal::Principal;
use crate::serve::Closing;
use crate::{App, Problem};
use axum::Extension;
use axum::extract::State;
use axum::extract::ws::WebSocketUpgrade;
use axum::extract::ws::rejection::WebSocketUpgradeRejection;
use axum::response::Response;
use signalbox_core::port::Refusal;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// The largest thing that a reader may say, in bytes.
const LARGEST: usize = 16 << 10;
/// How much is gathered before it goes to the network, in bytes; each connection has it.
const BUFFER: usize = 4 << 10;

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(open))
}

/// Opens a WebSocket on which one hears what happens.
///
/// `docs/live.md` tells what is said on it.
#[utoipa::path(
    get, path = "/api/v1/live", tag = "live",
    responses(
        (status = 101, description = "It is a WebSocket from here on."),
        (status = 422, description = "The request asks for no WebSocket."),
    )
)]
async fn open(
    State(app): State<App>,
    principal: Principal,
    Extension(closing): Extension<Closing>,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Result<Response, Problem> {
    let upgrade = upgrade.map_err(|_| {
        Refusal::Invalid("this is a WebSocket: connect to it by wss:// (ws:// on the hub's own machine)".to_owned())
    })?;
    let upgrade = upgrade.max_message_size(LARGEST).max_frame_size(LARGEST);
    let upgrade = upgrade.read_buffer_size(BUFFER).write_buffer_size(BUFFER);
    Ok(upgrade.on_upgrade(move |socket| connection::serve(socket, app, principal, closing)))
}
