//! The hub itself: what it is, and what keeps it from its work.

use super::Answer;
use crate::principal::Principal;
use crate::{About, App};
use axum::Json;
use axum::extract::State;
use signalbox_core::port::Refusal;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(show_hub)).routes(routes!(list_faults))
}

/// Says what the hub is.
#[utoipa::path(
    get, path = "/api/v1/hub", tag = "hub",
    responses((status = 200, description = "Its version and manner.", body = About))
)]
async fn show_hub(State(app): State<App>, _: Principal) -> Json<About> {
    Json(app.about)
}

/// Lists what keeps the hub from its work right now.
///
/// For admins of the hub.
#[utoipa::path(
    get, path = "/api/v1/faults", tag = "hub",
    responses((status = 200, description = "A sentence each; none means ready.", body = Vec<String>))
)]
async fn list_faults(State(app): State<App>, Principal { actor, caller, peer, .. }: Principal) -> Answer<Vec<String>> {
    // They tell how the hub is put together.
    if !actor.admin {
        app.accounts.note_refusal(&caller, &peer, "GET /api/v1/faults").await?;
        return Err(Refusal::Forbidden("an admin of the hub may see this".to_owned()).into());
    }
    Ok(Json(app.hub.faults().await?))
}
