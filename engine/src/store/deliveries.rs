//! Delivering: due cards are taken under a lease, in order within a place and one at a time there.

use super::Store;
use super::blobs::wall_clock;
use super::columns::{Columns, from_json};
use super::db::Tx;
use super::error::StoreError;
use super::long::Long;
use super::tries::note_failed;
use signalbox_core::card::Card;
use signalbox_core::delivery::{Delivery, DeliveryState};
use signalbox_core::id::{ApprovalId, DeliveryId, NodeId};
use signalbox_core::place::Place;
use signalbox_core::time::Timestamp;
use sqlx::any::AnyRow;
use sqlx::{Any, QueryBuilder};

pub(super) const COLUMNS: &str = "d.seq, d.id, d.place, d.card, d.card_blob, d.approval_id, d.status, d.attempts, d.due_at, \
     d.created_at, d.error, d.sent, d.forgiven, c.message";

pub(super) const WITH_MESSAGE: &str = "LEFT JOIN cards c ON c.place = d.place AND c.card_key = d.card_key WHERE 1 = 1";

/// The places that something waits for, found by hopping from one to the next: however much waits, and however much was sent
/// there before, each costs one step.
const WAITING: &str = "WITH RECURSIVE waiting (place) AS (SELECT MIN(place) FROM deliveries WHERE status = 'pending' \
     UNION ALL SELECT (SELECT n.place FROM deliveries n WHERE n.status = 'pending' AND n.place > w.place \
     ORDER BY n.place LIMIT 1) FROM waiting w WHERE w.place IS NOT NULL) ";

/// What goes next to each of them: the oldest, once nothing is in flight to its place. What only passes waits for all else
/// there, and nothing waits for it.
const FIRST_IN_PLACE: &str = "waiting w JOIN deliveries d ON d.seq = (SELECT f.seq FROM deliveries f \
     WHERE f.status = 'pending' AND f.place = w.place ORDER BY f.passing, f.seq LIMIT 1) \
     AND NOT EXISTS (SELECT 1 FROM deliveries s WHERE s.status = 'sending' AND s.place = w.place) ";

/// Which deliveries to take.
#[derive(Debug, Clone)]
pub struct Take<'a> {
    /// Who takes them.
    pub node: &'a NodeId,
    /// To places of these kinds.
    pub kinds: &'a [&'a str],
    /// Now.
    pub now: Timestamp,
    /// Until when they are the taker's.
    pub lease_until: Timestamp,
    /// At most so many.
    pub limit: u32,
}

/// A delivery that is the taker's to send, once.
#[derive(Debug, Clone, PartialEq)]
pub struct Taken {
    /// The delivery.
    pub delivery: Delivery,
    /// The message that this card is already in that place; none when it was not sent yet.
    pub message: Option<String>,
    /// How many tries failed before this one, since it was owed or sent again.
    pub failed: u32,
}

/// Which deliveries to list; the newest first.
#[derive(Debug, Clone, Default)]
pub struct DeliveryFilter {
    /// In this state only.
    pub state: Option<DeliveryState>,
    /// To this place only.
    pub place: Option<Place>,
    /// At most so many; 0 means 50.
    pub limit: u32,
}

/// A delivery as its row holds it: its card cut, or by reference.
#[derive(Debug)]
pub(super) struct DeliveryRow {
    id: DeliveryId,
    place: Place,
    state: DeliveryState,
    attempts: u32,
    due_at: Timestamp,
    created_at: Timestamp,
    error: Option<String>,
    card: Long,
    approval: Option<ApprovalId>,
    message: Option<String>,
    sent: Vec<String>,
    forgiven: u32,
}

