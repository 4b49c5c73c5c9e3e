//! Submission: the inbox's entry, the task, its first event and the receipt owed to the place, in one transaction. A second
//! copy of the same request is told about the first one's task and changes nothing.

use super::Store;
use super::columns::{Columns, to_json};
use super::conversations::{self, Conversation};
use super::db::Tx;
use super::error::StoreError;
use super::followers::follow;
use super::inbox::{Key, key_of};
use super::long::Long;
use super::outbox::{LaidCard, owe};
use super::places::{self, PlaceSetting};
use super::record::{Laid, append, blobs_in, keep_blobs};
use super::words::keep_asked;
use signalbox_core::delivery::Delivery;
use signalbox_core::event::EventKind;
use signalbox_core::id::{ConversationId, TaskId};
use signalbox_core::place::Place;
use signalbox_core::port::{Asking, Submitted};
use signalbox_core::task::Task;

/// A task to be queued.
#[derive(Debug, Clone)]
pub struct NewTask {
    /// The task; its state is taken to be queued.
    pub task: Task,
    /// What is done with a call that policy would ask about.
    pub asking: Asking,
    /// Who sends requests under `key`.
    pub source: String,
    /// Tells repetitions of one request.
    pub key: String,
    /// The conversation that begins with it; none where an older one goes on.
    pub new_conversation: Option<Conversation>,
    /// The first entry of its record.
    pub submitted: EventKind,
    /// The receipt owed to the place.
    pub receipt: Option<Delivery>,
    /// The message that asks.
    pub message: Option<String>,
    /// Whether its conversation is from now on the one that goes on in the place.
    pub goes_on: bool,
    /// Further places that are told what is told where it was asked.
    pub followers: Vec<Place>,
}

/// The same, ready for its rows.
#[derive(Debug)]
struct Submission {
    task: Task,
    asking: Asking,
    key: Key,
    new_conversation: Option<Conversation>,
    prompt: Long,
    submitted: Laid,
    receipt: Option<LaidCard>,
    message: Option<String>,
    goes_on: bool,
    followers: Vec<Place>,
}

impl Store {
    /// Queues a task.
    ///
    /// # Errors
    /// [`StoreError::Missing`] when project, person or conversation are not there.
    pub async fn submit(&self, new: NewTask) -> Result<Submitted, StoreError> {
        let submission = Submission {
            prompt: self.lay(new.task.prompt.clone()).await?,
            submitted: Laid::short(new.submitted)?,
            receipt: match new.receipt {
                Some(receipt) => Some(self.lay_card(receipt).await?),
                None => None,
            },
            task: new.task,
            asking: new.asking,
            key: key_of(&new.source, &new.key),
            new_conversation: new.new_conversation,
            message: new.message,
            goes_on: new.goes_on,
            followers: new.followers,
        };
        self.db.write(submission, |tx, submission| Box::pin(submit(tx, submission))).await
    }
}

async fn submit(tx: &mut Tx, new: &Submission) -> Result<Submitted, StoreError> {
    if let Some(first) = claim_key(tx, new).await? {
        return Ok(first);
    }
    if let Some(conversation) = &new.new_conversation {
        let begun = conversations::insert(tx, conversation).await;
        begun.map_err(|error| missing(error, "project"))?;
    }
    insert(tx, new).await.map_err(|error| missing(error, "project, person or conversation"))?;
    keep_asked(tx, &new.task.id, new.task.created_at, &new.task.prompt).await?;
    keep_blobs(tx, &new.task.id, &blobs_in(&to_json(&new.task.attachments)?)).await?;
    append(tx, &new.task.id, new.task.created_at, std::slice::from_ref(&new.submitted)).await?;
    follow(tx, &new.task.id, &new.followers).await?;
    let place = &new.task.origin;
    if let Some(message) = &new.message {
        places::register(tx, place, message, &format!("asked:{}", new.task.id)).await?;
    }
    if new.goes_on {
        places::set(tx, place, &PlaceSetting::Conversation(Some(new.task.conversation.clone()))).await?;
    }
    if let Some(receipt) = &new.receipt {
        owe(tx, receipt).await?;
    }
    Ok(Submitted { task: new.task.id.clone(), conversation: new.task.conversation.clone(), repeated: false })
}

/// Makes the request's key this task's, or says whose it is. An update that was received before has its row already.
async fn claim_key(tx: &mut Tx, new: &Submission) -> Result<Option<Submitted>, StoreError> {
    let added = sqlx::query(
        "INSERT INTO inbox (source, external_id, raw, task_id, received_at, handled_at) VALUES (?, ?, '', ?, ?, ?)",
    );
    let at = new.task.created_at.millis();
    let added = added.bind(&new.key.source).bind(&new.key.id).bind(new.task.id.as_str()).bind(at).bind(at);
    match added.execute(&mut *tx).await.map_err(StoreError::from) {
        Ok(_) => return Ok(None),
        Err(error) if error.is_duplicate() => {}
        Err(error) => return Err(error),
    }
    let mine = sqlx::query(
        "UPDATE inbox SET task_id = ?, handled_at = ?, trouble = NULL, trouble_at = NULL \
         WHERE source = ? AND external_id = ? AND task_id IS NULL",
    );
    let mine = mine.bind(new.task.id.as_str()).bind(at).bind(&new.key.source).bind(&new.key.id);
    if mine.execute(&mut *tx).await?.rows_affected() > 0 {
        return Ok(None);
    }
    let row = sqlx::query(
        "SELECT i.task_id, t.conversation_id FROM inbox i JOIN tasks t ON t.id = i.task_id \
         WHERE i.source = ? AND i.external_id = ?",
    );
    let row = row.bind(&new.key.source).bind(&new.key.id).fetch_optional(tx).await?;
    let row = row.ok_or(StoreError::Missing { what: "task of this request" })?;
    let (task, conversation) = (row.word::<TaskId>("task_id")?, row.id("conversation_id", ConversationId::new)?);
    Ok(Some(Submitted { task, conversation, repeated: true }))
}

async fn insert(tx: &mut Tx, new: &Submission) -> Result<(), StoreError> {
    let task = &new.task;
    let added = sqlx::query(
        "INSERT INTO tasks (id, project_id, conversation_id, user_id, place, command, command_blob, attachments, model, \
         asking, status, priority, limits, stop_requested, faults, base, cost, tokens, last_seq, fence, created_at, \
         not_before) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'queued', ?, ?, 0, 0, ?, ?, ?, 0, 0, ?, ?)",
    );
    added
        .bind(task.id.as_str())
        .bind(task.project.as_str())
        .bind(task.conversation.as_str())
        .bind(task.requester.as_str())
        .bind(task.origin.to_string())
        .bind(&new.prompt.text)
        .bind(new.prompt.blob())
        .bind(to_json(&task.attachments)?)
        .bind(&task.model)
        .bind(to_json(&new.asking)?)
        .bind(task.priority)
        .bind(to_json(&task.limits)?)
        .bind(&task.base)
        .bind(task.cost.0)
        .bind(to_json(&task.usage)?)
        .bind(task.created_at.millis())
        .bind(task.not_before.millis())
        .execute(tx)
        .await?;
    Ok(())
}

fn missing(error: StoreError, what: &'static str) -> StoreError {
    if error.is_dangling() { StoreError::Missing { what } } else { error }
}
