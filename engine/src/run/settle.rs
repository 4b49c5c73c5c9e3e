//! What comes of a run: the work is fetched out and kept; the outcome, its record and its deliveries are written in one
//! transaction; the sandbox is kept for a while, or removed.

use super::brief::Brief;
use super::launch::Live;
use super::work::{Work, fetch_out};
use super::{Ending, published};
use crate::bus::Ring;
use crate::fresh;
use crate::git::Commit;
use crate::hub::chain;
use crate::outcome::{self, Outcome, Pushed, audience, task_card};
use crate::parts::Parts;
use crate::publish::{Publication, Unpushed};
use crate::secrets;
use crate::store::{Fenced, Finish, Lease, Parking, Requeue, Requeued, StoreError, owed};
use signalbox_core::card::{Card, TaskCard};
use signalbox_core::event::EventKind;
use signalbox_core::id::ApprovalId;
use signalbox_core::policy::PushWhen;
use signalbox_core::task::{Failure, TaskState, TaskStep};
use std::time::Duration;
use tokio::time::Instant;

/// The longest wait before another run.
const LONGEST_PAUSE: Duration = Duration::from_secs(300);

/// Settles a run that could not even be briefed.
pub(super) async fn without_sandbox(parts: &Parts, lease: &Lease, ending: Ending) {
    let Ending::Failed(failure) = ending else { return };
    tracing::warn!(task = %lease.task, kind = failure.kind.as_str(), "task {} cannot run: {}", lease.task, failure.message);
    let task = match parts.store.task(&lease.task).await {
        Ok(Some(task)) => task,
        Ok(None) => return,
        Err(error) if error.is_unavailable() => return left_running(lease, &error),
        Err(error) => return unreadable(parts, lease, failure, &error).await,
    };
    let settled = match retry_pause(parts, task.faults, &failure) {
        Some(pause) => requeue(parts, lease, failure, pause).await,
        None => {
            let outcome = Outcome { failure: Some(failure.clone()), ..Outcome::default() };
            let name = outcome::project_name(parts, &task).await.unwrap_or_default();
            let deliveries = outcome::cards(&task, &name, TaskState::Failed, &outcome);
            finish(parts, lease, ended(TaskStep::GaveUp, outcome, deliveries)).await
        }
    };
    if let Err(error) = settled {
        left_running(lease, &error);
    }
}

/// The task's own record is damaged, or lies on another node's disk: it ends here, or it would be taken up for ever.
async fn unreadable(parts: &Parts, lease: &Lease, failure: Failure, error: &StoreError) {
    tracing::error!(task = %lease.task, error = chain(error), "task {} cannot be read", lease.task);
    let outcome = Outcome { failure: Some(failure), ..Outcome::default() };
    if let Err(error) = finish(parts, lease, ended(TaskStep::GaveUp, outcome, Vec::new())).await {
        left_running(lease, &error);
    }
}

/// Settles a run whose sandbox did not come up.
pub(super) async fn before_talk(parts: &Parts, brief: &Brief, ending: Ending) {
    let settled = match ending {
        Ending::Deferred(approval) => park(parts, brief, &approval).await,
        ending => conclude(parts, brief, ending, Work::default()).await,
    };
    if let Err(error) = settled {
        left_running(&brief.lease, &error);
    }
}

