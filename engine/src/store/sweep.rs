//! Retention: what is over and old is removed; nothing that lives, or is needed by what lives, ever is.

use super::Store;
use super::blobs::{remove_file, wall_clock};
use super::columns::Columns;
use super::db::Tx;
use super::error::StoreError;
use signalbox_core::id::{BlobId, TaskId};
use signalbox_core::time::Timestamp;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// How many rows one transaction removes, so that others are never held up for long.
const BATCH: i64 = 200;
/// A day, in milliseconds.
const DAY: i64 = 24 * 3600 * 1000;

/// A blob is needed while a row of these mentions it.
const UNNEEDED: &str = "SELECT b.id FROM blobs b WHERE b.touched_at < ? \
     AND NOT EXISTS (SELECT 1 FROM blob_refs x WHERE x.blob_id = b.id) \
     AND NOT EXISTS (SELECT 1 FROM conversations x WHERE x.session_blob = b.id) \
     AND NOT EXISTS (SELECT 1 FROM tasks x WHERE x.command_blob = b.id OR x.result_blob = b.id) \
     AND NOT EXISTS (SELECT 1 FROM events x WHERE x.payload_blob = b.id) \
     AND NOT EXISTS (SELECT 1 FROM approvals x WHERE x.call_blob = b.id) \
     AND NOT EXISTS (SELECT 1 FROM deliveries x WHERE x.card_blob = b.id) \
     AND NOT EXISTS (SELECT 1 FROM inbox x WHERE x.raw_blob = b.id) \
     LIMIT ?";

/// For how long what is over is kept.
#[derive(Debug, Clone, Copy)]
pub struct Retention {
    /// Tasks with their record, from their end.
    pub tasks: Duration,
    /// Handled updates, from their receipt: as long as their sender may send them again.
    pub inbox: Duration,
    /// Settled deliveries, from when they were owed.
    pub deliveries: Duration,
    /// Blobs that nothing needs, from their last use.
    pub blobs: Duration,
}

/// How much was removed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Swept {
    /// Tasks with their record.
    pub tasks: u64,
    /// Updates.
    pub inbox: u64,
    /// Deliveries.
    pub deliveries: u64,
    /// Blobs.
    pub blobs: u64,
}

impl Store {
    /// Removes what is over and older than `retention` says. Blobs are judged by the system's clock.
    ///
    /// # Errors
    /// [`StoreError`]; what was removed before stays removed.
    pub async fn sweep(&self, retention: &Retention, now: Timestamp) -> Result<Swept, StoreError> {
        let (messages, turned_away) = (wall_clock() - retention.tasks, now - retention.inbox);
        self.db.write((messages, turned_away), |tx, spans| Box::pin(forget_traces(tx, *spans))).await?;
        self.db.write(now, |tx, now| Box::pin(forget_sign_ins(tx, *now))).await?;
        Ok(Swept {
            tasks: self.sweep_tasks(now - retention.tasks).await?,
            inbox: self.db.write(now - retention.inbox, |tx, before| Box::pin(sweep_inbox(tx, *before))).await?,
            deliveries: self
                .db
                .write(now - retention.deliveries, |tx, before| Box::pin(sweep_deliveries(tx, *before)))
                .await?,
            blobs: self.sweep_blobs(wall_clock() - retention.blobs).await?,
        })
    }

    async fn sweep_tasks(&self, before: Timestamp) -> Result<u64, StoreError> {
        let mut removed = 0;
        loop {
            let batch = self.db.write(before, |tx, before| Box::pin(sweep_tasks(tx, *before))).await?;
            removed += batch;
            if batch == 0 {
                return Ok(removed);
            }
        }
    }

    async fn sweep_blobs(&self, before: Timestamp) -> Result<u64, StoreError> {
        let mut removed = 0;
        loop {
            let _alone = self.files.removing.write().await;
            let batch = self.db.write(before, |tx, before| Box::pin(forget_blobs(tx, *before))).await?;
            for blob in &batch {
                remove_file(&self.files.path(blob)?).await?;
            }
            removed += batch.len() as u64;
            if batch.is_empty() {
                break;
            }
        }
        Ok(removed + self.sweep_strays(before).await?)
    }

    /// Files that a crash left without a row, or half written.
    async fn sweep_strays(&self, before: Timestamp) -> Result<u64, StoreError> {
        let mut removed = 0;
        for path in old_files(self.files.root(), before).await? {
            let _alone = self.files.removing.write().await;
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            let known = sqlx::query("SELECT 1 AS known FROM blobs WHERE id = ?").bind(name);
            if known.fetch_optional(&mut *self.db.read().await?).await?.is_none() {
                remove_file(&path).await?;
                removed += 1;
            }
        }
        Ok(removed)
    }
}

