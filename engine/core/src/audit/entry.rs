//! An entry in its place in the chain, and the chain's head.

use super::encoding::hash;
use super::{Deed, Digest};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;
use utoipa::ToSchema;

/// One entry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Entry {
    /// Its place in the chain, from 1, without gaps.
    pub number: u64,
    /// What happened.
    #[serde(flatten)]
    pub deed: Deed,
    /// The hash of the entry before; zeros for the first.
    pub previous: Digest,
    /// Its own hash.
    pub hash: Digest,
    /// The hash, sealed with the hub's key.
    pub seal: Digest,
}

impl Entry {
    /// The hash of an entry that would come after `head`.
    pub fn hash_after(head: &AuditHead, deed: &Deed) -> Digest {
        hash(head.number + 1, deed, &head.hash)
    }

    /// The hash that it should have.
    pub fn true_hash(&self) -> Digest {
        hash(self.number, &self.deed, &self.previous)
    }

    /// The head of a chain that ends with it.
    pub fn head(&self) -> AuditHead {
        AuditHead { number: self.number, hash: self.hash }
    }
}

/// Where a chain ends: whoever keeps it elsewhere will see when something before it was changed or cut off. It is written
/// `NUMBER:HASH`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AuditHead {
    /// The last entry's number; 0 for an empty log.
    pub number: u64,
    /// The last entry's hash.
    pub hash: Digest,
}

/// A text that is no head.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a head is written NUMBER:HASH, as `signalbox audit head` prints it")]
pub struct BadHead;

impl AuditHead {
    /// The head of an empty log.
    pub const EMPTY: Self = Self { number: 0, hash: Digest::ZERO };
}

impl fmt::Display for AuditHead {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.number, self.hash)
    }
}

impl FromStr for AuditHead {
    type Err = BadHead;

    fn from_str(text: &str) -> Result<Self, BadHead> {
        let (number, hash) = text.trim().split_once(':').ok_or(BadHead)?;
        let head = Self { number: number.parse().map_err(|_| BadHead)?, hash: hash.parse().map_err(|_| BadHead)? };
        if head.number == 0 && head != Self::EMPTY { Err(BadHead) } else { Ok(head) }
    }
}
