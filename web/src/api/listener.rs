//! Streams of JSON lines, and who is sent them.

use crate::principal::Principal;
use crate::serve::Closing;
use crate::{App, Problem};
use axum::body::{Body, Bytes};
use axum::extract::FromRequestParts;
use axum::http::header;
use axum::http::request::Parts;
use axum::response::{IntoResponse as _, Response};
use futures::future::BoxFuture;
use futures::{FutureExt as _, Stream, StreamExt as _};
use serde::Serialize;
use signalbox_core::people::Actor;
use signalbox_core::port::Refusal;
use std::convert::Infallible;

/// Somebody who is sent a stream, and what ends it when the hub stops.
pub(super) struct Listener {
    pub(super) actor: Actor,
    pub(super) closing: Closing,
    pub(super) worthless: BoxFuture<'static, ()>,
}

impl FromRequestParts<App> for Listener {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let principal = Principal::from_request_parts(parts, app).await?;
        let closing = parts.extensions.get::<Closing>().cloned();
        let closing = closing.ok_or_else(|| Refusal::Unavailable("nothing is streamed here".to_owned()))?;
        let actor = principal.actor.clone();
        Ok(Self { actor, closing, worthless: principal.until_worthless(app.clone()).boxed() })
    }
}

/// A stream of JSON lines, until it ends or the hub stops.
pub(super) fn lines<T: Serialize + Send + 'static>(
    items: impl Stream<Item = T> + Send + 'static,
    closing: Closing,
) -> Response {
    let lines = items.filter_map(|item| async move {
        let mut line = serde_json::to_vec(&item).ok()?;
        line.push(b'\n');
        Some(Ok::<_, Infallible>(Bytes::from(line)))
    });
    let lines = lines.take_until(closing.0.cancelled_owned());
    ([(header::CONTENT_TYPE, "application/x-ndjson")], Body::from_stream(lines)).into_response()
}