async fn old_files(root: &Path, before: Timestamp) -> Result<Vec<PathBuf>, StoreError> {
    let (mut folders, mut files) = (vec![root.to_owned()], Vec::new());
    while let Some(folder) = folders.pop() {
        let mut entries = tokio::fs::read_dir(&folder).await?;
        while let Some(entry) = entries.next_entry().await? {
            let metadata = match entry.metadata().await {
                Ok(metadata) => metadata,
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => continue,
                Err(error) => return Err(error.into()),
            };
            let age = metadata.modified()?.duration_since(std::time::SystemTime::UNIX_EPOCH).unwrap_or_default();
            if metadata.is_dir() {
                folders.push(entry.path());
            } else if Timestamp::from_millis(0) + age < before {
                files.push(entry.path());
            }
        }
    }
    Ok(files)
}

async fn sweep_tasks(tx: &mut Tx, before: Timestamp) -> Result<u64, StoreError> {
    let old = sqlx::query(
        "SELECT id FROM tasks WHERE status IN ('succeeded', 'failed', 'stopped') AND finished_at < ? LIMIT ?",
    );
    let old = old.bind(before.millis()).bind(BATCH).fetch_all(&mut *tx).await?;
    for row in &old {
        remove_task(tx, &row.word("id")?).await?;
    }
    Ok(old.len() as u64)
}

/// Removes a task; its runs, events, gate calls and approvals go with it by their foreign keys.
async fn remove_task(tx: &mut Tx, task: &TaskId) -> Result<(), StoreError> {
    // A card that shows an approval cannot outlive it.
    sqlx::query("DELETE FROM deliveries WHERE approval_id IN (SELECT id FROM approvals WHERE task_id = ?)")
        .bind(task.as_str())
        .execute(&mut *tx)
        .await?;
    sqlx::query("DELETE FROM grants WHERE scope = 'task' AND scope_id = ?")
        .bind(task.as_str())
        .execute(&mut *tx)
        .await?;
    sqlx::query("DELETE FROM tasks WHERE id = ?").bind(task.as_str()).execute(tx).await?;
    Ok(())
}

async fn sweep_inbox(tx: &mut Tx, before: Timestamp) -> Result<u64, StoreError> {
    let old = sqlx::query("DELETE FROM inbox WHERE handled_at IS NOT NULL AND received_at < ?").bind(before.millis());
    Ok(old.execute(tx).await?.rows_affected())
}

/// Which card a message was, once the card's task is gone; and who was turned away, long after the day of it.
async fn forget_traces(tx: &mut Tx, (messages, turned_away): (Timestamp, Timestamp)) -> Result<(), StoreError> {
    sqlx::query("DELETE FROM messages WHERE created_at < ?").bind(messages.millis()).execute(&mut *tx).await?;
    let away = sqlx::query("DELETE FROM turned_away WHERE day < ?").bind(turned_away.millis() / DAY);
    away.execute(tx).await?;
    Ok(())
}

/// What people and programs were signed in with, once it is worth nothing any more.
async fn forget_sign_ins(tx: &mut Tx, now: Timestamp) -> Result<(), StoreError> {
    for table in ["sessions", "invitations", "personal_tokens", "refresh_families", "provider_visits"] {
        let over = sqlx::query(sqlx::AssertSqlSafe(format!("DELETE FROM {table} WHERE expires_at < ?")));
        over.bind(now.millis()).execute(&mut *tx).await?;
    }
    let repeated = sqlx::query("DELETE FROM repeated_requests WHERE created_at < ?").bind(now.millis() - DAY);
    repeated.execute(tx).await?;
    Ok(())
}

async fn sweep_deliveries(tx: &mut Tx, before: Timestamp) -> Result<u64, StoreError> {
    let old =
        sqlx::query("DELETE FROM deliveries WHERE status IN ('delivered', 'superseded', 'dead') AND created_at < ?");
    let removed = old.bind(before.millis()).execute(&mut *tx).await?.rows_affected();
    let cards = sqlx::query(
        "DELETE FROM cards WHERE updated_at < ? AND NOT EXISTS (SELECT 1 FROM deliveries d \
         WHERE d.place = cards.place AND d.card_key = cards.card_key)",
    );
    cards.bind(before.millis()).execute(tx).await?;
    Ok(removed)
}

async fn forget_blobs(tx: &mut Tx, before: Timestamp) -> Result<Vec<BlobId>, StoreError> {
    let unneeded = sqlx::query(UNNEEDED).bind(before.millis()).bind(BATCH).fetch_all(&mut *tx).await?;
    let mut forgotten = Vec::with_capacity(unneeded.len());
    for row in &unneeded {
        let blob = row.id("id", BlobId::new)?;
        let gone = sqlx::query("DELETE FROM blobs WHERE id = ? AND touched_at < ?").bind(blob.as_str());
        if gone.bind(before.millis()).execute(&mut *tx).await?.rows_affected() > 0 {
            forgotten.push(blob);
        }
    }
    Ok(forgotten)
}