impl Store {
    /// Takes what is due. What another node took and did not finish within its lease is due again.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn take_due(&self, take: &Take<'_>) -> Result<Vec<Taken>, StoreError> {
        let kinds: Vec<String> = take.kinds.iter().map(ToString::to_string).collect();
        if kinds.is_empty() || self.next_due(take.kinds).await?.is_none_or(|due| due > take.now) {
            return Ok(Vec::new());
        }
        let lease = (take.node.clone(), take.lease_until);
        let wanted = (kinds, take.now, lease, take.limit);
        let rows = self.db.write(wanted, |tx, (kinds, now, lease, limit)| {
            Box::pin(async move {
                free_lapsed(tx, *now).await?;
                let mut taken = Vec::new();
                for row in due(tx, kinds, *now, *limit).await? {
                    taken.extend(take_one(tx, row, lease).await?);
                }
                Ok(taken)
            })
        });
        let mut taken = Vec::new();
        for row in rows.await? {
            let (id, message) = (row.id.clone(), row.message.clone());
            let failed = row.attempts.saturating_sub(row.forgiven + 1);
            match self.whole_delivery(row).await {
                Ok(delivery) => taken.push(Taken { delivery, message, failed }),
                Err(error) if error.is_unavailable() => return Err(error),
                Err(error) => self.bury(id, error).await?,
            }
        }
        Ok(taken)
    }

    /// Gives back what this node was sending when it died: it has just come back, so nobody sends it. Whether it arrived is
    /// not known; it is tried again under the same id.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn give_back(&self, node: &NodeId) -> Result<(), StoreError> {
        self.db.write(node.clone(), |tx, node| Box::pin(give_back(tx, node))).await
    }

    /// A card that cannot be read must not hold up the others in its place.
    async fn bury(&self, id: DeliveryId, error: StoreError) -> Result<(), StoreError> {
        tracing::error!(delivery = %id, %error, "delivery {id} cannot be read and is given up");
        let grave = (id, error.to_string());
        self.db.write(grave, |tx, (id, error)| Box::pin(bury(tx, id, error))).await
    }

    /// When the next delivery to places of these kinds may be taken; none when nothing is owed there.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn next_due(&self, kinds: &[&str]) -> Result<Option<Timestamp>, StoreError> {
        let waits =
            format!("{WAITING}SELECT MIN(x.due) AS due FROM (SELECT MIN(d.due_at) AS due FROM {FIRST_IN_PLACE}");
        let mut query = QueryBuilder::<Any>::new(waits + "WHERE 1 = 1");
        only_kinds(&mut query, kinds);
        query.push(" UNION ALL SELECT MIN(d.lease_until) FROM deliveries d WHERE d.status = 'sending'");
        only_kinds(&mut query, kinds);
        query.push(") x");
        query.build().fetch_one(&mut *self.db.read().await?).await?.maybe_time("due")
    }

    /// Deliveries, the newest first.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn deliveries(&self, wanted: &DeliveryFilter) -> Result<Vec<Delivery>, StoreError> {
        let mut query = QueryBuilder::<Any>::new(format!("SELECT {COLUMNS} FROM deliveries d {WITH_MESSAGE}"));
        if let Some(state) = wanted.state {
            query.push(" AND d.status = ").push_bind(state.as_str());
        }
        if let Some(place) = &wanted.place {
            query.push(" AND d.place = ").push_bind(place.to_string());
        }
        let limit = if wanted.limit == 0 { 50 } else { wanted.limit };
        query.push(" ORDER BY d.seq DESC LIMIT ").push_bind(i64::from(limit));
        let rows = query.build().fetch_all(&mut *self.db.read().await?).await?;
        let mut deliveries = Vec::with_capacity(rows.len());
        for row in &rows {
            deliveries.push(self.whole_delivery(delivery_of(row)?).await?);
        }
        Ok(deliveries)
    }

    pub(super) async fn whole_delivery(&self, row: DeliveryRow) -> Result<Delivery, StoreError> {
        let card = match row.approval {
            Some(id) => {
                let approval = self.approval(&id).await?;
                Card::Approval(Box::new(approval.ok_or(StoreError::Missing { what: "approval of this card" })?))
            }
            None => from_json("card", &self.whole(row.card).await?)?,
        };
        let DeliveryRow { id, place, state, attempts, due_at, created_at, error, sent, .. } = row;
        let answers = self.answered_by(&place, &card).await?;
        let detail = self.detail_in(&place, &card).await?;
        Ok(Delivery { id, place, card, state, attempts, due_at, created_at, error, answers, sent, detail })
    }
}

