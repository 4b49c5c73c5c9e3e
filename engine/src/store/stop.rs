//! What people do to a task from outside: stop it, and try it again.

use super::Store;
use super::conversations::release;
use super::db::Tx;
use super::error::StoreError;
use super::noting::Outcome;
use super::outbox::{LaidCard, owe_all};
use super::record::{Laid, append};
use super::settle::{Finish, finished_event, move_to};
use super::tasks::lock;
use super::void::{Voiding, void_open};
use super::words::keep_answered;
use signalbox_core::audit::Deed;
use signalbox_core::delivery::Delivery;
use signalbox_core::event::{Event, EventKind};
use signalbox_core::id::TaskId;
use signalbox_core::task::{Effect, Task, TaskState, TaskStep};
use signalbox_core::time::Timestamp;

/// A person wants a task stopped.
#[derive(Debug, Clone)]
pub struct StopRequest {
    /// Who, as others are shown them.
    pub by: String,
    /// Now.
    pub at: Timestamp,
    /// The cards that tell of it; owed only where the task stops at once.
    pub deliveries: Vec<Delivery>,
}

/// What became of a request to stop.
#[derive(Debug, Clone, PartialEq)]
pub enum Stopping {
    /// It had no process: it is stopped.
    Stopped(Vec<Event>),
    /// It runs: whoever holds its lease will end the turn.
    Asked(Vec<Event>),
    /// It was over already.
    Over(TaskState),
    /// There is no such task.
    Missing,
}

/// What became of a request to try again.
#[derive(Debug, Clone, PartialEq)]
pub enum Retrying {
    /// It is queued again.
    Queued(Vec<Event>),
    /// A task in this state cannot be tried again.
    Illegal(TaskState),
    /// There is no such task.
    Missing,
}

/// That somebody says again what was said already is no news.
impl Outcome for Stopping {
    fn entered(&self, deed: &Deed) -> Option<Deed> {
        match self {
            Self::Stopped(events) | Self::Asked(events) => (!events.is_empty()).then(|| deed.clone()),
            Self::Over(_) | Self::Missing => None,
        }
    }
}

impl Outcome for Retrying {
    fn entered(&self, deed: &Deed) -> Option<Deed> {
        match self {
            Self::Queued(_) => Some(deed.clone()),
            Self::Illegal(_) | Self::Missing => None,
        }
    }
}

impl Store {
    /// Asks to stop a task. One without a process stops at once, with its outcome; a running one is flagged.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn request_stop(&self, task: &TaskId, request: StopRequest) -> Result<Stopping, StoreError> {
        let cards = self.lay_cards(request.deliveries.clone()).await?;
        let stop = (task.clone(), request, cards);
        self.change(stop, |tx, (task, request, cards)| Box::pin(stop_task(tx, task, request, cards))).await
    }

    /// Queues a failed or stopped task again.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn retry(&self, task: &TaskId, by: &str, at: Timestamp) -> Result<Retrying, StoreError> {
        let again = (task.clone(), by.to_owned(), at);
        self.change(again, |tx, (task, by, at)| Box::pin(retry(tx, task, by, *at))).await
    }
}

async fn stop_task(
    tx: &mut Tx,
    id: &TaskId,
    request: &StopRequest,
    cards: &[LaidCard],
) -> Result<Stopping, StoreError> {
    let Some(row) = lock(tx, id).await? else { return Ok(Stopping::Missing) };
    let task = row.task;
    let Ok((state, effects)) = task.state.step(TaskStep::StopRequested) else { return Ok(Stopping::Over(task.state)) };
    let requested = Laid::short(EventKind::StopRequested { by: request.by.clone() })?;
    if effects.contains(&Effect::InterruptRun) {
        if task.stop_requested {
            return Ok(Stopping::Asked(Vec::new()));
        }
        sqlx::query("UPDATE tasks SET stop_requested = 1 WHERE id = ?").bind(id.as_str()).execute(&mut *tx).await?;
        return append(tx, id, request.at, &[requested]).await.map(Stopping::Asked);
    }
    move_to(tx, id, state, None).await?;
    let over = sqlx::query("UPDATE tasks SET finished_at = ? WHERE id = ?").bind(request.at.millis());
    over.bind(id.as_str()).execute(&mut *tx).await?;
    release(tx, id, request.at).await?;
    let mut events = vec![requested];
    if effects.contains(&Effect::VoidApprovals) {
        let reason = format!("{} stopped the task", request.by);
        events.extend(void_open(tx, id, &Voiding { reason, at: request.at, parked_too: true }).await?);
    }
    events.push(Laid::short(finished_event(&task, state, &stopped(&task, request.at)))?);
    let events = append(tx, id, request.at, &events).await?;
    owe_all(tx, cards).await?;
    Ok(Stopping::Stopped(events))
}

/// The outcome of a task that stopped without a process: what an earlier run came to stays.
fn stopped(task: &Task, at: Timestamp) -> Finish {
    Finish {
        step: TaskStep::StopRequested,
        at,
        result: None,
        failure: None,
        commit: task.commit.clone(),
        stat: None,
        events: Vec::new(),
        deliveries: Vec::new(),
    }
}

async fn retry(tx: &mut Tx, id: &TaskId, by: &str, at: Timestamp) -> Result<Retrying, StoreError> {
    let Some(row) = lock(tx, id).await? else { return Ok(Retrying::Missing) };
    let Ok((state, _)) = row.task.state.step(TaskStep::RetryRequested) else {
        return Ok(Retrying::Illegal(row.task.state));
    };
    move_to(tx, id, state, Some(at)).await?;
    let cleared = sqlx::query(
        "UPDATE tasks SET stop_requested = 0, faults = 0, result = NULL, result_blob = NULL, error = NULL, \
         finished_at = NULL WHERE id = ?",
    );
    cleared.bind(id.as_str()).execute(&mut *tx).await?;
    keep_answered(tx, id, None).await?;
    // The next outcome is a message of its own, so that people notice it.
    let told = sqlx::query("DELETE FROM cards WHERE card_key = ?").bind(format!("outcome:{id}"));
    told.execute(&mut *tx).await?;
    let event = Laid::short(EventKind::RetryRequested { by: by.to_owned() })?;
    append(tx, id, at, &[event]).await.map(Retrying::Queued)
}
