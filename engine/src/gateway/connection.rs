//! One connection of a sandbox. Whatever comes over it is bounded in size and in time.

use super::post::Post;
use super::refusal::Body;
use super::{connect, model};
use http::{Method, Request, Response};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use std::convert::Infallible;
use std::sync::Arc;
use tokio::net::UnixStream;
use tokio::sync::OwnedSemaphorePermit;

const MOST_HEADERS: usize = 100;
const MOST_HEADER_BYTES: usize = 64 * 1024;

/// A connection's place among those that its sandbox may hold; a tunnel that grew out of it keeps it.
pub(super) type Place = Arc<OwnedSemaphorePermit>;

/// Serves the connection until it ends or the exit closes.
pub(super) async fn serve(post: Arc<Post>, stream: UnixStream, place: OwnedSemaphorePermit) {
    let place = Arc::new(place);
    let service = service_fn(|request| dispatch(&post, request, &place));
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(post.hub.limits.header)
        .max_headers(MOST_HEADERS)
        .max_buf_size(MOST_HEADER_BYTES)
        .serve_connection(TokioIo::new(stream), service)
        .with_upgrades();
    tokio::select! {
        () = post.closing.cancelled() => {}
        ended = connection => if ended.is_err() {
            tracing::debug!(sandbox = %post.sandbox, "a connection of the sandbox ended badly");
        }
    }
}

async fn dispatch(post: &Arc<Post>, request: Request<Incoming>, place: &Place) -> Result<Response<Body>, Infallible> {
    Ok(match *request.method() {
        Method::CONNECT => connect::answer(post, request, place).await,
        _ => model::answer(post, request).await,
    })
}
