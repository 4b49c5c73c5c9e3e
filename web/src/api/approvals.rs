//! Approvals: what waits for people, and their word on it.

use super::{Answer, Payload, sound};
use crate::App;
use crate::principal::Principal;
use axum::extract::{Path, State};
use axum::routing::{get, post};
use axum::{Json, Router};
use signalbox_core::approval::Approval;
use signalbox_core::port::{Decide, Decided};

pub(super) fn routes() -> Router<App> {
    Router::new()
        .route("/api/v1/approvals", get(list_approvals))
        .route("/api/v1/approvals/{approval}", get(show_approval))
        .route("/api/v1/approvals/{approval}/decision", post(decide_approval))
}

async fn list_approvals(State(app): State<App>, Principal { actor, .. }: Principal) -> Answer<Vec<Approval>> {
    Ok(Json(app.hub.approvals(&actor).await?))
}

async fn show_approval(
    State(app): State<App>,
    Principal { actor, .. }: Principal,
    Path(approval): Path<String>,
) -> Answer<Approval> {
    Ok(Json(app.hub.approval(&actor, &sound(&approval)?).await?))
}

async fn decide_approval(
    State(app): State<App>,
    Principal { actor, .. }: Principal,
    Path(approval): Path<String>,
    Payload(mut request): Payload<Decide>,
) -> Answer<Decided> {
    request.approval = approval;
    Ok(Json(app.hub.decide(&actor, request).await?))
}
