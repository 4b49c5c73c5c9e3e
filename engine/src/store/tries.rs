//! Tries to deliver that failed, each with what the place answered. One that did not fail is told by the delivery itself.

use super::columns::Columns;
use super::db::Tx;
use super::error::StoreError;
use signalbox_core::id::DeliveryId;
use signalbox_core::time::Timestamp;
use signalbox_core::traffic::FailedTry;

/// How much of an answer is kept, in characters.
const LONGEST: usize = 1000;

/// Keeps how a try ended. The caller holds the delivery's row.
pub(super) async fn note_failed(tx: &mut Tx, id: &DeliveryId, at: Timestamp, answer: &str) -> Result<(), StoreError> {
    let last = sqlx::query("SELECT MAX(number) AS last FROM delivery_tries WHERE delivery_id = ?").bind(id.as_str());
    let last = last.fetch_one(&mut *tx).await?.maybe_int("last")?.unwrap_or(0);
    sqlx::query("INSERT INTO delivery_tries (delivery_id, number, at_ms, answer) VALUES (?, ?, ?, ?)")
        .bind(id.as_str())
        .bind(last + 1)
        .bind(at.millis())
        .bind(answer.chars().take(LONGEST).collect::<String>())
        .execute(tx)
        .await?;
    Ok(())
}

/// The tries that failed, in their order.
pub(super) async fn failed(tx: &mut Tx, id: &DeliveryId) -> Result<Vec<FailedTry>, StoreError> {
    let rows = sqlx::query("SELECT at_ms, answer FROM delivery_tries WHERE delivery_id = ? ORDER BY number");
    let rows = rows.bind(id.as_str()).fetch_all(tx).await?;
    rows.iter().map(|row| Ok(FailedTry { at: row.time("at_ms")?, answer: row.text("answer")? })).collect()
}
