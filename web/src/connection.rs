//! One connection from the network, and the time that it may take.

use crate::seats::{Seat, Seats};
use crate::settings::WebSettings;
use crate::stall::Stall;
use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_util::sync::CancellationToken;
use tower::ServiceExt as _;

/// How long a trusted proxy may keep a connection that it does not use: longer than proxies do by themselves, so that they never
/// send a request into one that is just being closed.
const KEPT: Duration = Duration::from_secs(120);
/// How large the head of a request may be, and how much of a body is read ahead, in bytes.
const BUFFER: usize = 64 << 10;

/// What every connection is let in by.
#[derive(Clone)]
pub(crate) struct Doorway {
    pub(crate) web: Arc<WebSettings>,
    pub(crate) seats: Seats,
}

impl Doorway {
    pub(crate) fn new(web: Arc<WebSettings>) -> Self {
        let seats = Seats::new(web.patience.connections, web.patience.connections_per_address);
        Self { web, seats }
    }

    /// How long the head of a request may take, from when the one before is done with.
    fn patience(&self, peer: SocketAddr) -> Duration {
        let trusted = self.web.trusted_proxies.is_own(peer.ip().to_canonical());
        if trusted { KEPT } else { self.web.patience.head }
    }
}

/// Answers what comes over a connection, until it ends or, once the hub stops, what is being answered is.
pub(crate) async fn serve_connection(
    doorway: Doorway,
    (stream, peer, seat): (TcpStream, SocketAddr, Seat),
    router: Router,
    stop: CancellationToken,
) {
    serve_http(Stall::new(stream, seat), Served { peer, patience: doorway.patience(peer), router }, stop).await;
}

/// What is served, and to whom.
struct Served {
    peer: SocketAddr,
    patience: Duration,
    router: Router,
}

async fn serve_http<S>(stream: S, Served { peer, patience, router }: Served, stop: CancellationToken)
where
    S: AsyncRead + AsyncWrite + Send + Unpin + 'static,
{
    let service = service_fn(move |request: hyper::Request<Incoming>| {
        let mut request = request.map(Body::new);
        request.extensions_mut().insert(ConnectInfo(peer));
        router.clone().oneshot(request)
    });
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(patience).max_buf_size(BUFFER);
    let mut connection = pin!(http.serve_connection(TokioIo::new(stream), service).with_upgrades());
    let served = tokio::select! {
        served = connection.as_mut() => served,
        () = stop.cancelled() => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = served {
        // Clients go as they please: that is nothing to mend.
        tracing::debug!(%error, "a connection ended in the middle");
    }
}
