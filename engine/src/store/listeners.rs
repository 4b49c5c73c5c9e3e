//! What adapters remember: who listens to a source, small notes for their next life, whom they turned away today.

use super::Store;
use super::columns::Columns;
use super::db::Tx;
use super::error::StoreError;
use signalbox_core::id::NodeId;
use signalbox_core::people::Identity;
use signalbox_core::time::Timestamp;

/// A claim to be the one who listens.
#[derive(Debug, Clone)]
struct Claim {
    source: String,
    node: NodeId,
    now: Timestamp,
    until: Timestamp,
}

impl Store {
    /// Takes or keeps the right to listen to a source until a moment; false while another node has it.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn listen(
        &self,
        source: &str,
        node: &NodeId,
        now: Timestamp,
        until: Timestamp,
    ) -> Result<bool, StoreError> {
        let claim = Claim { source: source.to_owned(), node: node.clone(), now, until };
        self.db.write(claim, |tx, claim| Box::pin(listen(tx, claim))).await
    }

    /// Gives the right up.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn hang_up(&self, source: &str, node: &NodeId) -> Result<(), StoreError> {
        self.db.write((source.to_owned(), node.clone()), |tx, (source, node)| Box::pin(hang_up(tx, source, node))).await
    }

    /// What an adapter noted under a name.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn noted(&self, source: &str, name: &str) -> Result<Option<String>, StoreError> {
        let found = sqlx::query("SELECT value FROM notes WHERE source = ? AND name = ?").bind(source).bind(name);
        found.fetch_optional(&mut *self.db.read().await?).await?.map(|row| row.text("value")).transpose()
    }

    /// Notes something small under a name.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn note_for(&self, source: &str, name: &str, value: &str, at: Timestamp) -> Result<(), StoreError> {
        let noted = (source.to_owned(), name.to_owned(), value.to_owned(), at);
        self.db.write(noted, |tx, (source, name, value, at)| Box::pin(note(tx, source, name, value, *at))).await
    }

    /// Notes that an account was turned away on this day (counted from the epoch); false when it was already.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn turn_away(&self, account: &Identity, day: i64) -> Result<bool, StoreError> {
        self.db.write((account.clone(), day), |tx, (account, day)| Box::pin(turn_away(tx, account, *day))).await
    }
}

async fn listen(tx: &mut Tx, claim: &Claim) -> Result<bool, StoreError> {
    let kept = sqlx::query("UPDATE listeners SET node = ?, until = ? WHERE source = ? AND (node = ? OR until <= ?)")
        .bind(claim.node.as_str())
        .bind(claim.until.millis())
        .bind(&claim.source)
        .bind(claim.node.as_str())
        .bind(claim.now.millis());
    if kept.execute(&mut *tx).await?.rows_affected() > 0 {
        return Ok(true);
    }
    let first = sqlx::query("INSERT INTO listeners (source, node, until) VALUES (?, ?, ?)")
        .bind(&claim.source)
        .bind(claim.node.as_str())
        .bind(claim.until.millis());
    is_first(first.execute(tx).await.map_err(StoreError::from))
}

async fn hang_up(tx: &mut Tx, source: &str, node: &NodeId) -> Result<(), StoreError> {
    let gone = sqlx::query("DELETE FROM listeners WHERE source = ? AND node = ?").bind(source).bind(node.as_str());
    gone.execute(tx).await?;
    Ok(())
}

async fn note(tx: &mut Tx, source: &str, name: &str, value: &str, at: Timestamp) -> Result<(), StoreError> {
    let gone = sqlx::query("DELETE FROM notes WHERE source = ? AND name = ?").bind(source).bind(name);
    gone.execute(&mut *tx).await?;
    sqlx::query("INSERT INTO notes (source, name, value, updated_at) VALUES (?, ?, ?, ?)")
        .bind(source)
        .bind(name)
        .bind(value)
        .bind(at.millis())
        .execute(tx)
        .await?;
    Ok(())
}

async fn turn_away(tx: &mut Tx, account: &Identity, day: i64) -> Result<bool, StoreError> {
    let again = sqlx::query("UPDATE turned_away SET day = ? WHERE platform = ? AND account = ? AND day < ?")
        .bind(day)
        .bind(&account.platform)
        .bind(&account.account)
        .bind(day);
    if again.execute(&mut *tx).await?.rows_affected() > 0 {
        return Ok(true);
    }
    let first = sqlx::query("INSERT INTO turned_away (platform, account, day) VALUES (?, ?, ?)")
        .bind(&account.platform)
        .bind(&account.account)
        .bind(day);
    is_first(first.execute(tx).await.map_err(StoreError::from))
}

fn is_first<T>(added: Result<T, StoreError>) -> Result<bool, StoreError> {
    match added {
        Ok(_) => Ok(true),
        Err(error) if error.is_duplicate() => Ok(false),
        Err(error) => Err(error),
    }
}
