//! The API's description (OpenAPI 3.1): what each route says of itself, and what holds for all of them, which is told here once.
//!
//! It is the same in every hub of a version and tells nothing of what one holds. It is shown to whoever shows who they are, by
//! whatever means: a stranger learns nothing from a hub, its version neither.

mod answers;
mod needs;
mod parameters;
#[cfg(test)]
mod tests;

use crate::principal::Principal;
use crate::rights::{Need, need_of};
use crate::{App, Problem};
use axum::extract::Extension;
use axum::http::{Method, header};
use axum::response::{IntoResponse as _, Response};
use std::sync::Arc;
use utoipa::OpenApi as _;
use utoipa::openapi::OpenApi;
use utoipa::openapi::path::{Operation, PathItem};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

#[derive(utoipa::OpenApi)]
#[openapi(
    info(
        title = "Signalbox",
        description = "What a hub does for programs. Show who asks by a token (`Authorization: Bearer …`), made on the page of \
                       your account. Whatever is refused is answered with a problem document (RFC 9457)."
    ),
    servers((url = "/", description = "This hub")),
    tags(
        (name = "tasks", description = "Requests to Claude, from prompt to outcome."),
        (name = "approvals", description = "What Claude asks before it does it."),
        (name = "projects", description = "Repositories with their policies."),
        (name = "places", description = "Where people talk, and which project that is about."),
        (name = "people", description = "Who may do what."),
        (name = "automation", description = "Hooks, schedules and subscriptions."),
        (name = "traffic", description = "What goes out to places, what came in, and what came of it."),
        (name = "audit", description = "What was done, entry by entry, in a chain that shows whether it was changed."),
        (name = "live", description = "What happens, as it happens."),
        (name = "account", description = "How people and programs show who they are."),
        (name = "hub", description = "The hub itself."),
    ),
    components(schemas(Problem))
)]
struct Begun;

/// A description without routes.
pub(super) fn begun() -> OpenApiRouter<App> {
    let mut begun = Begun::openapi();
    let components = begun.components.get_or_insert_default();
    needs::lay_out(components);
    parameters::lay_out(components);
    answers::lay_out(components);
    OpenApiRouter::with_openapi(begun)
}

/// The whole description.
pub(crate) fn document() -> OpenApi {
    complete(super::described().into_openapi())
}

/// What a route is, as far as it matters for what holds for many.
struct Facts<'a> {
    path: &'a str,
    need: Option<Need>,
    /// It is a POST, PUT, PATCH or DELETE.
    changes: bool,
    /// It takes a body.
    takes: bool,
    /// It is a GET that answers with JSON.
    reads: bool,
    /// What is asked can be wrong in form, for something is told beside the route.
    told: bool,
}

impl<'a> Facts<'a> {
    fn of(method: &Method, path: &'a str, operation: &Operation) -> Self {
        let changes = *method != Method::GET;
        let takes = operation.request_body.is_some();
        let told = changes || path.contains('{') || operation.parameters.is_some();
        Self { path, need: need_of(method, path), changes, takes, reads: !changes && answers::is_json(operation), told }
    }
}

/// Adds to each route what holds for many.
fn complete(mut document: OpenApi) -> OpenApi {
    for (path, item) in &mut document.paths.paths {
        for (method, operation) in operations(item) {
            let facts = Facts::of(&method, path, operation);
            needs::tell(operation, &facts);
            parameters::tell(operation, &facts);
            answers::tell(operation, &facts);
        }
    }
    document
}

fn operations(item: &mut PathItem) -> impl Iterator<Item = (Method, &mut Operation)> {
    let all = [
        (Method::GET, &mut item.get),
        (Method::POST, &mut item.post),
        (Method::PUT, &mut item.put),
        (Method::PATCH, &mut item.patch),
        (Method::DELETE, &mut item.delete),
    ];
    all.into_iter().filter_map(|(method, operation)| Some((method, operation.as_mut()?)))
}

/// The description as it is sent.
#[derive(Clone)]
struct Written(Arc<str>);

/// Lays the whole description beside what answers with it.
pub(super) fn at_hand(document: OpenApi) -> Extension<impl Clone + Send + Sync + 'static> {
    let written = serde_json::to_string(&complete(document)).unwrap_or_default();
    Extension(Written(written.into()))
}

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(show_document))
}

/// Describes this API, as OpenAPI 3.1.
#[utoipa::path(
    get, path = "/api/v1/openapi.json", tag = "hub",
    responses((status = 200, description = "This document.", body = Object))
)]
async fn show_document(_: Principal, Extension(Written(document)): Extension<Written>) -> Response {
    ([(header::CONTENT_TYPE, "application/json")], document.to_string()).into_response()
}
