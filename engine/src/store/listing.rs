//! Lists of tasks, the newest first, page by page.

use super::Store;
use super::answers::Visible;
use super::columns::Columns;
use super::error::StoreError;
use super::tasks::{COLUMNS, only_visible, task_of};
use super::words;
use signalbox_core::id::{ProjectId, TaskId, UserId};
use signalbox_core::port::{LOOKED_THROUGH, TaskPage};
use signalbox_core::task::TaskState;
use signalbox_core::time::Timestamp;
use sqlx::{Any, AnyConnection, QueryBuilder};

/// A task's place in the list: when it was asked, and its id.
type Position = (Timestamp, TaskId);

/// Which tasks to list.
#[derive(Debug, Clone)]
pub struct TaskQuery {
    /// Of this project only.
    pub project: Option<ProjectId>,
    /// Only those that are not over.
    pub open: bool,
    /// Only those that stand there.
    pub state: Option<TaskState>,
    /// Only what this person asked for.
    pub requester: Option<UserId>,
    /// Only those in whose prompt or answer each of these is found.
    pub words: Vec<String>,
    /// In how many tasks, the newest first, these are looked for at once.
    pub look_through: u32,
    /// At most so many.
    pub limit: u32,
    /// Only those that come after this one, by when it was asked and its id.
    pub before: Option<Position>,
    /// Only of projects that may be shown.
    pub visible: Visible,
}

impl TaskQuery {
    /// Every task that may be shown, so many at once.
    pub fn newest(limit: u32, visible: Visible) -> Self {
        Self {
            project: None,
            open: false,
            state: None,
            requester: None,
            words: Vec::new(),
            look_through: LOOKED_THROUGH,
            limit,
            before: None,
            visible,
        }
    }
}

impl Store {
    /// Tasks, the newest first.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn tasks(&self, wanted: &TaskQuery) -> Result<TaskPage, StoreError> {
        let mut connection = self.db.read().await?;
        let horizon = match wanted.words.is_empty() {
            true => None,
            false => horizon(&mut connection, wanted).await?,
        };
        let rows = page(wanted, horizon.as_ref()).build().fetch_all(&mut *connection).await?;
        drop(connection);
        let mut tasks = Vec::with_capacity(rows.len());
        for row in &rows {
            tasks.push(self.whole_task(task_of(row)?).await?);
        }
        let is_full = tasks.len() as u64 == u64::from(wanted.limit);
        let (next, reached) = match (tasks.last().filter(|_| is_full), horizon) {
            (Some(last), _) => (Some(last.id.clone()), None),
            (None, Some((at, id))) => (Some(id), Some(at)),
            (None, None) => (None, None),
        };
        Ok(TaskPage { tasks, next, reached })
    }
}

/// The last task that words are looked for in at once; none where that are all. It is found first, so that what is asked
/// meanwhile moves no task from one page to another.
async fn horizon(connection: &mut AnyConnection, wanted: &TaskQuery) -> Result<Option<Position>, StoreError> {
    let mut query = QueryBuilder::new("SELECT created_at, id FROM tasks WHERE 1 = 1");
    narrow(&mut query, wanted);
    query.push(" ORDER BY created_at DESC, id DESC LIMIT 1 OFFSET ").push_bind(i64::from(wanted.look_through) - 1);
    let Some(row) = query.build().fetch_optional(connection).await? else { return Ok(None) };
    Ok(Some((row.time("created_at")?, row.word("id")?)))
}

/// One page. Which tasks it has is found by indexes alone; only these are read.
fn page(wanted: &TaskQuery, horizon: Option<&Position>) -> QueryBuilder<Any> {
    let mut query = QueryBuilder::new(format!("SELECT {COLUMNS} FROM (SELECT tasks.id AS found FROM tasks"));
    if !wanted.words.is_empty() {
        words::join(&mut query);
    }
    query.push(" WHERE 1 = 1");
    narrow(&mut query, wanted);
    if let Some((at, id)) = horizon {
        query.push(" AND tasks.created_at >= ").push_bind(at.millis());
        query.push(" AND (tasks.created_at > ").push_bind(at.millis());
        query.push(" OR tasks.id >= ").push_bind(id.as_str().to_owned()).push(")");
    }
    words::only_with(&mut query, &wanted.words);
    query.push(" ORDER BY tasks.created_at DESC, tasks.id DESC LIMIT ").push_bind(i64::from(wanted.limit));
    query.push(") f CROSS JOIN tasks ON tasks.id = f.found ORDER BY tasks.created_at DESC, tasks.id DESC");
    query
}

/// Adds what is wanted, words apart.
fn narrow(query: &mut QueryBuilder<Any>, wanted: &TaskQuery) {
    if let Some(project) = &wanted.project {
        query.push(" AND tasks.project_id = ").push_bind(project.as_str().to_owned());
    }
    if wanted.open {
        query.push(" AND tasks.status IN ('queued', 'running', 'parked')");
    }
    if let Some(state) = wanted.state {
        query.push(" AND tasks.status = ").push_bind(state.as_str());
    }
    if let Some(requester) = &wanted.requester {
        query.push(" AND tasks.user_id = ").push_bind(requester.as_str().to_owned());
    }
    if let Some((at, id)) = &wanted.before {
        query.push(" AND tasks.created_at <= ").push_bind(at.millis());
        query.push(" AND (tasks.created_at < ").push_bind(at.millis());
        query.push(" OR tasks.id < ").push_bind(id.as_str().to_owned()).push(")");
    }
    only_visible(query, &wanted.visible);
}
