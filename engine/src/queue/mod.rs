//! The queue's working half: leases what may run and serves it, as many at once as this node is told to.

mod choose;

use crate::bus::Ring;
use crate::fresh;
use crate::hub::chain;
use crate::parts::Parts;
use crate::run::{self, Entry};
use crate::store::{Claim, Lease, StoreError};
use choose::{Turns, choose};
use signalbox_core::time::Timestamp;
use std::sync::Arc;
use tokio::sync::{Semaphore, broadcast};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// How many queued tasks of each project are looked at for the next lease.
const HEADS: u32 = 4;

/// Takes work until `stop`, then lets go of what is running: the containers live on for the next hub to take up.
pub(crate) async fn work(parts: Arc<Parts>, stop: CancellationToken) {
    let mut worker = Worker {
        places: Arc::new(Semaphore::new(parts.settings.queue.concurrency)),
        runs: TaskTracker::new(),
        turns: Turns::default(),
        stop: stop.clone(),
        parts,
    };
    let mut rings = worker.parts.bus.listen();
    worker.adopt_own().await;
    loop {
        worker.take_what_may_run().await;
        worker.adopt_lapsed().await;
        tokio::select! {
            () = stop.cancelled() => break,
            () = tokio::time::sleep(worker.parts.settings.queue.poll) => {}
            () = rung(&mut rings) => {}
        }
    }
    worker.runs.close();
    worker.runs.wait().await;
}

async fn rung(rings: &mut broadcast::Receiver<Ring>) {
    loop {
        match rings.recv().await {
            Ok(Ring::Queue) | Err(broadcast::error::RecvError::Lagged(_)) => return,
            Ok(Ring::Outbox | Ring::Touched(_) | Ring::Live(_)) => {}
            Err(broadcast::error::RecvError::Closed) => std::future::pending().await,
        }
    }
}

struct Worker {
    parts: Arc<Parts>,
    places: Arc<Semaphore>,
    runs: TaskTracker,
    turns: Turns,
    stop: CancellationToken,
}

impl Worker {
    /// Takes up what this hub was running when it died. Its sandboxes may still live.
    async fn adopt_own(&self) {
        match self.parts.store.adoptable(&self.parts.node, fresh::now()).await {
            Ok(tasks) => self.adopt(tasks).await,
            Err(error) => tracing::error!(error = chain(&error), "the running tasks could not be read"),
        }
    }

    /// Takes up what another node let go of by dying.
    async fn adopt_lapsed(&self) {
        match self.parts.store.lapsed(fresh::now()).await {
            Ok(tasks) => self.adopt(tasks).await,
            Err(error) => tracing::warn!(error = chain(&error), "lapsed leases could not be looked for"),
        }
    }

    async fn adopt(&self, tasks: Vec<signalbox_core::id::TaskId>) {
        for task in tasks {
            match self.parts.store.adopt(&task, &self.claim()).await {
                // What runs already has its place, whatever the limit says now.
                Ok(Some(lease)) => {
                    tracing::info!(%task, "task {task} is taken up again");
                    self.serve(lease, Entry::Adopted, None);
                }
                Ok(None) => {}
                Err(error) => tracing::error!(%task, error = chain(&error), "task {task} could not be taken up again"),
            }
        }
    }

    async fn take_what_may_run(&mut self) {
        while !self.stop.is_cancelled() {
            let Ok(place) = self.places.clone().try_acquire_owned() else { return };
            match self.lease_next().await {
                Ok(Some(lease)) => self.serve(lease, Entry::Leased, Some(place)),
                Ok(None) => return,
                Err(error) => {
                    tracing::warn!(error = chain(&error), "the queue could not be read");
                    return;
                }
            }
        }
    }

    async fn lease_next(&mut self) -> Result<Option<Lease>, StoreError> {
        let store = self.parts.store.clone();
        loop {
            let heads = store.queue_heads(&self.parts.node, fresh::now(), HEADS).await?;
            if heads.is_empty() {
                return Ok(None);
            }
            let running = store.running_by_project().await?;
            let per_project = self.parts.settings.queue.per_project;
            let Some(head) = choose(&heads, &running, &self.turns, per_project) else { return Ok(None) };
            if let Some(lease) = store.lease(&head.task, &self.claim()).await? {
                self.turns.note(&head.project);
                return Ok(Some(lease));
            }
            // Another node was faster: look again.
        }
    }

    fn claim(&self) -> Claim {
        let now: Timestamp = fresh::now();
        Claim { node: self.parts.node.clone(), until: now + self.parts.settings.queue.lease, now }
    }

    fn serve(&self, lease: Lease, entry: Entry, place: Option<tokio::sync::OwnedSemaphorePermit>) {
        let (parts, stop) = (self.parts.clone(), self.stop.clone());
        self.runs.spawn(async move {
            let served = run::serve(parts.clone(), lease, entry, stop.clone()).await;
            drop(place);
            if let Some(brief) = served {
                run::refill(&parts, brief, &stop).await;
            }
        });
    }
}
