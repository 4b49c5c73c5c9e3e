//! The API's own words: its errors, its identifiers.

use std::hash::{BuildHasher, RandomState};
use std::sync::atomic::{AtomicU64, Ordering};

use axum::body::Body;
use axum::http::{HeaderValue, Response, StatusCode, header};
use serde_json::{Value, json};

/// An answer of the API that is an error.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ApiError {
    pub(crate) status: u16,
    pub(crate) message: String,
    pub(crate) retry_after_seconds: Option<u64>,
}

impl ApiError {
    pub(crate) fn new(status: u16, message: impl Into<String>) -> Self {
        Self { status, message: message.into(), retry_after_seconds: None }
    }

    /// The error type that the API documents for each status.
    fn kind(&self) -> &'static str {
        match self.status {
            401 => "authentication_error",
            402 => "billing_error",
            403 => "permission_error",
            404 => "not_found_error",
            413 => "request_too_large",
            429 => "rate_limit_error",
            504 => "timeout_error",
            529 => "overloaded_error",
            500.. => "api_error",
            _ => "invalid_request_error",
        }
    }

    pub(crate) fn into_response(self, ids: &Ids) -> Response<Body> {
        let id = ids.next("req_");
        let error = json!({"type": self.kind(), "message": self.message});
        let mut response = json_response(&json!({"type": "error", "error": error, "request_id": id}), &id);
        *response.status_mut() = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        if let Some(seconds) = self.retry_after_seconds {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}

/// A body of JSON with the API's headers.
pub(crate) fn json_response(body: &Value, request_id: &str) -> Response<Body> {
    let mut response = Response::new(Body::from(body.to_string()));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    insert_request_id(headers, request_id);
    response
}

/// Every answer of the API carries the request's id, which support asks for.
pub(crate) fn insert_request_id(headers: &mut axum::http::HeaderMap, request_id: &str) {
    if let Ok(value) = HeaderValue::from_str(request_id) {
        headers.insert("request-id", value);
    }
}

/// Makes identifiers that do not come twice, also not after a restart: a session may outlive this process.
#[derive(Debug, Default)]
pub(crate) struct Ids {
    hasher: RandomState,
    count: AtomicU64,
}

impl Ids {
    pub(crate) fn next(&self, prefix: &str) -> String {
        let count = self.count.fetch_add(1, Ordering::Relaxed);
        let (high, low) = (self.hasher.hash_one(count), self.hasher.hash_one((count, prefix)));
        format!("{prefix}01{:022x}", (u128::from(high) << 64 | u128::from(low)) & ((1 << 88) - 1))
    }
}
