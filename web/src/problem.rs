//! Errors as problem documents (RFC 9457), made in this one place.

use axum::Json;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use signalbox_core::port::Refusal;

/// A problem document.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Problem {
    /// The HTTP status.
    pub status: u16,
    /// The kind of refusal in a few words.
    pub title: String,
    /// What is wrong and how to mend it.
    pub detail: String,
    /// The refusal itself, for our own client.
    pub refusal: Refusal,
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        let (status, title) = match &refusal {
            Refusal::Invalid(_) => (StatusCode::UNPROCESSABLE_ENTITY, "invalid request"),
            Refusal::Forbidden(_) => (StatusCode::FORBIDDEN, "not allowed"),
            Refusal::NotFound(_) => (StatusCode::NOT_FOUND, "not found"),
            Refusal::Conflict(_) => (StatusCode::CONFLICT, "not possible now"),
            Refusal::Unavailable(_) => (StatusCode::SERVICE_UNAVAILABLE, "not available"),
            Refusal::Internal(_) => (StatusCode::INTERNAL_SERVER_ERROR, "the hub failed"),
        };
        Self { status: status.as_u16(), title: title.to_owned(), detail: refusal.to_string(), refusal }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        (status, [(header::CONTENT_TYPE, "application/problem+json")], Json(self)).into_response()
    }
}
