//! Asking people: approvals are opened under a lease, together with the cards that ask.

use super::Store;
use super::answers::{Fenced, Prefix, Visible, code_prefix};
use super::claim::{Lease, hold};
use super::columns::{Columns, from_json, to_json};
use super::db::Tx;
use super::error::StoreError;
use super::gate::worded;
use super::long::Long;
use super::outbox::{LaidCard, owe_all};
use super::record::{Laid, append};
use super::tasks::only_visible;
use signalbox_core::approval::{Approval, ApprovalKind, ApprovalState, Context, Decision};
use signalbox_core::delivery::Delivery;
use signalbox_core::event::{Event, EventKind};
use signalbox_core::id::{ApprovalId, ConversationId, ProjectId, RunId, TaskId, UserId};
use signalbox_core::time::Timestamp;
use signalbox_core::tool::CallHash;
use sqlx::any::AnyRow;
use sqlx::{Any, QueryBuilder};

const COLUMNS: &str = "SELECT id, task_id, run_id, conversation_id, project_id, user_id, kind, call_json, call_blob, \
     hash, request, reason, dangerous, may_have_run, votes_needed, status, parked, decision, opened_at, expires_at, draft, \
     (SELECT username FROM users WHERE users.id = approvals.user_id) AS requester, \
     (SELECT name FROM projects WHERE projects.id = approvals.project_id) AS project, \
     (SELECT COUNT(*) FROM votes WHERE votes.approval_id = approvals.id) AS yes FROM approvals";

/// A question to people.
#[derive(Debug, Clone)]
pub struct OpenApproval {
    /// The approval.
    pub approval: Approval,
    /// The events that tell of it.
    pub events: Vec<EventKind>,
    /// The cards that ask.
    pub deliveries: Vec<Delivery>,
}

#[derive(Debug)]
struct Question {
    approval: Approval,
    call: Long,
    events: Vec<Laid>,
    cards: Vec<LaidCard>,
}

/// An approval as its row holds it: its call not read yet.
#[derive(Debug, Clone)]
pub(super) struct ApprovalRow {
    pub(super) id: ApprovalId,
    pub(super) task: TaskId,
    pub(super) votes_needed: u32,
    pub(super) state: ApprovalState,
    pub(super) parked: bool,
    run: RunId,
    conversation: ConversationId,
    project: ProjectId,
    requester: UserId,
    kind: ApprovalKind,
    call: Long,
    hash: CallHash,
    request: String,
    reason: String,
    dangerous: bool,
    may_have_run: bool,
    decision: Option<Decision>,
    opened_at: Timestamp,
    expires_at: Timestamp,
    context: Context,
}

impl Store {
    /// Asks people: the approval, its events and its cards, in one transaction.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn open_approval(&self, lease: &Lease, open: OpenApproval) -> Result<Fenced<Vec<Event>>, StoreError> {
        let question = Question {
            call: self.lay(to_json(&open.approval.call)?).await?,
            events: self.lay_events(open.events).await?,
            cards: self.lay_cards(open.deliveries).await?,
            approval: open.approval,
        };
        self.db.write((lease.clone(), question), |tx, (lease, question)| Box::pin(ask(tx, lease, question))).await
    }

    /// An approval, whole.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn approval(&self, id: &ApprovalId) -> Result<Option<Approval>, StoreError> {
        match load(&mut *self.db.read().await?, id).await? {
            Some(row) => self.whole_approval(row).await.map(Some),
            None => Ok(None),
        }
    }

    /// The approval whose code begins so, as people type it.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn approval_by_prefix(&self, typed: &str) -> Result<Prefix<Approval>, StoreError> {
        let parse = |text: &str| text.parse::<ApprovalId>().ok().map(String::from);
        let Some(prefix) = code_prefix(typed, ApprovalId::LENGTH, parse) else { return Ok(Prefix::None) };
        let mut query = select();
        query.push(" WHERE id LIKE ").push_bind(format!("{prefix}%")).push(" ORDER BY id LIMIT 2");
        let mut found = self.fetch_approvals(query).await?;
        match (found.pop(), found.pop()) {
            (Some(approval), None) => Ok(Prefix::One(approval)),
            (None, _) => Ok(Prefix::None),
            (Some(_), Some(_)) => Ok(Prefix::Many),
        }
    }

    /// Approvals that are open, the oldest first.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn open_approvals(&self, visible: &Visible) -> Result<Vec<Approval>, StoreError> {
        let mut query = select();
        query.push(" WHERE status = 'open'");
        only_visible(&mut query, visible);
        query.push(" ORDER BY opened_at, id");
        self.fetch_approvals(query).await
    }

    /// Every approval of a task, the oldest first.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn approvals_of(&self, task: &TaskId) -> Result<Vec<Approval>, StoreError> {
        let mut query = select();
        query.push(" WHERE task_id = ").push_bind(task.as_str().to_owned()).push(" ORDER BY opened_at, id");
        self.fetch_approvals(query).await
    }

    /// Open approvals whose time is over.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn expired_approvals(&self, now: Timestamp) -> Result<Vec<ApprovalId>, StoreError> {
        let rows =
            sqlx::query("SELECT id FROM approvals WHERE status = 'open' AND expires_at <= ? ORDER BY expires_at");
        let rows = rows.bind(now.millis()).fetch_all(&mut *self.db.read().await?).await?;
        rows.iter().map(|row| row.word("id")).collect()
    }

    async fn fetch_approvals(&self, mut query: QueryBuilder<Any>) -> Result<Vec<Approval>, StoreError> {
        let rows = query.build().fetch_all(&mut *self.db.read().await?).await?;
        let mut approvals = Vec::with_capacity(rows.len());
        for row in &rows {
            approvals.push(self.whole_approval(approval_of(row)?).await?);
        }
        Ok(approvals)
    }

    pub(super) async fn whole_approval(&self, row: ApprovalRow) -> Result<Approval, StoreError> {
        Ok(Approval {
            call: from_json("call_json", &self.whole(row.call).await?)?,
            id: row.id,
            task: row.task,
            run: row.run,
            conversation: row.conversation,
            project: row.project,
            requester: row.requester,
            kind: row.kind,
            hash: row.hash,
            request: row.request,
            reason: row.reason,
            dangerous: row.dangerous,
            may_have_run: row.may_have_run,
            votes_needed: row.votes_needed,
            state: row.state,
            parked: row.parked,
            decision: row.decision,
            opened_at: row.opened_at,
            expires_at: row.expires_at,
            context: row.context,
        })
    }
}

