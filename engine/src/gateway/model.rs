//! The model proxy: token checked, request judged and written anew, credential swapped, answer passed on as it comes.

use super::allowance::Allowance;
use super::charge::{Charge, most};
use super::document::Json;
use super::headers;
use super::meter::Metered;
use super::notice::{Notice, printable};
use super::post::Post;
use super::refusal::{Body, Refusal, full};
use super::screen::{Asked, screen};
use super::upstream::SendError;
use bytes::Bytes;
use http::header::{AUTHORIZATION, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, HeaderMap, HeaderValue};
use http::{Method, Request, Response, StatusCode};
use http_body_util::{BodyExt, Limited};
use hyper::body::Incoming;
use serde::Deserialize;
use std::sync::Arc;
use std::time::Instant;

/// What an error's body may have; the rest is cut.
const LONGEST_ERROR: usize = 64 * 1024;
const LONGEST_KEY_MESSAGE: usize = 300;
const KIB: usize = 1024;

/// Answers one request, by whatever it can.
pub(super) async fn answer(post: &Arc<Post>, request: Request<Incoming>) -> Response<Body> {
    if request.method() == Method::HEAD && request.uri().path() == "/" {
        // Clients warm their connection up so. It tells them nothing.
        return Response::new(full(Bytes::new()));
    }
    match proxy(post, request).await {
        Ok(answer) => answer,
        Err(refusal) => {
            tracing::debug!(sandbox = %post.sandbox, "a request to the model got no answer from there: {}", refusal.kind());
            refusal.notice().into_iter().for_each(|notice| post.bell.ring(notice));
            refusal.into_response()
        }
    }
}

async fn proxy(post: &Arc<Post>, request: Request<Incoming>) -> Result<Response<Body>, Refusal> {
    let route = Route::of(&request).ok_or(Refusal::Route)?;
    if !shows_token(post, request.headers()) {
        return Err(Refusal::Token);
    }
    post.allowance().ok_or(Refusal::Idle)?;
    let headers = headers::to_model(request.headers(), post.hub.upstream.kind);
    let room = post.bodies.acquire_many(body_room(post, request.headers())?).await.map_err(|_| Refusal::Idle)?;
    let text = read_body(post, request.into_body()).await?;
    let (charge, body) = admit(post, &route, text).await?;
    let sent = Instant::now();
    let result = post.hub.upstream.send(route.path, headers, body).await;
    drop(room);
    match result {
        Ok(response) => pass_on(post, response, charge, sent).await,
        Err(error) => Err(not_answered(post, &error, charge)),
    }
}

/// Judges the request by what is allowed now, then waits for its part of the budget. If meanwhile something else is
/// allowed, it is judged anew.
async fn admit(post: &Arc<Post>, route: &Route, mut text: Bytes) -> Result<(Option<Charge>, Bytes), Refusal> {
    loop {
        let allowance = post.allowance().ok_or(Refusal::Idle)?;
        let (asked, body) = judge(&text, post.hub.limits.request_values, &allowance)?;
        if !route.is_charged {
            return Ok((None, body));
        }
        let sent = body.len() as u64;
        let most = most(&post.hub.prices, &asked.model, sent, asked.max_tokens);
        let hold = post.ledger.admit(most).await.map_err(Refusal::Budget)?;
        if post.allowance().is_some_and(|now| Arc::ptr_eq(&now, &allowance)) {
            return Ok((Some(Charge::new(post.clone(), hold, asked.model, sent)), body));
        }
        text = body;
    }
}

/// What the request asks for, and the request written anew.
fn judge(text: &[u8], most_values: usize, allowance: &Allowance) -> Result<(Asked, Bytes), Refusal> {
    let tree = Json::parse(text, most_values).map_err(|error| malformed(&error))?;
    let asked = screen(&tree, allowance)?;
    let body = serde_json::to_vec(&tree).map_err(|error| malformed(&error))?;
    Ok((asked, Bytes::from(body)))
}

/// What of the API can be reached.
struct Route {
    path: &'static str,
    is_charged: bool,
}

impl Route {
    fn of<B>(request: &Request<B>) -> Option<Self> {
        let uri = request.uri();
        if request.method() != Method::POST || uri.authority().is_some() {
            return None;
        }
        let (path, is_charged) = match (uri.path(), uri.query()) {
            ("/v1/messages", None) => ("/v1/messages", true),
            ("/v1/messages", Some("beta=true")) => ("/v1/messages?beta=true", true),
            ("/v1/messages/count_tokens", None) => ("/v1/messages/count_tokens", false),
            ("/v1/messages/count_tokens", Some("beta=true")) => ("/v1/messages/count_tokens?beta=true", false),
            _ => return None,
        };
        Some(Self { path, is_charged })
    }
}

fn shows_token(post: &Post, headers: &HeaderMap) -> bool {
    let key = headers.get("x-api-key").map(HeaderValue::as_bytes);
    let bearer = headers.get(AUTHORIZATION).and_then(|value| value.as_bytes().strip_prefix(b"Bearer "));
    // Both are always compared.
    [key, bearer].into_iter().flatten().fold(false, |fits, shown| fits | post.token.fits(shown))
}

