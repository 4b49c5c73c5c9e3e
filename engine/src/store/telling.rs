//! Telling subscribers: what a task's record says is owed to them in the transaction that writes it there, and a subscription
//! whose receiver fails for too long is switched off in the transaction that notes it.

use super::Store;
use super::columns::Columns;
use super::db::Tx;
use super::error::StoreError;
use super::noting::Outcome;
use super::outbox::{LaidCard, owe, owe_event};
use super::subscriptions::Subscription;
use signalbox_core::audit::Deed;
use signalbox_core::card::Card;
use signalbox_core::delivery::Delivery;
use signalbox_core::event::Event;
use signalbox_core::id::{ConversationId, TaskId};
use signalbox_core::money::MicroUsd;
use signalbox_core::place::Place;
use signalbox_core::subscription::{Happening, KIND, TaskFacts, Topic};
use signalbox_core::time::Timestamp;
use sqlx::any::AnyRow;

/// The longest failure that is kept, in characters.
const LONGEST: usize = 300;

/// A try that did not arrive.
#[derive(Debug, Clone)]
pub struct Failed {
    /// What happened.
    pub why: String,
    /// Now.
    pub at: Timestamp,
    /// Failing since before this, it is switched off.
    pub patience: Timestamp,
    /// What its owner is told then.
    pub notice: Option<Delivery>,
}

/// How a subscription is left after a try that did not arrive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Left {
    On,
    SwitchedOff,
    /// It was switched off, or removed, before.
    Off,
}

impl Outcome for Left {
    fn entered(&self, deed: &Deed) -> Option<Deed> {
        (*self == Self::SwitchedOff).then(|| deed.clone())
    }
}

/// The place that a subscription is.
pub(crate) fn place_of(subscription: &str) -> Result<Place, StoreError> {
    Place::new(KIND, subscription).map_err(|_| StoreError::damaged("the id of a subscription"))
}

impl Store {
    /// Notes that something arrived.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn subscriber_told(&self, id: &str, at: Timestamp) -> Result<(), StoreError> {
        self.db.write((id.to_owned(), at), |tx, (id, at)| Box::pin(told(tx, id, *at))).await
    }

    /// Notes that something did not arrive. False when the subscription is switched off, now or before.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn subscriber_missed(&self, id: &str, failed: Failed) -> Result<bool, StoreError> {
        let notice = match failed.notice.clone() {
            Some(notice) => Some(self.lay_card(notice).await?),
            None => None,
        };
        let row = (id.to_owned(), failed, notice);
        let left =
            self.change(row, |tx, (id, failed, notice)| Box::pin(missed(tx, id, failed, notice.as_ref()))).await?;
        Ok(left == Left::On)
    }

    /// Switches a subscription on again.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn enable_subscription(&self, id: &str) -> Result<(), StoreError> {
        self.change(id.to_owned(), |tx, id| Box::pin(enable(tx, id))).await
    }

    /// Removes a subscription, and drops what waits to be told.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn remove_subscription(&self, id: &str, at: Timestamp) -> Result<(), StoreError> {
        self.change((id.to_owned(), at), |tx, (id, at)| Box::pin(remove(tx, id, *at))).await
    }

    /// Owes a subscriber something that did not happen.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn owe_test(&self, subscription: &Subscription, at: Timestamp) -> Result<(), StoreError> {
        let test = Happening::test(at, &subscription.project_name);
        self.owe(super::owed(place_of(&subscription.id)?, Card::Event(Box::new(test)), at)).await
    }
}

/// Owes subscribers what a task's record says now.
pub(super) async fn tell(tx: &mut Tx, task: &TaskId, events: &[Event]) -> Result<(), StoreError> {
    if events.iter().all(|event| Topic::of(&event.kind).is_none()) {
        return Ok(());
    }
    let subscribers = sqlx::query(
        "SELECT s.id, s.topics, p.name AS project, u.username, t.conversation_id, t.status, t.cost, t.created_at \
         FROM tasks t JOIN subscriptions s ON s.project_id = t.project_id JOIN projects p ON p.id = t.project_id \
         JOIN users u ON u.id = t.user_id WHERE t.id = ? AND s.disabled_at IS NULL ORDER BY s.id",
    );
    for row in subscribers.bind(task.as_str()).fetch_all(&mut *tx).await? {
        let (place, topics) = (place_of(&row.text("id")?)?, row.json::<Vec<Topic>>("topics")?);
        for event in events {
            let wanted = |topic| topics.is_empty() || topics.contains(&topic);
            if Topic::of(&event.kind).is_some_and(wanted)
                && let Some(told) = Happening::of(event, &row.text("project")?, facts(&row, event)?)
            {
                owe_event(tx, &place, told).await?;
            }
        }
    }
    Ok(())
}

fn facts(row: &AnyRow, event: &Event) -> Result<TaskFacts, StoreError> {
    Ok(TaskFacts {
        id: event.task.clone(),
        event: event.seq,
        conversation: row.id("conversation_id", ConversationId::new)?,
        requester: row.text("username")?,
        state: row.word("status")?,
        cost: MicroUsd(row.int("cost")?),
        created_at: row.time("created_at")?,
    })
}

async fn told(tx: &mut Tx, id: &str, at: Timestamp) -> Result<(), StoreError> {
    let told = sqlx::query("UPDATE subscriptions SET last_at = ?, failing_since = NULL, failure = NULL WHERE id = ?");
    told.bind(at.millis()).bind(id).execute(tx).await?;
    Ok(())
}

async fn missed(tx: &mut Tx, id: &str, failed: &Failed, notice: Option<&LaidCard>) -> Result<Left, StoreError> {
    let why: String = failed.why.chars().take(LONGEST).collect();
    let noted = sqlx::query(
        "UPDATE subscriptions SET failing_since = COALESCE(failing_since, ?), failure = ? \
         WHERE id = ? AND disabled_at IS NULL",
    );
    let noted = noted.bind(failed.at.millis()).bind(why).bind(id).execute(&mut *tx).await?;
    if noted.rows_affected() == 0 {
        return Ok(Left::Off);
    }
    let off = sqlx::query("UPDATE subscriptions SET disabled_at = ? WHERE id = ? AND failing_since <= ?");
    let off = off.bind(failed.at.millis()).bind(id).bind(failed.patience.millis()).execute(&mut *tx).await?;
    if off.rows_affected() == 0 {
        return Ok(Left::On);
    }
    drop_waiting(tx, id, failed.at, "its subscription is switched off").await?;
    if let Some(notice) = notice {
        owe(tx, notice).await?;
    }
    Ok(Left::SwitchedOff)
}

async fn enable(tx: &mut Tx, id: &str) -> Result<(), StoreError> {
    let on =
        sqlx::query("UPDATE subscriptions SET disabled_at = NULL, failing_since = NULL, failure = NULL WHERE id = ?");
    on.bind(id).execute(tx).await?;
    Ok(())
}

async fn remove(tx: &mut Tx, id: &str, at: Timestamp) -> Result<(), StoreError> {
    drop_waiting(tx, id, at, "its subscription is removed").await?;
    sqlx::query("DELETE FROM subscriptions WHERE id = ?").bind(id).execute(tx).await?;
    Ok(())
}

async fn drop_waiting(tx: &mut Tx, id: &str, at: Timestamp, why: &str) -> Result<(), StoreError> {
    let dropped = sqlx::query(
        "UPDATE deliveries SET status = 'dead', error = ?, settled_at = ? WHERE place = ? AND status = 'pending'",
    );
    dropped.bind(why).bind(at.millis()).bind(place_of(id)?.to_string()).execute(tx).await?;
    Ok(())
}
