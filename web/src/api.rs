//! The API, version 1, as the local socket and the network serve it. `docs/reference.md` fixes its routes.

mod approvals;
mod deliveries;
mod events;
mod files;
mod hub;
mod listener;
mod payload;
mod people;
mod places;
mod projects;
mod tasks;

pub(crate) use payload::{Answer, Asked, Payload, sound};

use crate::{App, Problem, etag};
use axum::extract::DefaultBodyLimit;
use axum::http::Uri;
use axum::response::{IntoResponse as _, Response};
use axum::{Router, middleware};
use signalbox_core::port::Refusal;

/// The largest request: a prompt of several megabytes, escaped as JSON.
const BODY_LIMIT: usize = 32 << 20;

pub(crate) fn routes() -> Router<App> {
    Router::new()
        .merge(crate::account::routes())
        .merge(crate::audit::routes())
        .merge(crate::automation::routes())
        .merge(crate::live::routes())
        .merge(crate::visit::routes())
        .merge(tasks::routes())
        .merge(events::routes())
        .merge(files::routes())
        .merge(approvals::routes())
        .merge(projects::routes())
        .merge(people::routes())
        .merge(places::routes())
        .merge(deliveries::routes())
        .merge(hub::routes())
        .fallback(refuse_unknown)
        .layer(DefaultBodyLimit::max(BODY_LIMIT))
        .layer(middleware::from_fn(etag::mark))
}

async fn refuse_unknown(address: Uri) -> Response {
    if !address.path().starts_with("/api/") {
        return crate::pages::nothing_here();
    }
    let unknown = Refusal::NotFound("this hub's API has no such route; is the client of another version?".to_owned());
    Problem::from(unknown).into_response()
}
