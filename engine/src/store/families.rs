//! Refresh tokens, in families: all that came of one sign-in of a program. Each is used once; one that comes a second time was
//! stolen or shows that another was, and ends its family.

use super::Store;
use super::columns::{Columns, to_json};
use super::db::Tx;
use super::error::StoreError;
use super::noting::Outcome;
use super::people::actor_of;
use super::sessions;
use signalbox_core::account::{Scopes, SessionKind, SessionReport};
use signalbox_core::audit::Deed;
use signalbox_core::id::UserId;
use signalbox_core::people::Actor;
use signalbox_core::time::Timestamp;
use sqlx::any::AnyRow;

/// A family to be opened.
#[derive(Debug, Clone)]
pub struct NewFamily {
    /// Its id.
    pub id: String,
    /// Whose it is.
    pub user: UserId,
    /// The personal token that it was exchanged for, with which it ends.
    pub token: Option<String>,
    /// What its tokens are good for.
    pub scopes: Scopes,
    /// The hash of its first refresh token.
    pub first_hash: String,
    /// What the program says of itself.
    pub device: Option<String>,
    /// From where it is opened.
    pub address: String,
    /// When it ends, however much it is used.
    pub expires_at: Timestamp,
    /// Now.
    pub at: Timestamp,
}

/// A family that lives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Family {
    /// Its id.
    pub id: String,
    /// Whose it is.
    pub actor: Actor,
    /// What its tokens are good for.
    pub scopes: Scopes,
}

/// What became of a refresh token that was shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Rotated {
    /// The next one takes its place.
    Fresh(Family),
    /// It was used before: its family, which was this person's, has ended.
    Reused(UserId),
    /// There is no such token (any more).
    Unknown,
}

/// A token and the one that is to take its place.
#[derive(Debug, Clone)]
struct Rotation {
    shown: String,
    next: String,
    now: Timestamp,
}

const FAMILY: &str = "SELECT f.id AS family, f.scopes, u.id, u.username, u.role FROM refresh_families f \
     JOIN users u ON u.id = f.user_id WHERE f.id = ? AND f.expires_at > ?";

/// That a token was used as it should be is no news.
impl Outcome for Rotated {
    fn entered(&self, deed: &Deed) -> Option<Deed> {
        match self {
            Self::Reused(user) => Some(Deed { object: format!("user:{user}"), ..deed.clone() }),
            Self::Fresh(_) | Self::Unknown => None,
        }
    }
}

impl Store {
    /// Opens a family.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn open_family(&self, new: NewFamily) -> Result<(), StoreError> {
        self.change(new, |tx, new| Box::pin(open(tx, new))).await
    }

    /// A family that lives.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn family(&self, id: &str, now: Timestamp) -> Result<Option<Family>, StoreError> {
        let found = sqlx::query(FAMILY).bind(id).bind(now.millis());
        found.fetch_optional(&mut *self.db.read().await?).await?.map(|row| family(&row)).transpose()
    }

    /// Uses a refresh token up; the next one takes its place.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn rotate_refresh(&self, shown: &str, next: &str, now: Timestamp) -> Result<Rotated, StoreError> {
        let rotation = Rotation { shown: shown.to_owned(), next: next.to_owned(), now };
        self.change(rotation, |tx, rotation| Box::pin(rotate(tx, rotation))).await
    }

    /// A person's families that live, the latest first.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn families_of(&self, user: &UserId, now: Timestamp) -> Result<Vec<SessionReport>, StoreError> {
        let rows = sqlx::query(
            "SELECT id, device_info, address, created_at, seen_at, expires_at FROM refresh_families \
             WHERE user_id = ? AND expires_at > ? ORDER BY seen_at DESC, id DESC",
        );
        let rows = rows.bind(user.as_str()).bind(now.millis()).fetch_all(&mut *self.db.read().await?).await?;
        rows.iter().map(|row| sessions::report(row, SessionKind::Program)).collect()
    }

    /// Ends one of a person's families; false when there is none of that id.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn end_family(&self, user: &UserId, id: &str) -> Result<bool, StoreError> {
        self.change((user.clone(), id.to_owned()), |tx, (user, id)| Box::pin(end(tx, user, id))).await
    }
}

fn family(row: &AnyRow) -> Result<Family, StoreError> {
    Ok(Family { id: row.text("family")?, actor: actor_of(row)?, scopes: row.json("scopes")? })
}

async fn open(tx: &mut Tx, new: &NewFamily) -> Result<(), StoreError> {
    let opened = sqlx::query(
        "INSERT INTO refresh_families (id, user_id, token_id, scopes, device_info, address, seen_at, expires_at, \
         created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
    );
    let opened = opened.bind(&new.id).bind(new.user.as_str()).bind(&new.token).bind(to_json(&new.scopes)?);
    let opened = opened.bind(&new.device).bind(&new.address).bind(new.at.millis()).bind(new.expires_at.millis());
    opened.bind(new.at.millis()).execute(&mut *tx).await?;
    keep(tx, &new.id, &new.first_hash, new.at).await
}

async fn keep(tx: &mut Tx, family: &str, hash: &str, at: Timestamp) -> Result<(), StoreError> {
    let kept = sqlx::query("INSERT INTO refresh_tokens (token_hash, family_id, created_at) VALUES (?, ?, ?)");
    kept.bind(hash).bind(family).bind(at.millis()).execute(tx).await?;
    Ok(())
}

async fn rotate(tx: &mut Tx, Rotation { shown, next, now }: &Rotation) -> Result<Rotated, StoreError> {
    let found = sqlx::query(
        "SELECT f.id, f.user_id FROM refresh_tokens t JOIN refresh_families f ON f.id = t.family_id \
         WHERE t.token_hash = ?",
    );
    let Some(row) = found.bind(shown).fetch_optional(&mut *tx).await? else { return Ok(Rotated::Unknown) };
    let (id, user) = (row.text("id")?, row.id("user_id", UserId::new)?);
    let used = sqlx::query("UPDATE refresh_tokens SET used_at = ? WHERE token_hash = ? AND used_at IS NULL");
    if used.bind(now.millis()).bind(shown).execute(&mut *tx).await?.rows_affected() == 0 {
        end(tx, &user, &id).await?;
        return Ok(Rotated::Reused(user));
    }
    let lives = sqlx::query(FAMILY).bind(&id).bind(now.millis()).fetch_optional(&mut *tx).await?;
    let Some(row) = lives else { return Ok(Rotated::Unknown) };
    keep(tx, &id, next, *now).await?;
    let seen = sqlx::query("UPDATE refresh_families SET seen_at = ? WHERE id = ?").bind(now.millis()).bind(&id);
    seen.execute(tx).await?;
    Ok(Rotated::Fresh(family(&row)?))
}

async fn end(tx: &mut Tx, user: &UserId, id: &str) -> Result<bool, StoreError> {
    let gone = sqlx::query("DELETE FROM refresh_families WHERE user_id = ? AND id = ?").bind(user.as_str()).bind(id);
    Ok(gone.execute(tx).await?.rows_affected() > 0)
}
