//! What the bot called.

use std::time::Instant;

use serde_json::Value;

/// A request that the bot made.
#[derive(Debug, Clone, PartialEq)]
pub struct Call {
    /// The HTTP method, in capitals.
    pub method: String,
    /// The path behind the version, with a slash at its beginning and without its query.
    pub path: String,
    /// The body; files are not in it.
    pub body: Value,
    /// When it had arrived.
    pub at: Instant,
    /// The status that it was answered with; 0 when it was lost before it was done.
    pub status: u16,
}
