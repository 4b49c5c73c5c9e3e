//! What comes of a run: the work is fetched out as data, checked and kept; the outcome, its record and its deliveries are
//! written in one transaction; the sandbox is kept for a while, or removed.

use super::brief::Brief;
use super::launch::Live;
use super::{Ending, published};
use crate::bus::Ring;
use crate::fresh;
use crate::git::{self, Commit, FileStatus, TakeRequest};
use crate::hub::chain;
use crate::outcome::{self, Outcome};
use crate::parts::Parts;
use crate::publish::Publication;
use crate::sandbox::SandboxError;
use crate::store::{Fenced, Finish, Lease, Parking, Requeue, Requeued, StoreError};
use signalbox_core::event::{DiffStat, EventKind, FileChange};
use signalbox_core::id::ApprovalId;
use signalbox_core::policy::PushWhen;
use signalbox_core::task::{Failure, FailureKind, TaskState, TaskStep};
use std::time::Duration;
use tokio::time::Instant;

/// The longest first line of a commit message, in characters.
const SUBJECT: usize = 68;
/// How long the work may take to come out once a person wants the task stopped.
const STOP_PATIENCE: Duration = Duration::from_secs(10);
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

/// What came out of a sandbox.
#[derive(Default)]
struct Work {
    commit: Option<Commit>,
    stat: Option<DiffStat>,
    pushed: bool,
    events: Vec<EventKind>,
    /// The work could not be had, although there may be some.
    fault: Option<Failure>,
}

/// Fetches the work out. What is left alive in the sandbox can hold that up, so a person's stop ends the waiting.
async fn fetch_out(parts: &Parts, brief: &Brief, live: &mut Live, ending: Ending) -> (Work, Ending) {
    tokio::select! {
        work = collect(brief, live) => (work, ending),
        () = stopped_for_long(parts, brief) => {
            let message = "the work did not come out of the sandbox soon after the stop, and is lost".to_owned();
            let work = Work { events: vec![EventKind::Warning { message }], ..Work::default() };
            (work, Ending::Interrupted)
        }
    }
}

/// Returns once a stop was asked for and the work has had its time to come out all the same.
async fn stopped_for_long(parts: &Parts, brief: &Brief) {
    loop {
        tokio::time::sleep(parts.settings.queue.poll).await;
        match parts.store.task(&brief.task.id).await {
            Ok(Some(task)) if task.stop_requested => break,
            Ok(_) => {}
            Err(error) => tracing::warn!(error = chain(&error), "a task could not be looked at"),
        }
    }
    tokio::time::sleep(STOP_PATIENCE).await;
}

async fn collect(brief: &Brief, live: &mut Live) -> Work {
    // Without a tool nothing can have changed.
    let Some(armed) = live.collector.take() else { return Work::default() };
    let refused =
        |message: String| Work { fault: Some(Failure::new(FailureKind::ResultRefused, message)), ..Work::default() };
    let collector = match armed.await {
        Ok(Ok(collector)) => collector,
        Ok(Err(error)) => return refused(format!("the work could not be fetched out: {}", chain(&error))),
        Err(_) => return refused("the work could not be fetched out".to_owned()),
    };
    let base = brief.conversation.head.clone().or_else(|| brief.base.as_ref().map(ToString::to_string));
    let collected = match collector.run(&brief.task.branch(), base.as_deref(), &message(brief)).await {
        Ok(collected) => collected,
        Err(error) => return refused(collect_fault(&error)),
    };
    if !collected.changed {
        return Work::default();
    }
    let claimed: Option<Commit> = collected.commit.as_deref().and_then(|commit| commit.parse().ok());
    let known: Option<Commit> = base.as_deref().and_then(|base| base.parse().ok());
    let request = TakeRequest { task: &brief.task.id, base: known.as_ref(), claimed: claimed.as_ref() };
    let taken = match brief.mirror.take(request, collected.bundle).await {
        Ok(taken) => taken,
        Err(error) => return refused(format!("what came out of the sandbox was refused: {}", chain(&error))),
    };
    describe(brief, taken.commit).await.unwrap_or_else(|error| refused(chain(&error)))
}

fn collect_fault(error: &SandboxError) -> String {
    format!("the work could not be committed in the sandbox: {}", chain(error))
}

/// What the commit changes, computed in the mirror.
async fn describe(brief: &Brief, commit: Commit) -> Result<Work, git::GitError> {
    let stat = stat_of(brief.mirror.diff_stat(brief.base.as_ref(), &commit).await?);
    let event = EventKind::Collected {
        commit: commit.to_string(),
        base: brief.base.as_ref().map(ToString::to_string),
        branch: brief.task.branch(),
        stat: stat.clone(),
    };
    Ok(Work { commit: Some(commit), stat: Some(stat), events: vec![event], ..Work::default() })
}

/// Git's statistics in the vocabulary's form.
fn stat_of(stat: git::DiffStat) -> DiffStat {
    let files = stat.files.into_iter().map(|file| FileChange {
        path: file.path,
        change: match file.status {
            FileStatus::Added => "added",
            FileStatus::Modified => "modified",
            FileStatus::Deleted => "deleted",
            FileStatus::Renamed { .. } => "renamed",
        }
        .to_owned(),
        insertions: (!file.binary).then_some(file.insertions),
        deletions: (!file.binary).then_some(file.deletions),
    });
    DiffStat { files: files.collect(), insertions: stat.insertions, deletions: stat.deletions }
}

fn message(brief: &Brief) -> String {
    let first = brief.task.prompt.lines().find(|line| !line.trim().is_empty()).unwrap_or("Work").trim();
    let mut subject: String = first.chars().filter(|c| !c.is_control()).take(SUBJECT).collect();
    if first.chars().count() > SUBJECT {
        subject.push('…');
    }
    format!("{subject}\n\nSignalbox-Task: {}\n", brief.task.id)
}

async fn push(brief: &Brief, work: &mut Work) {
    let Some(commit) = work.commit.clone() else { return };
    let settings = &brief.policy.settings.push;
    if settings.when != PushWhen::Auto {
        return;
    }
    let branch = brief.task.branch();
    let publication = Publication {
        mirror: &brief.mirror,
        remote: &brief.remote,
        credential: &brief.credential,
        settings,
        branch: &branch,
        commit: &commit,
    };
    match publication.push().await {
        Ok(()) => {
            work.pushed = true;
            work.events.push(EventKind::Pushed { branch, commit: commit.to_string() });
        }
        Err(why) => {
            tracing::warn!(task = %brief.task.id, why, "the branch of task {} was not pushed", brief.task.id);
            let message = format!("the branch {branch} could not be pushed: {why}; the commit is safe in the hub");
            work.events.push(EventKind::Warning { message });
        }
    }
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
        push(brief, &mut work).await;
    }
    let commit = work.commit.as_ref().map(ToString::to_string);
    let outcome = Outcome { answer, failure, commit, pushed: work.pushed, stat: work.stat, files: Vec::new() };
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
        }
        Fenced::Applied(Parking::AlreadyDecided) => parts.bus.ring(Ring::Queue),
        Fenced::Applied(Parking::StopRequested) => conclude(parts, brief, Ending::Interrupted, Work::default()).await?,
        Fenced::Stale => {}
    }
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
