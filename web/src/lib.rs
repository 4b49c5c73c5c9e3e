//! What the hub answers over HTTP.
//!
//! Two listeners share the code: the local socket, whose peers the operating system vouches for, and the TCP address, where
//! people sign in and programs bring tokens. What comes from the network passes `guard`; who asks is found out by `principal`.
//! Nothing here decides what a person may do: every request is handed to the [`Hub`] together with who asks.

mod accept;
mod account;
mod api;
mod audit;
mod automation;
mod certificate;
mod client;
mod connection;
mod cookie;
mod etag;
mod guard;
mod health;
mod intake;
mod limits;
mod live;
mod pages;
mod peer;
mod principal;
mod problem;
mod repeat;
pub mod rights;
mod room;
mod seats;
mod serve;
mod settings;
mod stall;
mod terminal;
#[cfg(test)]
mod tests;
mod tls;
mod traffic;
mod visit;
mod visitor;
mod web_places;

pub use certificate::{Certificate, CertificateError, CertificateFiles};
pub use peer::LocalPeer;
pub use problem::Problem;
pub use serve::{ServeError, serve_local, serve_tcp};
pub use settings::{BadPublicUrl, Patience, PublicUrl, WebSettings};
pub use terminal::{TerminalPlaces, Untold};
pub use web_places::WebPlaces;

use signalbox_core::account::Accounts;
use signalbox_core::port::Hub;
use std::sync::Arc;

/// What a hub says of itself.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
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
    /// How people sign in.
    pub accounts: Arc<dyn Accounts>,
    /// Where the web side stands.
    pub web: Arc<WebSettings>,
    /// The terminals that are attached now.
    pub terminals: TerminalPlaces,
    /// Renders the metrics in Prometheus' text form.
    pub metrics: Arc<dyn Fn() -> String + Send + Sync>,
}
