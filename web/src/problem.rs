//! Errors as problem documents (RFC 9457), made in this one place.

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use signalbox_core::account::Denied;
use signalbox_core::port::Refusal;
use std::time::Duration;
use utoipa::ToSchema;

/// A problem document.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Problem {
    /// The HTTP status.
    pub status: u16,
    /// The kind of refusal in a few words.
    pub title: Box<str>,
    /// What is wrong and how to mend it.
    pub detail: String,
    /// The refusal itself, for our own client.
    pub refusal: Refusal,
    /// What the hub's log calls this answer.
    #[serde(default)]
    pub reference: Box<str>,
    /// The password was right, and a code of the second factor is wanted beside it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub code_needed: bool,
    /// The password is wanted (again) for this.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub password_needed: bool,
    /// After how many seconds it may be tried again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_after: Option<u32>,
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        let status = match &refusal {
            Refusal::Invalid(_) => StatusCode::UNPROCESSABLE_ENTITY,
            Refusal::Unauthenticated(_) => StatusCode::UNAUTHORIZED,
            Refusal::Forbidden(_) => StatusCode::FORBIDDEN,
            Refusal::NotFound(_) => StatusCode::NOT_FOUND,
            Refusal::Conflict(_) => StatusCode::CONFLICT,
            Refusal::Throttled(_) => StatusCode::TOO_MANY_REQUESTS,
            Refusal::Unavailable(_) => StatusCode::SERVICE_UNAVAILABLE,
            Refusal::Internal(_) => StatusCode::INTERNAL_SERVER_ERROR,
        };
        Self::of(status, refusal)
    }
}

impl From<Denied> for Problem {
    /// For somebody who is signed in, and did not show once more who they are.
    fn from(denied: Denied) -> Self {
        match denied {
            Denied::Wrong | Denied::CodeNeeded => Refusal::Forbidden("that is not right".to_owned()).into(),
            Denied::PasswordNeeded => Self { password_needed: true, ..Refusal::Forbidden(denied.to_string()).into() },
            Denied::Wait(wait) => Self::wait(wait, denied.to_string()),
            Denied::Refused(refusal) => refusal.into(),
        }
    }
}

impl Problem {
    /// A refusal with a status of its own.
    pub(crate) fn of(status: StatusCode, refusal: Refusal) -> Self {
        let title = match &refusal {
            Refusal::Invalid(_) => "invalid request",
            Refusal::Unauthenticated(_) => "not signed in",
            Refusal::Forbidden(_) => "not allowed",
            Refusal::NotFound(_) => "not found",
            Refusal::Conflict(_) => "not possible now",
            Refusal::Throttled(_) => "too many requests",
            Refusal::Unavailable(_) => "not available",
            Refusal::Internal(_) => "the hub failed",
        };
        Self {
            status: status.as_u16(),
            title: title.into(),
            detail: refusal.to_string(),
            refusal,
            reference: format!("{:010x}", rand::random::<u64>() >> 24).into(),
            code_needed: false,
            password_needed: false,
            retry_after: None,
        }
    }

    /// For somebody who was not let in.
    pub(crate) fn not_let_in(denied: Denied) -> Self {
        let text = denied.to_string();
        match denied {
            Denied::Wrong => Refusal::Unauthenticated(text).into(),
            Denied::CodeNeeded => Self { code_needed: true, ..Refusal::Unauthenticated(text).into() },
            other => other.into(),
        }
    }

    /// Writes down that it was answered.
    pub(crate) fn log(&self) {
        tracing::info!(reference = %self.reference, status = self.status, "refused: {} ({})", self.title, self.reference);
    }

    /// For somebody who has to wait.
    pub(crate) fn wait(wait: Duration, text: String) -> Self {
        let seconds = wait.as_millis().div_ceil(1000);
        Self { retry_after: u32::try_from(seconds).ok(), ..Refusal::Throttled(text).into() }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        self.log();
        let wait = self.retry_after;
        let mut response = (status, [(header::CONTENT_TYPE, "application/problem+json")], Json(self)).into_response();
        if let Some(seconds) = wait {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}
