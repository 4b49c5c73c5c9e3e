//! What was called.

use std::time::Instant;

use serde_json::Value;

/// A request to the API, or of git.
#[derive(Debug, Clone, PartialEq)]
pub struct Call {
    /// The HTTP method.
    pub method: String,
    /// The path without `/api/v3`, not decoded.
    pub path: String,
    /// What stood behind the question mark.
    pub query: String,
    /// The JSON body; null if there was none. A pack is not kept.
    pub body: Value,
    /// Who called: `app`, `installation 7`, `ann`, or `nobody`.
    pub caller: String,
    /// When it had arrived.
    pub at: Instant,
    /// The status that it was answered with; 0 when it was lost before it was done.
    pub status: u16,
}
