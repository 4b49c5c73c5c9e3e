//! How a try to deliver ends: what is remembered of it, and when it is tried again.

use super::Store;
use super::answers::Fenced;
use super::blobs::wall_clock;
use super::columns::to_json;
use super::db::Tx;
use super::deliveries::Taken;
use super::error::StoreError;
use super::tries::note_failed;
use signalbox_core::delivery::{Delivery, DeliveryState};
use signalbox_core::port::Sent;
use signalbox_core::time::Timestamp;

/// How a try ended.
#[derive(Debug, Clone)]
enum Ending {
    Accepted(Sent),
    Failed { error: String, due_at: Timestamp },
    Broken { sent: Vec<String>, error: String, due_at: Timestamp },
    EditLost { due_at: Timestamp },
    GivenUp { error: String },
}

impl Store {
    /// The place has it. Its messages are kept even when the lease was lost meanwhile, so that the next try edits instead
    /// of saying it twice.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn accepted(&self, taken: Taken, sent: Sent) -> Result<Fenced<()>, StoreError> {
        self.end_try(taken, Ending::Accepted(sent)).await
    }

    /// The try failed; it is repeated from `due_at` on.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn failed(&self, taken: Taken, error: &str, due_at: Timestamp) -> Result<Fenced<()>, StoreError> {
        self.end_try(taken, Ending::Failed { error: error.to_owned(), due_at }).await
    }

    /// The try failed half way; from `due_at` on, what is missing is sent.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn broken(
        &self,
        taken: Taken,
        sent: Vec<String>,
        error: &str,
        due_at: Timestamp,
    ) -> Result<Fenced<()>, StoreError> {
        self.end_try(taken, Ending::Broken { sent, error: error.to_owned(), due_at }).await
    }

    /// The message to be edited is gone: the next try, from `due_at` on, sends it anew.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn edit_lost(&self, taken: Taken, due_at: Timestamp) -> Result<Fenced<()>, StoreError> {
        self.end_try(taken, Ending::EditLost { due_at }).await
    }

    /// It will not be tried again.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn given_up(&self, taken: Taken, error: &str) -> Result<Fenced<()>, StoreError> {
        self.end_try(taken, Ending::GivenUp { error: error.to_owned() }).await
    }

    async fn end_try(&self, taken: Taken, ending: Ending) -> Result<Fenced<()>, StoreError> {
        self.db.write((taken, ending), |tx, (taken, ending)| Box::pin(end_try(tx, taken, ending))).await
    }
}

async fn end_try(tx: &mut Tx, taken: &Taken, ending: &Ending) -> Result<Fenced<()>, StoreError> {
    let delivery = &taken.delivery;
    match ending {
        Ending::Accepted(sent) => remember(tx, delivery, sent).await?,
        Ending::Broken { sent, .. } => register(tx, delivery, sent).await?,
        Ending::EditLost { .. } => forget(tx, delivery).await?,
        Ending::Failed { .. } | Ending::GivenUp { .. } => {}
    }
    let (state, due_at, error) = match ending {
        Ending::Accepted(_) => (DeliveryState::Delivered, delivery.due_at, None),
        Ending::Failed { error, due_at } | Ending::Broken { error, due_at, .. } => {
            (DeliveryState::Pending, *due_at, Some(error.as_str()))
        }
        Ending::EditLost { due_at } => (DeliveryState::Pending, *due_at, Some("the message to edit was gone")),
        Ending::GivenUp { error } => (DeliveryState::Dead, delivery.due_at, Some(error.as_str())),
    };
    let there = match ending {
        Ending::Broken { sent, .. } => sent.as_slice(),
        Ending::EditLost { .. } => &[],
        Ending::Accepted(_) | Ending::Failed { .. } | Ending::GivenUp { .. } => delivery.sent.as_slice(),
    };
    let there = if there.is_empty() { None } else { Some(to_json(there)?) };
    // The number of tries is the fence: who took it later has a higher one.
    let ended = sqlx::query(
        "UPDATE deliveries SET status = ?, due_at = ?, error = ?, sent = ?, lease_until = NULL, settled_at = ? \
         WHERE id = ? AND status = 'sending' AND attempts = ?",
    );
    let ended = ended
        .bind(state.as_str())
        .bind(due_at.millis())
        .bind(error)
        .bind(there)
        .bind((state != DeliveryState::Pending).then(|| wall_clock().millis()))
        .bind(delivery.id.as_str())
        .bind(i64::from(delivery.attempts));
    if ended.execute(&mut *tx).await?.rows_affected() == 0 {
        return Ok(Fenced::Stale);
    }
    if let Some(error) = error {
        note_failed(tx, &delivery.id, wall_clock(), error).await?;
    }
    Ok(Fenced::Applied(()))
}

/// Which message is the card now, and which others belong to it.
async fn remember(tx: &mut Tx, delivery: &Delivery, sent: &Sent) -> Result<(), StoreError> {
    if let Some(message) = &sent.message {
        forget(tx, delivery).await?;
        sqlx::query("INSERT INTO cards (place, card_key, message, updated_at) VALUES (?, ?, ?, ?)")
            .bind(delivery.place.to_string())
            .bind(delivery.card.key())
            .bind(message)
            .bind(wall_clock().millis())
            .execute(&mut *tx)
            .await?;
    }
    register(tx, delivery, &sent.all).await
}

/// Keeps whose messages these are, so that an answer to one of them is understood.
async fn register(tx: &mut Tx, delivery: &Delivery, messages: &[String]) -> Result<(), StoreError> {
    for message in messages {
        super::places::register(tx, &delivery.place, message, &delivery.card.key()).await?;
    }
    Ok(())
}

async fn forget(tx: &mut Tx, delivery: &Delivery) -> Result<(), StoreError> {
    let gone = sqlx::query("DELETE FROM cards WHERE place = ? AND card_key = ?").bind(delivery.place.to_string());
    gone.bind(delivery.card.key()).execute(tx).await?;
    Ok(())
}
