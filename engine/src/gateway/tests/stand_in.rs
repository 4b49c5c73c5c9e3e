//! A server that stands in for the model: it keeps what it was sent and answers as the test wants.

use bytes::Bytes;
use futures::StreamExt;
use http::{HeaderMap, Request, Response};
use http_body_util::{BodyExt, StreamBody};
use hyper::body::{Frame, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use std::convert::Infallible;
use std::sync::{Arc, Mutex};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio::task::{AbortHandle, JoinSet};
use tokio_stream::wrappers::ReceiverStream;

/// A request as it arrived.
pub(super) struct Received {
    pub(super) target: String,
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
}

/// An answer: status, headers, and the pieces of its body as they are sent.
pub(super) struct Reply {
    pub(super) status: u16,
    pub(super) headers: Vec<(&'static str, String)>,
    pub(super) pieces: mpsc::Receiver<Bytes>,
}

impl Reply {
    pub(super) fn whole(status: u16, content_type: &str, body: &str) -> Self {
        let (sender, pieces) = mpsc::channel(1);
        sender.try_send(Bytes::copy_from_slice(body.as_bytes())).unwrap();
        Self { status, headers: vec![("content-type", content_type.to_owned())], pieces }
    }

    /// A stream of events that the test sends piece by piece.
    pub(super) fn stream() -> (mpsc::Sender<Bytes>, Self) {
        let (sender, pieces) = mpsc::channel(16);
        (sender, Self { status: 200, headers: vec![("content-type", "text/event-stream".to_owned())], pieces })
    }

    pub(super) fn with(mut self, name: &'static str, value: &str) -> Self {
        self.headers.push((name, value.to_owned()));
        self
    }
}

type Answer = dyn Fn() -> Reply + Send + Sync;

pub(super) struct StandIn {
    pub(super) address: String,
    received: Arc<Mutex<Vec<Received>>>,
    serving: AbortHandle,
}

impl StandIn {
    pub(super) async fn answering(answer: impl Fn() -> Reply + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let received = Arc::new(Mutex::new(Vec::new()));
        let serving = tokio::spawn(serve(listener, received.clone(), Arc::new(answer))).abort_handle();
        Self { address, received, serving }
    }

    /// Answers the first request with this stream, and any other with an error.
    pub(super) async fn streaming() -> (mpsc::Sender<Bytes>, Self) {
        let (sender, reply) = Reply::stream();
        let reply = Mutex::new(Some(reply));
        let other = || Reply::whole(500, "text/plain", "one stream only");
        (sender, Self::answering(move || reply.lock().unwrap().take().unwrap_or_else(other)).await)
    }

    pub(super) async fn saying(body: &'static str) -> Self {
        Self::answering(move || Reply::whole(200, "application/json", body)).await
    }

    pub(super) fn requests(&self) -> usize {
        self.received.lock().unwrap().len()
    }

    /// The only request that came.
    pub(super) fn request(&self) -> Received {
        let mut received = self.received.lock().unwrap();
        assert_eq!(received.len(), 1);
        received.remove(0)
    }
}

impl Drop for StandIn {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

async fn serve(listener: TcpListener, received: Arc<Mutex<Vec<Received>>>, answer: Arc<Answer>) {
    let mut connections = JoinSet::new();
    while let Ok((stream, _)) = listener.accept().await {
        connections.spawn(serve_one(stream, received.clone(), answer.clone()));
    }
}

async fn serve_one(stream: TcpStream, received: Arc<Mutex<Vec<Received>>>, answer: Arc<Answer>) {
    let service = service_fn(|request: Request<Incoming>| async {
        let (head, body) = request.into_parts();
        let body = body.collect().await.map(|body| body.to_bytes()).unwrap_or_default();
        received.lock().unwrap().push(Received { target: head.uri.to_string(), headers: head.headers, body });
        let reply = answer();
        let pieces = ReceiverStream::new(reply.pieces).map(|piece| Ok::<_, Infallible>(Frame::data(piece)));
        let mut response = Response::builder().status(reply.status);
        for (name, value) in reply.headers {
            response = response.header(name, value);
        }
        response.body(StreamBody::new(pieces))
    });
    // The gateway may hang up at any time.
    let _ = http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
}
