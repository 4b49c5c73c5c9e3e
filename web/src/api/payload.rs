//! What a request brings, read so that every fault in it is answered with a problem document.

use crate::Problem;
use axum::Json;
use axum::extract::rejection::{JsonRejection, QueryRejection};
use axum::extract::{FromRequest, FromRequestParts, Query, Request};
use axum::http::StatusCode;
use axum::http::request::Parts;
use serde::de::DeserializeOwned;
use signalbox_core::port::Refusal;
use std::fmt::Display;
use std::str::FromStr;

pub(crate) type Answer<T> = Result<Json<T>, Problem>;

/// A JSON body whose faults are problem documents like all others.
pub(crate) struct Payload<T>(pub(crate) T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Payload<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let body: Result<Json<T>, JsonRejection> = Json::from_request(request, state).await;
        body.map(|Json(body)| Self(body)).map_err(unread)
    }
}

/// What is too large, or not JSON at all, has a status of its own.
fn unread(fault: JsonRejection) -> Problem {
    let refusal = Refusal::Invalid(fault.body_text());
    match fault.status() {
        status @ (StatusCode::PAYLOAD_TOO_LARGE | StatusCode::UNSUPPORTED_MEDIA_TYPE) => Problem::of(status, refusal),
        _ => refusal.into(),
    }
}

/// The fields of a query, with faults like those of a body.
pub(crate) struct Asked<T>(pub(crate) T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequestParts<S> for Asked<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let query: Result<Query<T>, QueryRejection> = Query::from_request_parts(parts, state).await;
        query.map(|Query(fields)| Self(fields)).map_err(|fault| Refusal::Invalid(fault.body_text()).into())
    }
}

/// A name in the path, as what it should be.
pub(crate) fn sound<T: FromStr<Err: Display>>(name: &str) -> Result<T, Problem> {
    name.parse().map_err(|fault: T::Err| Refusal::Invalid(fault.to_string()).into())
}
