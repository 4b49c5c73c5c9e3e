//! Deciding: the first decision wins, whoever makes it at the same time and wherever.
//!
//! One transaction holds the vote, the decision, the grant, the record's entry, the task's way back into the queue and the
//! edited cards. The approval's row is taken first, so that of many voters each sees the votes before.

use super::Store;
use super::answers::Fenced;
use super::approvals::{ApprovalRow, load};
use super::claim::{Lease, hold};
use super::columns::{Columns, to_json};
use super::db::Tx;
use super::error::StoreError;
use super::grants;
use super::noting::Outcome;
use super::outbox::owe_approval;
use super::record::{Laid, append};
use super::void::unpark;
use signalbox_core::approval::{Approval, ApprovalState, ApprovalStep, Decision, Saying, tally};
use signalbox_core::audit::{Deed, Kind};
use signalbox_core::event::{Event, EventKind};
use signalbox_core::grant::Grant;
use signalbox_core::id::{ApprovalId, UserId};
use signalbox_core::place::Place;
use signalbox_core::time::Timestamp;

/// One person's word.
#[derive(Debug, Clone)]
pub struct Vote {
    /// Who. That they are entitled was judged before.
    pub by: UserId,
    /// How others are shown them.
    pub name: String,
    /// Where they said it.
    pub place: Option<Place>,
    /// What they said.
    pub saying: Saying,
    /// The grant that comes with it if it decides.
    pub grant: Option<Grant>,
    /// Now.
    pub at: Timestamp,
}

/// What became of a vote.
#[derive(Debug, Clone, PartialEq)]
pub enum Verdict {
    /// It was the decision.
    Applied {
        /// The approval as it stands now.
        approval: Box<Approval>,
        /// The entries in the record.
        events: Vec<Event>,
        /// The task was parked and is queued again.
        task_requeued: bool,
    },
    /// It was counted, but more votes are needed.
    Counted {
        /// How many more.
        missing: u32,
    },
    /// Somebody was faster, or it can no longer be answered.
    Late(Box<Approval>),
}

/// What became of handing a decision to the CLI.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Consumed {
    /// It is used up by this question.
    Now,
    /// It was used up before.
    Already {
        /// By which question of the CLI's.
        request: String,
    },
    /// It allows nothing.
    NotAllowed(ApprovalState),
}

#[derive(Debug)]
enum Counted {
    Decided { approval: ApprovalRow, events: Vec<Event>, task_requeued: bool },
    Missing(u32),
    Late(ApprovalRow),
}

impl Outcome for Counted {
    fn entered(&self, deed: &Deed) -> Option<Deed> {
        match self {
            Self::Decided { .. } => Some(deed.clone()),
            Self::Missing(_) => Some(Deed { kind: Kind::ApprovalVoted, ..deed.clone() }),
            Self::Late(_) => None,
        }
    }
}

impl Store {
    /// Counts a vote, and decides when it is enough; none when there is no such approval.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn decide(&self, id: &ApprovalId, vote: Vote) -> Result<Option<Verdict>, StoreError> {
        let counted = self.change((id.clone(), vote), |tx, (id, vote)| Box::pin(decide(tx, id, vote))).await?;
        Ok(match counted {
            None => None,
            Some(Counted::Missing(missing)) => Some(Verdict::Counted { missing }),
            Some(Counted::Late(row)) => Some(Verdict::Late(Box::new(self.whole_approval(row).await?))),
            Some(Counted::Decided { approval, events, task_requeued }) => {
                let approval = Box::new(self.whole_approval(approval).await?);
                Some(Verdict::Applied { approval, events, task_requeued })
            }
        })
    }

    /// Marks an allowed decision as handed to the CLI for its question `request`: it allows one call, once.
    ///
    /// # Errors
    /// [`StoreError::Missing`] when there is no such approval.
    pub async fn consume(&self, lease: &Lease, id: &ApprovalId, request: &str) -> Result<Fenced<Consumed>, StoreError> {
        let handed = (lease.clone(), id.clone(), request.to_owned());
        self.db.write(handed, |tx, (lease, id, request)| Box::pin(consume(tx, lease, id, request))).await
    }
}

