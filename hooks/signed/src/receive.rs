//! Taking what senders tell: its size is limited, it is verified, stored, and then acknowledged. A request that is not
//! signed well learns nothing, not even whether there is such a hook, and costs the database nothing; one that cannot be is not
//! even read.

use crate::claim;
use crate::listen::Waiting;
use crate::verify::{self, decoy, verify};
use axum::Router;
use axum::body::{Bytes, HttpBody as _};
use axum::extract::{DefaultBodyLimit, FromRequest as _, Path, Request, State};
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

async fn take_told(State(reception): State<Arc<Reception>>, Path(name): Path<String>, request: Request) -> StatusCode {
    if request.body().size_hint().lower() > LARGEST as u64 {
        return StatusCode::PAYLOAD_TOO_LARGE;
    }
    if !claim::is_made(request.headers()) {
        return refused();
    }
    let headers = request.headers().clone();
    match Bytes::from_request(request, &reception).await {
        Ok(body) => reception.store(&name, &headers, &body).await,
        Err(unread) => unread.status(),
    }
}

fn refused() -> StatusCode {
    metrics::counter!("signalbox_hook_requests_total", "outcome" => "refused").increment(1);
    StatusCode::UNAUTHORIZED
}

impl Reception {
    /// Stores what is signed as its hook says.
    async fn store(&self, name: &str, headers: &HeaderMap, body: &[u8]) -> StatusCode {
        let door = self.hooks.doors().get(name).cloned().unwrap_or_else(decoy);
        let Some(verified) = verify(&door, verify::Request { headers, body, now: now() }) else { return refused() };
        let Ok(payload) = serde_json::from_slice(body) else { return StatusCode::BAD_REQUEST };
        let Ok(raw) = serde_json::to_string(&Told { event: verified.event, payload }) else {
            return StatusCode::BAD_REQUEST;
        };
        let update = Update { source: door.source, id: verified.id, raw };
        match self.desk.receive(vec![update]).await {
            Ok(new) => {
                let outcome = if new > 0 { "stored" } else { "repeated" };
                metrics::counter!("signalbox_hook_requests_total", "outcome" => outcome).increment(1);
                self.waiting.note(name);
                StatusCode::OK
            }
            Err(refusal) => {
                tracing::warn!(hook = name, %refusal, "what hook {name} told could not be stored; its sender may try again");
                StatusCode::SERVICE_UNAVAILABLE
            }
        }
    }
}

fn now() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Timestamp::from_millis(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}
