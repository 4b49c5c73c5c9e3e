//! A task's record: events, numbered from 1 without gaps, and how far a run's log was read into them.

use super::Store;
use super::answers::Fenced;
use super::claim::{Lease, hold};
use super::columns::{Columns, from_json, signed, to_json};
use super::conversations::{Change, apply};
use super::db::Tx;
use super::error::StoreError;
use super::long::Long;
use super::telling::tell;
use serde_json::Value;
use signalbox_core::event::{Event, EventKind};
use signalbox_core::id::{BlobId, NodeId, RunId, SandboxId, SessionId, TaskId};
use signalbox_core::money::{MicroUsd, Usage};
use signalbox_core::time::Timestamp;
use std::collections::BTreeSet;
use std::time::Duration;

/// What a run has come to, stored together with the events that say so.
#[derive(Debug, Clone)]
pub struct Progress {
    /// Now.
    pub at: Timestamp,
    /// How many lines of the container's log are in the record now.
    pub log_lines: Option<u64>,
    /// What was spent since the last time; it is added to the task's sum.
    pub spent: Option<(MicroUsd, Usage)>,
    /// The session that the conversation's next turn resumes.
    pub session: Option<SessionId>,
    /// The commit that the task started from.
    pub base: Option<String>,
    /// The run's sandbox.
    pub sandbox: Option<SandboxId>,
    /// The name of the sandbox's volumes, which are the conversation's from now on.
    pub volumes: Option<String>,
    /// What the protocol's state machine must know again after a restart of the hub, as JSON.
    pub memory: Option<String>,
}

impl Progress {
    /// Nothing but the time.
    pub fn at(at: Timestamp) -> Self {
        Self { at, log_lines: None, spent: None, session: None, base: None, sandbox: None, volumes: None, memory: None }
    }
}

/// One life of a sandbox for a task.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Run {
    /// Its id.
    pub id: RunId,
    /// The task.
    pub task: TaskId,
    /// Which run of the task it is, from 1.
    pub number: u32,
    /// The node that has or had it.
    pub node: NodeId,
    /// How many lines of the container's log are in the record.
    pub log_lines: u64,
    /// Its sandbox, once it has one.
    pub sandbox: Option<SandboxId>,
    /// What the protocol's state machine knew when the record was last written, as JSON.
    pub memory: Option<String>,
    /// When it began.
    pub started_at: Timestamp,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
    /// How it ended: a task state, `parked` or `requeued`.
    pub ending: Option<String>,
}

/// An event made ready for its row.
#[derive(Debug, Clone)]
pub(super) struct Laid {
    kind: EventKind,
    payload: Long,
    blobs: BTreeSet<BlobId>,
}

impl Laid {
    /// An event that is never long.
    pub(super) fn short(kind: EventKind) -> Result<Self, StoreError> {
        let payload = to_json(&kind)?;
        Ok(Self { blobs: blobs_in(&payload), payload: Long { text: payload, blob: None }, kind })
    }
}

