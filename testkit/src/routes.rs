//! The routes: key, size, JSON, refusals, then the plan. In the order in which the API itself looks.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use axum::Router;
use axum::body::Body;
use axum::extract::State as Shared;
use axum::http::{HeaderMap, Request as HttpRequest, Response, StatusCode};
use axum::routing::{any, get};
use futures::StreamExt;
use serde_json::{Value, json};

use crate::answer::{Answer, Outcome};
use crate::model::{Request, State};
use crate::plan;
use crate::refuse::{LARGEST_REQUEST, check_conversation, check_max_tokens};
use crate::stream::{events_response, message_response};
use crate::wire::{ApiError, json_response};

const KEPT_HEADERS: [&str; 7] = [
    "x-api-key",
    "authorization",
    "anthropic-version",
    "anthropic-beta",
    "content-type",
    "user-agent",
    "x-claude-code-session-id",
];

/// Bodies that are too large are still read up to here: who is cut off while writing does not read the refusal.
const MOST_READ: usize = 4 * LARGEST_REQUEST;

pub(crate) fn router(state: Arc<State>) -> Router {
    Router::new()
        .route("/", get(|| async { StatusCode::OK }))
        .route("/{*path}", any(answer_request))
        .method_not_allowed_fallback(answer_request)
        .with_state(state)
}

async fn answer_request(Shared(state): Shared<Arc<State>>, request: HttpRequest<Body>) -> Response<Body> {
    let (head, body) = request.into_parts();
    let body = read(body).await;
    let json = body.as_ref().ok().and_then(|bytes| serde_json::from_slice(bytes).ok()).unwrap_or(Value::Null);
    let mut record = Request {
        at: SystemTime::now(),
        method: head.method.to_string(),
        path: head.uri.path().to_owned(),
        status: 0,
        model: json["model"].as_str().map(str::to_owned),
        headers: kept(&head.headers),
        body: json,
    };
    let outcome = route(&state, &record, body.map(|_| ()));
    let outcome = outcome.unwrap_or_else(|error| Reply::Error { after: Duration::ZERO, error });
    record.status = outcome.status();
    let streams = record.body["stream"] == true;
    state.record(record);
    outcome.send(&state, streams).await
}

enum Reply {
    Played(Answer),
    Counted(u64),
    Error { after: Duration, error: ApiError },
}

impl Reply {
    fn status(&self) -> u16 {
        match self {
            Self::Played(_) | Self::Counted(_) => 200,
            Self::Error { error, .. } => error.status,
        }
    }

    async fn send(self, state: &State, streams: bool) -> Response<Body> {
        let ids = &state.memory.ids;
        let closing = state.closing.clone();
        match self {
            Self::Played(answer) if streams => events_response(&answer, &ids.next("req_"), closing),
            Self::Played(answer) => message_response(&answer, &ids.next("req_"), closing),
            Self::Counted(tokens) => json_response(&json!({"input_tokens": tokens}), &ids.next("req_")),
            Self::Error { after, error } => {
                tokio::select! {
                    () = tokio::time::sleep(after) => {}
                    () = closing.cancelled() => {}
                }
                error.into_response(ids)
            }
        }
    }
}

fn route(state: &State, request: &Request, body: Result<(), ApiError>) -> Result<Reply, ApiError> {
    check_key(state.api_key.as_deref(), request)?;
    let counts = match (request.method.as_str(), request.path.as_str()) {
        ("POST", "/v1/messages") => false,
        ("POST", "/v1/messages/count_tokens") => true,
        _ => return Err(ApiError::new(404, "Not Found")),
    };
    body?;
    if !request.body.is_object() {
        return Err(ApiError::new(400, "The request body is not valid JSON"));
    }
    if request.header("anthropic-version").is_none() {
        return Err(ApiError::new(400, "anthropic-version: header is required"));
    }
    check_conversation(&request.body)?;
    if counts {
        return Ok(Reply::Counted(tokens(&request.body)));
    }
    check_max_tokens(&request.body)?;
    Ok(match plan::answer(&state.memory, state.unscripted, &request.body) {
        Outcome::Answered(answer) => Reply::Played(answer),
        Outcome::Failed { after, error } => Reply::Error { after, error },
    })
}

fn check_key(wanted: Option<&str>, request: &Request) -> Result<(), ApiError> {
    let Some(wanted) = wanted else { return Ok(()) };
    let bearer = request.header("authorization").and_then(|value| value.strip_prefix("Bearer "));
    match request.header("x-api-key").or(bearer) {
        Some(key) if key == wanted => Ok(()),
        Some(_) => Err(ApiError::new(401, "invalid x-api-key")),
        None => Err(ApiError::new(401, "x-api-key header is required")),
    }
}

/// About as many as the API would count: four bytes of English to a token.
fn tokens(body: &Value) -> u64 {
    let counted = ["system", "messages", "tools"].map(|part| body[part].to_string().len());
    (counted.iter().sum::<usize>() / 4) as u64
}

async fn read(body: Body) -> Result<Vec<u8>, ApiError> {
    let mut stream = body.into_data_stream();
    let (mut bytes, mut length) = (Vec::new(), 0);
    while let Some(chunk) = stream.next().await {
        let chunk = chunk.map_err(|error| ApiError::new(400, format!("the request broke off: {error}")))?;
        length += chunk.len();
        if length <= LARGEST_REQUEST {
            bytes.extend_from_slice(&chunk);
        } else if length > MOST_READ {
            break;
        } else {
            bytes = Vec::new();
        }
    }
    if length > LARGEST_REQUEST {
        return Err(ApiError::new(413, "Request exceeds the maximum allowed number of bytes."));
    }
    Ok(bytes)
}

fn kept(headers: &HeaderMap) -> BTreeMap<String, String> {
    let value = |name: &&str| headers.get(*name)?.to_str().ok().map(|value| ((*name).to_owned(), value.to_owned()));
    KEPT_HEADERS.iter().filter_map(value).collect()
}
