//! Throwing away what a task came to: its conversation stands again where the task began, with neither workspace nor
//! session, so that its next turn begins from there.

use super::Store;
use super::columns::Columns;
use super::db::Tx;
use super::error::StoreError;
use super::noting::Outcome;
use super::outbox::{LaidCard, owe_all};
use super::record::{Laid, append};
use super::tasks::lock;
use signalbox_core::audit::Deed;
use signalbox_core::delivery::Delivery;
use signalbox_core::event::{Event, EventKind};
use signalbox_core::id::TaskId;
use signalbox_core::task::{Task, TaskState};
use signalbox_core::time::Timestamp;

/// A person's word that a task's work is not wanted.
#[derive(Debug, Clone)]
pub struct Discard {
    /// Who, as others are shown them.
    pub by: String,
    /// Now.
    pub at: Timestamp,
    /// The commit that it is about; none where the task came to none.
    pub commit: Option<String>,
    /// The cards that tell of it.
    pub deliveries: Vec<Delivery>,
}

/// What became of it.
#[derive(Debug, Clone, PartialEq)]
pub enum Discarding {
    /// It is done.
    Discarded(Vec<Event>),
    /// The task is not over, or has come to another result since.
    Moved(TaskState),
    /// Something is built on it, or the conversation is being worked in.
    BuiltOn,
    /// There is no such task.
    Missing,
}

impl Outcome for Discarding {
    fn entered(&self, deed: &Deed) -> Option<Deed> {
        match self {
            Self::Discarded(_) => Some(deed.clone()),
            Self::Moved(_) | Self::BuiltOn | Self::Missing => None,
        }
    }
}

impl Store {
    /// Throws away what a task that is over came to, unless something newer stands on it. Whether it was pushed is the
    /// caller's to know.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn discard(&self, task: &TaskId, discard: Discard) -> Result<Discarding, StoreError> {
        let cards = self.lay_cards(discard.deliveries.clone()).await?;
        let thrown = (task.clone(), discard, cards);
        self.change(thrown, |tx, (task, discard, cards)| Box::pin(throw_away(tx, task, discard, cards))).await
    }
}

async fn throw_away(tx: &mut Tx, id: &TaskId, discard: &Discard, cards: &[LaidCard]) -> Result<Discarding, StoreError> {
    let Some(row) = lock(tx, id).await? else { return Ok(Discarding::Missing) };
    let task = row.task;
    if !task.state.is_final() || task.commit != discard.commit {
        return Ok(Discarding::Moved(task.state));
    }
    if has_newer(tx, &task).await? || !go_back(tx, &task, discard.at).await? {
        return Ok(Discarding::BuiltOn);
    }
    let cleared = sqlx::query("UPDATE tasks SET commit_id = NULL WHERE id = ?").bind(id.as_str());
    cleared.execute(&mut *tx).await?;
    let event = Laid::short(EventKind::Discarded { by: discard.by.clone() })?;
    let events = append(tx, id, discard.at, &[event]).await?;
    owe_all(tx, cards).await?;
    Ok(Discarding::Discarded(events))
}

/// Whether a later task of the conversation has come to a commit.
async fn has_newer(tx: &mut Tx, task: &Task) -> Result<bool, StoreError> {
    let newer = sqlx::query(
        "SELECT COUNT(*) AS newer FROM tasks WHERE conversation_id = ? AND id <> ? AND created_at >= ? \
         AND commit_id IS NOT NULL",
    );
    let newer = newer.bind(task.conversation.as_str()).bind(task.id.as_str()).bind(task.created_at.millis());
    Ok(newer.fetch_one(tx).await?.count::<u64>("newer")? > 0)
}

/// Puts the conversation back to where the task began; false while somebody works in it, or when it stands elsewhere.
async fn go_back(tx: &mut Tx, task: &Task, at: Timestamp) -> Result<bool, StoreError> {
    let back = sqlx::query(
        "UPDATE conversations SET head = ?, session_id = NULL, volumes = NULL, node = NULL, session_blob = NULL, \
         updated_at = ? WHERE id = ? AND live_task IS NULL AND (head = ? OR ? IS NULL)",
    );
    let back = back.bind(&task.base).bind(at.millis()).bind(task.conversation.as_str());
    Ok(back.bind(&task.commit).bind(&task.commit).execute(tx).await?.rows_affected() > 0)
}