impl Store {
    /// Appends events and notes the run's progress, in one transaction.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn record(
        &self,
        lease: &Lease,
        events: Vec<EventKind>,
        progress: Progress,
    ) -> Result<Fenced<Vec<Event>>, StoreError> {
        let laid = self.lay_events(events).await?;
        let entry = (lease.clone(), laid, progress);
        self.db.write(entry, |tx, (lease, laid, progress)| Box::pin(enter(tx, lease, laid, progress))).await
    }

    /// Appends one event to a task that nobody has a lease of.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn note(&self, task: &TaskId, event: EventKind, at: Timestamp) -> Result<Vec<Event>, StoreError> {
        let entry = (task.clone(), self.lay_events(vec![event]).await?, at);
        self.change(entry, |tx, (task, laid, at)| Box::pin(append(tx, task, *at, laid))).await
    }

    /// A task's events after number `after`, at most `limit`.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn events(&self, task: &TaskId, after: u64, limit: u32) -> Result<Vec<Event>, StoreError> {
        let rows = sqlx::query(
            "SELECT seq, at_ms, payload, payload_blob FROM events WHERE task_id = ? AND seq > ? ORDER BY seq LIMIT ?",
        );
        let rows = rows.bind(task.as_str()).bind(signed(after)).bind(i64::from(limit));
        let rows = rows.fetch_all(&mut *self.db.read().await?).await?;
        let mut events = Vec::with_capacity(rows.len());
        for row in &rows {
            let payload = self.whole(Long::from_row(row, "payload", "payload_blob")?).await?;
            let (seq, at) = (row.count("seq")?, row.time("at_ms")?);
            events.push(Event { seq, task: task.clone(), at, kind: from_json("payload", &payload)? });
        }
        Ok(events)
    }

    /// A run.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn run(&self, id: &RunId) -> Result<Option<Run>, StoreError> {
        let found = sqlx::query(
            "SELECT id, task_id, number, node, log_lines, sandbox, memory, started_at, ended_at, ending FROM runs \
             WHERE id = ?",
        );
        let found = found.bind(id.as_str()).fetch_optional(&mut *self.db.read().await?).await?;
        let Some(row) = found else { return Ok(None) };
        Ok(Some(Run {
            id: row.id("id", RunId::new)?,
            task: row.word("task_id")?,
            number: row.count("number")?,
            node: row.id("node", NodeId::new)?,
            log_lines: row.count("log_lines")?,
            sandbox: row.maybe_id("sandbox", SandboxId::new)?,
            memory: row.maybe_text("memory")?,
            started_at: row.time("started_at")?,
            ended_at: row.maybe_time("ended_at")?,
            ending: row.maybe_text("ending")?,
        }))
    }

    /// How long a task's runs that are over took together.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn time_used(&self, task: &TaskId) -> Result<Duration, StoreError> {
        let ended = sqlx::query("SELECT started_at, ended_at FROM runs WHERE task_id = ? AND ended_at IS NOT NULL");
        let rows = ended.bind(task.as_str()).fetch_all(&mut *self.db.read().await?).await?;
        rows.iter().map(|row| Ok(row.time("ended_at")?.since(row.time("started_at")?))).sum()
    }

    /// Makes events ready for their rows; what is long in them is on the disk afterwards.
    pub(super) async fn lay_events(&self, events: Vec<EventKind>) -> Result<Vec<Laid>, StoreError> {
        let mut laid = Vec::with_capacity(events.len());
        for kind in events {
            let payload = to_json(&kind)?;
            laid.push(Laid { blobs: blobs_in(&payload), payload: self.lay(payload).await?, kind });
        }
        Ok(laid)
    }
}

/// The blobs that a payload mentions: they live as long as the task.
pub(super) fn blobs_in(payload: &str) -> BTreeSet<BlobId> {
    let mut found = BTreeSet::new();
    if payload.contains("\"blob\"")
        && let Ok(value) = serde_json::from_str(payload)
    {
        collect_blobs(&value, &mut found);
    }
    found
}

fn collect_blobs(value: &Value, found: &mut BTreeSet<BlobId>) {
    match value {
        Value::Object(fields) => {
            if let Some(Value::String(id)) = fields.get("blob") {
                found.insert(BlobId::new(id.as_str()));
            }
            fields.values().for_each(|field| collect_blobs(field, found));
        }
        Value::Array(items) => items.iter().for_each(|item| collect_blobs(item, found)),
        _ => {}
    }
}

async fn enter(
    tx: &mut Tx,
    lease: &Lease,
    laid: &[Laid],
    progress: &Progress,
) -> Result<Fenced<Vec<Event>>, StoreError> {
    if !hold(tx, lease).await? {
        return Ok(Fenced::Stale);
    }
    note_run(tx, lease, progress).await?;
    if let Some(volumes) = &progress.volumes {
        apply(tx, &lease.conversation, &Change::Volumes(volumes.clone())).await?;
        apply(tx, &lease.conversation, &Change::Node(Some(lease.node.clone()))).await?;
    }
    if let Some((cost, usage)) = progress.spent {
        spend(tx, &lease.task, cost, usage).await?;
    }
    if let Some(session) = &progress.session {
        apply(tx, &lease.conversation, &Change::Session(session.clone())).await?;
    }
    if let Some(base) = &progress.base {
        let based = sqlx::query("UPDATE tasks SET base = ? WHERE id = ?").bind(base);
        based.bind(lease.task.as_str()).execute(&mut *tx).await?;
        let begun = sqlx::query("UPDATE conversations SET base = ? WHERE id = ? AND base IS NULL").bind(base);
        begun.bind(lease.conversation.as_str()).execute(&mut *tx).await?;
    }
    append(tx, &lease.task, progress.at, laid).await.map(Fenced::Applied)
}

