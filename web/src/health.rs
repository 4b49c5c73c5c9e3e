//! Whether the hub lives, whether it can work, and its figures.

use crate::principal::bearer;
use crate::{App, Problem};
use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use secrecy::ExposeSecret as _;
use sha2::{Digest as _, Sha256};
use signalbox_core::port::Refusal;
use std::time::Duration;

/// The longest a readiness check may take before it counts as failed.
const PATIENCE: Duration = Duration::from_secs(5);

pub(crate) fn routes() -> Router<App> {
    Router::new().route("/healthz", get(show_health)).route("/readyz", get(show_readiness))
}

/// Figures, for whoever may open the hub's socket.
pub(crate) fn figures() -> Router<App> {
    Router::new().route("/metrics", get(show_metrics))
}

/// Figures, for whoever brings their token.
pub(crate) fn figures_by_token() -> Router<App> {
    Router::new().route("/metrics", get(show_metrics_by_token))
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
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], (app.metrics)())
}

async fn show_metrics_by_token(State(app): State<App>, headers: HeaderMap) -> Result<impl IntoResponse, Problem> {
    let shown = bearer(&headers);
    // By their hashes, so that the time which it takes tells nothing of the token.
    let is_it = |token: &str| Some(Sha256::digest(token)) == shown.map(Sha256::digest);
    if app.web.metrics_token.as_ref().is_some_and(|token| is_it(token.expose_secret())) {
        return Ok(show_metrics(State(app)).await);
    }
    let needed = "figures are told on the hub's own socket, and here to whoever brings web.metrics_token \
                  (`Authorization: Bearer …`)";
    Err(Refusal::Unauthenticated(needed.to_owned()).into())
}
