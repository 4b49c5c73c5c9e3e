//! The ends of a run: parked, over, or back in the queue. Each ends the lease and closes the run in one transaction with
//! what must be said about it.

use super::Store;
use super::answers::Fenced;
use super::claim::{Lease, hold};
use super::columns::{Columns, to_json};
use super::conversations::{self, Change};
use super::db::Tx;
use super::error::StoreError;
use super::long::Long;
use super::outbox::{LaidCard, owe_all};
use super::record::{Laid, append};
use super::tasks::{self, lock};
use super::void::{Voiding, void_open};
use super::words::{self, keep_answered};
use signalbox_core::delivery::Delivery;
use signalbox_core::event::{DiffStat, Event, EventKind};
use signalbox_core::id::{ApprovalId, TaskId};
use signalbox_core::task::{Effect, Failure, Task, TaskState, TaskStep};
use signalbox_core::time::Timestamp;

/// An outcome.
#[derive(Debug, Clone)]
pub struct Finish {
    /// How it ended: [`TaskStep::Answered`], [`TaskStep::GaveUp`] or [`TaskStep::Interrupted`].
    pub step: TaskStep,
    /// Now.
    pub at: Timestamp,
    /// Claude's answer.
    pub result: Option<String>,
    /// Why it failed.
    pub failure: Option<Failure>,
    /// The commit that holds the work; becomes the conversation's head.
    pub commit: Option<String>,
    /// What changed.
    pub stat: Option<DiffStat>,
    /// What happened before the end; the `finished` event is appended by the store.
    pub events: Vec<EventKind>,
    /// The cards that tell of it.
    pub deliveries: Vec<Delivery>,
}

/// Another try, because of the infrastructure.
#[derive(Debug, Clone)]
pub struct Requeue {
    /// Now.
    pub at: Timestamp,
    /// What failed.
    pub failure: Failure,
    /// Not to be started before.
    pub retry_at: Timestamp,
    /// What happened before; the `run_failed` event is appended by the store.
    pub events: Vec<EventKind>,
}

/// What became of parking.
#[derive(Debug, Clone, PartialEq)]
pub enum Parking {
    /// The task waits for the approval.
    Parked(Vec<Event>),
    /// The approval was decided, or became void, a moment before: the task is queued again.
    AlreadyDecided,
    /// A person has asked to stop the task: nothing was changed, finish it.
    StopRequested,
}

/// What became of requeueing.
#[derive(Debug, Clone, PartialEq)]
pub enum Requeued {
    /// It is queued.
    Queued(Vec<Event>),
    /// A person has asked to stop the task: nothing was changed, finish it.
    StopRequested,
}

/// An outcome, ready for its rows.
#[derive(Debug)]
pub(super) struct Outcome {
    step: TaskStep,
    at: Timestamp,
    result: Option<Long>,
    /// What of the result is found by words.
    folded: Option<String>,
    failure: Option<Failure>,
    commit: Option<String>,
    events: Vec<Laid>,
    finished: Laid,
    cards: Vec<LaidCard>,
}

impl Store {
    /// The run ended because its approval outlived the hold: the task waits with no process.
    ///
    /// # Errors
    /// [`StoreError::Missing`] when there is no such approval.
    pub async fn park(
        &self,
        lease: &Lease,
        approval: &ApprovalId,
        at: Timestamp,
    ) -> Result<Fenced<Parking>, StoreError> {
        let parking = (lease.clone(), approval.clone(), at);
        self.db.write(parking, |tx, (lease, approval, at)| Box::pin(park(tx, lease, approval, *at))).await
    }

    /// The task is over. Its open approvals become void. What it spent has to be recorded before.
    ///
    /// # Errors
    /// [`StoreError::Illegal`] when `step` ends no running task.
    pub async fn finish(&self, lease: &Lease, finish: Finish) -> Result<Fenced<Vec<Event>>, StoreError> {
        let Some(row) = tasks::load(&mut *self.db.read().await?, &lease.task).await? else {
            return Ok(Fenced::Stale);
        };
        let ended = (lease.clone(), self.lay_outcome(TaskState::Running, &row.task, finish).await?);
        self.db.write(ended, |tx, (lease, outcome)| Box::pin(finish_leased(tx, lease, outcome))).await
    }

