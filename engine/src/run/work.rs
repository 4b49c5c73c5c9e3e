//! What comes out of a sandbox at the end of a run, as data: the work as a commit, which the mirror checks, and the files
//! that Claude hands over.

use super::Ending;
use super::brief::Brief;
use super::hand_over::{self, HandedOver};
use super::launch::Live;
use crate::git::{self, Commit, FileStatus, TakeRequest};
use crate::hub::chain;
use crate::outcome::Pushed;
use crate::parts::Parts;
use crate::sandbox::{CollectOrder, Collected, HandOver};
use signalbox_core::event::{DiffStat, EventKind, FileChange};
use signalbox_core::task::{Failure, FailureKind};
use std::time::Duration;

/// The longest first line of a commit message, in characters.
const SUBJECT: usize = 68;
/// How long the work may take to come out once a person wants the task stopped.
const STOP_PATIENCE: Duration = Duration::from_secs(10);

/// What came out of a sandbox.
#[derive(Default)]
pub(super) struct Work {
    pub(super) commit: Option<Commit>,
    pub(super) stat: Option<DiffStat>,
    pub(super) pushed: Option<Pushed>,
    /// Why it was not pushed, though it should have been.
    pub(super) unpushed: Option<String>,
    pub(super) handed: HandedOver,
    pub(super) events: Vec<EventKind>,
    /// The work could not be had, although there may be some.
    pub(super) fault: Option<Failure>,
}

impl Work {
    fn refused(message: String) -> Self {
        Self { fault: Some(Failure::new(FailureKind::ResultRefused, message)), ..Self::default() }
    }
}

/// Fetches the work out. What is left alive in the sandbox can hold that up, so a person's stop ends the waiting.
pub(super) async fn fetch_out(parts: &Parts, brief: &Brief, live: &mut Live, ending: Ending) -> (Work, Ending) {
    // Only an answer has something to hand over; what a broken turn leaves there is for the turn that mends it.
    let files = if matches!(ending, Ending::Answered(_)) { HandOver::Take } else { HandOver::Leave };
    tokio::select! {
        work = collect(parts, brief, live, files) => (work, ending),
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

async fn collect(parts: &Parts, brief: &Brief, live: &mut Live, files: HandOver) -> Work {
    if brief.is_read_only() {
        return Work::default();
    }
    // Without a tool nothing can have changed.
    let Some(armed) = live.collector.take() else { return Work::default() };
    let collector = match armed.await {
        Ok(Ok(collector)) => collector,
        Ok(Err(error)) => return Work::refused(format!("the work could not be fetched out: {}", chain(&error))),
        Err(_) => return Work::refused("the work could not be fetched out".to_owned()),
    };
    let base = brief.conversation.head.clone().or_else(|| brief.base.as_ref().map(ToString::to_string));
    let (branch, message) = (brief.task.branch(), message(brief));
    let order = CollectOrder { branch: &branch, base: base.as_deref(), message: &message, files };
    let collected = match collector.run(order).await {
        Ok(collected) => collected,
        Err(error) => {
            return Work::refused(format!("the work could not be committed in the sandbox: {}", chain(&error)));
        }
    };
    let handed = collected.handed && files == HandOver::Take;
    let mut work = take(brief, collected, base.as_deref()).await;
    if handed && work.fault.is_none() {
        work.handed = hand_over::fetch(parts, &live.control, &branch).await;
        work.events.extend(work.handed.events());
    }
    work
}

/// Takes the commit into the mirror, if there is a new one.
async fn take(brief: &Brief, collected: Collected, base: Option<&str>) -> Work {
    if !collected.changed {
        return Work::default();
    }
    let claimed: Option<Commit> = collected.commit.as_deref().and_then(|commit| commit.parse().ok());
    let known: Option<Commit> = base.and_then(|base| base.parse().ok());
    let request = TakeRequest { task: &brief.task.id, base: known.as_ref(), claimed: claimed.as_ref() };
    let taken = match brief.mirror.take(request, collected.bundle).await {
        Ok(taken) => taken,
        Err(error) => return Work::refused(format!("what came out of the sandbox was refused: {}", chain(&error))),
    };
    describe(brief, taken.commit).await.unwrap_or_else(|error| Work::refused(chain(&error)))
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
