//! Group commit: SQLite has one writer, and every commit waits for the disk. Writes that wait at the same time are run in
//! one transaction, each under its own savepoint, and acknowledged together after one commit. A write that fails takes
//! nothing of the others with it.

use super::db::{Tx, Work};
use super::error::StoreError;
use futures::future::BoxFuture;
use sqlx::{Acquire, AnyConnection, AnyPool, Connection};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use tokio::sync::{Mutex, mpsc, oneshot};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

/// How many writes may wait before callers are held back.
const QUEUE: usize = 1024;
/// How many writes share one commit at most.
const GROUP: usize = 128;

/// The one writer.
#[derive(Debug)]
pub(super) struct GroupCommit {
    jobs: mpsc::Sender<Box<dyn Job>>,
    stop: CancellationToken,
    commits: Arc<AtomicU64>,
    task: Mutex<Option<JoinHandle<()>>>,
}

impl GroupCommit {
    /// Starts the writer on a pool of one connection.
    pub(super) fn start(pool: AnyPool) -> Self {
        let (jobs, waiting) = mpsc::channel(QUEUE);
        let (stop, commits) = (CancellationToken::new(), Arc::new(AtomicU64::new(0)));
        let writer = Writer { pool, waiting, stop: stop.clone(), commits: commits.clone() };
        let task = Mutex::new(Some(tokio::spawn(writer.run())));
        Self { jobs, stop, commits, task }
    }

    /// Hands a write to the writer and waits until it is durable.
    pub(super) async fn write<D, T>(&self, data: D, work: Work<D, T>) -> Result<T, StoreError>
    where
        D: Send + Sync + 'static,
        T: Send + 'static,
    {
        let (answer, answered) = oneshot::channel();
        let job = Pending { data, work, outcome: None, answer };
        self.jobs.send(Box::new(job)).await.map_err(|_| StoreError::closed())?;
        answered.await.map_err(|_| StoreError::closed())?
    }

    /// How many transactions were committed.
    pub(super) fn commits(&self) -> u64 {
        self.commits.load(Ordering::Relaxed)
    }

    /// Lets the writer finish what it has and waits for its end.
    pub(super) async fn finish(&self) {
        self.stop.cancel();
        if let Some(task) = self.task.lock().await.take() {
            let _ = task.await;
        }
    }
}

impl Drop for GroupCommit {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

/// A write whose types are forgotten, so that writes of all kinds can wait in one queue.
trait Job: Send {
    /// Runs it; its outcome is kept until the commit.
    fn run<'a>(&'a mut self, tx: &'a mut Tx) -> BoxFuture<'a, Result<(), StoreError>>;
    /// Tells the caller its own outcome, or why the whole group was not committed.
    fn answer(self: Box<Self>, group: Result<(), StoreError>);
}

struct Pending<D, T> {
    data: D,
    work: Work<D, T>,
    outcome: Option<Result<T, StoreError>>,
    answer: oneshot::Sender<Result<T, StoreError>>,
}

impl<D: Send + Sync, T: Send> Job for Pending<D, T> {
    fn run<'a>(&'a mut self, tx: &'a mut Tx) -> BoxFuture<'a, Result<(), StoreError>> {
        Box::pin(async move {
            let outcome = (self.work)(tx, &self.data).await;
            let verdict = outcome.as_ref().map(|_| ()).map_err(Clone::clone);
            self.outcome = Some(outcome);
            verdict
        })
    }

    fn answer(self: Box<Self>, group: Result<(), StoreError>) {
        let outcome = match (self.outcome, group) {
            // What the write saw of the others in its group was not kept either, so its own outcome means nothing.
            (_, Err(error)) => Err(error),
            (Some(outcome), Ok(())) => outcome,
            (None, Ok(())) => Err(StoreError::closed()),
        };
        // Nobody listens when the caller was cancelled meanwhile; the write stands all the same.
        let _ = self.answer.send(outcome);
    }
}

struct Writer {
    pool: AnyPool,
    waiting: mpsc::Receiver<Box<dyn Job>>,
    stop: CancellationToken,
    commits: Arc<AtomicU64>,
}

impl Writer {
    async fn run(mut self) {
        while let Some(first) = self.next().await {
            let mut group = vec![first];
            while group.len() < GROUP
                && let Ok(job) = self.waiting.try_recv()
            {
                group.push(job);
            }
            let verdict = self.commit(&mut group).await;
            for job in group {
                job.answer(verdict.clone());
            }
        }
    }

    async fn next(&mut self) -> Option<Box<dyn Job>> {
        tokio::select! {
            biased;
            job = self.waiting.recv() => job,
            () = self.stop.cancelled() => {
                self.waiting.close();
                self.waiting.recv().await
            }
        }
    }

    async fn commit(&self, group: &mut [Box<dyn Job>]) -> Result<(), StoreError> {
        let mut connection = self.pool.acquire().await?;
        let outcome = run_group(&mut connection, group).await;
        match outcome {
            Ok(()) => {
                self.commits.fetch_add(1, Ordering::Relaxed);
            }
            // When the disk is full SQLite rolls everything back by itself, savepoints included, and the connection no
            // longer knows where it stands: the next group gets a new one.
            Err(_) => connection.close_on_drop(),
        }
        outcome
    }
}

async fn run_group(connection: &mut AnyConnection, group: &mut [Box<dyn Job>]) -> Result<(), StoreError> {
    let mut tx = connection.begin_with("BEGIN IMMEDIATE").await?;
    for job in group {
        let mut savepoint = tx.begin().await?;
        match job.run(&mut savepoint).await {
            Ok(()) => savepoint.commit().await?,
            Err(error) if error.is_unavailable() => return Err(error),
            Err(_) => savepoint.rollback().await?,
        }
    }
    Ok(tx.commit().await?)
}
