//! One connection from the network, and the time that it may take.

use crate::seats::{Seat, Seats};
use crate::settings::WebSettings;
use crate::stall::Stall;
use crate::tls::{Tls, speaks_h2};
use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::{HeaderValue, Version, header};
use axum::response::Response;
use http_body_util::BodyExt as _;
use hyper::body::Incoming;
use hyper::server::conn::{http1, http2};
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use std::convert::Infallible;
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
/// How often a client that speaks HTTP/2 is asked whether it is still there.
const ALIVE: Duration = Duration::from_secs(20);
/// How many requests at once one connection may have by HTTP/2.
const STREAMS: u32 = 64;
/// How much of a body may be on its way by HTTP/2, in bytes.
const WINDOW: u32 = 256 << 10;

/// What every connection is let in by.
#[derive(Clone)]
pub(crate) struct Doorway {
    pub(crate) web: Arc<WebSettings>,
    pub(crate) seats: Seats,
    /// None where clients speak plainly: to a proxy, or on the own machine.
    pub(crate) tls: Option<Tls>,
}

impl Doorway {
    pub(crate) fn new(web: Arc<WebSettings>, tls: Option<Tls>) -> Self {
        let seats = Seats::new(web.patience.connections, web.patience.connections_per_address);
        Self { web, seats, tls }
    }

    /// How long the head of a request may take, from when the one before is done with.
    fn patience(&self, peer: SocketAddr) -> Duration {
        let trusted = self.web.trusted_proxies.is_own(peer.ip().to_canonical());
        if trusted { KEPT } else { self.web.patience.head }
    }
}

/// What is known of a connection beside its other end.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Transport {
    /// Whether it is encrypted here.
    pub(crate) tls: bool,
}

/// Answers what comes over a connection, until it ends or, once the hub stops, what is being answered is.
pub(crate) async fn serve_connection(
    doorway: Doorway,
    (mut stream, peer, seat): (TcpStream, SocketAddr, Seat),
    router: Router,
    stop: CancellationToken,
) {
    let served = Served { peer, patience: doorway.patience(peer), router, tls: doorway.tls.is_some() };
    let Some(tls) = &doorway.tls else { return serve_http1(Stall::new(stream, seat), served, stop).await };
    let greeted = tokio::time::timeout(doorway.web.patience.head, async {
        let is_spoken = Tls::is_spoken(&mut stream).await?;
        if is_spoken { tls.greet(Stall::new(stream, seat)).await.map(Some) } else { Ok(None) }
    });
    match stop.run_until_cancelled(greeted).await {
        Some(Ok(Ok(Some(stream)))) if speaks_h2(&stream) => serve_http2(stream, served, stop).await,
        Some(Ok(Ok(Some(stream)))) => serve_http1(stream, served, stop).await,
        Some(Ok(Err(error))) => tracing::debug!(%error, "nothing was agreed upon with a client"),
        Some(Ok(Ok(None)) | Err(_)) | None => {}
    }
}

/// What is served, and to whom.
struct Served {
    peer: SocketAddr,
    patience: Duration,
    router: Router,
    tls: bool,
}

impl Served {
    /// Answers a request; `open` is held until all of the answer is sent.
    async fn answer(self: Arc<Self>, request: hyper::Request<Incoming>, open: Open) -> Result<Response, Infallible> {
        let mut request = request.map(Body::new);
        request.extensions_mut().insert(ConnectInfo(self.peer));
        request.extensions_mut().insert(Transport { tls: self.tls });
        name_host(&mut request);
        let response = self.router.clone().oneshot(request).await?;
        let keep = move |frame| {
            let _open = &open;
            frame
        };
        Ok(response.map(|body| Body::new(body.map_frame(keep))))
    }
}

/// HTTP/2 says beside the headers under which name it reaches us (RFC 9113, 8.3.1); from here on it stands where HTTP/1.1 has it.
fn name_host(request: &mut hyper::Request<Body>) {
    let named = request.uri().authority().and_then(|named| HeaderValue::from_str(named.as_str()).ok());
    if let Some(named) = named.filter(|_| request.version() == Version::HTTP_2) {
        request.headers_mut().insert(header::HOST, named);
    }
}

/// Counts what is being answered.
type Open = Arc<()>;

async fn serve_http1<S>(stream: S, served: Served, stop: CancellationToken)
where
    S: AsyncRead + AsyncWrite + Send + Unpin + 'static,
{
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(served.patience).max_buf_size(BUFFER);
    let served = Arc::new(served);
    let service = service_fn(move |request| served.clone().answer(request, Open::default()));
    let mut connection = pin!(http.serve_connection(TokioIo::new(stream), service).with_upgrades());
    let ended = tokio::select! {
        ended = connection.as_mut() => ended,
        () = stop.cancelled() => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    note(ended);
}

async fn serve_http2<S>(stream: S, served: Served, stop: CancellationToken)
where
    S: AsyncRead + AsyncWrite + Send + Unpin + 'static,
{
    let mut http = http2::Builder::new(TokioExecutor::new());
    http.timer(TokioTimer::new()).keep_alive_interval(ALIVE).keep_alive_timeout(served.patience);
    http.max_concurrent_streams(STREAMS).max_send_buf_size(BUFFER).max_header_list_size(BUFFER as u32);
    http.initial_stream_window_size(WINDOW).initial_connection_window_size(WINDOW * 4);
    let (open, patience, served) = (Open::default(), served.patience, Arc::new(served));
    let service = service_fn({
        let open = open.clone();
        move |request| served.clone().answer(request, open.clone())
    });
    let mut connection = pin!(http.serve_connection(TokioIo::new(stream), service));
    let ended = tokio::select! {
        ended = connection.as_mut() => ended,
        () = stop.cancelled() => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
        () = idle(&open, patience) => {
            connection.as_mut().graceful_shutdown();
            let ended = tokio::time::timeout(patience, connection).await;
            ended.unwrap_or(Ok(()))
        }
    };
    note(ended);
}

/// Until nothing was asked for so long. HTTP/2 has no such limit of its own: who answers its pings may stay.
async fn idle(open: &Open, patience: Duration) {
    let mut quiet = false;
    loop {
        tokio::time::sleep(patience).await;
        // One is held here, one by the service.
        let is_quiet = Arc::strong_count(open) <= 2;
        if is_quiet && quiet {
            return;
        }
        quiet = is_quiet;
    }
}

fn note(ended: hyper::Result<()>) {
    if let Err(error) = ended {
        // Clients go as they please: that is nothing to mend.
        tracing::debug!(%error, "a connection ended in the middle");
    }
}
