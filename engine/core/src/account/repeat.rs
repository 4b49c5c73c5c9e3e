//! Requests that can be sent again without being done again, by the header `Idempotency-Key`.

use crate::id::UserId;

/// A request that carries a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Repeatable {
    /// Whose it is.
    pub user: UserId,
    /// The key, which they chose.
    pub key: String,
    /// What is asked, as a hash of all of it.
    pub fingerprint: String,
}

/// An answer that was given.
#[derive(Clone, PartialEq, Eq)]
pub struct GivenAnswer {
    /// Its HTTP status.
    pub status: u16,
    /// Its body; it may hold secrets.
    pub body: String,
}

impl std::fmt::Debug for GivenAnswer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("GivenAnswer").field("status", &self.status).finish_non_exhaustive()
    }
}

/// What is known of a request's key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Known {
    /// Nothing: it is to be done now.
    New,
    /// It was done, and this was answered.
    Done(GivenAnswer),
    /// It was done, but what was answered is not at hand any more.
    Forgotten,
    /// The first one with this key is being done.
    Running,
    /// The first one was begun, and nobody knows whether it was done: the hub ended meanwhile.
    Lost,
    /// The key was used for something else.
    Another,
}
