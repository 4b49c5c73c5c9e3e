//! Reading tasks.

use super::Store;
use super::answers::{Prefix, Visible, code_prefix};
use super::columns::Columns;
use super::db::Tx;
use super::error::StoreError;
use super::long::Long;
use signalbox_core::id::{ConversationId, ProjectId, TaskId, UserId};
use signalbox_core::money::MicroUsd;
use signalbox_core::port::Asking;
use signalbox_core::task::{Task, TaskState};
use sqlx::any::AnyRow;
use sqlx::{Any, QueryBuilder};

pub(super) const COLUMNS: &str = "id, project_id, conversation_id, user_id, place, command, command_blob, attachments, model, \
     status, priority, limits, stop_requested, faults, result, result_blob, error, base, commit_id, cost, tokens, \
     created_at, not_before, started_at, finished_at";

/// A task as its row holds it: long texts cut.
#[derive(Debug, Clone)]
pub(super) struct TaskRow {
    pub(super) task: Task,
    prompt: Long,
    result: Option<Long>,
}

impl Store {
    /// A task, whole.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn task(&self, id: &TaskId) -> Result<Option<Task>, StoreError> {
        let row = load(&mut *self.db.read().await?, id).await?;
        match row {
            Some(row) => self.whole_task(row).await.map(Some),
            None => Ok(None),
        }
    }

    /// The task whose id begins so, as people type it.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn task_by_prefix(&self, typed: &str) -> Result<Prefix<Task>, StoreError> {
        let parse = |text: &str| text.parse::<TaskId>().ok().map(String::from);
        let Some(prefix) = code_prefix(typed, TaskId::LENGTH, parse) else { return Ok(Prefix::None) };
        let mut query = select();
        query.push(" WHERE id LIKE ").push_bind(format!("{prefix}%")).push(" ORDER BY id LIMIT 2");
        let mut rows = query.build().fetch_all(&mut *self.db.read().await?).await?;
        match (rows.pop(), rows.pop()) {
            (Some(row), None) => Ok(Prefix::One(self.whole_task(task_of(&row)?).await?)),
            (None, _) => Ok(Prefix::None),
            (Some(_), Some(_)) => Ok(Prefix::Many),
        }
    }

    /// The tasks of a conversation that changed something, the oldest first.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn works_of(&self, conversation: &ConversationId) -> Result<Vec<Task>, StoreError> {
        let mut query = select();
        query.push(" WHERE commit_id IS NOT NULL AND conversation_id = ").push_bind(conversation.as_str().to_owned());
        let rows = query.push(" ORDER BY created_at, id").build().fetch_all(&mut *self.db.read().await?).await?;
        let mut tasks = Vec::with_capacity(rows.len());
        for row in &rows {
            tasks.push(self.whole_task(task_of(row)?).await?);
        }
        Ok(tasks)
    }

    /// What is done with a call of this task that policy would ask about.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn asking(&self, id: &TaskId) -> Result<Option<Asking>, StoreError> {
        let found = sqlx::query("SELECT asking FROM tasks WHERE id = ?").bind(id.as_str());
        let found = found.fetch_optional(&mut *self.db.read().await?).await?;
        found.map(|row| row.json("asking")).transpose()
    }

    /// How many queued tasks go before this one; none when it is not queued.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn queue_position(&self, id: &TaskId) -> Result<Option<u64>, StoreError> {
        let found = sqlx::query(
            "SELECT (SELECT COUNT(*) FROM tasks o WHERE o.status = 'queued' AND (o.priority > t.priority \
               OR (o.priority = t.priority AND (o.created_at < t.created_at \
                 OR (o.created_at = t.created_at AND o.id < t.id))))) AS ahead \
             FROM tasks t WHERE t.id = ? AND t.status = 'queued'",
        );
        let found = found.bind(id.as_str()).fetch_optional(&mut *self.db.read().await?).await?;
        found.map(|row| row.count("ahead")).transpose()
    }

    pub(super) async fn whole_task(&self, row: TaskRow) -> Result<Task, StoreError> {
        let TaskRow { mut task, prompt, result } = row;
        task.prompt = self.whole(prompt).await?;
        if let Some(result) = result {
            task.result = Some(self.whole(result).await?);
        }
        Ok(task)
    }
}

fn select() -> QueryBuilder<Any> {
    QueryBuilder::new(format!("SELECT {COLUMNS} FROM tasks"))
}

/// Adds the condition that a row's project may be shown.
pub(super) fn only_visible(query: &mut QueryBuilder<Any>, visible: &Visible) {
    let Visible::Projects(projects) = visible else { return };
    // An empty list is no SQL; NULL is in no list.
    query.push(" AND project_id IN (NULL");
    for project in projects {
        query.push(", ").push_bind(project.as_str().to_owned());
    }
    query.push(")");
}

/// Reads one task's row.
pub(super) async fn load(tx: &mut Tx, id: &TaskId) -> Result<Option<TaskRow>, StoreError> {
    let mut query = select();
    query.push(" WHERE id = ").push_bind(id.as_str().to_owned());
    query.build().fetch_optional(tx).await?.map(|row| task_of(&row)).transpose()
}

/// Takes a task's row for the rest of the transaction and reads it.
pub(super) async fn lock(tx: &mut Tx, id: &TaskId) -> Result<Option<TaskRow>, StoreError> {
    sqlx::query("UPDATE tasks SET fence = fence WHERE id = ?").bind(id.as_str()).execute(&mut *tx).await?;
    load(tx, id).await
}

/// Reads a task's row.
pub(super) fn task_of(row: &AnyRow) -> Result<TaskRow, StoreError> {
    let prompt = Long::from_row(row, "command", "command_blob")?;
    let result = Long::maybe_from_row(row, "result", "result_blob")?;
    let task = Task {
        id: row.word("id")?,
        project: row.id("project_id", ProjectId::new)?,
        conversation: row.id("conversation_id", ConversationId::new)?,
        requester: row.id("user_id", UserId::new)?,
        origin: row.word("place")?,
        prompt: prompt.text.clone(),
        attachments: row.json("attachments")?,
        model: row.maybe_text("model")?,
        priority: row.int("priority")?,
        limits: row.json("limits")?,
        state: row.word::<TaskState>("status")?,
        stop_requested: row.flag("stop_requested")?,
        faults: row.count("faults")?,
        result: result.as_ref().map(|long| long.text.clone()),
        failure: row.maybe_json("error")?,
        base: row.maybe_text("base")?,
        commit: row.maybe_text("commit_id")?,
        cost: row.int("cost").map(MicroUsd)?,
        usage: row.json("tokens")?,
        created_at: row.time("created_at")?,
        not_before: row.time("not_before")?,
        started_at: row.maybe_time("started_at")?,
        finished_at: row.maybe_time("finished_at")?,
    };
    Ok(TaskRow { task, prompt, result })
}