async fn decide(tx: &mut Tx, id: &ApprovalId, vote: &Vote) -> Result<Option<Counted>, StoreError> {
    let cast = sqlx::query("UPDATE approvals SET votes_cast = votes_cast + 1 WHERE id = ? AND status = 'open'");
    let open = cast.bind(id.as_str()).execute(&mut *tx).await?.rows_affected() > 0;
    let Some(approval) = load(tx, id).await? else { return Ok(None) };
    if !open {
        return Ok(Some(Counted::Late(approval)));
    }
    write_vote(tx, id, vote).await?;
    let votes = votes(tx, id).await?;
    let Some(step) = tally(votes.iter().map(|(user, step)| (user, *step)), approval.votes_needed) else {
        let yes = votes.iter().filter(|(_, step)| *step == ApprovalStep::Allow).count();
        let missing = approval.votes_needed.saturating_sub(u32::try_from(yes).unwrap_or(u32::MAX));
        return Ok(Some(Counted::Missing(missing)));
    };
    settle(tx, &approval, vote, step).await
}

async fn write_vote(tx: &mut Tx, id: &ApprovalId, vote: &Vote) -> Result<(), StoreError> {
    sqlx::query("DELETE FROM votes WHERE approval_id = ? AND user_id = ?")
        .bind(id.as_str())
        .bind(vote.by.as_str())
        .execute(&mut *tx)
        .await?;
    sqlx::query("INSERT INTO votes (approval_id, user_id, name, place, saying, at_ms) VALUES (?, ?, ?, ?, ?, ?)")
        .bind(id.as_str())
        .bind(vote.by.as_str())
        .bind(&vote.name)
        .bind(vote.place.as_ref().map(Place::to_string))
        .bind(to_json(&vote.saying)?)
        .bind(vote.at.millis())
        .execute(tx)
        .await?;
    Ok(())
}

async fn votes(tx: &mut Tx, id: &ApprovalId) -> Result<Vec<(UserId, ApprovalStep)>, StoreError> {
    let rows = sqlx::query("SELECT user_id, saying FROM votes WHERE approval_id = ?").bind(id.as_str());
    let rows = rows.fetch_all(tx).await?;
    rows.iter().map(|row| Ok((row.id("user_id", UserId::new)?, row.json::<Saying>("saying")?.step()))).collect()
}

async fn settle(
    tx: &mut Tx,
    approval: &ApprovalRow,
    vote: &Vote,
    step: ApprovalStep,
) -> Result<Option<Counted>, StoreError> {
    let Ok(state) = approval.state.step(step) else { return Ok(Some(Counted::Late(approval.clone()))) };
    let grant = vote.grant.as_ref().filter(|_| state == ApprovalState::Allowed);
    let decision = Decision {
        by: vote.by.clone(),
        name: vote.name.clone(),
        place: vote.place.clone(),
        at: vote.at,
        saying: vote.saying.clone(),
        grant: grant.map(|grant| grant.id.clone()),
    };
    sqlx::query("UPDATE approvals SET status = ?, decision = ? WHERE id = ? AND status = 'open'")
        .bind(state.as_str())
        .bind(to_json(&decision)?)
        .bind(approval.id.as_str())
        .execute(&mut *tx)
        .await?;
    if let Some(grant) = grant {
        grants::insert(tx, grant).await?;
    }
    let (id, by, saying) = (approval.id.clone(), vote.name.clone(), vote.saying.clone());
    let event = Laid::short(EventKind::ApprovalDecided { approval: id, by, saying })?;
    let events = append(tx, &approval.task, vote.at, &[event]).await?;
    let task_requeued = approval.parked && unpark(tx, &approval.task, vote.at).await?;
    owe_approval(tx, &approval.id, vote.at).await?;
    let decided = load(tx, &approval.id).await?.ok_or(StoreError::Missing { what: "approval" })?;
    Ok(Some(Counted::Decided { approval: decided, events, task_requeued }))
}

async fn consume(tx: &mut Tx, lease: &Lease, id: &ApprovalId, request: &str) -> Result<Fenced<Consumed>, StoreError> {
    if !hold(tx, lease).await? {
        return Ok(Fenced::Stale);
    }
    let used = sqlx::query(
        "UPDATE approvals SET consumed_by = ? WHERE id = ? AND task_id = ? AND status = 'allowed' AND consumed_by IS NULL",
    );
    let used = used.bind(request).bind(id.as_str()).bind(lease.task.as_str());
    if used.execute(&mut *tx).await?.rows_affected() > 0 {
        return Ok(Fenced::Applied(Consumed::Now));
    }
    let row = sqlx::query("SELECT status, consumed_by FROM approvals WHERE id = ? AND task_id = ?");
    let row = row.bind(id.as_str()).bind(lease.task.as_str()).fetch_optional(tx).await?;
    let row = row.ok_or(StoreError::Missing { what: "approval of this task" })?;
    Ok(Fenced::Applied(match row.maybe_text("consumed_by")? {
        Some(request) => Consumed::Already { request },
        None => Consumed::NotAllowed(row.word("status")?),
    }))
}