    /// A queued or parked task fails for good; none when it is neither.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn fail_unleased(&self, task: &TaskId, finish: Finish) -> Result<Option<Vec<Event>>, StoreError> {
        let Some(row) = tasks::load(&mut *self.db.read().await?, task).await? else { return Ok(None) };
        if !matches!(row.task.state, TaskState::Queued | TaskState::Parked) {
            return Ok(None);
        }
        let outcome = self.lay_outcome(row.task.state, &row.task, finish).await?;
        let ended = (task.clone(), row.task.state, outcome);
        self.db.write(ended, |tx, (task, state, outcome)| Box::pin(finish_waiting(tx, task, *state, outcome))).await
    }

    /// The run ended without an outcome and another will follow. What was asked in it and not parked becomes void.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn requeue(&self, lease: &Lease, requeue: Requeue) -> Result<Fenced<Requeued>, StoreError> {
        let events = self.lay_events(requeue.events.clone()).await?;
        let back = (lease.clone(), requeue, events);
        self.db.write(back, |tx, (lease, requeue, events)| Box::pin(put_back(tx, lease, requeue, events))).await
    }

    async fn lay_outcome(&self, from: TaskState, task: &Task, finish: Finish) -> Result<Outcome, StoreError> {
        let (state, _) = from.step(finish.step)?;
        let finished = finished_event(task, state, &finish);
        let folded = finish.result.as_deref().map(words::fold);
        let result = match finish.result {
            Some(text) => Some(self.lay(text).await?),
            None => None,
        };
        let mut finished = self.lay_events(vec![finished]).await?;
        Ok(Outcome {
            step: finish.step,
            at: finish.at,
            result,
            folded,
            failure: finish.failure,
            commit: finish.commit,
            events: self.lay_events(finish.events).await?,
            finished: finished.remove(0),
            cards: self.lay_cards(finish.deliveries).await?,
        })
    }
}

/// The last entry of a try.
pub(super) fn finished_event(task: &Task, state: TaskState, finish: &Finish) -> EventKind {
    EventKind::Finished {
        state,
        result: finish.result.clone(),
        failure: finish.failure.clone(),
        branch: finish.commit.is_some().then(|| task.branch()),
        commit: finish.commit.clone(),
        stat: finish.stat.clone(),
        cost_usd: task.cost.dollars(),
        usage: task.usage,
        elapsed_ms: u64::try_from(finish.at.since(task.created_at).as_millis()).unwrap_or(u64::MAX),
    }
}

async fn stop_requested(tx: &mut Tx, task: &TaskId) -> Result<bool, StoreError> {
    let row = sqlx::query("SELECT stop_requested FROM tasks WHERE id = ?").bind(task.as_str());
    row.fetch_one(tx).await?.flag("stop_requested")
}

async fn close_run(tx: &mut Tx, lease: &Lease, ending: &str, at: Timestamp) -> Result<(), StoreError> {
    let closed = sqlx::query("UPDATE runs SET ended_at = ?, ending = ? WHERE id = ?").bind(at.millis());
    closed.bind(ending).bind(lease.run.as_str()).execute(tx).await?;
    Ok(())
}

/// Sets a task's state, and ends its lease if it has one. The caller holds its row and has asked the state machine.
pub(super) async fn move_to(
    tx: &mut Tx,
    task: &TaskId,
    state: TaskState,
    not_before: Option<Timestamp>,
) -> Result<(), StoreError> {
    let moved = sqlx::query(
        "UPDATE tasks SET status = ?, not_before = COALESCE(?, not_before), lease_node = NULL, lease_until = NULL, \
         run_id = NULL WHERE id = ?",
    );
    let moved = moved.bind(state.as_str()).bind(not_before.map(Timestamp::millis)).bind(task.as_str());
    moved.execute(tx).await?;
    Ok(())
}

async fn park(tx: &mut Tx, lease: &Lease, approval: &ApprovalId, at: Timestamp) -> Result<Fenced<Parking>, StoreError> {
    if !hold(tx, lease).await? {
        return Ok(Fenced::Stale);
    }
    if stop_requested(tx, &lease.task).await? {
        return Ok(Fenced::Applied(Parking::StopRequested));
    }
    let parked = sqlx::query("UPDATE approvals SET parked = 1 WHERE id = ? AND task_id = ? AND status = 'open'");
    let parked = parked.bind(approval.as_str()).bind(lease.task.as_str()).execute(&mut *tx).await?.rows_affected() > 0;
    let (state, _) = TaskState::Running.step(TaskStep::AnswerDeferred)?;
    close_run(tx, lease, "parked", at).await?;
    if parked {
        move_to(tx, &lease.task, state, None).await?;
        let event = Laid::short(EventKind::Parked { approval: approval.clone() })?;
        return append(tx, &lease.task, at, &[event]).await.map(|events| Fenced::Applied(Parking::Parked(events)));
    }
    let (state, _) = state.step(TaskStep::DecisionMade)?;
    move_to(tx, &lease.task, state, Some(at)).await?;
    Ok(Fenced::Applied(Parking::AlreadyDecided))
}

