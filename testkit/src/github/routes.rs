//! The way of a request: what is to go wrong, then git or the API, then the record.

use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Body;
use axum::extract::{ConnectInfo, DefaultBodyLimit, State};
use axum::http::{HeaderName, HeaderValue, Request as HttpRequest, Response, StatusCode, header};
use axum::routing::any;
use serde_json::Value;

use super::call::Call;
use super::clock::unix_time;
use super::dispatch::{self, Answered};
use super::faults::Fault;
use super::git::http::{self, GitRequest};
use super::limits::Standing;
use super::reply::Content;
use super::request::Request;
use super::stage::{Shared, Stage};
use crate::socket::Scissors;

/// What GitHub's front shows when what is behind it fails.
const PAGE: &str = "<html><head><title>Unicorn! &middot; GitHub</title></head><body><p>We had issues producing the response \
                    to your request.</p></body></html>";

pub(crate) fn router(stage: Shared) -> Router {
    let router = Router::new().fallback(answer_request).route("/", any(answer_request));
    router.layer(DefaultBodyLimit::disable()).with_state(stage)
}

async fn answer_request(
    State(stage): State<Shared>,
    ConnectInfo(scissors): ConnectInfo<Scissors>,
    request: HttpRequest<Body>,
) -> Response<Body> {
    let path = request.uri().path();
    let path = path.strip_prefix("/api/v3").unwrap_or(path).to_owned();
    let method = request.method().to_string();
    let query = request.uri().query().unwrap_or_default().to_owned();
    let call = Call { method, path, query, body: Value::Null, caller: String::new(), at: Instant::now(), status: 0 };
    let (number, fault) = stage.change(|world| {
        let fault = world.faults.strike_call(&call.method, &call.path);
        world.calls.push(call.clone());
        (world.calls.len() - 1, fault)
    });
    let response = match fault {
        Some(Fault::LoseRequest) => {
            scissors.cut();
            return Response::default();
        }
        Some(Fault::Html(status)) => plain(status, "text/html", PAGE),
        Some(Fault::Secondary(seconds)) => refuse_secondary(&stage, seconds),
        _ => match GitRequest::of(&call.path, &call.query) {
            Some(git) => http::serve(&stage, git, request, number).await,
            None => serve_api(&stage, request, (&call.path, number)).await,
        },
    };
    note(&stage, number, response.status().as_u16());
    match fault {
        Some(Fault::LoseResponse) => scissors.cut(),
        Some(Fault::Delay(span)) => pause(&stage, span).await,
        _ => {}
    }
    response
}

fn note(stage: &Stage, call: usize, status: u16) {
    stage.change(|world| {
        if let Some(call) = world.calls.get_mut(call) {
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

fn refuse_secondary(stage: &Stage, seconds: u64) -> Response<Body> {
    let status = stage.look(|world| if world.settings.secondary_as_429 { 429 } else { 403 });
    let outcome = Err(super::refusal::Refusal::secondary(status, seconds));
    write(Answered { outcome, standing: None, caller: String::new() }, Duration::ZERO)
}

/// Does a request of the API. It may need git, which takes its time.
async fn serve_api(stage: &Shared, request: HttpRequest<Body>, (path, call): (&str, usize)) -> Response<Body> {
    let request = Request::read(request, path).await;
    let doing = stage.clone();
    let done = tokio::task::spawn_blocking(move || {
        doing.change(|world| {
            let answered = dispatch::answer(world, &request);
            if let Err(refusal) = &answered.outcome
                && let Some(complaint) = &refusal.complaint
            {
                world.complaints.push(format!("{complaint} in {} {}", request.method, request.written));
            }
            if let Some(call) = world.calls.get_mut(call) {
                call.caller.clone_from(&answered.caller);
                call.body = request.body;
            }
            let resets = answered.standing.map_or(Duration::ZERO, |standing| world.clock.real(standing.resets));
            (answered, resets)
        })
    });
    match done.await {
        Ok((answered, resets)) => write(answered, resets),
        Err(error) => {
            tracing::error!(%error, "GitHub's stand-in failed at {path}");
            plain(500, "text/html", PAGE)
        }
    }
}

fn write(answered: Answered, resets: Duration) -> Response<Body> {
    let (mut response, headers) = match answered.outcome {
        Ok(reply) => {
            let response = match reply.content {
                Content::Nothing => plain(reply.status, "application/json; charset=utf-8", ""),
                Content::Json(body) => plain(reply.status, "application/json; charset=utf-8", body.to_string()),
                Content::Text(kind, bytes) => plain(reply.status, kind, bytes),
            };
            (response, reply.headers)
        }
        Err(refusal) => {
            let body = refusal.to_json().to_string();
            (plain(refusal.status, "application/json; charset=utf-8", body), refusal.headers)
        }
    };
    for (name, value) in headers {
        set(&mut response, name, &value);
    }
    set(&mut response, "x-github-request-id", "0000:7A3B:1F2E3D:4C5B6A:676F6F64");
    set(&mut response, "x-github-api-version-selected", "2022-11-28");
    if let Some(standing) = answered.standing {
        add_standing(&mut response, standing, resets);
    }
    response
}

fn add_standing(response: &mut Response<Body>, standing: Standing, resets: Duration) {
    set(response, "x-ratelimit-limit", &standing.limit.to_string());
    set(response, "x-ratelimit-remaining", &standing.remaining().to_string());
    set(response, "x-ratelimit-used", &standing.used.to_string());
    set(response, "x-ratelimit-reset", &(unix_time() + resets.as_secs() + 1).to_string());
    set(response, "x-ratelimit-resource", "core");
}

pub(super) fn set(response: &mut Response<Body>, name: &'static str, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        response.headers_mut().insert(HeaderName::from_static(name), value);
    }
}

pub(super) fn plain(status: u16, kind: &'static str, body: impl Into<Body>) -> Response<Body> {
    let mut response = Response::new(body.into());
    *response.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    response
}
