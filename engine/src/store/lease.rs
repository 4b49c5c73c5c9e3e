//! Taking tasks: from the queue, and from a node that went away.

use super::Store;
use super::claim::{Claim, Heartbeat, Lease, hold};
use super::columns::{Columns, signed};
use super::db::Tx;
use super::error::StoreError;
use super::record::{Laid, append};
use signalbox_core::event::EventKind;
use signalbox_core::id::{ConversationId, NodeId, RunId, TaskId};
use signalbox_core::time::Timestamp;

impl Store {
    /// Takes a queued task; none when it is not to be had: another was faster, its time has not come, or its conversation
    /// is busy. A new run begins and is recorded.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn lease(&self, task: &TaskId, claim: &Claim) -> Result<Option<Lease>, StoreError> {
        let wanted = (task.clone(), claim.clone());
        self.db.write(wanted, |tx, (task, claim)| Box::pin(lease(tx, task, claim))).await
    }

    /// Keeps a lease until `until`.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn heartbeat(&self, lease: &Lease, until: Timestamp) -> Result<Heartbeat, StoreError> {
        let kept = (lease.clone(), until);
        self.db.write(kept, |tx, (lease, until)| Box::pin(heartbeat(tx, lease, *until))).await
    }

    /// At a node's start: running tasks whose lease has ended, and those that the node held in an earlier life.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn adoptable(&self, node: &NodeId, now: Timestamp) -> Result<Vec<TaskId>, StoreError> {
        let rows = sqlx::query(
            "SELECT id FROM tasks WHERE status = 'running' AND (lease_node = ? OR lease_until <= ?) ORDER BY created_at",
        );
        let rows = rows.bind(node.as_str()).bind(now.millis()).fetch_all(&mut *self.db.read().await?).await?;
        rows.iter().map(|row| row.word("id")).collect()
    }

    /// At any time: running tasks whose lease has ended.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn lapsed(&self, now: Timestamp) -> Result<Vec<TaskId>, StoreError> {
        let rows =
            sqlx::query("SELECT id FROM tasks WHERE status = 'running' AND lease_until <= ? ORDER BY created_at");
        let rows = rows.bind(now.millis()).fetch_all(&mut *self.db.read().await?).await?;
        rows.iter().map(|row| row.word("id")).collect()
    }

    /// Takes a running task over, with its run, from a node whose lease has ended or from this node's own earlier life.
    /// None when it is not to be had.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn adopt(&self, task: &TaskId, claim: &Claim) -> Result<Option<Lease>, StoreError> {
        let wanted = (task.clone(), claim.clone());
        self.db.write(wanted, |tx, (task, claim)| Box::pin(adopt(tx, task, claim))).await
    }
}

async fn lease(tx: &mut Tx, task: &TaskId, claim: &Claim) -> Result<Option<Lease>, StoreError> {
    let row = sqlx::query("SELECT conversation_id FROM tasks WHERE id = ?").bind(task.as_str());
    let Some(row) = row.fetch_optional(&mut *tx).await? else { return Ok(None) };
    let conversation = row.id("conversation_id", ConversationId::new)?;
    // The conversation first: whoever holds its row decides which of its tasks is the next.
    let free =
        sqlx::query("UPDATE conversations SET updated_at = ? WHERE id = ? AND (live_task IS NULL OR live_task = ?)");
    let free = free.bind(claim.now.millis()).bind(conversation.as_str()).bind(task.as_str());
    if free.execute(&mut *tx).await?.rows_affected() == 0 {
        return Ok(None);
    }
    let run = RunId::new(uuid::Uuid::now_v7().to_string());
    if !take(tx, task, claim, &run).await? {
        return Ok(None);
    }
    sqlx::query("UPDATE conversations SET live_task = ? WHERE id = ?")
        .bind(task.as_str())
        .bind(conversation.as_str())
        .execute(&mut *tx)
        .await?;
    let number = begin_run(tx, task, claim, &run).await?;
    append(tx, task, claim.now, &[Laid::short(EventKind::RunStarted { run: run.clone(), number })?]).await?;
    let fence = fence_of(tx, task).await?;
    Ok(Some(Lease { task: task.clone(), conversation, run, number, fence, node: claim.node.clone() }))
}

