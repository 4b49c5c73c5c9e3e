//! The gateway: the only way out of a sandbox.
//!
//! A sandbox has no network but loopback; a forwarder in it carries two loopback ports to one unix socket, served here.
//! What comes in by a socket is that sandbox's, whatever it says of itself. `CONNECT` goes to the proxy for hosts that the
//! project lists, everything else to the model proxy, which swaps the sandbox's token for the real credential.
//!
//! What it guarantees:
//! - The real credential never reaches the sandbox, nor does any header of the sandbox's that looks like one go out.
//! - Of the model's API only `/v1/messages` and its token count are reached, with models on the list, and without what
//!   would make the model's side fetch or run things; what was checked is what is sent, for the request is parsed,
//!   judged and written anew.
//! - What the model's work costs is counted from the API's own answers. A request is let through while what was spent
//!   and the most that the requests under way can cost stay below the budget; it waits otherwise. So the budget is
//!   passed by the cost of one request at the most.
//! - Before [`Exit::allow`] nothing is allowed.
//!
//! What it refuses to promise: that a listed host is what it claims to be inside TLS. A host behind a shared front can
//! be asked for another behind the same front; list such hosts with care.

mod allowance;
mod charge;
mod connect;
mod connection;
mod document;
mod exit;
mod headers;
mod ledger;
mod meter;
mod model;
mod notice;
mod post;
mod refusal;
mod screen;
mod settings;
mod tally;
mod tunnel;
mod upstream;

#[cfg(test)]
mod tests;

pub use self::allowance::{Allowance, BadHostRule, HostRule, ModelRule};
pub use self::exit::Exit;
pub use self::ledger::Spent;
pub use self::notice::{Notice, Notices};
pub use self::settings::{ConnectRules, Credential, GatewaySettings, Limits, Upstream};

use self::upstream::UpstreamClient;
use secrecy::SecretString;
use signalbox_core::id::SandboxId;
use signalbox_core::money::PriceTable;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Why the gateway cannot be made, or a sandbox's way out not be opened.
#[derive(Debug, thiserror::Error)]
pub enum GatewayError {
    /// The model's address in the configuration is not one.
    #[error("the model's base address `{address}` is not usable: {reason}")]
    BaseAddress {
        /// As configured.
        address: String,
        /// What is wrong with it.
        reason: String,
    },
    /// The credential cannot be sent as a header.
    #[error("the model's credential is empty or has characters that no HTTP header can carry")]
    Credential,
    /// The HTTP client could not be set up.
    #[error("the HTTP client for the model cannot be set up")]
    Client(#[source] reqwest::Error),
    /// What lies at the socket's place is not a socket, so it is not replaced.
    #[error("{} exists and is not a socket", .0.display())]
    NotASocket(PathBuf),
    /// The socket could not be made.
    #[error("the gateway's socket {} cannot be made", path.display())]
    Bind {
        /// Where it was to be.
        path: PathBuf,
        /// Why not.
        #[source]
        source: io::Error,
    },
}

/// The gateway of a hub, from which each sandbox gets its own [`Exit`]. Cheap to clone; all clones share one HTTP client.
#[derive(Clone)]
pub struct Gateway {
    hub: Arc<Hub>,
}

/// What all exits of a hub share.
struct Hub {
    upstream: UpstreamClient,
    prices: PriceTable,
    limits: Limits,
    connect: ConnectRules,
}

impl Gateway {
    /// Checks the settings and makes the HTTP client. TLS uses the process's default crypto provider, which must have
    /// been installed before.
    ///
    /// # Errors
    /// The address or the credential is unusable, or the client cannot be set up.
    pub fn new(settings: GatewaySettings) -> Result<Self, GatewayError> {
        let GatewaySettings { upstream, prices, limits, connect } = settings;
        let upstream = UpstreamClient::new(&upstream, &limits)?;
        Ok(Self { hub: Arc::new(Hub { upstream, prices, limits, connect }) })
    }

    /// Binds `socket` (replacing a stale one, mode 0666 so that the sandbox's user can connect) and serves it until the
    /// exit is closed or dropped. `token` is what the sandbox must show to the model proxy.
    ///
    /// # Errors
    /// The socket cannot be made, or something else lies in its place.
    pub async fn open(
        &self,
        sandbox: &SandboxId,
        socket: &Path,
        token: SecretString,
    ) -> Result<(Exit, Notices), GatewayError> {
        Exit::open(self.hub.clone(), sandbox, socket, &token).await
    }
}
