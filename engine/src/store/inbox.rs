//! The inbox: what was received, stored before it is acknowledged. A second copy of an update changes nothing.

use super::Store;
use super::columns::Columns;
use super::db::Tx;
use super::error::StoreError;
use super::long::Long;
use sha2::{Digest, Sha256};
use signalbox_core::time::Timestamp;
use signalbox_core::tool::hex;

/// The longest external id that a key column holds.
const LONGEST_KEY: usize = 190;

/// An update as a platform sent it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Update {
    /// Who sends it, e.g. `telegram`.
    pub source: String,
    /// The sender's id of it: the same when it is sent again.
    pub external_id: String,
    /// What was sent.
    pub raw: String,
    /// When it was received.
    pub at: Timestamp,
}

/// Whether an update was there before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Receipt {
    /// It is new.
    New,
    /// It was received before.
    Repeated,
}

/// An external id as a key: too long a one, or one with a blank at its end (which one of the databases does not see), is
/// replaced by its hash.
#[derive(Debug, Clone)]
pub(super) struct Key {
    pub(super) source: String,
    pub(super) id: String,
}

pub(super) fn key_of(source: &str, external_id: &str) -> Key {
    let fits = external_id.len() <= LONGEST_KEY && !external_id.ends_with(' ');
    let hash = || format!("sha256:{}", hex(&Sha256::digest(external_id)));
    Key { source: source.to_owned(), id: if fits { external_id.to_owned() } else { hash() } }
}

impl Store {
    /// Stores an update. Once this has returned it may be acknowledged.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn receive(&self, update: Update) -> Result<Receipt, StoreError> {
        let (key, at) = (key_of(&update.source, &update.external_id), update.at);
        let row = (key, self.lay(update.raw).await?, at);
        self.db.write(row, |tx, (key, raw, at)| Box::pin(receive(tx, key, raw, *at))).await
    }

    /// Updates of a source that were received and not handled yet, the oldest first. Their ids are as [`Store::handled`]
    /// wants them.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn unhandled(&self, source: &str, limit: u32) -> Result<Vec<Update>, StoreError> {
        let rows = sqlx::query(
            "SELECT external_id, raw, raw_blob, received_at FROM inbox WHERE source = ? AND handled_at IS NULL \
             ORDER BY received_at, external_id LIMIT ?",
        );
        let rows = rows.bind(source).bind(i64::from(limit)).fetch_all(&mut *self.db.read().await?).await?;
        let mut updates = Vec::with_capacity(rows.len());
        for row in &rows {
            updates.push(Update {
                source: source.to_owned(),
                external_id: row.text("external_id")?,
                raw: self.whole(Long::from_row(row, "raw", "raw_blob")?).await?,
                at: row.time("received_at")?,
            });
        }
        Ok(updates)
    }

    /// Notes that an update is done with; false when it was already, or never received.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn handled(&self, source: &str, external_id: &str, at: Timestamp) -> Result<bool, StoreError> {
        let row = (key_of(source, external_id), at);
        self.db.write(row, |tx, (key, at)| Box::pin(handled(tx, key, *at))).await
    }
}

async fn receive(tx: &mut Tx, key: &Key, raw: &Long, at: Timestamp) -> Result<Receipt, StoreError> {
    let added =
        sqlx::query("INSERT INTO inbox (source, external_id, raw, raw_blob, received_at) VALUES (?, ?, ?, ?, ?)");
    let added = added.bind(&key.source).bind(&key.id).bind(&raw.text).bind(raw.blob()).bind(at.millis());
    match added.execute(tx).await.map_err(StoreError::from) {
        Ok(_) => Ok(Receipt::New),
        Err(error) if error.is_duplicate() => Ok(Receipt::Repeated),
        Err(error) => Err(error),
    }
}

async fn handled(tx: &mut Tx, key: &Key, at: Timestamp) -> Result<bool, StoreError> {
    let done =
        sqlx::query("UPDATE inbox SET handled_at = ? WHERE source = ? AND external_id = ? AND handled_at IS NULL");
    Ok(done.bind(at.millis()).bind(&key.source).bind(&key.id).execute(tx).await?.rows_affected() > 0)
}
