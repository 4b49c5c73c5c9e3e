//! Requests that a program may send again because it does not know whether they arrived: with an `Idempotency-Key`, which it
//! chooses, a request is done once, and each repetition within a day gets the same answer.

use crate::principal::{client_of, identify};
use crate::rights::OPEN;
use crate::{App, Problem};
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use sha2::{Digest as _, Sha256};
use signalbox_core::account::{GivenAnswer, Known, Proof, Repeatable};
use signalbox_core::port::Refusal;
use signalbox_core::tool::hex;

/// The header, as the IETF's draft names it.
const KEY: HeaderName = HeaderName::from_static("idempotency-key");
/// What a repetition's answer carries.
const REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");
/// The longest key, in bytes.
const LONGEST: usize = 190;
/// The largest request and answer that is looked at, in bytes.
const LARGEST: usize = 33 << 20;

/// Does a request with a key once.
pub(crate) async fn once(State(app): State<App>, request: Request, next: Next) -> Response {
    let changes = [Method::POST, Method::PUT, Method::PATCH, Method::DELETE].contains(request.method());
    // What is answered to somebody who shows who they are goes to whoever asks, once.
    let is_open = OPEN.iter().any(|(path, _)| *path == request.uri().path());
    let Some(key) = request.headers().get(&KEY).filter(|_| changes && !is_open).cloned() else {
        return next.run(request).await;
    };
    let (parts, body) = request.into_parts();
    let caller = match identify(&parts, &client_of(&parts), &app).await {
        Ok(Some(caller)) if caller.proof != Proof::Socket => caller,
        // Whoever is nobody is told so by the route.
        Ok(_) => return next.run(Request::from_parts(parts, body)).await,
        Err(problem) => return problem.into_response(),
    };
    let body = match to_bytes(body, LARGEST).await {
        Ok(body) => body,
        Err(_) => return StatusCode::PAYLOAD_TOO_LARGE.into_response(),
    };
    // An answer goes to nobody but who asked: another token of the same person may be good for less.
    let asked = format!("{} {} {}\n", parts.method, parts.uri, by(&caller.proof));
    let fingerprint = hex(&Sha256::new().chain_update(asked).chain_update(&body).finalize());
    let request = Request::from_parts(parts, Body::from(body));
    let begun = async {
        let repeatable = Repeatable { user: caller.actor.user, key: sound(&key)?, fingerprint };
        Ok::<_, Refusal>((app.accounts.begin_request(&repeatable).await?, repeatable))
    };
    match begun.await {
        Ok((Known::New, repeatable)) => carry_out(app, repeatable, request, next).await,
        Ok((Known::Done(answer), _)) => again(answer),
        Ok((known, _)) => Problem::from(refuse(&known)).into_response(),
        Err(refusal) => Problem::from(refusal).into_response(),
    }
}

fn by(proof: &Proof) -> &str {
    match proof {
        Proof::Socket => "socket",
        Proof::Session { id, .. } | Proof::Token { id, .. } => id,
        Proof::Access { family, .. } => family,
    }
}

fn sound(key: &HeaderValue) -> Result<String, Refusal> {
    let key = key.to_str().unwrap_or_default();
    let is_sound = (1..=LONGEST).contains(&key.len()) && key.bytes().all(|byte| byte.is_ascii_graphic());
    let bad =
        || Refusal::Invalid(format!("an Idempotency-Key has 1 to {LONGEST} letters, digits and signs, without blanks"));
    is_sound.then(|| key.to_owned()).ok_or_else(bad)
}

fn refuse(known: &Known) -> Refusal {
    Refusal::Conflict(
        match known {
            Known::Another => "this Idempotency-Key was used for another request; take a new one for each",
            Known::Running => "the first request with this Idempotency-Key is being done; ask again in a moment",
            Known::Lost => {
                "the first request with this Idempotency-Key was cut off, and may have been done or not: look whether it \
                 was, and take a new key if it was not"
            }
            Known::New | Known::Done(_) | Known::Forgotten => {
                "the first request with this Idempotency-Key was done; what was answered is not at hand any more"
            }
        }
        .to_owned(),
    )
}

/// Whoever asked may go away: it is done to its end all the same, and what was answered is kept.
async fn carry_out(app: App, repeatable: Repeatable, request: Request, next: Next) -> Response {
    let done = tokio::spawn(async move {
        let (parts, body) = next.run(request).await.into_parts();
        let body = to_bytes(body, LARGEST).await.unwrap_or_default();
        let answer = is_final(parts.status).then(|| given(parts.status, &body)).flatten();
        if let Err(refusal) = app.accounts.settle_request(&repeatable, answer.as_ref()).await {
            tracing::warn!(%refusal, "an answer could not be kept for a repetition");
        }
        Response::from_parts(parts, Body::from(body))
    });
    done.await.unwrap_or_else(|_| StatusCode::INTERNAL_SERVER_ERROR.into_response())
}

/// Whether the same request would be answered so again. What was refused for a reason that may pass can be asked again.
fn is_final(status: StatusCode) -> bool {
    status.is_success() || status == StatusCode::UNPROCESSABLE_ENTITY
}

fn given(status: StatusCode, body: &Bytes) -> Option<GivenAnswer> {
    let body = std::str::from_utf8(body).ok()?.to_owned();
    Some(GivenAnswer { status: status.as_u16(), body })
}

fn again(answer: GivenAnswer) -> Response {
    let status = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::OK);
    let kind = if status.is_success() { "application/json" } else { "application/problem+json" };
    let mut response = Response::new(Body::from(answer.body));
    *response.status_mut() = status;
    response.headers_mut().insert(REPLAYED, HeaderValue::from_static("true"));
    if status != StatusCode::NO_CONTENT {
        response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    }
    response
}
