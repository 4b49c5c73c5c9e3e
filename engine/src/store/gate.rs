//! What the gate answered to each tool call. A call is recorded before its answer goes out, so that a result without a
//! recorded allow betrays a breach.

use super::Store;
use super::answers::Fenced;
use super::claim::{Lease, hold};
use super::columns::{Columns, to_json};
use super::db::Tx;
use super::error::StoreError;
use super::record::{Laid, append};
use serde::de::DeserializeOwned;
use serde_json::Value;
use signalbox_core::event::{DecidedBy, Event, EventKind, GateAnswer};
use signalbox_core::id::{RunId, TaskId, ToolUseId};
use signalbox_core::time::Timestamp;
use signalbox_core::tool::CallHash;
use sqlx::any::AnyRow;

const COLUMNS: &str = "SELECT task_id, call_id, round, hash, answer, decided_by, reason, run_id, request, consumed, \
     created_at FROM gate_calls WHERE task_id = ?";

/// One answer of the gate.
#[derive(Debug, Clone, PartialEq)]
pub struct GateRecord {
    /// The task.
    pub task: TaskId,
    /// The call.
    pub call: ToolUseId,
    /// How often the call has come, from 0: a deferred one comes again.
    pub round: u32,
    /// What exactly was called.
    pub hash: CallHash,
    /// The answer.
    pub answer: GateAnswer,
    /// Who or what gave it.
    pub by: DecidedBy,
    /// Why, in words.
    pub reason: String,
    /// In which run.
    pub run: RunId,
    /// The CLI's id of the question.
    pub request: String,
    /// An approval was used up by it.
    pub consumed: bool,
    /// When.
    pub at: Timestamp,
}

/// What became of recording an answer.
#[derive(Debug, Clone, PartialEq)]
pub enum Gated {
    /// It is recorded.
    Recorded(Vec<Event>),
    /// This round of the call has its answer already, and nothing was written: it counts.
    Exists(Box<GateRecord>),
}

impl Store {
    /// Records an answer, with the events that tell of it. A round of a call has one answer: the first.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn record_gate(
        &self,
        lease: &Lease,
        record: GateRecord,
        events: Vec<EventKind>,
    ) -> Result<Fenced<Gated>, StoreError> {
        let entry = (lease.clone(), record, self.lay_events(events).await?);
        self.db.write(entry, |tx, (lease, record, events)| Box::pin(enter(tx, lease, record, events))).await
    }

    /// The answers to one call, by round.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn gate_records(&self, task: &TaskId, call: &ToolUseId) -> Result<Vec<GateRecord>, StoreError> {
        rounds(&mut *self.db.read().await?, task, call).await
    }

    /// The calls of a task that were allowed.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn allowed_calls(&self, task: &TaskId) -> Result<Vec<GateRecord>, StoreError> {
        let rows = sqlx::query(sqlx::AssertSqlSafe(format!("{COLUMNS} AND answer = ? ORDER BY created_at, call_id")));
        let rows = rows.bind(task.as_str()).bind(word_of(&GateAnswer::Allow)?);
        rows.fetch_all(&mut *self.db.read().await?).await?.iter().map(record_of).collect()
    }
}

async fn rounds(tx: &mut Tx, task: &TaskId, call: &ToolUseId) -> Result<Vec<GateRecord>, StoreError> {
    let rows = sqlx::query(sqlx::AssertSqlSafe(format!("{COLUMNS} AND call_id = ? ORDER BY round")));
    rows.bind(task.as_str()).bind(call.as_str()).fetch_all(tx).await?.iter().map(record_of).collect()
}

async fn enter(tx: &mut Tx, lease: &Lease, record: &GateRecord, events: &[Laid]) -> Result<Fenced<Gated>, StoreError> {
    if record.task != lease.task || !hold(tx, lease).await? {
        return Ok(Fenced::Stale);
    }
    let known = rounds(tx, &record.task, &record.call).await?;
    if let Some(first) = known.into_iter().find(|known| known.round == record.round) {
        return Ok(Fenced::Applied(Gated::Exists(Box::new(first))));
    }
    insert(tx, record).await?;
    append(tx, &lease.task, record.at, events).await.map(|events| Fenced::Applied(Gated::Recorded(events)))
}

async fn insert(tx: &mut Tx, record: &GateRecord) -> Result<(), StoreError> {
    let added = sqlx::query(
        "INSERT INTO gate_calls (task_id, call_id, round, hash, answer, decided_by, reason, run_id, request, consumed, \
         created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    );
    added
        .bind(record.task.as_str())
        .bind(record.call.as_str())
        .bind(i64::from(record.round))
        .bind(record.hash.as_str())
        .bind(word_of(&record.answer)?)
        .bind(to_json(&record.by)?)
        .bind(&record.reason)
        .bind(record.run.as_str())
        .bind(&record.request)
        .bind(i64::from(record.consumed))
        .bind(record.at.millis())
        .execute(tx)
        .await?;
    Ok(())
}

fn record_of(row: &AnyRow) -> Result<GateRecord, StoreError> {
    Ok(GateRecord {
        task: row.word("task_id")?,
        call: row.id("call_id", ToolUseId::new)?,
        round: row.count("round")?,
        hash: row.id("hash", CallHash::new)?,
        answer: worded(row, "answer")?,
        by: row.json("decided_by")?,
        reason: row.text("reason")?,
        run: row.id("run_id", RunId::new)?,
        request: row.text("request")?,
        consumed: row.flag("consumed")?,
        at: row.time("created_at")?,
    })
}

/// The word that an enum is in JSON.
pub(super) fn word_of<E: serde::Serialize>(value: &E) -> Result<String, StoreError> {
    match serde_json::to_value(value) {
        Ok(Value::String(word)) => Ok(word),
        _ => Err(StoreError::damaged("a value that is no word")),
    }
}

/// Reads what [`word_of`] wrote.
pub(super) fn worded<E: DeserializeOwned>(row: &AnyRow, column: &str) -> Result<E, StoreError> {
    let word = Value::String(row.text(column)?);
    serde_json::from_value(word).map_err(|_| StoreError::damaged(format!("{column}: an unknown word")))
}
