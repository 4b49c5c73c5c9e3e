//! The audit log over the API: read in pages, or gone along as a whole.

use crate::App;
use crate::api::{Answer, Asked, sound};
use crate::principal::Principal;
use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use signalbox_core::audit::{AuditHead, AuditPage, AuditQuery, Verification};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(list_entries)).routes(routes!(show_head)).routes(routes!(verify_log))
}

/// What is known of the log from elsewhere.
#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
struct Known {
    /// A head that was kept, as `NUMBER:HASH`.
    expect: Option<String>,
}

/// Lists entries of the audit log.
///
/// With `after` those after that entry, the oldest first; else the newest first, with `before` those before it.
#[utoipa::path(
    get, path = "/api/v1/audit", tag = "audit",
    params(AuditQuery),
    responses(
        (status = 200, description = "Entries, and where it goes on.", body = AuditPage),
        (status = 404, description = "There is no such person."),
    )
)]
async fn list_entries(
    State(app): State<App>,
    Principal { actor, .. }: Principal,
    Asked(query): Asked<AuditQuery>,
) -> Answer<AuditPage> {
    Ok(Json(app.hub.audit(&actor, query).await?))
}

/// Says where the audit log ends.
#[utoipa::path(
    get, path = "/api/v1/audit/head", tag = "audit",
    responses((status = 200, description = "The number and the hash of the last entry.", body = AuditHead))
)]
async fn show_head(State(app): State<App>, Principal { actor, .. }: Principal) -> Answer<AuditHead> {
    Ok(Json(app.hub.audit_head(&actor).await?))
}

/// Goes along the whole audit log and says whether the chain holds.
#[utoipa::path(
    get, path = "/api/v1/audit/verification", tag = "audit",
    params(Known),
    responses((status = 200, description = "What was found.", body = Verification))
)]
async fn verify_log(
    State(app): State<App>,
    Principal { actor, .. }: Principal,
    Asked(Known { expect }): Asked<Known>,
) -> Answer<Verification> {
    let expected = expect.as_deref().map(sound::<AuditHead>).transpose()?;
    Ok(Json(app.hub.verify_audit(&actor, expected).await?))
}