async fn finish_leased(tx: &mut Tx, lease: &Lease, outcome: &Outcome) -> Result<Fenced<Vec<Event>>, StoreError> {
    if !hold(tx, lease).await? {
        return Ok(Fenced::Stale);
    }
    let (state, _) = TaskState::Running.step(outcome.step)?;
    close_run(tx, lease, state.as_str(), outcome.at).await?;
    end(tx, &lease.task, TaskState::Running, outcome).await.map(Fenced::Applied)
}

async fn finish_waiting(
    tx: &mut Tx,
    task: &TaskId,
    state: TaskState,
    outcome: &Outcome,
) -> Result<Option<Vec<Event>>, StoreError> {
    match lock(tx, task).await? {
        Some(row) if row.task.state == state => end(tx, task, state, outcome).await.map(Some),
        _ => Ok(None),
    }
}

/// Ends a task whose row is held.
async fn end(tx: &mut Tx, task: &TaskId, from: TaskState, outcome: &Outcome) -> Result<Vec<Event>, StoreError> {
    let (state, effects) = from.step(outcome.step)?;
    move_to(tx, task, state, None).await?;
    write_outcome(tx, task, outcome).await?;
    keep_answered(tx, task, outcome.folded.as_deref()).await?;
    if let Some(commit) = &outcome.commit
        && let Some(row) = tasks::load(tx, task).await?
    {
        conversations::apply(tx, &row.task.conversation, &Change::Head(commit.clone())).await?;
    }
    conversations::release(tx, task, outcome.at).await?;
    let mut events = outcome.events.clone();
    if effects.contains(&Effect::VoidApprovals) {
        let voiding = Voiding { reason: format!("the task is {state}"), at: outcome.at, parked_too: true };
        events.extend(void_open(tx, task, &voiding).await?);
    }
    events.push(outcome.finished.clone());
    let events = append(tx, task, outcome.at, &events).await?;
    owe_all(tx, &outcome.cards).await?;
    Ok(events)
}

async fn write_outcome(tx: &mut Tx, task: &TaskId, outcome: &Outcome) -> Result<(), StoreError> {
    let failure = outcome.failure.as_ref().map(to_json).transpose()?;
    sqlx::query(
        "UPDATE tasks SET result = ?, result_blob = ?, error = ?, commit_id = ?, finished_at = ?, stop_requested = 0 \
         WHERE id = ?",
    )
    .bind(outcome.result.as_ref().map(|long| long.text.as_str()))
    .bind(outcome.result.as_ref().and_then(Long::blob))
    .bind(failure)
    .bind(&outcome.commit)
    .bind(outcome.at.millis())
    .bind(task.as_str())
    .execute(tx)
    .await?;
    Ok(())
}

async fn put_back(
    tx: &mut Tx,
    lease: &Lease,
    requeue: &Requeue,
    events: &[Laid],
) -> Result<Fenced<Requeued>, StoreError> {
    if !hold(tx, lease).await? {
        return Ok(Fenced::Stale);
    }
    if stop_requested(tx, &lease.task).await? {
        return Ok(Fenced::Applied(Requeued::StopRequested));
    }
    let (state, _) = TaskState::Running.step(TaskStep::InfrastructureFailed)?;
    close_run(tx, lease, "requeued", requeue.at).await?;
    move_to(tx, &lease.task, state, Some(requeue.retry_at)).await?;
    let faulted = sqlx::query("UPDATE tasks SET faults = faults + 1 WHERE id = ?").bind(lease.task.as_str());
    faulted.execute(&mut *tx).await?;
    let voiding = Voiding { reason: "its run ended before the decision".to_owned(), at: requeue.at, parked_too: false };
    let mut events = events.to_vec();
    events.extend(void_open(tx, &lease.task, &voiding).await?);
    let (run, failure, retry_at) = (lease.run.clone(), requeue.failure.clone(), requeue.retry_at);
    events.push(Laid::short(EventKind::RunFailed { run, failure, retry_at })?);
    let events = append(tx, &lease.task, requeue.at, &events).await?;
    Ok(Fenced::Applied(Requeued::Queued(events)))
}
