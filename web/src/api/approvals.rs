//! Approvals: what waits for people, and their word on it.

use super::{Answer, Payload, sound};
use crate::App;
use crate::principal::Principal;
use axum::Json;
use axum::extract::{Path, State};
use signalbox_core::approval::Approval;
use signalbox_core::port::{Decide, Decided};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(list_approvals)).routes(routes!(show_approval)).routes(routes!(decide_approval))
}

/// Lists open approvals, the oldest first.
#[utoipa::path(
    get, path = "/api/v1/approvals", tag = "approvals",
    responses(
        (status = 200, description = "What waits in projects that the person may see.", body = Vec<Approval>),
    )
)]
async fn list_approvals(State(app): State<App>, Principal { actor, .. }: Principal) -> Answer<Vec<Approval>> {
    Ok(Json(app.hub.approvals(&actor).await?))
}

/// Shows an approval, with the whole call.
///
/// Needs the whole code.
#[utoipa::path(
    get, path = "/api/v1/approvals/{approval}", tag = "approvals",
    responses((status = 200, description = "The approval as it stands.", body = Approval))
)]
async fn show_approval(
    State(app): State<App>,
    Principal { actor, .. }: Principal,
    Path(approval): Path<String>,
) -> Answer<Approval> {
    Ok(Json(app.hub.approval(&actor, &sound(&approval)?).await?))
}

/// Says yes or no to what Claude asks.
///
/// The first decision wins. `approval` in the body is not looked at.
#[utoipa::path(
    post, path = "/api/v1/approvals/{approval}/decision", tag = "approvals", request_body = Decide,
    responses(
        (
            status = 200,
            description = "What became of the word: it was the decision, one vote of several, or too late.",
            body = Decided,
        ),
    )
)]
async fn decide_approval(
    State(app): State<App>,
    Principal { actor, .. }: Principal,
    Path(approval): Path<String>,
    Payload(mut request): Payload<Decide>,
) -> Answer<Decided> {
    request.approval = approval;
    Ok(Json(app.hub.decide(&actor, request).await?))
}
