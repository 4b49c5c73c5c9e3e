//! Owing: cards become delivery rows in the transaction that makes them owed.
//!
//! An approval's card is kept by reference, so that it shows the approval as it stands when it is sent: a card that waited
//! never offers a decision which was taken meanwhile.

use super::Store;
use super::columns::{Columns, to_json};
use super::db::Tx;
use super::error::StoreError;
use super::followers::told_along;
use super::long::Long;
use signalbox_core::card::Card;
use signalbox_core::delivery::{Delivery, DeliveryState};
use signalbox_core::id::{ApprovalId, DeliveryId, TaskId};
use signalbox_core::place::Place;
use signalbox_core::policy::Detail;
use signalbox_core::time::Timestamp;

/// A card owed to a place from now on.
pub fn owed(place: Place, card: Card, at: Timestamp) -> Delivery {
    Delivery {
        id: new_id(),
        place,
        card,
        state: DeliveryState::Pending,
        attempts: 0,
        due_at: at,
        created_at: at,
        error: None,
        answers: None,
        sent: Vec::new(),
        detail: Detail::Full,
    }
}

fn new_id() -> DeliveryId {
    DeliveryId::new(uuid::Uuid::now_v7().to_string())
}

/// A delivery made ready for its row.
#[derive(Debug, Clone)]
pub(super) struct LaidCard {
    id: DeliveryId,
    place: Place,
    key: String,
    replaces: bool,
    passing: bool,
    card: Long,
    approval: Option<ApprovalId>,
    /// The task whose followers are told along; none where each place is named.
    task: Option<TaskId>,
    due_at: Timestamp,
    created_at: Timestamp,
}

impl Store {
    /// Owes a card to a place. A pending older one of the same key is superseded where the card says so.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn owe(&self, delivery: Delivery) -> Result<(), StoreError> {
        let card = self.lay_card(delivery).await?;
        self.db.write(card, |tx, card| Box::pin(owe(tx, card))).await
    }

    pub(super) async fn lay_card(&self, delivery: Delivery) -> Result<LaidCard, StoreError> {
        let approval = match &delivery.card {
            Card::Approval(approval) => Some(approval.id.clone()),
            Card::Task(_) | Card::Outcome(_) | Card::Reply(_) => None,
        };
        let task = match &delivery.card {
            Card::Task(card) => Some(card.task.clone()),
            Card::Approval(approval) => Some(approval.task.clone()),
            Card::Outcome(card) => Some(card.task.clone()),
            Card::Reply(_) => None,
        };
        let card = match approval {
            Some(_) => Long { text: String::new(), blob: None },
            None => self.lay(to_json(&delivery.card)?).await?,
        };
        Ok(LaidCard {
            id: delivery.id,
            place: delivery.place,
            key: delivery.card.key(),
            replaces: delivery.card.replaces_unsent(),
            passing: delivery.card.is_passing(),
            card,
            approval,
            task,
            due_at: delivery.due_at,
            created_at: delivery.created_at,
        })
    }

    pub(super) async fn lay_cards(&self, deliveries: Vec<Delivery>) -> Result<Vec<LaidCard>, StoreError> {
        let mut cards = Vec::with_capacity(deliveries.len());
        for delivery in deliveries {
            cards.push(self.lay_card(delivery).await?);
        }
        Ok(cards)
    }
}

/// Adds the row, and one for each place that is told along.
pub(super) async fn owe(tx: &mut Tx, card: &LaidCard) -> Result<(), StoreError> {
    owe_one(tx, card).await?;
    let Some(task) = &card.task else { return Ok(()) };
    for place in told_along(tx, task, &card.place).await? {
        owe_one(tx, &LaidCard { id: new_id(), place, ..card.clone() }).await?;
    }
    Ok(())
}

/// Adds the row, and drops what it replaces.
async fn owe_one(tx: &mut Tx, card: &LaidCard) -> Result<(), StoreError> {
    if card.replaces {
        sqlx::query(
            "UPDATE deliveries SET status = 'superseded', settled_at = ? \
             WHERE place = ? AND card_key = ? AND status = 'pending'",
        )
        .bind(card.created_at.millis())
        .bind(card.place.to_string())
        .bind(&card.key)
        .execute(&mut *tx)
        .await?;
    }
    sqlx::query(
        "INSERT INTO deliveries (id, place, kind, card_key, card, card_blob, approval_id, passing, status, attempts, \
         due_at, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, 'pending', 0, ?, ?)",
    )
    .bind(card.id.as_str())
    .bind(card.place.to_string())
    .bind(card.place.kind())
    .bind(&card.key)
    .bind(&card.card.text)
    .bind(card.card.blob())
    .bind(card.approval.as_ref().map(ApprovalId::as_str))
    .bind(i64::from(card.passing))
    .bind(card.due_at.millis())
    .bind(card.created_at.millis())
    .execute(tx)
    .await?;
    Ok(())
}

/// Owes several.
pub(super) async fn owe_all(tx: &mut Tx, cards: &[LaidCard]) -> Result<(), StoreError> {
    for card in cards {
        owe(tx, card).await?;
    }
    Ok(())
}

/// Owes the approval's card anew to every place that was ever owed it.
pub(super) async fn owe_approval(tx: &mut Tx, approval: &ApprovalId, at: Timestamp) -> Result<(), StoreError> {
    let key = format!("approval:{approval}");
    let places = sqlx::query("SELECT DISTINCT place FROM deliveries WHERE card_key = ? ORDER BY place").bind(&key);
    for row in places.fetch_all(&mut *tx).await? {
        let card = LaidCard {
            id: new_id(),
            place: row.word("place")?,
            key: key.clone(),
            replaces: true,
            passing: false,
            card: Long { text: String::new(), blob: None },
            approval: Some(approval.clone()),
            task: None,
            due_at: at,
            created_at: at,
        };
        owe(tx, &card).await?;
    }
    Ok(())
}
