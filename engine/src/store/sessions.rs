//! Browser sessions. Only a hash of a session's token is kept.

use super::Store;
use super::columns::Columns;
use super::db::Tx;
use super::error::StoreError;
use super::people::actor_of;
use signalbox_core::account::{SessionKind, SessionReport};
use signalbox_core::id::UserId;
use signalbox_core::people::Actor;
use signalbox_core::time::Timestamp;
use sqlx::any::AnyRow;

/// A session to be opened.
#[derive(Debug, Clone)]
pub struct NewSession {
    /// Its id, by which its person names it.
    pub id: String,
    /// Whose it is.
    pub user: UserId,
    /// The hash of its token.
    pub token_hash: String,
    /// When it ends, however much it is used.
    pub expires_at: Timestamp,
    /// The provider by which it is opened; none where it is by a password.
    pub provider: Option<String>,
    /// When its person last showed who they are.
    pub confirmed_at: Timestamp,
    /// What the browser says of itself.
    pub device: Option<String>,
    /// From where it is opened.
    pub address: String,
    /// Now.
    pub at: Timestamp,
}

/// A session that lives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// Its id.
    pub id: String,
    /// Whose it is.
    pub actor: Actor,
    /// When it was last used, to a few minutes.
    pub seen_at: Timestamp,
    /// When its person last showed who they are.
    pub confirmed_at: Timestamp,
}

impl Store {
    /// Opens a session.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn open_session(&self, new: NewSession) -> Result<(), StoreError> {
        self.change(new, |tx, new| Box::pin(open(tx, new))).await
    }

    /// The session with this token, unless it has ended or was not used since `idle_since`.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn session(
        &self,
        token_hash: &str,
        now: Timestamp,
        idle_since: Timestamp,
    ) -> Result<Option<Session>, StoreError> {
        let found = sqlx::query(
            "SELECT s.id AS session, s.seen_at, s.confirmed_at, u.id, u.username, u.role FROM sessions s \
             JOIN users u ON u.id = s.user_id WHERE s.token_hash = ? AND s.expires_at > ? AND s.seen_at > ?",
        );
        let found = found.bind(token_hash).bind(now.millis()).bind(idle_since.millis());
        let row = found.fetch_optional(&mut *self.db.read().await?).await?;
        row.map(|row| {
            Ok(Session {
                id: row.text("session")?,
                actor: actor_of(&row)?,
                seen_at: row.time("seen_at")?,
                confirmed_at: row.time("confirmed_at")?,
            })
        })
        .transpose()
    }

    /// Notes that a session is used.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn session_seen(&self, id: &str, at: Timestamp) -> Result<(), StoreError> {
        self.db.write((id.to_owned(), at), |tx, (id, at)| Box::pin(seen(tx, id, *at))).await
    }

    /// Notes that a person has shown once more who they are in a session.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn session_confirmed(&self, id: &str, at: Timestamp) -> Result<(), StoreError> {
        self.db.write((id.to_owned(), at), |tx, (id, at)| Box::pin(confirmed(tx, id, *at))).await
    }

    /// A person's sessions that live, the latest first.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn sessions_of(
        &self,
        user: &UserId,
        now: Timestamp,
        idle_since: Timestamp,
    ) -> Result<Vec<SessionReport>, StoreError> {
        let rows = sqlx::query(
            "SELECT id, provider, device_info, address, created_at, seen_at, expires_at FROM sessions \
             WHERE user_id = ? AND expires_at > ? AND seen_at > ? ORDER BY seen_at DESC, id DESC",
        );
        let rows = rows.bind(user.as_str()).bind(now.millis()).bind(idle_since.millis());
        let rows = rows.fetch_all(&mut *self.db.read().await?).await?;
        let browser = |row: &AnyRow| {
            Ok(SessionReport { provider: row.maybe_text("provider")?, ..report(row, SessionKind::Browser)? })
        };
        rows.iter().map(browser).collect()
    }

    /// Ends one of a person's sessions; false when there is none of that id.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn end_session(&self, user: &UserId, id: &str) -> Result<bool, StoreError> {
        self.change((user.clone(), id.to_owned()), |tx, (user, id)| Box::pin(end(tx, user, id))).await
    }

    /// Ends all that a person has signed in with, but the session `keep`.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn end_sessions_but(&self, user: &UserId, keep: Option<&str>) -> Result<(), StoreError> {
        let whose = (user.clone(), keep.map(str::to_owned));
        self.change(whose, |tx, (user, keep)| Box::pin(end_but(tx, user, keep.as_deref()))).await
    }
}

pub(super) fn report(row: &AnyRow, kind: SessionKind) -> Result<SessionReport, StoreError> {
    Ok(SessionReport {
        id: row.text("id")?,
        kind,
        provider: None,
        device: row.maybe_text("device_info")?,
        address: row.maybe_text("address")?,
        created_at: row.time("created_at")?,
        seen_at: row.time("seen_at")?,
        expires_at: row.time("expires_at")?,
        current: false,
    })
}

async fn open(tx: &mut Tx, new: &NewSession) -> Result<(), StoreError> {
    let opened = sqlx::query(
        "INSERT INTO sessions (id, user_id, token_hash, expires_at, device_info, address, seen_at, confirmed_at, provider, \
         created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    );
    let opened = opened.bind(&new.id).bind(new.user.as_str()).bind(&new.token_hash).bind(new.expires_at.millis());
    let opened = opened.bind(&new.device).bind(&new.address).bind(new.at.millis()).bind(new.confirmed_at.millis());
    opened.bind(&new.provider).bind(new.at.millis()).execute(tx).await?;
    Ok(())
}

async fn seen(tx: &mut Tx, id: &str, at: Timestamp) -> Result<(), StoreError> {
    let seen = sqlx::query("UPDATE sessions SET seen_at = ? WHERE id = ? AND seen_at < ?").bind(at.millis()).bind(id);
    seen.bind(at.millis()).execute(tx).await?;
    Ok(())
}

async fn confirmed(tx: &mut Tx, id: &str, at: Timestamp) -> Result<(), StoreError> {
    let confirmed = sqlx::query("UPDATE sessions SET confirmed_at = ? WHERE id = ?").bind(at.millis()).bind(id);
    confirmed.execute(tx).await?;
    Ok(())
}

async fn end(tx: &mut Tx, user: &UserId, id: &str) -> Result<bool, StoreError> {
    let ended = sqlx::query("DELETE FROM sessions WHERE user_id = ? AND id = ?").bind(user.as_str()).bind(id);
    Ok(ended.execute(tx).await?.rows_affected() > 0)
}

pub(super) async fn end_but(tx: &mut Tx, user: &UserId, keep: Option<&str>) -> Result<(), StoreError> {
    sqlx::query("DELETE FROM sessions WHERE user_id = ? AND id <> ?")
        .bind(user.as_str())
        .bind(keep.unwrap_or_default())
        .execute(&mut *tx)
        .await?;
    sqlx::query("DELETE FROM refresh_families WHERE user_id = ?").bind(user.as_str()).execute(tx).await?;
    Ok(())
}
