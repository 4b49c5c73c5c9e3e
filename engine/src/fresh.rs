//! Where time and new ids come from: the only two places, so that the vocabulary needs neither clock nor randomness.

use signalbox_core::id::{ApprovalId, DeliveryId, GrantId, SandboxId, TaskId};
use signalbox_core::time::Timestamp;
use std::time::{SystemTime, UNIX_EPOCH};
use uuid::Uuid;

/// The time now.
pub fn now() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Timestamp::from_millis(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}

/// A new task's id.
pub fn task_id() -> TaskId {
    TaskId::from_entropy(rand::random())
}

/// A new approval's code: 80 random bits from the operating system's seeded generator.
pub fn approval_id() -> ApprovalId {
    ApprovalId::from_entropy(rand::random())
}

/// A one-time code, in groups of four as people read it.
pub fn link_code() -> String {
    let code = approval_id();
    code.as_str().as_bytes().chunks(4).map(String::from_utf8_lossy).collect::<Vec<_>>().join("-")
}

/// A new grant's id.
pub fn grant_id() -> GrantId {
    GrantId::new(unique())
}

/// A new delivery's id.
pub fn delivery_id() -> DeliveryId {
    DeliveryId::new(unique())
}

/// A new sandbox's id.
pub fn sandbox_id() -> SandboxId {
    SandboxId::new(unique())
}

/// When a text from [`unique`] was made; none for any other text.
pub fn made_at(unique: &str) -> Option<Timestamp> {
    let (seconds, nanos) = Uuid::try_parse(unique).ok()?.get_timestamp()?.to_unix();
    let millis = i64::try_from(seconds).ok()?.checked_mul(1000)?;
    Some(Timestamp::from_millis(millis + i64::from(nanos / 1_000_000)))
}

/// A text that was never used before and sorts by its time.
pub fn unique() -> String {
    Uuid::now_v7().simple().to_string()
}
