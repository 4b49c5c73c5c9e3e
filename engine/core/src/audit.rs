//! The audit log: every decision, sign-in, change and refusal, as a chain in which each entry carries the hash of the one before.
//!
//! What it guarantees: an entry that was changed, removed, moved or inserted afterwards no longer fits the others, and
//! [`Chain`] names it by its number. What it cannot see by itself is a log that ends earlier than it did; whoever keeps an
//! [`AuditHead`] elsewhere sees that too. Everything here is a pure function of the entries; the engine writes them, and seals
//! each hash with a key of the hub's own.
//!
//! No entry holds a secret, a prompt or what somebody wrote: only who did what, from where, to what.

mod chain;
mod deed;
mod digest;
mod encoding;
mod entry;
mod kind;
mod page;
#[cfg(test)]
mod tests;
mod who;

pub use chain::{Breach, Chain, Fault, Seal, Verification};
pub use deed::{Deed, named};
pub use digest::{BadDigest, Digest};
pub use entry::{AuditHead, BadHead, Entry};
pub use kind::{Kind, UnknownKind};
pub use page::{AuditPage, AuditQuery, Auditing, MOST};
pub use who::{Columns, Who};
