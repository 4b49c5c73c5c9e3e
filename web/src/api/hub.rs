//! The hub itself: what it is, and what keeps it from its work.

use super::Answer;
use crate::principal::Principal;
use crate::{About, App};
use axum::extract::State;
use axum::routing::get;
use axum::{Json, Router};
use signalbox_core::port::Refusal;

pub(super) fn routes() -> Router<App> {
    Router::new().route("/api/v1/hub", get(show_hub)).route("/api/v1/faults", get(list_faults))
}

async fn show_hub(State(app): State<App>, _: Principal) -> Json<About> {
    Json(app.about)
}

async fn list_faults(State(app): State<App>, Principal { actor, caller, peer, .. }: Principal) -> Answer<Vec<String>> {
    // They tell how the hub is put together.
    if !actor.admin {
        app.accounts.note_refusal(&caller, &peer, "GET /api/v1/faults").await?;
        return Err(Refusal::Forbidden("an admin of the hub may see this".to_owned()).into());
    }
    Ok(Json(app.hub.faults().await?))
}
