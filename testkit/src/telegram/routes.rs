//! The way of a request: token, method, what is to go wrong, parameters, then the deed.

use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Body;
use axum::extract::{ConnectInfo, DefaultBodyLimit, State};
use axum::http::{HeaderValue, Request, Response, StatusCode, header};
use bytes::Bytes;
use serde_json::{Value, json};

use super::call::Call;
use super::dispatch::perform;
use super::faults::Fault;
use super::methods::{self, Method};
use super::polling::{Poll, get_updates};
use super::read::{Raw, read};
use super::refusal::Refusal;
use super::stage::{Shared, Stage};
use crate::socket::Scissors;

pub(crate) fn router(stage: Shared) -> Router {
    Router::new().fallback(answer_request).layer(DefaultBodyLimit::disable()).with_state(stage)
}

async fn answer_request(
    State(stage): State<Shared>,
    ConnectInfo(scissors): ConnectInfo<Scissors>,
    request: Request<Body>,
) -> Response<Body> {
    let path = plain(request.uri().path());
    let token = stage.look(|world| world.settings.token.clone());
    if let Some(rest) = path.strip_prefix("/file/bot") {
        return match rest.strip_prefix(&format!("{token}/")) {
            Some(path) => stage.look(|world| world.files.at(path)).map_or_else(|| refused(&Refusal::not_found()), file),
            None => refused(&Refusal::unauthorized()),
        };
    }
    let Some((given, name)) = path.strip_prefix("/bot").and_then(|rest| rest.rsplit_once('/')) else {
        return refused(&Refusal::not_found());
    };
    if given != token {
        return refused(&Refusal::unauthorized());
    }
    let Some(method) = methods::find(name) else {
        record(&stage, name, Value::Null, 404);
        return refused(&Refusal::not_found());
    };
    let largest = stage.look(|world| world.settings.largest_upload);
    answer_call(&stage, method, read(request, largest).await, &scissors).await
}

/// Libraries escape the colon of a token and the slashes of a file's path, as they please.
fn plain(path: &str) -> String {
    [("%3A", ":"), ("%3a", ":"), ("%2F", "/"), ("%2f", "/")]
        .into_iter()
        .fold(path.to_owned(), |path, (escaped, plain)| path.replace(escaped, plain))
}

async fn answer_call(
    stage: &Stage,
    method: &'static Method,
    raw: Result<Raw, Refusal>,
    scissors: &Scissors,
) -> Response<Body> {
    let params = raw.as_ref().map(|raw| Value::Object(raw.values.clone())).unwrap_or_default();
    let fault = stage.change(|world| world.faults.strike_call(method.name));
    let entry = record(stage, method.name, params, 0);
    match fault {
        Some(Fault::LoseRequest) => return cut(scissors),
        Some(Fault::Html(status)) => {
            note(stage, entry, status);
            return page(status);
        }
        _ => {}
    }
    let Some(outcome) = carry_out(stage, method, raw).await else { return cut(scissors) };
    note(stage, entry, outcome.as_ref().map_or_else(|refusal| refusal.code, |_| 200));
    match fault {
        Some(Fault::LoseResponse) => return cut(scissors),
        Some(Fault::Delay(span)) => pause(stage, span).await,
        _ => {}
    }
    match outcome {
        Ok(result) => answer(StatusCode::OK, "application/json", json!({"ok": true, "result": result}).to_string()),
        Err(refusal) => refused(&refusal),
    }
}

/// Does the deed; `None` when the connection is to be cut.
async fn carry_out(
    stage: &Stage,
    method: &'static Method,
    raw: Result<Raw, Refusal>,
) -> Option<Result<Value, Refusal>> {
    let params = match raw.and_then(|raw| method.check(raw)) {
        Ok(params) => params,
        Err(refusal) => return Some(Err(refusal)),
    };
    if method.name != "getUpdates" {
        return Some(stage.change(|world| perform(world, method.name, &params)));
    }
    match get_updates(stage, &params).await {
        Poll::Answered(outcome) => Some(outcome),
        Poll::Cut => None,
    }
}

/// Enters a call into the record, and gives its place there.
fn record(stage: &Stage, method: &str, params: Value, status: u16) -> usize {
    stage.change(|world| {
        world.calls.push(Call { method: method.to_owned(), params, at: Instant::now(), status });
        world.calls.len() - 1
    })
}

fn note(stage: &Stage, entry: usize, status: u16) {
    stage.change(|world| {
        if let Some(call) = world.calls.get_mut(entry) {
            call.status = status;
        }
    });
}

async fn pause(stage: &Stage, span: Duration) {
    tokio::select! {
        () = tokio::time::sleep(span) => {}
        () = stage.closing.cancelled() => {}
    }
}

/// Whatever is answered after this is not written.
fn cut(scissors: &Scissors) -> Response<Body> {
    scissors.cut();
    Response::new(Body::empty())
}

fn refused(refusal: &Refusal) -> Response<Body> {
    let status = StatusCode::from_u16(refusal.code).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    answer(status, "application/json", refusal.to_json().to_string())
}

/// What stands before Telegram's servers says when they do not answer.
fn page(status: u16) -> Response<Body> {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_GATEWAY);
    let html =
        format!("<html><head><title>{status}</title></head><body><center><h1>{status}</h1></center></body></html>");
    answer(status, "text/html", html)
}

fn file(bytes: Bytes) -> Response<Body> {
    answer(StatusCode::OK, "application/octet-stream", bytes)
}

fn answer(status: StatusCode, kind: &'static str, body: impl Into<Body>) -> Response<Body> {
    let mut response = Response::new(body.into());
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    response
}
