//! What the hub answers over HTTP.
//!
//! Two listeners share the code: the local socket, whose peers the operating system vouches for, carries the whole API;
//! the TCP address carries health and metrics only, until people can sign in there. Nothing here decides who may do
//! what: every request is handed to the [`Hub`] together with who asks.

mod api;
mod automation;
mod health;
mod peer;
mod problem;
mod serve;
mod terminal;
#[cfg(test)]
mod tests;

pub use peer::LocalPeer;
pub use problem::Problem;
pub use serve::{ServeError, serve_local, serve_tcp};
pub use terminal::{TerminalPlaces, Untold};

use signalbox_core::port::Hub;
use std::sync::Arc;

/// What a hub says of itself.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct About {
    /// Its version.
    pub version: String,
    /// A scripted model stands in for the real one.
    pub rehearsal: bool,
    /// It was started for one command, and ends with it.
    pub ad_hoc: bool,
}

/// What the routes work with.
#[derive(Clone)]
pub struct App {
    /// What the hub says of itself.
    pub about: About,
    /// The engine.
    pub hub: Arc<dyn Hub>,
    /// The terminals that are attached now.
    pub terminals: TerminalPlaces,
    /// Renders the metrics in Prometheus' text form.
    pub metrics: Arc<dyn Fn() -> String + Send + Sync>,
}
