//! What the bot called.

use std::time::Instant;

use serde_json::Value;

/// A call that the bot made.
#[derive(Debug, Clone, PartialEq)]
pub struct Call {
    /// The method, as Telegram spells it.
    pub method: String,
    /// Its parameters; files are not among them.
    pub params: Value,
    /// When it had arrived.
    pub at: Instant,
    /// The status that it was answered with; 0 when it was lost before it was done.
    pub status: u16,
}
