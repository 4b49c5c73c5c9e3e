//! Answers that a client has already: what was read carries the hash of its content (RFC 9110, section 8.8.3), and who brings that
//! hash is told that nothing changed. It costs the hub as much, and the way nothing.

use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use sha2::{Digest as _, Sha256};
use signalbox_core::tool::hex;

/// The largest answer that is looked at.
const LARGEST: usize = 64 << 20;

/// Marks what is read, and tells who has it already.
pub(crate) async fn mark(request: Request, next: Next) -> Response {
    if request.method() != Method::GET {
        return next.run(request).await;
    }
    let known = request.headers().get_all(header::IF_NONE_MATCH).into_iter().cloned().collect::<Vec<_>>();
    let response = next.run(request).await;
    if response.status() != StatusCode::OK || !is_json(response.headers()) {
        return response;
    }
    let (mut parts, body) = response.into_parts();
    let Ok(bytes) = to_bytes(body, LARGEST).await else { return StatusCode::INTERNAL_SERVER_ERROR.into_response() };
    let Ok(tag) = HeaderValue::from_str(&format!("\"{}\"", &hex(&Sha256::digest(&bytes))[..32])) else {
        return Response::from_parts(parts, Body::from(bytes));
    };
    let has_it = known.iter().any(|line| names(line, &tag));
    parts.headers.insert(header::ETAG, tag);
    if has_it {
        parts.status = StatusCode::NOT_MODIFIED;
        parts.headers.remove(header::CONTENT_LENGTH);
        parts.headers.remove(header::CONTENT_TYPE);
        return Response::from_parts(parts, Body::empty());
    }
    Response::from_parts(parts, Body::from(bytes))
}

/// Which state of something a change is made on (RFC 9110, section 13.1.1): the tag of the answer in which it was seen.
pub(crate) fn wanted(headers: &HeaderMap) -> Option<String> {
    let tag = headers.get(header::IF_MATCH)?.to_str().ok()?.trim();
    Some(tag.strip_prefix("W/").unwrap_or(tag).trim_matches('"').to_owned())
}

fn is_json(headers: &HeaderMap) -> bool {
    headers.get(header::CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(b"application/json"))
}

fn names(line: &HeaderValue, tag: &HeaderValue) -> bool {
    let (Ok(line), Ok(tag)) = (line.to_str(), tag.to_str()) else { return false };
    line.split(',').map(str::trim).any(|one| one == "*" || one.strip_prefix("W/").unwrap_or(one) == tag)
}
