//! The server's routes: the API under `/api/v10`, the gateway, and files.

use std::sync::Arc;
use std::time::Instant;

use axum::Router;
use axum::body::Body;
use axum::extract::ws::WebSocketUpgrade;
use axum::extract::{ConnectInfo, DefaultBodyLimit, Path, Query, State};
use axum::http::{HeaderValue, Request as HttpRequest, Response, StatusCode, header};
use axum::routing::{any, get};

use super::call::Call;
use super::connection;
use super::dispatch::{self, Answered, Outcome, Reply};
use super::endpoint;
use super::faults::Fault;
use super::limits::{Route, Standing};
use super::places::check_application_changes;
use super::refusal::{Scope, Wait};
use super::request::{Request, id_in};
use super::shared::Shared;
use crate::socket::Scissors;

const API: &str = "/api/v10";

/// What a gateway of Discord's sends when what is behind it fails.
const PAGE: &str = "<html><head><title>Bad Gateway</title></head><body><center><h1>Bad Gateway</h1></center>\
                    <hr><center>cloudflare</center></body></html>";

pub(crate) fn router(shared: Arc<Shared>) -> Router {
    let mut router = Router::new()
        .route("/api/v10/{*path}", any(answer_request))
        .route("/attachments/{channel}/{id}/{name}", get(get_attachment));
    // Libraries put a slash behind an address before they add their query.
    for path in ["/", "/gateway", "/gateway/", "/gateway/resume", "/gateway/resume/"] {
        router = router.route(path, any(open_gateway));
    }
    router.layer(DefaultBodyLimit::disable()).with_state(shared)
}

#[derive(serde::Deserialize)]
struct Opening {
    v: Option<String>,
    encoding: Option<String>,
    compress: Option<String>,
}

async fn open_gateway(
    State(shared): State<Arc<Shared>>,
    Query(opening): Query<Opening>,
    uri: axum::http::Uri,
    upgrade: WebSocketUpgrade,
) -> Response<Body> {
    let version = opening.v.as_deref() == Some("10");
    let plain = opening.encoding.as_deref() == Some("json") && opening.compress.is_none();
    let path = uri.path().trim_end_matches('/').to_owned();
    let speaks = if version && plain { connection::Speaks::Ours } else { connection::Speaks::Another };
    upgrade.on_upgrade(move |socket| connection::serve(socket, shared, path, speaks))
}

async fn get_attachment(
    State(shared): State<Arc<Shared>>,
    Path((channel, id, _)): Path<(String, String, String)>,
) -> Response<Body> {
    let found = shared.look(|world| {
        let room = world.rooms.get(&id_in(&channel).ok()?)?;
        let id = id_in(&id).ok()?;
        let mut files = room.messages.values().flat_map(|message| &message.attachments);
        files.find(|file| file.id == id).cloned()
    });
    let Some(file) = found else { return plain(StatusCode::NOT_FOUND, "text/plain", "") };
    let kind = file.content_type.unwrap_or_else(|| "application/octet-stream".to_owned());
    plain(StatusCode::OK, &kind, file.bytes)
}

async fn answer_request(
    State(shared): State<Arc<Shared>>,
    ConnectInfo(scissors): ConnectInfo<Scissors>,
    request: HttpRequest<Body>,
) -> Response<Body> {
    let path = request.uri().path().strip_prefix(API).unwrap_or_default().to_owned();
    let request = Request::read(request, &path).await;
    let call = note(&shared, &request);
    let fault = shared.change(|world| world.faults.strike_call(&request.method, &request.written_path()));
    match fault {
        Some(Fault::LoseRequest) => {
            scissors.cut();
            return Response::default();
        }
        Some(Fault::Html(status)) => {
            shared.change(|world| world.calls[call].status = status);
            return plain(StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_GATEWAY), "text/html", PAGE);
        }
        _ => {}
    }
    let answered = do_request(&shared, &request, call).await;
    match fault {
        Some(Fault::LoseResponse) => scissors.cut(),
        Some(Fault::Delay(span)) => tokio::time::sleep(span).await,
        _ => {}
    }
    write(&shared, answered)
}

