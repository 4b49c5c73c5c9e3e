//! Taking what senders tell: its size is limited, it is verified, stored, and then acknowledged. A request that is not
//! signed well learns nothing, not even whether there is such a hook, and costs the database nothing.

use crate::listen::Waiting;
use crate::verify::{Request, decoy, verify};
use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use signalbox_core::desk::{Desk, Update};
use signalbox_core::hook::{self, HookDesk, Told};
use signalbox_core::time::Timestamp;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

/// The largest body that is taken.
const LARGEST: usize = 4 << 20;

/// Takes what is told.
pub(crate) struct Reception {
    pub(crate) desk: Arc<dyn Desk>,
    pub(crate) hooks: Arc<dyn HookDesk>,
    pub(crate) waiting: Waiting,
}

/// The route.
pub(crate) fn routes(reception: Arc<Reception>) -> Router {
    let path = format!("{}{{name}}", hook::PATH);
    Router::new().route(&path, post(take_told)).layer(DefaultBodyLimit::max(LARGEST)).with_state(reception)
}

async fn take_told(
    State(reception): State<Arc<Reception>>,
    Path(name): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> StatusCode {
    let doors = reception.hooks.doors();
    let door = doors.get(&name).cloned().unwrap_or_else(decoy);
    let Some(verified) = verify(&door, Request { headers: &headers, body: &body, now: now() }) else {
        metrics::counter!("signalbox_hook_requests_total", "outcome" => "refused").increment(1);
        return StatusCode::UNAUTHORIZED;
    };
    let Ok(payload) = serde_json::from_slice(&body) else { return StatusCode::BAD_REQUEST };
    let Ok(raw) = serde_json::to_string(&Told { event: verified.event, payload }) else {
        return StatusCode::BAD_REQUEST;
    };
    let update = Update { source: door.source, id: verified.id, raw };
    match reception.desk.receive(vec![update]).await {
        Ok(new) => {
            let outcome = if new > 0 { "stored" } else { "repeated" };
            metrics::counter!("signalbox_hook_requests_total", "outcome" => outcome).increment(1);
            reception.waiting.note(&name);
            StatusCode::OK
        }
        Err(refusal) => {
            tracing::warn!(hook = name, %refusal, "what hook {name} told could not be stored; its sender may try again");
            StatusCode::SERVICE_UNAVAILABLE
        }
    }
}

fn now() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Timestamp::from_millis(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}
