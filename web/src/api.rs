//! The API, version 1, as the local socket and the network serve it. `docs/reference.md` fixes its routes, and the document that
//! is made of them ([`document`]) describes them to programs.

mod approvals;
mod deliveries;
mod document;
mod events;
mod files;
mod hub;
mod lines;
mod listener;
mod payload;
mod people;
mod places;
mod plain;
mod projects;
mod tasks;

pub(crate) use document::document;
pub(crate) use payload::{Answer, Asked, Payload, sound};

use crate::{App, Problem, etag};
use axum::extract::DefaultBodyLimit;
use axum::http::Uri;
use axum::response::{IntoResponse as _, Response};
use axum::{Router, middleware};
use signalbox_core::port::Refusal;
use utoipa_axum::router::OpenApiRouter;

/// The largest request: a prompt of several megabytes, escaped as JSON.
const BODY_LIMIT: usize = 32 << 20;

pub(crate) fn routes() -> Router<App> {
    let (described, document) = described().split_for_parts();
    described
        .merge(deliveries::routes())
        .layer(document::at_hand(document))
        .fallback(refuse_unknown)
        .layer(DefaultBodyLimit::max(BODY_LIMIT))
        .layer(middleware::from_fn(plain::tell))
        .layer(middleware::from_fn(etag::mark))
}

/// The routes that are described, which is all that somebody can ask over the network.
fn described() -> OpenApiRouter<App> {
    document::begun()
        .merge(crate::account::routes())
        .merge(crate::audit::routes())
        .merge(crate::automation::routes())
        .merge(crate::live::routes())
        .merge(crate::traffic::routes())
        .merge(crate::visit::routes())
        .merge(document::routes())
        .merge(tasks::routes())
        .merge(events::routes())
        .merge(files::routes())
        .merge(approvals::routes())
        .merge(projects::routes())
        .merge(people::routes())
        .merge(places::routes())
        .merge(hub::routes())
}

async fn refuse_unknown(address: Uri) -> Response {
    if !address.path().starts_with("/api/") {
        return crate::pages::nothing_here();
    }
    let unknown = Refusal::NotFound("this hub's API has no such route; is the client of another version?".to_owned());
    Problem::from(unknown).into_response()
}
