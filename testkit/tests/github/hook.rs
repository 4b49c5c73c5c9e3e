//! A hub's end of the webhooks: it keeps what it gets, and checks signatures by itself.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use ring::hmac;
use serde_json::Value;
use signalbox_testkit::github::Delivery;

use crate::harness::{Hub, PATIENCE};

/// A webhook that came.
#[derive(Debug, Clone)]
pub(crate) struct Posted {
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Posted {
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    pub(crate) fn payload(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    /// `issue_comment.created`.
    pub(crate) fn name(&self) -> String {
        let payload = self.payload();
        match payload["action"].as_str() {
            Some(action) => format!("{}.{action}", self.header("x-github-event")),
            None => self.header("x-github-event").to_owned(),
        }
    }

    /// Whether it is signed with a secret.
    pub(crate) fn is_signed_with(&self, secret: &str) -> bool {
        let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
        let hex = self.header("x-hub-signature-256").strip_prefix("sha256=").unwrap();
        let tag: Vec<u8> =
            (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap()).collect();
        hmac::verify(&key, &self.body, &tag).is_ok()
    }
}

/// Where webhooks come to.
#[derive(Clone, Default)]
pub(crate) struct Hook {
    pub(crate) got: Arc<Mutex<Vec<Posted>>>,
    answers: Arc<Mutex<Vec<u16>>>,
    delay: Duration,
}

impl Hook {
    pub(crate) async fn listen(hub: &Hub) -> Self {
        Self::listen_as(hub, Self::default()).await
    }

    /// Answers with these statuses first.
    pub(crate) async fn failing(hub: &Hub, answers: &[u16]) -> Self {
        Self::listen_as(hub, Self { answers: Arc::new(Mutex::new(answers.to_vec())), ..Self::default() }).await
    }

    /// Takes its time.
    pub(crate) async fn slow(hub: &Hub, delay: Duration) -> Self {
        Self::listen_as(hub, Self { delay, ..Self::default() }).await
    }

    async fn listen_as(hub: &Hub, hook: Self) -> Self {
        let url = hook.clone().serve().await;
        hub.server.webhooks_to(&url);
        hook
    }

    pub(crate) async fn serve(self) -> String {
        let router = Router::new().route("/hooks/github", post(take)).with_state(self);
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/hooks/github", listener.local_addr().unwrap());
        tokio::spawn(axum::serve(listener, router).into_future());
        url
    }

    pub(crate) fn posted(&self) -> Vec<Posted> {
        self.got.lock().unwrap().clone()
    }

    pub(crate) fn names(&self) -> Vec<String> {
        self.posted().iter().map(Posted::name).collect()
    }

    /// The first of a name.
    #[track_caller]
    pub(crate) fn payload(&self, name: &str) -> Value {
        let found = self.posted().into_iter().find(|posted| posted.name() == name);
        found.unwrap_or_else(|| panic!("no {name} among {:?}", self.names())).payload()
    }
}

async fn take(State(hook): State<Hook>, headers: HeaderMap, body: Bytes) -> StatusCode {
    tokio::time::sleep(hook.delay).await;
    hook.got.lock().unwrap().push(Posted { headers, body });
    let mut answers = hook.answers.lock().unwrap();
    if answers.is_empty() { StatusCode::ACCEPTED } else { StatusCode::from_u16(answers.remove(0)).unwrap() }
}

/// Waits until nothing is under way any more.
pub(crate) async fn delivered(hub: &Hub) -> Vec<Delivery> {
    let done = |server: &signalbox_testkit::github::GithubServer| server.deliveries().iter().all(Delivery::is_done);
    hub.server.wait_until("all is delivered", done, PATIENCE).await;
    hub.server.deliveries()
}