/// Settles a run.
pub(super) async fn settle(parts: &Parts, brief: Brief, mut live: Live, ending: Ending) -> Brief {
    match ending {
        // The container is left alone, and its way out is closed: this node's next life opens it again.
        Ending::Detached => drop(live.exit.close().await),
        Ending::Lost => match parts.store.run(&brief.lease.run).await {
            // Another node has the task. It cannot reach this container, in which nothing may run from now on.
            Ok(Some(run)) if run.node != parts.node || run.ended_at.is_some() => live.remove().await,
            Ok(_) | Err(_) => drop(live.exit.close().await),
        },
        Ending::Deferred(approval) => {
            // The container is gone before the row says so: whoever sees a parked task sees no container of it.
            live.remove().await;
            if let Err(error) = park(parts, &brief, &approval).await {
                left_running(&brief.lease, &error);
            }
        }
        ending => {
            let (work, ending) = fetch_out(parts, &brief, &mut live, ending).await;
            let sound = matches!(ending, Ending::Answered(_)) && work.fault.is_none();
            if !sound {
                live.remove().await;
                if let Err(error) = conclude(parts, &brief, ending, work).await {
                    left_running(&brief.lease, &error);
                }
                return brief;
            }
            match conclude(parts, &brief, ending, work).await {
                Ok(()) => keep(parts, &brief, live).await,
                Err(error) => {
                    left_running(&brief.lease, &error);
                    live.remove().await;
                }
            }
        }
    }
    brief
}

/// The store failed in the last moment: the lease runs out, and whoever adopts the task settles it.
fn left_running(lease: &Lease, error: &StoreError) {
    tracing::error!(task = %lease.task, error = chain(error), "the end of task {} could not be recorded", lease.task);
}

async fn push(parts: &Parts, brief: &Brief, work: &mut Work) {
    let Some(commit) = work.commit.clone() else { return };
    if brief.policy.settings.push.when != PushWhen::Auto {
        return;
    }
    match publish(parts, brief, &commit).await {
        Ok(pushed) => {
            let Pushed { branch, commit } = pushed.clone();
            work.events.push(EventKind::Pushed { branch, commit });
            work.pushed = Some(pushed);
        }
        Err(Unpushed { branch, why }) => {
            tracing::warn!(task = %brief.task.id, why, "the work of task {} was not pushed", brief.task.id);
            let to = branch.map_or_else(String::new, |branch| format!(" to {branch}"));
            let message = format!("the work could not be pushed{to}: {why}; it is safe in the hub");
            work.unpushed = Some(message.clone());
            work.events.push(EventKind::Warning { message });
        }
    }
}

async fn publish(parts: &Parts, brief: &Brief, commit: &Commit) -> Result<Pushed, Unpushed> {
    // What opened the repository when the run began may have ended by now.
    let credential = secrets::credential(parts, &brief.project.id, &brief.remote).await;
    let credential = credential.map_err(|fault| Unpushed { branch: None, why: chain(&fault) })?;
    // A new conversation's row, as it was read, says nothing of this yet.
    let known = brief.conversation.base.as_ref().or(brief.task.base.as_ref());
    let began = known.and_then(|commit| commit.parse().ok()).or_else(|| brief.base.clone());
    let publication = Publication {
        began,
        task: &brief.task,
        conversation: &brief.conversation,
        mirror: &brief.mirror,
        remote: &brief.remote,
        credential: &credential,
        settings: &brief.policy.settings.push,
        commit,
    };
    publication.push(parts).await
}

/// Writes the outcome, or queues the task again.
async fn conclude(parts: &Parts, brief: &Brief, ending: Ending, mut work: Work) -> Result<(), StoreError> {
    let (step, state, answer, failure) = match ending {
        Ending::Answered(text) => match work.fault.take() {
            None => (TaskStep::Answered, TaskState::Succeeded, Some(text), None),
            Some(fault) => (TaskStep::GaveUp, TaskState::Failed, Some(text), Some(fault)),
        },
        Ending::Interrupted => (TaskStep::Interrupted, TaskState::Stopped, None, None),
        Ending::Failed(failure) => {
            if let Some(pause) = retry_pause(parts, brief.task.faults, &failure) {
                return requeue(parts, &brief.lease, failure, pause).await;
            }
            (TaskStep::GaveUp, TaskState::Failed, None, Some(failure))
        }
        Ending::Deferred(_) | Ending::Detached | Ending::Lost => return Ok(()),
    };
    if step == TaskStep::Answered {
        push(parts, brief, &mut work).await;
    }
    let commit = work.commit.as_ref().map(ToString::to_string);
    let Work { stat, pushed, unpushed, handed, .. } = work;
    let proposal = if pushed.is_some() { outcome::proposal(parts, &brief.task).await? } else { None };
    let outcome = Outcome {
        answer,
        failure,
        proposal,
        commit,
        pushed,
        unpushed,
        stat,
        files: handed.files,
        left_out: handed.left_out,
        discarded: None,
    };
    let deliveries = outcome::cards(&brief.task, &brief.project.name, state, &outcome);
    let mut end = ended(step, outcome, deliveries);
    end.events = work.events;
    tracing::info!(task = %brief.task.id, state = state.as_str(), "task {} {state}", brief.task.id);
    metrics::counter!("signalbox_tasks_finished_total", "state" => state.as_str()).increment(1);
    finish(parts, &brief.lease, end).await
}

