//! The inbox: what was received, stored before it is acknowledged. A second copy of an update changes nothing.

use super::Store;
use super::columns::Columns;
use super::db::Tx;
use super::error::StoreError;
use super::long::Long;
use super::outbox::{LaidCard, owe_all};
use sha2::{Digest, Sha256};
use signalbox_core::delivery::Delivery;
use signalbox_core::time::Timestamp;
use signalbox_core::tool::hex;
use sqlx::{Any, QueryBuilder};

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

/// An update ready for its row.
#[derive(Debug)]
struct Received {
    key: Key,
    raw: Long,
    at: Timestamp,
    /// Its place among those received at the same moment.
    position: i64,
}

impl Store {
    /// Stores an update. Once this has returned it may be acknowledged.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn receive(&self, update: Update) -> Result<Receipt, StoreError> {
        let (key, at) = (key_of(&update.source, &update.external_id), update.at);
        let row = Received { key, raw: self.lay(update.raw).await?, at, position: 0 };
        self.db.write(row, |tx, row| Box::pin(receive(tx, row))).await
    }

    /// Stores several updates of one sender in their order, all or nothing. Returns how many are new.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn receive_all(&self, updates: Vec<Update>) -> Result<usize, StoreError> {
        let mut rows = Vec::with_capacity(updates.len());
        for (position, update) in (0_i64..).zip(updates) {
            let (key, at) = (key_of(&update.source, &update.external_id), update.at);
            rows.push(Received { key, raw: self.lay(update.raw).await?, at, position });
        }
        self.db.write(rows, |tx, rows| Box::pin(receive_all(tx, rows))).await
    }

    /// Owes what is said in return to an update, and notes that the update is done with; false, and nothing is owed, when
    /// it was done with before.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn answer_update(
        &self,
        source: &str,
        external_id: &str,
        owed: Vec<Delivery>,
        at: Timestamp,
    ) -> Result<bool, StoreError> {
        let answer = (key_of(source, external_id), self.lay_cards(owed).await?, at);
        self.db.write(answer, |tx, (key, cards, at)| Box::pin(answer_update(tx, key, cards, *at))).await
    }

    /// Whether an update waits to be handled. One that was never received does not.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn is_unhandled(&self, source: &str, external_id: &str) -> Result<bool, StoreError> {
        let key = key_of(source, external_id);
        let found =
            sqlx::query("SELECT external_id FROM inbox WHERE source = ? AND external_id = ? AND handled_at IS NULL");
        let found = found.bind(&key.source).bind(&key.id).fetch_optional(&mut *self.db.read().await?).await?;
        Ok(found.is_some())
    }

    /// Updates of a source that were received and not handled yet, the oldest first; those behind `after` where it is given.
    /// Their ids are as [`Store::handled`] wants them.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn unhandled(&self, source: &str, after: Option<&str>, limit: u32) -> Result<Vec<Update>, StoreError> {
        let mut query = QueryBuilder::<Any>::new("SELECT i.external_id, i.raw, i.raw_blob, i.received_at FROM inbox i");
        if let Some(after) = after {
            query.push(" JOIN inbox l ON l.source = i.source AND l.external_id = ").push_bind(after.to_owned());
            query.push(
                " AND i.received_at >= l.received_at AND (i.received_at > l.received_at OR i.position > l.position \
                 OR (i.position = l.position AND i.external_id > l.external_id))",
            );
        }
        query.push(" WHERE i.handled_at IS NULL AND i.source = ").push_bind(source.to_owned());
        query.push(" ORDER BY i.received_at, i.position, i.external_id LIMIT ").push_bind(i64::from(limit));
        let rows = query.build().fetch_all(&mut *self.db.read().await?).await?;
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

    /// Notes that work on an update begins which may end this process. Returns how often it was begun by now without having
    /// come to an end.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn begin(&self, source: &str, external_id: &str) -> Result<i64, StoreError> {
        self.db.write(key_of(source, external_id), |tx, key| Box::pin(begin(tx, key))).await
    }

    /// Notes that such work came to an end, whatever that was.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn come_to_an_end(&self, source: &str, external_id: &str) -> Result<(), StoreError> {
        self.db.write(key_of(source, external_id), |tx, key| Box::pin(come_to_an_end(tx, key))).await
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

async fn receive_all(tx: &mut Tx, rows: &[Received]) -> Result<usize, StoreError> {
    let mut new = 0;
    for row in rows {
        let known = sqlx::query("SELECT source FROM inbox WHERE source = ? AND external_id = ?");
        let known = known.bind(&row.key.source).bind(&row.key.id).fetch_optional(&mut *tx).await?;
        if known.is_none() && receive(tx, row).await? == Receipt::New {
            new += 1;
        }
    }
    Ok(new)
}

async fn answer_update(tx: &mut Tx, key: &Key, cards: &[LaidCard], at: Timestamp) -> Result<bool, StoreError> {
    let first = handled(tx, key, at).await?;
    if first {
        owe_all(tx, cards).await?;
    }
    Ok(first)
}

async fn receive(tx: &mut Tx, row: &Received) -> Result<Receipt, StoreError> {
    let Received { key, raw, at, position } = row;
    let added = sqlx::query(
        "INSERT INTO inbox (source, external_id, raw, raw_blob, received_at, position) VALUES (?, ?, ?, ?, ?, ?)",
    );
    let added =
        added.bind(&key.source).bind(&key.id).bind(&raw.text).bind(raw.blob()).bind(at.millis()).bind(*position);
    match added.execute(tx).await.map_err(StoreError::from) {
        Ok(_) => Ok(Receipt::New),
        Err(error) if error.is_duplicate() => Ok(Receipt::Repeated),
        Err(error) => Err(error),
    }
}

pub(super) async fn handled(tx: &mut Tx, key: &Key, at: Timestamp) -> Result<bool, StoreError> {
    let done = sqlx::query(
        "UPDATE inbox SET handled_at = ?, trouble = NULL, trouble_at = NULL \
         WHERE source = ? AND external_id = ? AND handled_at IS NULL",
    );
    Ok(done.bind(at.millis()).bind(&key.source).bind(&key.id).execute(tx).await?.rows_affected() > 0)
}

async fn begin(tx: &mut Tx, key: &Key) -> Result<i64, StoreError> {
    let begun = sqlx::query("UPDATE inbox SET begun = begun + 1 WHERE source = ? AND external_id = ?");
    begun.bind(&key.source).bind(&key.id).execute(&mut *tx).await?;
    let begun = sqlx::query("SELECT begun FROM inbox WHERE source = ? AND external_id = ?");
    let begun = begun.bind(&key.source).bind(&key.id).fetch_optional(tx).await?;
    begun.map_or(Ok(0), |row| row.int("begun"))
}

async fn come_to_an_end(tx: &mut Tx, key: &Key) -> Result<(), StoreError> {
    let ended = sqlx::query("UPDATE inbox SET begun = 0 WHERE source = ? AND external_id = ?");
    ended.bind(&key.source).bind(&key.id).execute(tx).await?;
    Ok(())
}
