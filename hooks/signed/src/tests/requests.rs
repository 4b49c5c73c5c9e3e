//! Requests as they come over HTTP: what is stored, and what is never asked of the database.

use crate::SignedHooks;
use crate::standard::{Message, sign};
use async_trait::async_trait;
use axum::body::Body;
use axum::http::{Request, StatusCode};
use signalbox_core::desk::{Answered, Desk, Heard, NewFile, PlaceChange, Suggestion, Typing, Update};
use signalbox_core::hook::{Door, Doors, HookDesk, Scheme, SharedSecret};
use signalbox_core::people::Identity;
use signalbox_core::place::Place;
use signalbox_core::policy::Trigger;
use signalbox_core::port::Refusal;
use signalbox_core::task::Attachment;
use std::sync::{Arc, Mutex};
use std::time::{SystemTime, UNIX_EPOCH};
use tower::ServiceExt as _;

const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

/// What lies behind the adapter: a desk that keeps what it is given, or cannot.
#[derive(Clone, Default)]
struct Behind {
    stored: Arc<Mutex<Vec<Update>>>,
    away: bool,
}

#[async_trait]
impl Desk for Behind {
    async fn receive(&self, updates: Vec<Update>) -> Result<usize, Refusal> {
        if self.away {
            return Err(Refusal::Unavailable("away".to_owned()));
        }
        let mut stored = self.stored.lock().unwrap();
        let new: Vec<_> = updates.into_iter().filter(|new| stored.iter().all(|old| old.id != new.id)).collect();
        let count = new.len();
        stored.extend(new);
        Ok(count)
    }
    async fn unhandled(&self, _: &str, _: Option<&str>, _: u32) -> Result<Vec<Update>, Refusal> {
        Ok(Vec::new())
    }
    async fn pass_over(&self, _: &str, _: Vec<String>) -> Result<(), Refusal> {
        Ok(())
    }
    async fn hear(&self, _: Heard) -> Result<Answered, Refusal> {
        Ok(Answered::Silence)
    }
    async fn knows(&self, _: &Identity) -> Result<bool, Refusal> {
        Ok(false)
    }
    async fn heeds(&self, _: &Place, _: Option<&Place>, _: Trigger) -> Result<bool, Refusal> {
        Ok(true)
    }
    async fn keep_file(&self, _: &Identity, _: NewFile) -> Result<Attachment, Refusal> {
        Err(Refusal::Internal("not here".to_owned()))
    }
    async fn read_file(&self, _: &Attachment) -> Result<axum::body::Bytes, Refusal> {
        Err(Refusal::Internal("not here".to_owned()))
    }
    async fn suggest(&self, _: &Typing) -> Result<Vec<Suggestion>, Refusal> {
        Ok(Vec::new())
    }
    async fn recognises(&self, _: &Place, _: &str) -> Result<bool, Refusal> {
        Ok(false)
    }
    async fn place_changed(&self, _: &Place, _: PlaceChange) -> Result<(), Refusal> {
        Ok(())
    }
    async fn noted(&self, _: &str, _: &str) -> Result<Option<String>, Refusal> {
        Ok(None)
    }
    async fn note(&self, _: &str, _: &str, _: &str) -> Result<(), Refusal> {
        Ok(())
    }
    async fn listen(&self, _: &str, _: u64) -> Result<bool, Refusal> {
        Ok(true)
    }
    async fn hang_up(&self, _: &str) -> Result<(), Refusal> {
        Ok(())
    }
}

#[async_trait]
impl HookDesk for Behind {
    fn doors(&self) -> Arc<Doors> {
        let scheme = Scheme::Standard { event_header: Some("x-event".to_owned()) };
        let secrets = vec![(SharedSecret::new(SECRET), None)];
        Arc::new(Doors::from([("ci".to_owned(), Door { source: "hook:ci".to_owned(), scheme, secrets })]))
    }
    async fn refresh(&self) -> Result<(), Refusal> {
        Ok(())
    }
    async fn take(&self, _: &str, _: &Update) -> Result<(), Refusal> {
        Ok(())
    }
}

fn request(name: &str, id: &str, body: &str) -> Request<Body> {
    let time = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs().to_string();
    let message = Message { id, timestamp: &time, body: body.as_bytes() };
    let signature = sign(&SharedSecret::new(SECRET), message).unwrap();
    Request::post(format!("/hooks/in/{name}"))
        .header("webhook-id", id)
        .header("webhook-timestamp", &time)
        .header("webhook-signature", signature)
        .header("x-event", "alert")
        .body(Body::from(body.to_owned()))
        .unwrap()
}

async fn answer(behind: &Behind, request: Request<Body>) -> StatusCode {
    let hooks = SignedHooks::new(Arc::new(behind.clone()), Arc::new(behind.clone()));
    hooks.routes().oneshot(request).await.unwrap().status()
}

#[tokio::test]
async fn what_is_signed_is_stored_once_and_acknowledged_each_time() {
    let behind = Behind::default();
    for _ in 0..3 {
        assert_eq!(answer(&behind, request("ci", "m1", "{\"a\": 1}")).await, StatusCode::OK);
    }
    let stored = behind.stored.lock().unwrap().clone();
    let raw = "{\"event\":\"alert\",\"payload\":{\"a\":1}}".to_owned();
    assert_eq!(stored, [Update { source: "hook:ci".to_owned(), id: "m1".to_owned(), raw }]);
}

#[tokio::test]
async fn what_is_not_signed_and_what_is_not_there_get_the_same_answer_and_reach_nothing() {
    let behind = Behind { away: true, ..Behind::default() };
    let unsigned = Request::post("/hooks/in/ci").body(Body::from("{}")).unwrap();
    assert_eq!(answer(&behind, unsigned).await, StatusCode::UNAUTHORIZED);
    let mut tampered = request("ci", "m1", "{}");
    *tampered.body_mut() = Body::from("{ }");
    assert_eq!(answer(&behind, tampered).await, StatusCode::UNAUTHORIZED);
    assert_eq!(answer(&behind, request("nobody", "m1", "{}")).await, StatusCode::UNAUTHORIZED);
    assert_eq!(answer(&behind, request("..%2fci", "m1", "{}")).await, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn what_cannot_be_stored_or_read_is_not_acknowledged() {
    let behind = Behind { away: true, ..Behind::default() };
    assert_eq!(answer(&behind, request("ci", "m1", "{}")).await, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(answer(&behind, request("ci", "m1", "no json")).await, StatusCode::BAD_REQUEST);
    let deep = "[".repeat(100_000);
    assert_eq!(answer(&behind, request("ci", "m1", &deep)).await, StatusCode::BAD_REQUEST);
    let large = format!("\"{}\"", "x".repeat(4 << 20));
    assert_eq!(answer(&behind, request("ci", "m1", &large)).await, StatusCode::PAYLOAD_TOO_LARGE);
}
