//! The heartbeat of a lease, for as long as a run lasts, whatever the run is busy with.

use super::talk::rung;
use crate::fresh;
use crate::parts::Parts;
use crate::store::{Heartbeat, Lease};
use std::sync::Arc;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

/// What the lease's row last said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Pulse {
    /// A person asked to stop the task.
    pub(crate) stop_requested: bool,
    /// The lease is gone, or could not be renewed in time.
    pub(crate) lost: bool,
}

/// A beating heart.
pub(crate) struct Heart {
    pulse: watch::Receiver<Pulse>,
    stop: CancellationToken,
    beating: tokio::task::JoinHandle<()>,
}

impl Heart {
    pub(crate) fn start(parts: Arc<Parts>, lease: Lease) -> Self {
        let (tell, pulse) = watch::channel(Pulse::default());
        let stop = CancellationToken::new();
        let beating = tokio::spawn(beat(parts, lease, tell, stop.clone()));
        Self { pulse, stop, beating }
    }

    pub(crate) fn pulse(&self) -> watch::Receiver<Pulse> {
        self.pulse.clone()
    }

    pub(crate) async fn stop(self) {
        self.stop.cancel();
        if let Err(error) = self.beating.await {
            tracing::error!(%error, "a heartbeat died");
        }
    }
}

async fn beat(parts: Arc<Parts>, lease: Lease, tell: watch::Sender<Pulse>, stop: CancellationToken) {
    let span = parts.settings.queue.lease;
    let mut ticks = tokio::time::interval(span / 3);
    // A person's stop rings: it is not left to wait for the next beat.
    let mut rings = parts.bus.listen();
    let mut good_until = fresh::now() + span;
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            _ = ticks.tick() => {}
            () = rung(&mut rings, &lease.task) => {}
        }
        let until = fresh::now() + span;
        match parts.store.heartbeat(&lease, until).await {
            Ok(Heartbeat::Kept { stop_requested }) => {
                good_until = until;
                tell.send_if_modified(|pulse| {
                    let changed = pulse.stop_requested != stop_requested;
                    pulse.stop_requested = stop_requested;
                    changed
                });
            }
            Ok(Heartbeat::Lost) => {
                tracing::warn!(task = %lease.task, "the lease of task {} is lost", lease.task);
                tell.send_modify(|pulse| pulse.lost = true);
                return;
            }
            Err(error) if fresh::now() >= good_until => {
                tracing::error!(task = %lease.task, %error, "the lease of task {} could not be renewed in time", lease.task);
                tell.send_modify(|pulse| pulse.lost = true);
                return;
            }
            Err(error) => tracing::warn!(task = %lease.task, %error, "a heartbeat of task {} failed", lease.task),
        }
    }
}
