//! Deliveries as whoever looks after the hub sees them: listed without their cards, or one with all that is known of it.

use super::Store;
use super::columns::{Columns, signed};
use super::deliveries::{COLUMNS, WITH_MESSAGE, delivery_of};
use super::error::StoreError;
use super::sent_again::is_overtaken;
use super::tries;
use signalbox_core::id::DeliveryId;
use signalbox_core::policy::Detail;
use signalbox_core::traffic::{DeliveryPage, DeliveryQuery, DeliveryReport, WholeDelivery};
use sqlx::any::AnyRow;
use sqlx::{Any, AssertSqlSafe, QueryBuilder};

const REPORT: &str =
    "SELECT seq, id, place, status, card_key, attempts, due_at, created_at, settled_at, error FROM deliveries";

impl Store {
    /// Some deliveries, the newest first.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn delivery_page(&self, wanted: &DeliveryQuery) -> Result<DeliveryPage, StoreError> {
        let rows = select(wanted).build().fetch_all(&mut *self.db.read().await?).await?;
        let mut deliveries = rows.iter().map(report_of).collect::<Result<Vec<_>, _>>()?;
        let limit = wanted.limit() as usize;
        let more = deliveries.len() > limit;
        deliveries.truncate(limit);
        let next = deliveries.last().map(|last| last.number).filter(|_| more);
        Ok(DeliveryPage { deliveries, next })
    }

    /// A delivery in few words; none when there is no such one.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn delivery_report(&self, id: &DeliveryId) -> Result<Option<DeliveryReport>, StoreError> {
        let found = sqlx::query(AssertSqlSafe(format!("{REPORT} WHERE id = ?"))).bind(id.as_str());
        let found = found.fetch_optional(&mut *self.db.read().await?).await?;
        found.as_ref().map(report_of).transpose()
    }

    /// All that is known of a delivery; none when there is no such one. What cannot be read of its card is left out.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn seen_whole(&self, id: &DeliveryId) -> Result<Option<WholeDelivery>, StoreError> {
        let Some(report) = self.delivery_report(id).await? else { return Ok(None) };
        let (card, detail) = match self.card_and_detail(id).await {
            Ok(shown) => shown.map_or((None, Detail::Full), |(card, detail)| (Some(card), detail)),
            Err(error) if error.is_unavailable() => return Err(error),
            Err(error) => {
                tracing::warn!(delivery = %id, %error, "the card of delivery {id} cannot be shown");
                (None, Detail::Full)
            }
        };
        let mut connection = self.db.read().await?;
        let tries = tries::failed(&mut connection, id).await?;
        let overtaken = is_overtaken(&mut connection, id).await?;
        Ok(Some(WholeDelivery { report, card, detail, tries, overtaken }))
    }

    async fn card_and_detail(
        &self,
        id: &DeliveryId,
    ) -> Result<Option<(signalbox_core::card::Card, Detail)>, StoreError> {
        let found = format!("SELECT {COLUMNS} FROM deliveries d {WITH_MESSAGE} AND d.id = ?");
        let found = sqlx::query(AssertSqlSafe(found)).bind(id.as_str());
        let Some(row) = found.fetch_optional(&mut *self.db.read().await?).await? else { return Ok(None) };
        let delivery = self.whole_delivery(delivery_of(&row)?).await?;
        Ok(Some((delivery.card, delivery.detail)))
    }
}

fn select(wanted: &DeliveryQuery) -> QueryBuilder<Any> {
    let mut query = QueryBuilder::new(format!("{REPORT} WHERE seq < "));
    query.push_bind(wanted.before.map_or(i64::MAX, signed));
    if let Some(state) = wanted.state {
        query.push(" AND status = ").push_bind(state.as_str());
    }
    if let Some(place) = &wanted.place {
        query.push(" AND place = ").push_bind(place.to_string());
    }
    // One more than wanted tells whether any are left.
    query.push(" ORDER BY seq DESC LIMIT ").push_bind(i64::from(wanted.limit()) + 1);
    query
}

fn report_of(row: &AnyRow) -> Result<DeliveryReport, StoreError> {
    Ok(DeliveryReport {
        number: row.count("seq")?,
        id: row.id("id", DeliveryId::new)?,
        place: row.word("place")?,
        state: row.word("status")?,
        about: row.text("card_key")?,
        attempts: row.count("attempts")?,
        due_at: row.time("due_at")?,
        created_at: row.time("created_at")?,
        settled_at: row.maybe_time("settled_at")?,
        error: row.maybe_text("error")?,
    })
}
