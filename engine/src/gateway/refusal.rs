//! The gateway's own answers to requests for the model, in the shape of the API's errors, so that the CLI shows them.

use super::ledger::UsedUp;
use super::notice::Notice;
use bytes::Bytes;
use http::header::{CONTENT_TYPE, HeaderValue};
use http::{Response, StatusCode};
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt, Full};
use std::error::Error;

/// The body of every answer.
pub(super) type Body = UnsyncBoxBody<Bytes, Box<dyn Error + Send + Sync>>;

/// A body that is known from the beginning.
pub(super) fn full(bytes: impl Into<Bytes>) -> Body {
    Full::new(bytes.into()).map_err(|never| match never {}).boxed_unsync()
}

/// Why a request to the model got no answer from there. The sandbox reads the words.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum Refusal {
    #[error("signalbox: this is not the token of this sandbox")]
    Token,
    #[error("signalbox: only POST /v1/messages and /v1/messages/count_tokens pass here")]
    Route,
    #[error("signalbox: no task is at work in this sandbox")]
    Idle,
    #[error("signalbox: the model `{0}` is not on this project's list")]
    Model(String),
    #[error("signalbox: {0} would let the model's side reach out, and this project's policy does not name it")]
    Feature(String),
    #[error("signalbox: the request cannot be understood: {0}")]
    Malformed(String),
    #[error("signalbox: the request is larger than {0} bytes")]
    TooLarge(usize),
    #[error("signalbox: the request took too long to arrive")]
    Slow,
    #[error("signalbox: the budget of {} is used up", .0.budget)]
    Budget(UsedUp),
    #[error("signalbox: the model cannot be reached")]
    Unreachable,
    #[error("signalbox: the model did not answer in time")]
    Late,
    #[error("signalbox: the model's answer cannot be passed on: {0}")]
    Answer(&'static str),
}

impl Refusal {
    fn status(&self) -> StatusCode {
        match self {
            Self::Token => StatusCode::UNAUTHORIZED,
            Self::Route => StatusCode::NOT_FOUND,
            Self::Idle | Self::Model(_) | Self::Feature(_) => StatusCode::FORBIDDEN,
            Self::Malformed(_) | Self::Budget(_) => StatusCode::BAD_REQUEST,
            Self::TooLarge(_) => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Slow => StatusCode::REQUEST_TIMEOUT,
            Self::Unreachable | Self::Answer(_) => StatusCode::BAD_GATEWAY,
            Self::Late => StatusCode::GATEWAY_TIMEOUT,
        }
    }

    /// The API's name for it.
    pub(super) fn kind(&self) -> &'static str {
        match self {
            Self::Token => "authentication_error",
            Self::Route => "not_found_error",
            Self::Idle | Self::Model(_) | Self::Feature(_) => "permission_error",
            Self::Malformed(_) | Self::Budget(_) | Self::Slow => "invalid_request_error",
            Self::TooLarge(_) => "request_too_large",
            Self::Unreachable | Self::Answer(_) => "api_error",
            Self::Late => "timeout_error",
        }
    }

    /// Whether the same request may fare better in a while.
    fn may_pass_later(&self) -> bool {
        matches!(self, Self::Unreachable | Self::Late)
    }

    /// What the hub is told of it.
    pub(super) fn notice(&self) -> Option<Notice> {
        match self {
            Self::Budget(used_up) => used_up.news.then_some(Notice::BudgetReached),
            Self::Unreachable | Self::Late => Some(Notice::UpstreamUnreachable),
            Self::Token
            | Self::Route
            | Self::Idle
            | Self::Model(_)
            | Self::Feature(_)
            | Self::Malformed(_)
            | Self::TooLarge(_)
            | Self::Slow
            | Self::Answer(_) => Some(Notice::Refused { reason: self.to_string() }),
        }
    }

    pub(super) fn into_response(self) -> Response<Body> {
        let error = serde_json::json!({"type": self.kind(), "message": self.to_string()});
        let body = serde_json::json!({"type": "error", "error": error}).to_string();
        let mut response = Response::new(full(body));
        *response.status_mut() = self.status();
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        if !self.may_pass_later() {
            // The CLI heeds this; without it, it tries some refusals again for minutes.
            headers.insert("x-should-retry", HeaderValue::from_static("false"));
        }
        response
    }
}
