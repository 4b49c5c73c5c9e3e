//! What a worker holds while it works on a task.
//!
//! Each lease of a task has a higher fence than the one before. Every write of a worker carries its lease, and the store
//! changes nothing unless the task is running with exactly this fence.

use super::db::Tx;
use super::error::StoreError;
use signalbox_core::id::{ConversationId, NodeId, RunId, TaskId};
use signalbox_core::time::Timestamp;

/// Who wants a task, and until when.
#[derive(Debug, Clone)]
pub struct Claim {
    /// The node.
    pub node: NodeId,
    /// Until when, unless a heartbeat comes.
    pub until: Timestamp,
    /// Now.
    pub now: Timestamp,
}

/// The right to work on a task.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lease {
    /// The task.
    pub task: TaskId,
    /// Its conversation.
    pub conversation: ConversationId,
    /// The run.
    pub run: RunId,
    /// Which run of the task it is, from 1.
    pub number: u32,
    /// The fence.
    pub fence: i64,
    /// Who holds it.
    pub node: NodeId,
}

/// What a heartbeat learns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Heartbeat {
    /// The lease is kept.
    Kept {
        /// A person has asked to stop the task.
        stop_requested: bool,
    },
    /// The task is another's, or over: leave everything as it is and go.
    Lost,
}

/// Takes the task's row for the rest of the transaction; false when the lease is stale.
pub(super) async fn hold(tx: &mut Tx, lease: &Lease) -> Result<bool, StoreError> {
    let held = sqlx::query("UPDATE tasks SET fence = fence WHERE id = ? AND fence = ? AND status = 'running'")
        .bind(lease.task.as_str())
        .bind(lease.fence);
    Ok(held.execute(tx).await?.rows_affected() > 0)
}
