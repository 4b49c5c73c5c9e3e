//! The scripted model as a thing to start, ask and stop.

use std::collections::{BTreeMap, VecDeque};
use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use axum::serve::ListenerExt;
use serde_json::Value;
use tokio::task::JoinHandle;
use tokio_util::sync::{CancellationToken, DropGuard};

use crate::plan::Memory;
use crate::routes;

/// How long `stop` waits for open connections before it leaves them.
const PATIENCE: Duration = Duration::from_secs(5);

/// What a prompt without a script gets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unscripted {
    /// A short answer that says that there was no script.
    Answer,
    /// A fixed, clearly marked plan that suits any repository.
    Rehearse,
}

/// How a scripted model is set up.
#[derive(Clone)]
pub struct Settings {
    /// Where to listen; port 0 takes a free one.
    pub listen: SocketAddr,
    /// The key to ask for, in `x-api-key` or as a bearer token; `None` takes any, or none.
    pub api_key: Option<String>,
    /// What a prompt without a script gets.
    pub unscripted: Unscripted,
    /// How many of the latest requests are kept for [`ScriptedModel::requests`]. They hold whole prompts.
    pub keep_requests: usize,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            api_key: None,
            unscripted: Unscripted::Answer,
            keep_requests: 1000,
        }
    }
}

impl Settings {
    /// For the shipped rehearsal: plays its plan, and keeps nothing of what it was asked.
    pub fn rehearsal() -> Self {
        Self { unscripted: Unscripted::Rehearse, keep_requests: 0, ..Self::default() }
    }
}

/// A request that the model got.
#[derive(Debug, Clone, PartialEq)]
pub struct Request {
    /// When its body had arrived.
    pub at: SystemTime,
    /// The method, in capitals.
    pub method: String,
    /// The path without its query.
    pub path: String,
    /// The status that it was answered with.
    pub status: u16,
    /// The model that it named.
    pub model: Option<String>,
    /// The headers that matter to the API, by their names in lower case.
    pub headers: BTreeMap<String, String>,
    /// The body; null when it was no JSON.
    pub body: Value,
}

impl Request {
    /// A header's value, by its name in lower case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(String::as_str)
    }
}

/// What all handlers share.
pub(crate) struct State {
    pub(crate) api_key: Option<String>,
    pub(crate) unscripted: Unscripted,
    pub(crate) memory: Memory,
    pub(crate) closing: CancellationToken,
    keep_requests: usize,
    requests: Mutex<VecDeque<Request>>,
}

impl State {
    pub(crate) fn record(&self, request: Request) {
        let mut requests = self.requests.lock().unwrap_or_else(PoisonError::into_inner);
        requests.push_back(request);
        while requests.len() > self.keep_requests {
            requests.pop_front();
        }
    }
}

/// A Messages API that plays scripts, listening until it is stopped or dropped.
pub struct ScriptedModel {
    address: SocketAddr,
    state: Arc<State>,
    server: JoinHandle<io::Result<()>>,
    closing: DropGuard,
}

impl ScriptedModel {
    /// Starts to listen. To be called within a Tokio runtime.
    ///
    /// # Errors
    /// When the address cannot be bound.
    pub fn start(settings: Settings) -> io::Result<Self> {
        let listener = TcpListener::bind(settings.listen)?;
        listener.set_nonblocking(true)?;
        let listener = tokio::net::TcpListener::from_std(listener)?;
        let address = listener.local_addr()?;
        let closing = CancellationToken::new();
        let state = Arc::new(State {
            api_key: settings.api_key,
            unscripted: settings.unscripted,
            memory: Memory::default(),
            closing: closing.clone(),
            keep_requests: settings.keep_requests,
            requests: Mutex::default(),
        });
        let listener = listener.tap_io(|stream| {
            // Small chunks must leave at once; where that fails they leave a little later.
            let _ = stream.set_nodelay(true);
        });
        let serve = axum::serve(listener, routes::router(state.clone()))
            .with_graceful_shutdown(closing.clone().cancelled_owned());
        let server = tokio::spawn(serve.into_future());
        tracing::debug!(%address, "scripted model listens");
        Ok(Self { address, state, server, closing: closing.drop_guard() })
    }

    /// The address to give as `ANTHROPIC_BASE_URL`, without a slash at its end.
    pub fn base_url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The address that it listens on.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// What was asked so far, oldest first; entered when its answer begins.
    pub fn requests(&self) -> Vec<Request> {
        self.state.requests.lock().unwrap_or_else(PoisonError::into_inner).iter().cloned().collect()
    }

    /// Ends answers that are being sent, closes all connections and waits until the server is gone.
    pub async fn stop(self) {
        drop(self.closing);
        let mut server = self.server;
        match tokio::time::timeout(PATIENCE, &mut server).await {
            Ok(Ok(Ok(()))) => {}
            Ok(Ok(Err(error))) => tracing::warn!(%error, "scripted model ended badly"),
            Ok(Err(error)) => tracing::warn!(%error, "scripted model's task failed"),
            Err(_) => {
                tracing::warn!("scripted model left a connection that did not end");
                server.abort();
            }
        }
    }
}
