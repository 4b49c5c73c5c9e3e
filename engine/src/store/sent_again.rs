//! Dead deliveries that are owed again.
//!
//! One whose card is edited as things go on is not, once a newer one of that card is there: it would show again what is not so
//! any more.

use super::Store;
use super::columns::Columns;
use super::db::Tx;
use super::error::StoreError;
use super::noting::Outcome;
use signalbox_core::audit::Deed;
use signalbox_core::delivery::{DeliveryState, DeliveryStep};
use signalbox_core::id::DeliveryId;
use signalbox_core::place::Place;
use signalbox_core::time::Timestamp;

/// How many of a place are owed again at once.
const AT_ONCE: i64 = 500;

/// A newer one of the same card, where that is a card that is edited.
const NEWER: &str = "SELECT 1 FROM deliveries n WHERE n.place = d.place AND n.card_key = d.card_key AND n.seq > d.seq \
     AND (d.card_key LIKE 'task:%' OR d.card_key LIKE 'approval:%')";

/// What became of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Again {
    /// It is owed again.
    Owed,
    /// It is not dead.
    NotDead(DeliveryState),
    /// A newer one shows the same card.
    Overtaken,
    /// There is no such delivery.
    Missing,
}

impl Outcome for Again {
    fn entered(&self, deed: &Deed) -> Option<Deed> {
        (*self == Self::Owed).then(|| deed.clone())
    }
}

impl Store {
    /// Owes a dead delivery again, from now on and with as many tries before it as any other.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn send_again(&self, id: &DeliveryId, now: Timestamp) -> Result<Again, StoreError> {
        self.change((id.clone(), now), |tx, (id, now)| Box::pin(send_again(tx, id, *now))).await
    }

    /// Owes the dead deliveries of a place again, the oldest first; none when there are none. Returns how many, which are 500
    /// at most.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn send_all_again(&self, place: &Place, now: Timestamp) -> Result<Option<u64>, StoreError> {
        self.change((place.clone(), now), |tx, (place, now)| Box::pin(send_all_again(tx, place, *now))).await
    }
}

async fn send_again(tx: &mut Tx, id: &DeliveryId, now: Timestamp) -> Result<Again, StoreError> {
    let found = sqlx::query("SELECT status FROM deliveries WHERE id = ?").bind(id.as_str());
    let Some(row) = found.fetch_optional(&mut *tx).await? else { return Ok(Again::Missing) };
    let state: DeliveryState = row.word("status")?;
    if state.step(DeliveryStep::SentAgain).is_err() {
        return Ok(Again::NotDead(state));
    }
    if is_overtaken(tx, id).await? {
        return Ok(Again::Overtaken);
    }
    Ok(if owe_again(tx, id, now).await? { Again::Owed } else { Again::NotDead(DeliveryState::Pending) })
}

async fn send_all_again(tx: &mut Tx, place: &Place, now: Timestamp) -> Result<Option<u64>, StoreError> {
    let dead = format!(
        "SELECT d.id FROM deliveries d WHERE d.place = ? AND d.status = 'dead' AND NOT EXISTS ({NEWER}) \
         ORDER BY d.seq LIMIT ?"
    );
    let dead = sqlx::query(sqlx::AssertSqlSafe(dead)).bind(place.to_string()).bind(AT_ONCE);
    let mut owed = 0;
    for row in dead.fetch_all(&mut *tx).await? {
        owed += u64::from(owe_again(tx, &row.id("id", DeliveryId::new)?, now).await?);
    }
    Ok((owed > 0).then_some(owed))
}

/// It is given up after as many tries as any other, from now on. Their number goes on, for it is the fence of each.
async fn owe_again(tx: &mut Tx, id: &DeliveryId, now: Timestamp) -> Result<bool, StoreError> {
    let again = sqlx::query(
        "UPDATE deliveries SET status = 'pending', forgiven = attempts, due_at = ?, settled_at = NULL \
         WHERE id = ? AND status = 'dead'",
    );
    Ok(again.bind(now.millis()).bind(id.as_str()).execute(tx).await?.rows_affected() > 0)
}

/// Whether a newer one shows the same card.
pub(super) async fn is_overtaken(tx: &mut Tx, id: &DeliveryId) -> Result<bool, StoreError> {
    let newer = format!("SELECT 1 AS newer FROM deliveries d WHERE d.id = ? AND EXISTS ({NEWER})");
    let newer = sqlx::query(sqlx::AssertSqlSafe(newer)).bind(id.as_str());
    Ok(newer.fetch_optional(tx).await?.is_some())
}