pub(super) fn delivery_of(row: &AnyRow) -> Result<DeliveryRow, StoreError> {
    Ok(DeliveryRow {
        id: row.id("id", DeliveryId::new)?,
        place: row.word("place")?,
        state: row.word("status")?,
        attempts: row.count("attempts")?,
        due_at: row.time("due_at")?,
        created_at: row.time("created_at")?,
        error: row.maybe_text("error")?,
        card: Long::from_row(row, "card", "card_blob")?,
        approval: row.maybe_word("approval_id")?,
        message: row.maybe_text("message")?,
        sent: row.maybe_json("sent")?.unwrap_or_default(),
        forgiven: row.count("forgiven")?,
    })
}

async fn free_lapsed(tx: &mut Tx, now: Timestamp) -> Result<(), StoreError> {
    let lapsed = sqlx::query("SELECT id FROM deliveries WHERE status = 'sending' AND lease_until <= ?");
    let lapsed = lapsed.bind(now.millis()).fetch_all(&mut *tx).await?;
    free(tx, &lapsed, now, "the node that sent it went away").await
}

/// Puts back what is not being sent any more: that try has failed.
async fn free(tx: &mut Tx, rows: &[AnyRow], now: Timestamp, why: &str) -> Result<(), StoreError> {
    for row in rows {
        let id = row.id("id", DeliveryId::new)?;
        note_failed(tx, &id, now, why).await?;
        let freed = "UPDATE deliveries SET status = 'pending', lease_until = NULL, error = ? WHERE id = ?";
        sqlx::query(freed).bind(why).bind(id.as_str()).execute(&mut *tx).await?;
    }
    Ok(())
}

/// The first delivery of each place that has none in flight, where it is due.
async fn due(tx: &mut Tx, kinds: &[String], now: Timestamp, limit: u32) -> Result<Vec<DeliveryRow>, StoreError> {
    let first = format!("{WAITING}SELECT {COLUMNS} FROM {FIRST_IN_PLACE}{WITH_MESSAGE} AND d.due_at <= ");
    let mut query = QueryBuilder::<Any>::new(first);
    query.push_bind(now.millis());
    only_kinds(&mut query, kinds);
    query.push(" ORDER BY d.due_at, d.seq LIMIT ").push_bind(i64::from(limit));
    let rows = query.build().fetch_all(tx).await?;
    rows.iter().map(delivery_of).collect()
}

fn only_kinds(query: &mut QueryBuilder<Any>, kinds: &[impl AsRef<str>]) {
    // An empty list is no SQL; NULL is in no list.
    query.push(" AND d.kind IN (NULL");
    for kind in kinds {
        query.push(", ").push_bind(kind.as_ref().to_owned());
    }
    query.push(")");
}

async fn take_one(
    tx: &mut Tx,
    mut row: DeliveryRow,
    (node, until): &(NodeId, Timestamp),
) -> Result<Option<DeliveryRow>, StoreError> {
    let taken = sqlx::query(
        "UPDATE deliveries SET status = 'sending', attempts = attempts + 1, lease_until = ?, lease_node = ? \
         WHERE id = ? AND status = 'pending'",
    );
    if taken.bind(until.millis()).bind(node.as_str()).bind(row.id.as_str()).execute(tx).await?.rows_affected() == 0 {
        return Ok(None);
    }
    (row.state, row.attempts) = (DeliveryState::Sending, row.attempts + 1);
    Ok(Some(row))
}

async fn give_back(tx: &mut Tx, node: &NodeId) -> Result<(), StoreError> {
    let mine = sqlx::query("SELECT id FROM deliveries WHERE status = 'sending' AND lease_node = ?");
    let mine = mine.bind(node.as_str()).fetch_all(&mut *tx).await?;
    free(tx, &mine, wall_clock(), "the hub died while it was sent").await
}

async fn bury(tx: &mut Tx, id: &DeliveryId, error: &str) -> Result<(), StoreError> {
    let now = wall_clock();
    note_failed(tx, id, now, error).await?;
    let buried =
        sqlx::query("UPDATE deliveries SET status = 'dead', error = ?, settled_at = ? WHERE id = ?").bind(error);
    buried.bind(now.millis()).bind(id.as_str()).execute(tx).await?;
    Ok(())
}
