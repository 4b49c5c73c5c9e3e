//! Files that will come with a request.

use super::{Answer, Payload};
use crate::App;
use crate::principal::Principal;
use axum::Json;
use axum::extract::State;
use signalbox_core::port::KeepFile;
use signalbox_core::task::Attachment;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(keep_file))
}

/// Keeps a file for a request that is to follow.
///
/// What no request names is swept after a while.
#[utoipa::path(
    post, path = "/api/v1/files", tag = "tasks", request_body = KeepFile,
    responses((status = 200, description = "What `attachments` of a task take.", body = Attachment))
)]
async fn keep_file(
    State(app): State<App>,
    Principal { actor, .. }: Principal,
    Payload(file): Payload<KeepFile>,
) -> Answer<Attachment> {
    Ok(Json(app.hub.keep_file(&actor, file).await?))
}
