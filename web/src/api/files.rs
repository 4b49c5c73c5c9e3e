//! Files that will come with a request.

use super::{Answer, Payload};
use crate::App;
use crate::principal::Principal;
use axum::extract::State;
use axum::routing::post;
use axum::{Json, Router};
use signalbox_core::port::KeepFile;
use signalbox_core::task::Attachment;

pub(super) fn routes() -> Router<App> {
    Router::new().route("/api/v1/files", post(keep_file))
}

async fn keep_file(
    State(app): State<App>,
    Principal { actor, .. }: Principal,
    Payload(file): Payload<KeepFile>,
) -> Answer<Attachment> {
    Ok(Json(app.hub.keep_file(&actor, file).await?))
}
