//! What is refused before a route is asked, by the framework and in plain words: told as a problem document like all else.

use crate::Problem;
use axum::body::to_bytes;
use axum::extract::Request;
use axum::http::header;
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use signalbox_core::port::Refusal;

/// The longest sentence that is passed on, in bytes.
const LONGEST: usize = 4096;

/// Tells what was refused in plain words as a problem. Pages are not answered so.
pub(super) async fn tell(request: Request, next: Next) -> Response {
    let is_page = !request.uri().path().starts_with("/api/");
    let response = next.run(request).await;
    let status = response.status();
    let is_refusal = status.is_client_error() || status.is_server_error();
    if is_page || !is_refusal || is_problem(&response) {
        return response;
    }
    let (parts, body) = response.into_parts();
    let said = to_bytes(body, LONGEST).await.unwrap_or_default();
    let said = Some(String::from_utf8_lossy(&said).into_owned()).filter(|said| !said.is_empty());
    let said = said.unwrap_or_else(|| status.canonical_reason().unwrap_or("refused").to_lowercase());
    let refusal = if status.is_server_error() { Refusal::Internal(said) } else { Refusal::Invalid(said) };
    let mut told = Problem::of(status, refusal).into_response();
    if let Some(methods) = parts.headers.get(header::ALLOW) {
        told.headers_mut().insert(header::ALLOW, methods.clone());
    }
    told
}

fn is_problem(response: &Response) -> bool {
    response.headers().get(header::CONTENT_TYPE).is_some_and(|kind| kind == "application/problem+json")
}
