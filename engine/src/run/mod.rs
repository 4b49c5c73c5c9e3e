//! A run: one life of a sandbox for a task, from lease to settlement.
//!
//! [`brief`] gathers what is to be done, [`launch`] brings a sandbox up or takes one over, [`talk`] follows the CLI and
//! answers for the gate, [`work`] fetches out what came of it, [`settle`] writes the outcome. Every write carries the lease: a run that lost it changes
//! nothing any more, and leaves the container to whoever holds it now.

mod answer;
mod ask;
mod brief;
mod build;
mod exit;
mod gate;
mod hand_over;
mod heartbeat;
mod keep;
mod launch;
mod limits;
mod progress;
mod prompt;
mod settle;
mod signal;
mod talk;
mod warm;
mod way;
mod work;

pub(crate) use keep::Keeper;
pub(crate) use launch::Live;
pub(crate) use warm::refill;

use brief::Brief;

use crate::bus::Ring;
use crate::parts::Parts;
use crate::store::{Fenced, Lease};
use signalbox_core::event::Event;
use signalbox_core::id::ApprovalId;
use signalbox_core::task::{Failure, FailureKind};
use std::sync::Arc;
use tokio_util::sync::CancellationToken;

/// How a run comes to its task.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Entry {
    /// It was taken from the queue.
    Leased,
    /// It was running when its hub died; its sandbox may still live.
    Adopted,
}

/// How a run ends.
#[derive(Debug)]
pub(crate) enum Ending {
    /// Claude came to an answer.
    Answered(String),
    /// The CLI was told `defer` and has gone; the task waits for this approval.
    Deferred(ApprovalId),
    /// A person stopped it.
    Interrupted,
    /// It failed.
    Failed(Failure),
    /// This hub is stopping; the container lives on and is taken up again.
    Detached,
    /// Somebody else holds the lease now.
    Lost,
}

impl Ending {
    fn failed(kind: FailureKind, message: impl Into<String>) -> Self {
        Self::Failed(Failure::new(kind, message))
    }
}

/// Serves one lease to its end. Never fails: what goes wrong becomes the task's failure. Returns what was to be done, for
/// the sandbox that is made ahead of need for the next one.
pub(crate) async fn serve(parts: Arc<Parts>, lease: Lease, entry: Entry, stop: CancellationToken) -> Option<Brief> {
    let heart = heartbeat::Heart::start(parts.clone(), lease.clone());
    tracing::info!(run = %lease.run, number = lease.number, "run {} begins", lease.run);
    metrics::gauge!("signalbox_runs_live").increment(1);
    let served = match brief::load(&parts, &lease, entry).await {
        Err(ending) => {
            settle::without_sandbox(&parts, &lease, ending).await;
            None
        }
        Ok(brief) => match board(&parts, &brief, entry).await {
            Err(ending) => {
                settle::before_talk(&parts, &brief, ending).await;
                None
            }
            Ok(boarded) => {
                let talk = talk::Talk::new(parts.clone(), brief, boarded, heart.pulse());
                let (brief, live, ending) = talk.follow(entry, &stop).await;
                Some(settle::settle(&parts, brief, live, ending).await)
            }
        },
    };
    metrics::gauge!("signalbox_runs_live").decrement(1);
    heart.stop().await;
    parts.bus.ring(Ring::Queue);
    served
}

/// Says that the run begins, and comes by a sandbox for it.
async fn board(parts: &Parts, brief: &Brief, entry: Entry) -> Result<launch::Boarded, Ending> {
    if entry == Entry::Leased {
        progress::begin(parts, brief).await;
    }
    launch::board(parts, brief, entry).await
}

/// Publishes what a fenced write recorded; false when the lease is lost.
fn published(parts: &Parts, written: Fenced<Vec<Event>>) -> bool {
    match written {
        Fenced::Applied(events) => {
            parts.bus.publish(&events);
            true
        }
        Fenced::Stale => false,
    }
}
