//! Approvals that lost their meaning: they become void, their cards say so, and a task that was parked for one goes on.

use super::Store;
use super::columns::Columns;
use super::db::Tx;
use super::error::StoreError;
use super::noting::Outcome;
use super::outbox::owe_approval;
use super::record::{Laid, append};
use super::settle::move_to;
use super::tasks::lock;
use signalbox_core::approval::{ApprovalState, ApprovalStep};
use signalbox_core::audit::Deed;
use signalbox_core::event::{Event, EventKind};
use signalbox_core::id::{ApprovalId, TaskId};
use signalbox_core::task::{TaskState, TaskStep};
use signalbox_core::time::Timestamp;

/// Why, and which.
#[derive(Debug, Clone)]
pub(super) struct Voiding {
    pub(super) reason: String,
    pub(super) at: Timestamp,
    /// Also one that the task is parked for.
    pub(super) parked_too: bool,
}

/// What became of voiding.
#[derive(Debug, Clone, PartialEq)]
pub struct Voided {
    /// The entries in the record; none when nothing was open.
    pub events: Vec<Event>,
    /// The task was parked for it and is queued again.
    pub task_requeued: bool,
}

impl Outcome for Voided {
    fn entered(&self, deed: &Deed) -> Option<Deed> {
        Some(deed.clone())
    }
}

impl Store {
    /// Makes an open approval void; none when it is not open (any more).
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn void_approval(
        &self,
        approval: &ApprovalId,
        reason: &str,
        at: Timestamp,
    ) -> Result<Option<Voided>, StoreError> {
        let voiding = Voiding { reason: reason.to_owned(), at, parked_too: true };
        let one = (approval.clone(), voiding);
        self.change(one, |tx, (approval, voiding)| Box::pin(void_one(tx, approval, voiding))).await
    }

    /// Makes every open approval of a task void.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn void_approvals(&self, task: &TaskId, reason: &str, at: Timestamp) -> Result<Voided, StoreError> {
        let voiding = Voiding { reason: reason.to_owned(), at, parked_too: true };
        let all = (task.clone(), voiding);
        self.db.write(all, |tx, (task, voiding)| Box::pin(void_all(tx, task, voiding))).await
    }
}

async fn void_one(tx: &mut Tx, id: &ApprovalId, voiding: &Voiding) -> Result<Option<Voided>, StoreError> {
    let row = sqlx::query("SELECT task_id FROM approvals WHERE id = ?").bind(id.as_str());
    let Some(row) = row.fetch_optional(&mut *tx).await? else { return Ok(None) };
    let task: TaskId = row.word("task_id")?;
    lock(tx, &task).await?;
    let Some(event) = void(tx, id, voiding).await? else { return Ok(None) };
    let events = append(tx, &task, voiding.at, &[event]).await?;
    Ok(Some(Voided { events, task_requeued: unpark(tx, &task, voiding.at).await? }))
}

async fn void_all(tx: &mut Tx, task: &TaskId, voiding: &Voiding) -> Result<Voided, StoreError> {
    lock(tx, task).await?;
    let laid = void_open(tx, task, voiding).await?;
    let events = append(tx, task, voiding.at, &laid).await?;
    let task_requeued = !events.is_empty() && unpark(tx, task, voiding.at).await?;
    Ok(Voided { events, task_requeued })
}

/// Makes the open approvals of a task void whose row is held, and returns what is to be recorded.
pub(super) async fn void_open(tx: &mut Tx, task: &TaskId, voiding: &Voiding) -> Result<Vec<Laid>, StoreError> {
    let open =
        sqlx::query("SELECT id, parked FROM approvals WHERE task_id = ? AND status = 'open' ORDER BY opened_at, id");
    let mut events = Vec::new();
    for row in open.bind(task.as_str()).fetch_all(&mut *tx).await? {
        if voiding.parked_too || !row.flag("parked")? {
            events.extend(void(tx, &row.word("id")?, voiding).await?);
        }
    }
    Ok(events)
}

async fn void(tx: &mut Tx, id: &ApprovalId, voiding: &Voiding) -> Result<Option<Laid>, StoreError> {
    let Ok(state) = ApprovalState::Open.step(ApprovalStep::Void) else { return Ok(None) };
    let voided = sqlx::query("UPDATE approvals SET status = ? WHERE id = ? AND status = 'open'").bind(state.as_str());
    if voided.bind(id.as_str()).execute(&mut *tx).await?.rows_affected() == 0 {
        return Ok(None);
    }
    owe_approval(tx, id, voiding.at).await?;
    let event = EventKind::ApprovalVoided { approval: id.clone(), reason: voiding.reason.clone() };
    Laid::short(event).map(Some)
}

/// Queues a parked task again, now that what it waited for is settled; false when it is not parked.
pub(super) async fn unpark(tx: &mut Tx, task: &TaskId, at: Timestamp) -> Result<bool, StoreError> {
    let Some(row) = lock(tx, task).await? else { return Ok(false) };
    if row.task.state != TaskState::Parked {
        return Ok(false);
    }
    let (state, _) = row.task.state.step(TaskStep::DecisionMade)?;
    move_to(tx, task, state, Some(at)).await?;
    Ok(true)
}
