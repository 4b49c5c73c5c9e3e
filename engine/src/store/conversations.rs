//! Conversations: threads of talk, each with its workspace and its Claude session.

use super::Store;
use super::answers::Fenced;
use super::blobs::wall_clock;
use super::claim::{Lease, hold};
use super::columns::{Columns, from_json, to_json};
use super::db::Tx;
use super::error::StoreError;
use signalbox_core::command::Mode;
use signalbox_core::ground::Ground;
use signalbox_core::id::{BlobId, ConversationId, NodeId, ProjectId, SessionId, TaskId};
use signalbox_core::place::Place;
use signalbox_core::time::Timestamp;

/// One thread of talk in a place, on one project.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conversation {
    /// Its id.
    pub id: ConversationId,
    /// The project.
    pub project: ProjectId,
    /// Where it began.
    pub place: Place,
    /// The Claude session that the next turn resumes.
    pub session: Option<SessionId>,
    /// The commit of the last result.
    pub head: Option<String>,
    /// The commit that it began on.
    pub base: Option<String>,
    /// The task that has the conversation: running, or parked.
    pub live_task: Option<TaskId>,
    /// The node on whose disk its volumes are.
    pub node: Option<NodeId>,
    /// Workspace and session as they were put away after the last turn.
    pub session_blob: Option<BlobId>,
    /// The name of its volumes, once it has some.
    pub volumes: Option<String>,
    /// Whether it works at once, or plans first.
    pub mode: Mode,
    /// The model that people chose for it; none means the hub's.
    pub model: Option<String>,
    /// What it works on; none means the repository's default branch.
    pub ground: Option<Ground>,
    /// When it began.
    pub created_at: Timestamp,
    /// When it changed last.
    pub updated_at: Timestamp,
}

impl Conversation {
    /// A new one, with an id of its own.
    pub fn new(project: ProjectId, place: Place, at: Timestamp) -> Self {
        Self {
            id: ConversationId::new(uuid::Uuid::now_v7().to_string()),
            project,
            place,
            session: None,
            head: None,
            base: None,
            live_task: None,
            node: None,
            session_blob: None,
            volumes: None,
            mode: Mode::Work,
            model: None,
            ground: None,
            created_at: at,
            updated_at: at,
        }
    }
}

/// A value of a conversation that its worker may set.
#[derive(Debug, Clone)]
pub(super) enum Change {
    Session(SessionId),
    SessionLost,
    Volumes(String),
    Head(String),
    Base(String),
    SessionBlob(BlobId),
    Node(Option<NodeId>),
}

/// What changes of a conversation whoever works in it at the moment: what people choose, and where its branch is.
#[derive(Debug, Clone)]
enum Choice {
    Mode(Mode),
    Model(Option<String>),
    Ground(Ground),
}

impl Store {
    /// A conversation.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn conversation(&self, id: &ConversationId) -> Result<Option<Conversation>, StoreError> {
        let mut connection = self.db.read().await?;
        load(&mut connection, id).await
    }

    /// Sets the session that the next turn resumes.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn set_session(&self, lease: &Lease, session: &SessionId) -> Result<Fenced<()>, StoreError> {
        self.change_conversation(lease, Change::Session(session.clone())).await
    }

    /// Forgets the session: it is not in the conversation's volume any more.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn forget_session(&self, lease: &Lease) -> Result<Fenced<()>, StoreError> {
        self.change_conversation(lease, Change::SessionLost).await
    }

    /// Sets the commit of the last result.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn set_head(&self, lease: &Lease, commit: &str) -> Result<Fenced<()>, StoreError> {
        self.change_conversation(lease, Change::Head(commit.to_owned())).await
    }

    /// Sets the commit that the work stands on.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn set_base(&self, lease: &Lease, commit: &str) -> Result<Fenced<()>, StoreError> {
        self.change_conversation(lease, Change::Base(commit.to_owned())).await
    }

    /// Sets where workspace and session were put away.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn set_session_blob(&self, lease: &Lease, blob: &BlobId) -> Result<Fenced<()>, StoreError> {
        self.change_conversation(lease, Change::SessionBlob(blob.clone())).await
    }

    /// Sets on whose disk the volumes are; none when they are on nobody's.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn set_volumes_node(&self, lease: &Lease, node: Option<NodeId>) -> Result<Fenced<()>, StoreError> {
        self.change_conversation(lease, Change::Node(node)).await
    }

    /// Sets whether its next turns work at once, or plan first.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn choose_mode(&self, id: &ConversationId, mode: Mode) -> Result<(), StoreError> {
        self.choose(id, Choice::Mode(mode)).await
    }

    /// Sets the model of its next turns; none means the hub's.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn choose_model(&self, id: &ConversationId, model: Option<String>) -> Result<(), StoreError> {
        self.choose(id, Choice::Model(model)).await
    }

    /// Keeps where the conversation's branch is now.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn set_ground(&self, id: &ConversationId, ground: Ground) -> Result<(), StoreError> {
        self.choose(id, Choice::Ground(ground)).await
    }

    async fn choose(&self, id: &ConversationId, choice: Choice) -> Result<(), StoreError> {
        let chosen = (id.clone(), choice, wall_clock());
        self.db.write(chosen, |tx, (id, choice, at)| Box::pin(choose(tx, id, choice, *at))).await
    }

    async fn change_conversation(&self, lease: &Lease, change: Change) -> Result<Fenced<()>, StoreError> {
        let fenced = (lease.clone(), change);
        self.db.write(fenced, |tx, (lease, change)| Box::pin(fenced_change(tx, lease, change))).await
    }
}