/// How much of the sandbox's room for bodies this one takes: what it says, or the most if it does not say.
fn body_room(post: &Post, headers: &HeaderMap) -> Result<u32, Refusal> {
    let limit = post.hub.limits.request_body;
    let length = match headers.get(CONTENT_LENGTH) {
        None => limit,
        Some(value) => value.to_str().ok().and_then(|text| text.parse().ok()).unwrap_or(usize::MAX),
    };
    if length > limit {
        return Err(Refusal::TooLarge(limit));
    }
    let room = length.div_ceil(KIB).min(post.hub.limits.bodies_under_way / KIB);
    Ok(u32::try_from(room).unwrap_or(u32::MAX))
}

async fn read_body(post: &Post, body: Incoming) -> Result<Bytes, Refusal> {
    let limits = &post.hub.limits;
    let collected = tokio::time::timeout(limits.body, Limited::new(body, limits.request_body).collect()).await;
    match collected.map_err(|_| Refusal::Slow)? {
        Ok(body) => Ok(body.to_bytes()),
        Err(error) if error.is::<http_body_util::LengthLimitError>() => Err(Refusal::TooLarge(limits.request_body)),
        Err(_) => Err(Refusal::Malformed("its body broke off".to_owned())),
    }
}

/// Says where, never what: the words of a JSON error can repeat the text.
fn malformed(error: &serde_json::Error) -> Refusal {
    let (line, column) = (error.line(), error.column());
    Refusal::Malformed(format!("no JSON that can be passed on, at line {line}, column {column}"))
}

fn not_answered(post: &Post, error: &SendError, charge: Option<Charge>) -> Refusal {
    tracing::warn!(sandbox = %post.sandbox, error = %chain(error), "the model gave no answer to sandbox {}", post.sandbox);
    match error {
        SendError::Connect(_) => {
            charge.into_iter().for_each(Charge::waive);
            Refusal::Unreachable
        }
        // The model may have worked: what that costs is booked by estimate as the charge is dropped.
        SendError::Broken(_) => Refusal::Unreachable,
        SendError::Late(_) => Refusal::Late,
    }
}

fn chain(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(error.source(), |cause| cause.source());
    causes.fold(error.to_string(), |text, cause| format!("{text}: {cause}"))
}

async fn pass_on(
    post: &Arc<Post>,
    response: reqwest::Response,
    charge: Option<Charge>,
    sent: Instant,
) -> Result<Response<Body>, Refusal> {
    let status = response.status();
    if !status.is_success() {
        charge.into_iter().for_each(Charge::waive);
        return pass_on_error(post, response).await;
    }
    if response.headers().get(CONTENT_ENCODING).is_some_and(|encoding| encoding != "identity") {
        return Err(Refusal::Answer("it is compressed, though that was not asked for"));
    }
    let headers = headers::from_model(response.headers());
    let content_type = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let charge = charge.map(|mut charge| {
        charge.expect(content_type);
        charge
    });
    let body = Metered::new(response.into(), charge, post.bell.clone(), sent);
    let mut answer = Response::new(body.map_err(Into::into).boxed_unsync());
    *answer.status_mut() = status;
    *answer.headers_mut() = headers;
    Ok(answer)
}

/// An error is short and is read whole, so that the hub knows what it says and nothing secret is repeated in it.
async fn pass_on_error(post: &Arc<Post>, response: reqwest::Response) -> Result<Response<Body>, Refusal> {
    let status = response.status();
    if !(status.is_client_error() || status.is_server_error()) {
        return Err(Refusal::Answer("it redirects"));
    }
    let mut headers = headers::from_model(response.headers());
    let body = Limited::new(reqwest::Body::from(response), LONGEST_ERROR).collect().await;
    let text = post.hub.upstream.redacted(&body.map(|body| body.to_bytes()).unwrap_or_default());
    match status {
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => {
            let message = printable(&message_of(&text), LONGEST_KEY_MESSAGE);
            tracing::warn!(sandbox = %post.sandbox, %status, "the model refuses the hub's credential");
            post.bell.ring(Notice::KeyRefused { status: status.as_u16(), message });
            // Without this the CLI tries the same key again for minutes.
            headers.insert("x-should-retry", HeaderValue::from_static("false"));
        }
        StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE => overloaded(post, status),
        status if status.as_u16() == 529 => overloaded(post, status),
        _ => {}
    }
    let mut answer = Response::new(full(text));
    *answer.status_mut() = status;
    *answer.headers_mut() = headers;
    Ok(answer)
}

fn overloaded(post: &Post, status: StatusCode) {
    post.bell.ring(Notice::Overloaded { status: status.as_u16() });
}

fn message_of(text: &str) -> String {
    #[derive(Deserialize)]
    struct Told {
        error: ToldError,
    }
    #[derive(Deserialize)]
    struct ToldError {
        message: String,
    }
    serde_json::from_str::<Told>(text).map_or_else(|_| text.to_owned(), |told| told.error.message)
}
