//! What went wrong, as a page.

use super::frame::Frame;
use super::markup::seen;
use askama::Template;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Response};
use signalbox_core::port::Refusal;

use crate::Problem;

/// A page that says why there is no other.
#[derive(Debug)]
pub(super) struct Fault(Problem);

#[derive(Template)]
#[template(path = "fault.html")]
struct FaultPage {
    frame: Frame,
    title: String,
    detail: String,
    status: u16,
}

impl From<Refusal> for Fault {
    fn from(refusal: Refusal) -> Self {
        Self(refusal.into())
    }
}

impl IntoResponse for Fault {
    fn into_response(self) -> Response {
        let Self(problem) = self;
        let status = StatusCode::from_u16(problem.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut title = String::from(problem.title);
        if let Some(first) = title.get_mut(..1) {
            first.make_ascii_uppercase();
        }
        let page = FaultPage { frame: Frame::bare(&title), title, detail: problem.detail, status: problem.status };
        let html = page.render().map(seen).unwrap_or_else(|_| "The page could not be made.".to_owned());
        (status, Html(html)).into_response()
    }
}

/// For addresses where nothing is.
pub(super) fn nothing_here() -> Fault {
    Refusal::NotFound("There is no such page. It may have been moved, or its task is gone.".to_owned()).into()
}