async fn fenced_change(tx: &mut Tx, lease: &Lease, change: &Change) -> Result<Fenced<()>, StoreError> {
    if !hold(tx, lease).await? {
        return Ok(Fenced::Stale);
    }
    apply(tx, &lease.conversation, change).await?;
    Ok(Fenced::Applied(()))
}

/// Sets one value; the caller has checked that it may.
pub(super) async fn apply(tx: &mut Tx, id: &ConversationId, change: &Change) -> Result<(), StoreError> {
    let (sql, value) = match change {
        Change::Session(session) => ("UPDATE conversations SET session_id = ? WHERE id = ?", Some(session.as_str())),
        Change::SessionLost => ("UPDATE conversations SET session_id = ? WHERE id = ?", None),
        Change::Volumes(name) => ("UPDATE conversations SET volumes = ? WHERE id = ?", Some(name.as_str())),
        Change::Head(commit) => ("UPDATE conversations SET head = ? WHERE id = ?", Some(commit.as_str())),
        Change::Base(commit) => ("UPDATE conversations SET base = ? WHERE id = ?", Some(commit.as_str())),
        Change::SessionBlob(blob) => ("UPDATE conversations SET session_blob = ? WHERE id = ?", Some(blob.as_str())),
        Change::Node(node) => ("UPDATE conversations SET node = ? WHERE id = ?", node.as_ref().map(NodeId::as_str)),
    };
    sqlx::query(sql).bind(value).bind(id.as_str()).execute(tx).await?;
    Ok(())
}

async fn choose(tx: &mut Tx, id: &ConversationId, choice: &Choice, at: Timestamp) -> Result<(), StoreError> {
    let (sql, value) = match choice {
        Choice::Mode(mode) => {
            ("UPDATE conversations SET mode = ?, updated_at = ? WHERE id = ?", Some(mode.as_str().to_owned()))
        }
        Choice::Model(model) => ("UPDATE conversations SET model = ?, updated_at = ? WHERE id = ?", model.clone()),
        Choice::Ground(ground) => {
            ("UPDATE conversations SET ground = ?, updated_at = ? WHERE id = ?", Some(to_json(ground)?))
        }
    };
    sqlx::query(sql).bind(value).bind(at.millis()).bind(id.as_str()).execute(tx).await?;
    Ok(())
}

/// Reads one conversation.
pub(super) async fn load(tx: &mut Tx, id: &ConversationId) -> Result<Option<Conversation>, StoreError> {
    let found = sqlx::query(
        "SELECT id, project_id, place, session_id, head, base, live_task, node, session_blob, volumes, \
         mode, model, ground, created_at, updated_at FROM conversations WHERE id = ?",
    );
    let Some(row) = found.bind(id.as_str()).fetch_optional(tx).await? else { return Ok(None) };
    Ok(Some(Conversation {
        id: row.id("id", ConversationId::new)?,
        project: row.id("project_id", ProjectId::new)?,
        place: row.word("place")?,
        session: row.maybe_id("session_id", SessionId::new)?,
        head: row.maybe_text("head")?,
        base: row.maybe_text("base")?,
        live_task: row.maybe_word("live_task")?,
        node: row.maybe_id("node", NodeId::new)?,
        session_blob: row.maybe_id("session_blob", BlobId::new)?,
        volumes: row.maybe_text("volumes")?,
        mode: mode_of(&row.text("mode")?)?,
        model: row.maybe_text("model")?,
        ground: row.maybe_text("ground")?.map(|text| from_json("ground", &text)).transpose()?,
        created_at: row.time("created_at")?,
        updated_at: row.time("updated_at")?,
    }))
}

fn mode_of(word: &str) -> Result<Mode, StoreError> {
    let known = Mode::ALL.into_iter().find(|mode| mode.as_str() == word);
    known.ok_or_else(|| StoreError::damaged(format!("mode: `{word}` is none")))
}

/// Stores a new one.
pub(super) async fn insert(tx: &mut Tx, new: &Conversation) -> Result<(), StoreError> {
    let added = sqlx::query(
        "INSERT INTO conversations (id, project_id, place, session_id, head, base, node, mode, model, ground, \
         created_at, updated_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    );
    added
        .bind(new.id.as_str())
        .bind(new.project.as_str())
        .bind(new.place.to_string())
        .bind(new.session.as_ref().map(SessionId::as_str))
        .bind(&new.head)
        .bind(&new.base)
        .bind(new.node.as_ref().map(NodeId::as_str))
        .bind(new.mode.as_str())
        .bind(&new.model)
        .bind(new.ground.as_ref().map(to_json).transpose()?)
        .bind(new.created_at.millis())
        .bind(new.updated_at.millis())
        .execute(tx)
        .await?;
    Ok(())
}

/// Lets the conversation go once its task is over.
pub(super) async fn release(tx: &mut Tx, task: &TaskId, at: Timestamp) -> Result<(), StoreError> {
    sqlx::query("UPDATE conversations SET live_task = NULL, updated_at = ? WHERE live_task = ?")
        .bind(at.millis())
        .bind(task.as_str())
        .execute(tx)
        .await?;
    Ok(())
}