async fn note_run(tx: &mut Tx, lease: &Lease, progress: &Progress) -> Result<(), StoreError> {
    let noted = sqlx::query(
        "UPDATE runs SET log_lines = COALESCE(?, log_lines), sandbox = COALESCE(?, sandbox), \
         memory = COALESCE(?, memory) WHERE id = ?",
    );
    noted
        .bind(progress.log_lines.map(signed))
        .bind(progress.sandbox.as_ref().map(SandboxId::as_str))
        .bind(&progress.memory)
        .bind(lease.run.as_str())
        .execute(tx)
        .await?;
    Ok(())
}

async fn spend(tx: &mut Tx, task: &TaskId, cost: MicroUsd, usage: Usage) -> Result<(), StoreError> {
    let row = sqlx::query("SELECT tokens FROM tasks WHERE id = ?").bind(task.as_str()).fetch_one(&mut *tx).await?;
    let usage = row.json::<Usage>("tokens")? + usage;
    sqlx::query("UPDATE tasks SET cost = cost + ?, tokens = ? WHERE id = ?")
        .bind(cost.0)
        .bind(to_json(&usage)?)
        .bind(task.as_str())
        .execute(tx)
        .await?;
    Ok(())
}

/// Appends events, and owes them to subscribers. Counting up the task's own number holds its row, so that numbers follow one another.
pub(super) async fn append(tx: &mut Tx, task: &TaskId, at: Timestamp, laid: &[Laid]) -> Result<Vec<Event>, StoreError> {
    if laid.is_empty() {
        return Ok(Vec::new());
    }
    let count = laid.len() as u64;
    let counted = sqlx::query("UPDATE tasks SET last_seq = last_seq + ? WHERE id = ?").bind(signed(count));
    counted.bind(task.as_str()).execute(&mut *tx).await?;
    let row = sqlx::query("SELECT last_seq FROM tasks WHERE id = ?").bind(task.as_str()).fetch_one(&mut *tx).await?;
    let first = row.count::<u64>("last_seq")? - count + 1;
    let mut events = Vec::with_capacity(laid.len());
    for (seq, laid) in (first..).zip(laid) {
        insert(tx, &Event { seq, task: task.clone(), at, kind: laid.kind.clone() }, laid).await?;
        events.push(Event { seq, task: task.clone(), at, kind: laid.kind.clone() });
    }
    tell(tx, task, &events).await?;
    Ok(events)
}

async fn insert(tx: &mut Tx, event: &Event, laid: &Laid) -> Result<(), StoreError> {
    sqlx::query("INSERT INTO events (task_id, seq, at_ms, kind, payload, payload_blob) VALUES (?, ?, ?, ?, ?, ?)")
        .bind(event.task.as_str())
        .bind(signed(event.seq))
        .bind(event.at.millis())
        .bind(laid.kind.name())
        .bind(&laid.payload.text)
        .bind(laid.payload.blob())
        .execute(&mut *tx)
        .await?;
    keep_blobs(tx, &event.task, &laid.blobs).await
}

/// Notes that a task needs these blobs.
pub(super) async fn keep_blobs(tx: &mut Tx, task: &TaskId, blobs: &BTreeSet<BlobId>) -> Result<(), StoreError> {
    for blob in blobs {
        let known = sqlx::query("SELECT 1 AS known FROM blob_refs WHERE task_id = ? AND blob_id = ?");
        let known = known.bind(task.as_str()).bind(blob.as_str()).fetch_optional(&mut *tx).await?;
        if known.is_none() {
            let kept = sqlx::query("INSERT INTO blob_refs (task_id, blob_id) VALUES (?, ?)").bind(task.as_str());
            kept.bind(blob.as_str()).execute(&mut *tx).await?;
        }
    }
    Ok(())
}
