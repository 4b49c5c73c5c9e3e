//! Personal tokens. Only a hash of a token is kept.

use super::Store;
use super::columns::{Columns, to_json};
use super::db::Tx;
use super::error::StoreError;
use super::people::{actor_of, taken};
use signalbox_core::account::{Scopes, TokenReport};
use signalbox_core::id::UserId;
use signalbox_core::people::Actor;
use signalbox_core::time::Timestamp;
use sqlx::any::AnyRow;

/// A personal token to be kept.
#[derive(Debug, Clone)]
pub struct NewToken {
    /// Whose it is.
    pub user: UserId,
    /// Its hash.
    pub token_hash: String,
    /// What is known of it.
    pub report: TokenReport,
}

impl Store {
    /// Keeps a personal token.
    ///
    /// # Errors
    /// [`StoreError::Taken`] when the person has one of that name.
    pub async fn add_token(&self, new: NewToken) -> Result<(), StoreError> {
        self.change(new, |tx, new| Box::pin(add(tx, new))).await
    }

    /// A personal token that is good, and whose it is.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn token(&self, token_hash: &str, now: Timestamp) -> Result<Option<(TokenReport, Actor)>, StoreError> {
        let found = sqlx::query(
            "SELECT t.id AS token, t.name, t.scopes, t.created_at, t.used_at, t.expires_at, u.id, u.username, u.role \
             FROM personal_tokens t JOIN users u ON u.id = t.user_id \
             WHERE t.token_hash = ? AND (t.expires_at IS NULL OR t.expires_at > ?)",
        );
        let row = found.bind(token_hash).bind(now.millis()).fetch_optional(&mut *self.db.read().await?).await?;
        row.map(|row| Ok((report(&row)?, actor_of(&row)?))).transpose()
    }

    /// Notes that a personal token is used.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn token_used(&self, id: &str, at: Timestamp) -> Result<(), StoreError> {
        self.db.write((id.to_owned(), at), |tx, (id, at)| Box::pin(used(tx, id, *at))).await
    }

    /// A person's tokens, by name.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn tokens_of(&self, user: &UserId) -> Result<Vec<TokenReport>, StoreError> {
        let rows = sqlx::query(
            "SELECT id AS token, name, scopes, created_at, used_at, expires_at FROM personal_tokens \
             WHERE user_id = ? ORDER BY name",
        );
        let rows = rows.bind(user.as_str()).fetch_all(&mut *self.db.read().await?).await?;
        rows.iter().map(report).collect()
    }

    /// Removes one of a person's tokens, with what was exchanged for it; false when there is none of that id.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn remove_token(&self, user: &UserId, id: &str) -> Result<bool, StoreError> {
        self.change((user.clone(), id.to_owned()), |tx, (user, id)| Box::pin(remove(tx, user, id))).await
    }
}

fn report(row: &AnyRow) -> Result<TokenReport, StoreError> {
    Ok(TokenReport {
        id: row.text("token")?,
        name: row.text("name")?,
        scopes: row.json::<Scopes>("scopes")?,
        created_at: row.time("created_at")?,
        used_at: row.maybe_time("used_at")?,
        expires_at: row.maybe_time("expires_at")?,
    })
}

async fn add(tx: &mut Tx, NewToken { user, token_hash, report }: &NewToken) -> Result<(), StoreError> {
    let added = sqlx::query(
        "INSERT INTO personal_tokens (id, user_id, name, token_hash, scopes, expires_at, created_at) \
         VALUES (?, ?, ?, ?, ?, ?, ?)",
    );
    let added = added.bind(&report.id).bind(user.as_str()).bind(&report.name).bind(token_hash);
    let added = added.bind(to_json(&report.scopes)?).bind(report.expires_at.map(Timestamp::millis));
    let added = added.bind(report.created_at.millis()).execute(tx).await;
    added.map_err(|error| taken(error.into(), "personal token", &report.name))?;
    Ok(())
}

async fn used(tx: &mut Tx, id: &str, at: Timestamp) -> Result<(), StoreError> {
    let used = sqlx::query("UPDATE personal_tokens SET used_at = ? WHERE id = ?").bind(at.millis()).bind(id);
    used.execute(tx).await?;
    Ok(())
}

async fn remove(tx: &mut Tx, user: &UserId, id: &str) -> Result<bool, StoreError> {
    let gone = sqlx::query("DELETE FROM personal_tokens WHERE user_id = ? AND id = ?").bind(user.as_str()).bind(id);
    Ok(gone.execute(tx).await?.rows_affected() > 0)
}