fn select() -> QueryBuilder<Any> {
    QueryBuilder::new(COLUMNS)
}

/// Reads one approval's row.
pub(super) async fn load(tx: &mut Tx, id: &ApprovalId) -> Result<Option<ApprovalRow>, StoreError> {
    let mut query = select();
    query.push(" WHERE id = ").push_bind(id.as_str().to_owned());
    query.build().fetch_optional(tx).await?.map(|row| approval_of(&row)).transpose()
}

fn approval_of(row: &AnyRow) -> Result<ApprovalRow, StoreError> {
    Ok(ApprovalRow {
        id: row.word("id")?,
        task: row.word("task_id")?,
        votes_needed: row.count("votes_needed")?,
        state: row.word("status")?,
        parked: row.flag("parked")?,
        run: row.id("run_id", RunId::new)?,
        conversation: row.id("conversation_id", ConversationId::new)?,
        project: row.id("project_id", ProjectId::new)?,
        requester: row.id("user_id", UserId::new)?,
        kind: worded(row, "kind")?,
        call: Long::from_row(row, "call_json", "call_blob")?,
        hash: row.id("hash", CallHash::new)?,
        request: row.text("request")?,
        reason: row.text("reason")?,
        dangerous: row.flag("dangerous")?,
        may_have_run: row.flag("may_have_run")?,
        decision: row.maybe_json("decision")?,
        opened_at: row.time("opened_at")?,
        expires_at: row.time("expires_at")?,
        context: Context {
            requester: row.maybe_text("requester")?.unwrap_or_default(),
            project: row.maybe_text("project")?.unwrap_or_default(),
            draft: row.maybe_json("draft")?.unwrap_or_default(),
            yes: row.count("yes")?,
        },
    })
}

async fn ask(tx: &mut Tx, lease: &Lease, question: &Question) -> Result<Fenced<Vec<Event>>, StoreError> {
    if question.approval.task != lease.task || !hold(tx, lease).await? {
        return Ok(Fenced::Stale);
    }
    insert(tx, &question.approval, &question.call).await?;
    let events = append(tx, &lease.task, question.approval.opened_at, &question.events).await?;
    owe_all(tx, &question.cards).await?;
    Ok(Fenced::Applied(events))
}

async fn insert(tx: &mut Tx, approval: &Approval, call: &Long) -> Result<(), StoreError> {
    let added = sqlx::query(
        "INSERT INTO approvals (id, task_id, run_id, conversation_id, project_id, user_id, kind, call_json, call_blob, \
         hash, request, reason, dangerous, may_have_run, votes_needed, votes_cast, status, parked, opened_at, \
         expires_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, 'open', 0, ?, ?)",
    );
    added
        .bind(approval.id.as_str())
        .bind(approval.task.as_str())
        .bind(approval.run.as_str())
        .bind(approval.conversation.as_str())
        .bind(approval.project.as_str())
        .bind(approval.requester.as_str())
        .bind(approval.kind.as_str())
        .bind(&call.text)
        .bind(call.blob())
        .bind(approval.hash.as_str())
        .bind(&approval.request)
        .bind(&approval.reason)
        .bind(i64::from(approval.dangerous))
        .bind(i64::from(approval.may_have_run))
        .bind(i64::from(approval.votes_needed))
        .bind(approval.opened_at.millis())
        .bind(approval.expires_at.millis())
        .execute(tx)
        .await?;
    Ok(())
}
