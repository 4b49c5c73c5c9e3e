//! How a run's Claude works: at once, or by a plan that people accept first.
//!
//! The conversation says what people chose. Within a task the plan is shown once: when it was accepted, what follows works
//! at once, a run after a fault included. A call that was deferred is resumed in the mode that it was deferred in.

use super::Ending;
use super::brief::{Brief, store_failed};
use crate::claude::{DialogueMemory, PermissionMode};
use crate::parts::Parts;
use signalbox_core::approval::{Approval, ApprovalKind, ApprovalState};
use signalbox_core::command::Mode;

/// The mode in which Claude is told the task's request.
pub(super) async fn of_next_turn(parts: &Parts, brief: &Brief) -> Result<PermissionMode, Ending> {
    match brief.conversation.mode {
        Mode::Plan if !plan_is_accepted(parts, brief).await? => Ok(PermissionMode::Plan),
        Mode::Plan | Mode::Work => Ok(PermissionMode::Default),
    }
}

/// The mode of the process that answered this approval's call with `defer`.
pub(super) async fn of_deferred(parts: &Parts, brief: &Brief, approval: &Approval) -> Result<PermissionMode, Ending> {
    let run = parts.store.run(&approval.run).await.map_err(store_failed)?;
    let memory = run.and_then(|run| run.memory).and_then(|memory| serde_json::from_str::<DialogueMemory>(&memory).ok());
    match memory {
        Some(memory) => Ok(memory.mode),
        None if approval.kind == ApprovalKind::Plan => Ok(PermissionMode::Plan),
        None => of_next_turn(parts, brief).await,
    }
}

/// Whether people have accepted a plan of this task.
pub(super) async fn plan_is_accepted(parts: &Parts, brief: &Brief) -> Result<bool, Ending> {
    let approvals = parts.store.approvals_of(&brief.task.id).await.map_err(store_failed)?;
    let accepted =
        |approval: &Approval| approval.kind == ApprovalKind::Plan && approval.state == ApprovalState::Allowed;
    Ok(approvals.iter().any(accepted))
}
