//! Somebody who subscribed: keeps what it is told, and answers as it is made to.

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use serde_json::Value;
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// One request.
#[derive(Debug, Clone)]
pub(super) struct Request {
    pub(super) path: String,
    pub(super) id: String,
    pub(super) time: String,
    pub(super) signatures: String,
    pub(super) body: String,
}

impl Request {
    /// What kind of thing it tells.
    pub(super) fn topic(&self) -> String {
        self.json()["type"].as_str().expect("a type").to_owned()
    }

    pub(super) fn json(&self) -> Value {
        serde_json::from_str(&self.body).expect("JSON")
    }

    /// Whether openssl signs it alike.
    pub(super) fn is_signed_with(&self, secret: &str) -> bool {
        let signature = super::sign(secret, &format!("{}.{}.{}", self.id, self.time, self.body));
        self.signatures.split(' ').any(|one| one == signature)
    }
}

/// A status, and where it redirects to.
type Answer = (u16, Option<String>);

#[derive(Clone, Default)]
struct Heard {
    requests: Arc<Mutex<Vec<(Request, u16)>>>,
    /// What is answered: by status, and to where, as long as something is said; then 200.
    answers: Arc<Mutex<Vec<Answer>>>,
    always: Arc<Mutex<Option<Answer>>>,
}

/// The receiver.
pub(super) struct Receiver {
    heard: Heard,
    port: u16,
}

impl Receiver {
    pub(super) async fn start() -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let port = listener.local_addr().expect("an address").port();
        let heard = Heard::default();
        let routes = Router::new().fallback(hear).with_state(heard.clone());
        tokio::spawn(async move { axum::serve(listener, routes).await });
        Self { heard, port }
    }

    pub(super) fn url(&self, host: &str) -> String {
        format!("http://{host}:{}/in", self.port)
    }

    /// Answers the next requests so.
    pub(super) fn answers(&self, statuses: &[u16]) {
        self.heard.answers.lock().unwrap().extend(statuses.iter().map(|status| (*status, None)));
    }

    /// Answers every request so, from now on; none means as usual.
    pub(super) fn always_answers(&self, answer: Option<Answer>) {
        *self.heard.always.lock().unwrap() = answer;
    }

    /// Every request, with what was answered.
    pub(super) fn requests(&self) -> Vec<(Request, u16)> {
        self.heard.requests.lock().unwrap().clone()
    }

    /// Waits until so many requests were answered with 200.
    pub(super) async fn has_taken(&self, count: usize) -> Vec<Request> {
        for _ in 0..600 {
            let taken: Vec<_> = self.requests().into_iter().filter(|(_, status)| *status == 200).collect();
            if taken.len() >= count {
                return taken.into_iter().map(|(request, _)| request).collect();
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("{count} were not taken: {:#?}", self.requests());
    }
}

async fn hear(State(heard): State<Heard>, uri: axum::http::Uri, headers: HeaderMap, body: Bytes) -> Response {
    let header = |name: &str| headers.get(name).map(|value| value.to_str().unwrap().to_owned()).unwrap_or_default();
    let request = Request {
        path: uri.path().to_owned(),
        id: header("webhook-id"),
        time: header("webhook-timestamp"),
        signatures: header("webhook-signature"),
        body: String::from_utf8(body.to_vec()).unwrap(),
    };
    let always = heard.always.lock().unwrap().clone();
    let mut answers = heard.answers.lock().unwrap();
    let next = if answers.is_empty() { None } else { Some(answers.remove(0)) };
    let (status, location) = always.or(next).unwrap_or((200, None));
    heard.requests.lock().unwrap().push((request, status));
    let mut response = StatusCode::from_u16(status).unwrap().into_response();
    if let Some(location) = location {
        response.headers_mut().insert("location", location.parse().unwrap());
    }
    response
}
