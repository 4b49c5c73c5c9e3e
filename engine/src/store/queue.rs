//! The queue as its dispatcher sees it.

use super::Store;
use super::columns::Columns;
use super::error::StoreError;
use signalbox_core::id::{ConversationId, NodeId, ProjectId, TaskId};
use signalbox_core::time::Timestamp;
use std::collections::BTreeMap;

/// A task that could start now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueueHead {
    /// The task.
    pub task: TaskId,
    /// Its project.
    pub project: ProjectId,
    /// Its conversation.
    pub conversation: ConversationId,
    /// Higher goes first.
    pub priority: i64,
    /// When it was asked.
    pub created_at: Timestamp,
}

/// A conversation's tasks go one after the other, in the order in which they were asked, and a parked one keeps it; then
/// each project has the first few of its own. Where the conversation's volumes are on another node, they wait for that one
/// as long as it lives.
const HEADS: &str = "SELECT id, project_id, conversation_id, priority, created_at FROM ( \
       SELECT f.*, ROW_NUMBER() OVER (PARTITION BY project_id ORDER BY priority DESC, created_at, id) AS place_in_line \
       FROM ( \
         SELECT t.id, t.project_id, t.conversation_id, t.priority, t.created_at, \
           ROW_NUMBER() OVER (PARTITION BY t.conversation_id ORDER BY t.created_at, t.id) AS turn \
         FROM tasks t JOIN conversations c ON c.id = t.conversation_id \
         WHERE t.status = 'queued' AND t.not_before <= ? AND (c.live_task IS NULL OR c.live_task = t.id) \
           AND (c.node IS NULL OR c.node = ? \
             OR NOT EXISTS (SELECT 1 FROM nodes n WHERE n.id = c.node AND n.alive_until > ?)) \
       ) f WHERE f.turn = 1 \
     ) q WHERE q.place_in_line <= ? ORDER BY priority DESC, created_at, id";

impl Store {
    /// The first `per_project` tasks of each project that could start now on this node: their time has come and their conversation is
    /// free. The fair choice between projects is the caller's.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn queue_heads(
        &self,
        node: &NodeId,
        now: Timestamp,
        per_project: u32,
    ) -> Result<Vec<QueueHead>, StoreError> {
        let rows = sqlx::query(HEADS).bind(now.millis()).bind(node.as_str()).bind(now.millis());
        let rows = rows.bind(i64::from(per_project));
        let rows = rows.fetch_all(&mut *self.db.read().await?).await?;
        let heads = rows.iter().map(|row| {
            Ok(QueueHead {
                task: row.word("id")?,
                project: row.id("project_id", ProjectId::new)?,
                conversation: row.id("conversation_id", ConversationId::new)?,
                priority: row.int("priority")?,
                created_at: row.time("created_at")?,
            })
        });
        heads.collect()
    }

    /// How many queued tasks of its project go before a task that is queued now with this priority.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn queued_before(&self, project: &ProjectId, priority: i64, now: Timestamp) -> Result<u64, StoreError> {
        let row = sqlx::query(
            "SELECT COUNT(*) AS earlier FROM tasks WHERE status = 'queued' AND project_id = ? AND priority >= ? \
             AND not_before <= ?",
        );
        let row = row.bind(project.as_str()).bind(priority).bind(now.millis());
        row.fetch_one(&mut *self.db.read().await?).await?.count("earlier")
    }

    /// How many tasks of each project are running.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn running_by_project(&self) -> Result<BTreeMap<ProjectId, u64>, StoreError> {
        let rows = sqlx::query(
            "SELECT project_id, COUNT(*) AS running FROM tasks WHERE status = 'running' GROUP BY project_id",
        );
        let rows = rows.fetch_all(&mut *self.db.read().await?).await?;
        rows.iter().map(|row| Ok((row.id("project_id", ProjectId::new)?, row.count("running")?))).collect()
    }

    /// When the next queued task's time comes; none when nothing is queued.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn next_start(&self) -> Result<Option<Timestamp>, StoreError> {
        let row = sqlx::query("SELECT MIN(not_before) AS next_start FROM tasks WHERE status = 'queued'");
        row.fetch_one(&mut *self.db.read().await?).await?.maybe_time("next_start")
    }
}