fn ended(step: TaskStep, outcome: Outcome, deliveries: Vec<signalbox_core::delivery::Delivery>) -> Finish {
    Finish {
        step,
        at: fresh::now(),
        result: outcome.answer,
        failure: outcome.failure,
        commit: outcome.commit,
        stat: outcome.stat,
        events: Vec::new(),
        deliveries,
    }
}

async fn finish(parts: &Parts, lease: &Lease, end: Finish) -> Result<(), StoreError> {
    let written = parts.store.finish(lease, end).await?;
    published(parts, written);
    parts.bus.ring(Ring::Outbox);
    Ok(())
}

/// How long to wait before another run, if there is to be one.
fn retry_pause(parts: &Parts, faults: u32, failure: &Failure) -> Option<Duration> {
    let again = failure.kind.is_infrastructure() && faults < parts.settings.queue.retries;
    again.then(|| Duration::from_secs(1 << faults.min(16)).min(LONGEST_PAUSE))
}

async fn requeue(parts: &Parts, lease: &Lease, failure: Failure, pause: Duration) -> Result<(), StoreError> {
    tracing::warn!(task = %lease.task, kind = failure.kind.as_str(), "task {} will be tried again: {}", lease.task, failure.message);
    let at = fresh::now();
    let again = Requeue { at, failure, retry_at: at + pause, events: Vec::new() };
    match parts.store.requeue(lease, again).await? {
        Fenced::Applied(Requeued::Queued(events)) => parts.bus.publish(&events),
        Fenced::Applied(Requeued::StopRequested) => {
            finish(parts, lease, ended(TaskStep::Interrupted, Outcome::default(), Vec::new())).await?;
        }
        Fenced::Stale => {}
    }
    Ok(())
}

async fn park(parts: &Parts, brief: &Brief, approval: &ApprovalId) -> Result<(), StoreError> {
    match parts.store.park(&brief.lease, approval, fresh::now()).await? {
        Fenced::Applied(Parking::Parked(events)) => {
            tracing::info!(task = %brief.task.id, "task {} is parked", brief.task.id);
            parts.bus.publish(&events);
            show_parked(parts, brief).await?;
        }
        Fenced::Applied(Parking::AlreadyDecided) => parts.bus.ring(Ring::Queue),
        Fenced::Applied(Parking::StopRequested) => conclude(parts, brief, Ending::Interrupted, Work::default()).await?,
        Fenced::Stale => {}
    }
    Ok(())
}

/// The task card says that people are waited for, until the next run shows itself there.
async fn show_parked(parts: &Parts, brief: &Brief) -> Result<(), StoreError> {
    for place in audience(&brief.task) {
        let card = task_card(&brief.task, &brief.project.name, TaskState::Parked);
        parts.store.owe(owed(place, Card::Task(TaskCard { passing: true, ..card }), fresh::now())).await?;
    }
    parts.bus.ring(Ring::Outbox);
    Ok(())
}

/// Keeps the conversation's sandbox for its next message.
async fn keep(parts: &Parts, brief: &Brief, live: Live) {
    let keep = parts.settings.run.keep;
    if keep.is_zero() {
        return live.remove().await;
    }
    if let Err(live) = parts.keeper.keep(brief.conversation.id.clone(), live, Instant::now() + keep) {
        live.remove().await;
    }
}
