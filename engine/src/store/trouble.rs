//! Trouble with updates: from which nothing came, and which could not be handled yet.

use super::Store;
use super::db::Tx;
use super::error::StoreError;
use super::inbox::{Key, key_of};
use signalbox_core::time::Timestamp;

/// How much of a reason is kept, in characters.
const LONGEST: usize = 1000;

impl Store {
    /// Notes that an update is done with and that nothing came of it; false when it was done with already, or never received.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn give_up_update(
        &self,
        source: &str,
        external_id: &str,
        why: &str,
        at: Timestamp,
    ) -> Result<bool, StoreError> {
        let given_up = (key_of(source, external_id), why.to_owned(), at);
        self.db.write(given_up, |tx, (key, why, at)| Box::pin(give_up(tx, key, why, *at))).await
    }

    /// Notes why an update could not be handled yet; it still waits.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn put_off_update(
        &self,
        source: &str,
        external_id: &str,
        why: &str,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        let put_off = (key_of(source, external_id), why.to_owned(), at);
        self.db.write(put_off, |tx, (key, why, at)| Box::pin(put_off_in(tx, key, why, *at))).await
    }
}

pub(super) async fn give_up(tx: &mut Tx, key: &Key, why: &str, at: Timestamp) -> Result<bool, StoreError> {
    put_off_in(tx, key, why, at).await?;
    let done =
        sqlx::query("UPDATE inbox SET handled_at = ? WHERE source = ? AND external_id = ? AND handled_at IS NULL");
    Ok(done.bind(at.millis()).bind(&key.source).bind(&key.id).execute(tx).await?.rows_affected() > 0)
}

async fn put_off_in(tx: &mut Tx, key: &Key, why: &str, at: Timestamp) -> Result<(), StoreError> {
    let noted = sqlx::query(
        "UPDATE inbox SET trouble = ?, trouble_at = ? WHERE source = ? AND external_id = ? AND handled_at IS NULL",
    );
    let noted = noted.bind(why.chars().take(LONGEST).collect::<String>()).bind(at.millis());
    noted.bind(&key.source).bind(&key.id).execute(tx).await?;
    Ok(())
}
