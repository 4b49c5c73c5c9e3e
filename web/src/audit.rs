//! The audit log over the API: read in pages, or gone along as a whole.

use crate::App;
use crate::api::{Answer, Asked, sound};
use crate::principal::Principal;
use axum::extract::State;
use axum::routing::get;
use axum::{Json, Router};
use serde::Deserialize;
use signalbox_core::audit::{AuditHead, AuditPage, AuditQuery, Verification};

pub(crate) fn routes() -> Router<App> {
    Router::new()
        .route("/api/v1/audit", get(list_entries))
        .route("/api/v1/audit/head", get(show_head))
        .route("/api/v1/audit/verification", get(verify_log))
}

/// What is known of the log from elsewhere.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Known {
    /// A head that was kept, as `NUMBER:HASH`.
    expect: Option<String>,
}

async fn list_entries(
    State(app): State<App>,
    Principal { actor, .. }: Principal,
    Asked(query): Asked<AuditQuery>,
) -> Answer<AuditPage> {
    Ok(Json(app.hub.audit(&actor, query).await?))
}

async fn show_head(State(app): State<App>, Principal { actor, .. }: Principal) -> Answer<AuditHead> {
    Ok(Json(app.hub.audit_head(&actor).await?))
}

async fn verify_log(
    State(app): State<App>,
    Principal { actor, .. }: Principal,
    Asked(Known { expect }): Asked<Known>,
) -> Answer<Verification> {
    let expected = expect.as_deref().map(sound::<AuditHead>).transpose()?;
    Ok(Json(app.hub.verify_audit(&actor, expected).await?))
}
