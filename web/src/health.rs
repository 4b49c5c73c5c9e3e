//! Whether the hub lives, whether it can work, and its figures.

use crate::App;
use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use std::time::Duration;

/// The longest a readiness check may take before it counts as failed.
const PATIENCE: Duration = Duration::from_secs(5);

pub(crate) fn routes() -> Router<App> {
    Router::new()
        .route("/healthz", get(show_health))
        .route("/readyz", get(show_readiness))
        .route("/metrics", get(show_metrics))
}

async fn show_health() -> &'static str {
    "ok\n"
}

/// Says only how many faults there are: this address may be open to the network. `signalbox doctor` says which.
async fn show_readiness(State(app): State<App>) -> Response {
    match tokio::time::timeout(PATIENCE, app.hub.faults()).await {
        Ok(Ok(faults)) if faults.is_empty() => "ready\n".into_response(),
        Ok(Ok(faults)) => {
            tracing::warn!(?faults, "not ready");
            (StatusCode::SERVICE_UNAVAILABLE, format!("not ready: {} to mend; see `signalbox doctor`\n", faults.len()))
                .into_response()
        }
        Ok(Err(_)) | Err(_) => {
            (StatusCode::SERVICE_UNAVAILABLE, "not ready: the hub does not answer\n").into_response()
        }
    }
}

async fn show_metrics(State(app): State<App>) -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4")], (app.metrics)())
}
