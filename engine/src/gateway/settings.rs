//! What the operator sets for the gateway.

use secrecy::SecretString;
use signalbox_core::money::PriceTable;
use std::time::Duration;

/// The hub's own way to prove itself to the model's API.
#[derive(Debug, Clone)]
pub enum Credential {
    /// Sent as `x-api-key`.
    ApiKey(SecretString),
    /// Sent as `Authorization: Bearer`, with the beta flag that the API wants beside it.
    OAuthToken(SecretString),
}

/// Where the model is reached.
#[derive(Debug, Clone)]
pub struct Upstream {
    /// An http or https address; `/v1/messages` is appended to it.
    pub base_url: String,
    /// What is sent instead of the sandbox's token.
    pub credential: Credential,
}

/// Bounds on what one sandbox can ask of the hub, and on how long the hub waits.
#[derive(Debug, Clone)]
pub struct Limits {
    /// The largest request body, in bytes.
    pub request_body: usize,
    /// How many bytes of request bodies one sandbox can have under way at once; more wait.
    pub bodies_under_way: usize,
    /// How many JSON values a request may be made of: a small text can be a large tree.
    pub request_values: usize,
    /// How many connections one sandbox can hold, tunnels included; more are not accepted until one ends.
    pub connections: usize,
    /// How long a request's header may take, and how long a connection may rest between requests.
    pub header: Duration,
    /// How long a request's body may take.
    pub body: Duration,
    /// How long reaching the model or a tunnel's host may take, names included.
    pub connect: Duration,
    /// How long the model may take to begin its answer, or stay silent in the middle of it.
    pub response_silence: Duration,
    /// How long a tunnel may be silent in both directions.
    pub tunnel_silence: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        const MIB: usize = 1024 * 1024;
        Self {
            request_body: 64 * MIB,
            bodies_under_way: 128 * MIB,
            request_values: 1_000_000,
            connections: 64,
            header: Duration::from_secs(30),
            body: Duration::from_secs(120),
            connect: Duration::from_secs(10),
            response_silence: Duration::from_secs(600),
            tunnel_silence: Duration::from_secs(300),
        }
    }
}

/// What the CONNECT proxy may reach beyond each project's list of hosts.
#[derive(Debug, Clone)]
pub struct ConnectRules {
    /// The ports that may be asked for.
    pub ports: Vec<u16>,
    /// Whether hosts may have addresses that are not public.
    pub private: bool,
}

impl Default for ConnectRules {
    fn default() -> Self {
        Self { ports: vec![443], private: false }
    }
}

/// All that [`Gateway::new`](super::Gateway::new) needs.
#[derive(Debug, Clone)]
pub struct GatewaySettings {
    /// The model.
    pub upstream: Upstream,
    /// What the model's work costs.
    pub prices: PriceTable,
    /// Bounds.
    pub limits: Limits,
    /// The CONNECT proxy's rules.
    pub connect: ConnectRules,
}