/// Notes a call; its status comes later.
fn note(shared: &Shared, request: &Request) -> usize {
    let (method, path) = (request.method.clone(), request.written_path());
    let call = Call { method, path, body: request.body.clone(), at: Instant::now(), status: 0 };
    shared.change(|world| {
        world.calls.push(call);
        world.calls.len() - 1
    })
}

async fn do_request(shared: &Arc<Shared>, request: &Request, call: usize) -> Answered {
    let changes_application = request.method == "PATCH" && request.path == ["applications", "@me"];
    let changed = if changes_application { Some(change_application(shared, request).await) } else { None };
    shared.change(|world| {
        let answered = match changed {
            Some(outcome) => Answered { outcome, standing: None },
            None => dispatch::answer(world, request),
        };
        world.calls[call].status = match &answered.outcome {
            Ok(reply) => reply.status,
            Err(refusal) => refusal.status,
        };
        answered
    })
}

/// Sets the address for interactions, if it answers as it should.
async fn change_application(shared: &Arc<Shared>, request: &Request) -> Outcome {
    shared.look(|world| dispatch::authorize(world, request, &["applications"]))?;
    if let Some(refusal) = &request.unreadable {
        return Err(refusal.clone());
    }
    let url = check_application_changes(&request.body)?;
    if request.body.get("interactions_endpoint_url").is_some() {
        endpoint::set(shared, url.filter(|url| !url.is_empty())).await.map_err(|fault| endpoint::refusal(&fault))?;
    }
    shared.look(super::places::get_application)
}

fn write(shared: &Shared, answered: Answered) -> Response<Body> {
    let (mut response, wait) = match answered.outcome {
        Ok(Reply { status, body }) if body.is_null() => (plain(code(status), "application/json", ""), None),
        Ok(Reply { status, body }) => (plain(code(status), "application/json", body.to_string()), None),
        Err(refusal) => {
            let body = refusal.to_json().to_string();
            (plain(code(refusal.status), "application/json", body), refusal.wait)
        }
    };
    if let Some((route, standing)) = answered.standing {
        add_standing(shared, &mut response, (route, standing));
    }
    if let Some(wait) = wait {
        add_wait(&mut response, wait);
    }
    response
}

fn code(status: u16) -> StatusCode {
    StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}

fn add_standing(shared: &Shared, response: &mut Response<Body>, (route, standing): (Route, Standing)) {
    let after = shared.look(|world| world.clock.real(standing.resets_after)).as_secs_f64();
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default().as_secs_f64();
    set(response, "x-ratelimit-limit", standing.limit);
    set(response, "x-ratelimit-remaining", standing.remaining);
    set(response, "x-ratelimit-reset", format!("{:.3}", now + after));
    set(response, "x-ratelimit-reset-after", thousandths(after));
    set(response, "x-ratelimit-bucket", route.bucket());
}

fn add_wait(response: &mut Response<Body>, wait: Wait) {
    let seconds = wait.after.as_secs_f64();
    set(response, "retry-after", seconds.ceil().max(1.0));
    match wait.scope {
        Scope::Global => {
            set(response, "x-ratelimit-global", "true");
            set(response, "x-ratelimit-scope", "global");
        }
        Scope::User => set(response, "x-ratelimit-scope", "user"),
    }
}

/// Rounded up, so that who waits for so long has waited long enough.
fn thousandths(seconds: f64) -> String {
    format!("{:.3}", (seconds * 1000.0).ceil() / 1000.0)
}

fn set(response: &mut Response<Body>, name: &'static str, value: impl ToString) {
    if let Ok(value) = HeaderValue::from_str(&value.to_string()) {
        response.headers_mut().insert(name, value);
    }
}

fn plain(status: StatusCode, kind: &str, body: impl Into<Body>) -> Response<Body> {
    let mut response = Response::new(body.into());
    *response.status_mut() = status;
    if let Ok(kind) = HeaderValue::from_str(kind) {
        response.headers_mut().insert(header::CONTENT_TYPE, kind);
    }
    response
}
