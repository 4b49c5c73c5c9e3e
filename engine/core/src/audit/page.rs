//! Reading the log.

use super::{AuditHead, Entry, Kind, Verification};
use crate::people::Actor;
use crate::port::Refusal;
use crate::time::Timestamp;
use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// How many entries are read at once at most.
pub const MOST: u32 = 1000;

/// Which entries to read.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub struct AuditQuery {
    /// What this person did, by their name then.
    pub person: Option<String>,
    /// Of this kind.
    pub kind: Option<Kind>,
    /// Not before.
    pub since: Option<Timestamp>,
    /// Those after this number, the oldest first.
    pub after: Option<u64>,
    /// Those before this number, the newest first; so it is too where neither is given.
    pub before: Option<u64>,
    /// At most so many; 0 means 50, and more than 1000 are never read at once.
    pub limit: u32,
}

impl AuditQuery {
    /// How many, at most.
    pub fn limit(&self) -> u32 {
        if self.limit == 0 { 50 } else { self.limit.min(MOST) }
    }
}

/// Some entries, in the order that was asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AuditPage {
    /// The entries.
    pub entries: Vec<Entry>,
    /// Where it goes on: the next `after` or `before`; none where nothing is left.
    pub next: Option<u64>,
}

/// Reading the audit log: an admin's business. Every method judges the actor at this moment. A hub that keeps none refuses it.
#[async_trait]
pub trait Auditing: Send + Sync + 'static {
    /// Some entries.
    async fn audit(&self, _: &Actor, _: AuditQuery) -> Result<AuditPage, Refusal> {
        Err(not_here())
    }
    /// Where the log ends.
    async fn audit_head(&self, _: &Actor) -> Result<AuditHead, Refusal> {
        Err(not_here())
    }
    /// Goes along the whole log and says what does not fit; `expected` is a head that was kept elsewhere.
    async fn verify_audit(&self, _: &Actor, _expected: Option<AuditHead>) -> Result<Verification, Refusal> {
        Err(not_here())
    }
}

fn not_here() -> Refusal {
    Refusal::Unavailable("this hub keeps no audit log".to_owned())
}