async fn take(tx: &mut Tx, task: &TaskId, claim: &Claim, run: &RunId) -> Result<bool, StoreError> {
    let taken = sqlx::query(
        "UPDATE tasks SET status = 'running', fence = fence + 1, lease_node = ?, lease_until = ?, run_id = ?, \
         started_at = COALESCE(started_at, ?) WHERE id = ? AND status = 'queued' AND not_before <= ?",
    );
    let taken = taken
        .bind(claim.node.as_str())
        .bind(claim.until.millis())
        .bind(run.as_str())
        .bind(claim.now.millis())
        .bind(task.as_str())
        .bind(claim.now.millis());
    Ok(taken.execute(tx).await?.rows_affected() > 0)
}

async fn begin_run(tx: &mut Tx, task: &TaskId, claim: &Claim, run: &RunId) -> Result<u32, StoreError> {
    let before = sqlx::query("SELECT COUNT(*) AS runs FROM runs WHERE task_id = ?").bind(task.as_str());
    let number = before.fetch_one(&mut *tx).await?.count::<u32>("runs")? + 1;
    let begun =
        sqlx::query("INSERT INTO runs (id, task_id, number, node, log_lines, started_at) VALUES (?, ?, ?, ?, 0, ?)");
    begun
        .bind(run.as_str())
        .bind(task.as_str())
        .bind(signed(u64::from(number)))
        .bind(claim.node.as_str())
        .bind(claim.now.millis())
        .execute(tx)
        .await?;
    Ok(number)
}

async fn fence_of(tx: &mut Tx, task: &TaskId) -> Result<i64, StoreError> {
    let row = sqlx::query("SELECT fence FROM tasks WHERE id = ?").bind(task.as_str());
    row.fetch_one(tx).await?.int("fence")
}

async fn heartbeat(tx: &mut Tx, lease: &Lease, until: Timestamp) -> Result<Heartbeat, StoreError> {
    if !hold(tx, lease).await? {
        return Ok(Heartbeat::Lost);
    }
    let kept = sqlx::query("UPDATE tasks SET lease_until = ? WHERE id = ?").bind(until.millis());
    kept.bind(lease.task.as_str()).execute(&mut *tx).await?;
    let row = sqlx::query("SELECT stop_requested FROM tasks WHERE id = ?").bind(lease.task.as_str());
    Ok(Heartbeat::Kept { stop_requested: row.fetch_one(tx).await?.flag("stop_requested")? })
}

async fn adopt(tx: &mut Tx, task: &TaskId, claim: &Claim) -> Result<Option<Lease>, StoreError> {
    let adopted = sqlx::query(
        "UPDATE tasks SET fence = fence + 1, lease_node = ?, lease_until = ? \
         WHERE id = ? AND status = 'running' AND (lease_node = ? OR lease_until <= ?)",
    );
    let adopted = adopted
        .bind(claim.node.as_str())
        .bind(claim.until.millis())
        .bind(task.as_str())
        .bind(claim.node.as_str())
        .bind(claim.now.millis());
    if adopted.execute(&mut *tx).await?.rows_affected() == 0 {
        return Ok(None);
    }
    let row = sqlx::query(
        "SELECT t.conversation_id, t.run_id, t.fence, r.number FROM tasks t JOIN runs r ON r.id = t.run_id WHERE t.id = ?",
    );
    let row = row.bind(task.as_str()).fetch_one(&mut *tx).await?;
    let run = row.id("run_id", RunId::new)?;
    let moved = sqlx::query("UPDATE runs SET node = ? WHERE id = ?").bind(claim.node.as_str());
    moved.bind(run.as_str()).execute(tx).await?;
    Ok(Some(Lease {
        task: task.clone(),
        conversation: row.id("conversation_id", ConversationId::new)?,
        run,
        number: row.count("number")?,
        fence: row.int("fence")?,
        node: claim.node.clone(),
    }))
}
