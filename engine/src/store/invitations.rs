//! One-time codes by which people set what they sign in with, the first time or anew. Only a hash of a code is kept.

use super::Store;
use super::columns::Columns;
use super::credentials::{NewPassword, forget_ways_in, remove_factor, set_password};
use super::db::Tx;
use super::error::StoreError;
use super::people::{NewUser, add, link_account};
use super::sessions::end_but;
use signalbox_core::id::UserId;
use signalbox_core::people::Identity;
use signalbox_core::time::Timestamp;

/// Whom a code is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Invited {
    /// A person, by id and name.
    Person(UserId, String),
    /// Whoever becomes the first admin.
    FirstAdmin,
}

/// What somebody signs in with.
#[derive(Debug, Clone)]
pub enum WayIn {
    /// A password, of which this is the hash.
    Password(String),
    /// An account at a provider.
    Account(Identity),
}

/// A code and what is made of it.
#[derive(Debug, Clone)]
pub struct Acceptance {
    /// The code's hash.
    pub code_hash: String,
    /// Whom it is for.
    pub invited: Invited,
    /// The name of the first admin.
    pub name: String,
    /// What they sign in with from now on.
    pub by: WayIn,
    /// Now.
    pub at: Timestamp,
}

impl Store {
    /// Keeps a code for a person, or for the first admin; older ones for the same are void.
    ///
    /// # Errors
    /// [`StoreError::Missing`] when there is no such person.
    pub async fn keep_invitation(
        &self,
        user: Option<&UserId>,
        code_hash: &str,
        now: Timestamp,
        until: Timestamp,
    ) -> Result<(), StoreError> {
        let row = (user.cloned(), code_hash.to_owned(), now, until);
        self.change(row, |tx, (user, hash, now, until)| Box::pin(keep(tx, user.as_ref(), hash, *now, *until))).await
    }

    /// Whom a code is for; none when there is no such code (any more).
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn invited(&self, code_hash: &str, now: Timestamp) -> Result<Option<Invited>, StoreError> {
        let found = sqlx::query(
            "SELECT i.user_id, u.username FROM invitations i LEFT JOIN users u ON u.id = i.user_id \
             WHERE i.code_hash = ? AND i.expires_at > ?",
        );
        let row = found.bind(code_hash).bind(now.millis()).fetch_optional(&mut *self.db.read().await?).await?;
        row.map(|row| match row.maybe_id("user_id", UserId::new)? {
            Some(user) => Ok(Invited::Person(user, row.text("username")?)),
            None => Ok(Invited::FirstAdmin),
        })
        .transpose()
    }

    /// Uses a code up: whatever the person signed in with until now is worth nothing any more, every session of theirs ends, and
    /// they have a new way in; or it makes the first admin. None when the code was used meanwhile.
    ///
    /// # Errors
    /// [`StoreError::Taken`] when the first admin's name, or the account at a provider, is somebody's.
    pub async fn accept_invitation(&self, acceptance: Acceptance) -> Result<Option<UserId>, StoreError> {
        self.change(acceptance, |tx, acceptance| Box::pin(accept(tx, acceptance))).await
    }
}

async fn keep(
    tx: &mut Tx,
    user: Option<&UserId>,
    hash: &str,
    now: Timestamp,
    until: Timestamp,
) -> Result<(), StoreError> {
    let older = match user {
        Some(user) => sqlx::query("DELETE FROM invitations WHERE user_id = ?").bind(user.as_str().to_owned()),
        None => sqlx::query("DELETE FROM invitations WHERE user_id IS NULL"),
    };
    older.execute(&mut *tx).await?;
    let kept = sqlx::query("INSERT INTO invitations (code_hash, user_id, expires_at, created_at) VALUES (?, ?, ?, ?)")
        .bind(hash)
        .bind(user.map(UserId::as_str))
        .bind(until.millis())
        .bind(now.millis())
        .execute(tx)
        .await;
    kept.map_err(StoreError::from).map_err(|error| match error.is_dangling() {
        true => StoreError::Missing { what: "person" },
        false => error,
    })?;
    Ok(())
}

async fn accept(tx: &mut Tx, acceptance: &Acceptance) -> Result<Option<UserId>, StoreError> {
    let used = sqlx::query("DELETE FROM invitations WHERE code_hash = ? AND expires_at > ?");
    let used = used.bind(&acceptance.code_hash).bind(acceptance.at.millis()).execute(&mut *tx).await?;
    if used.rows_affected() == 0 {
        return Ok(None);
    }
    let user = match &acceptance.invited {
        Invited::Person(user, _) => user.clone(),
        Invited::FirstAdmin => add(tx, &first_admin(acceptance)).await?,
    };
    remove_factor(tx, &user).await?;
    forget_ways_in(tx, &user).await?;
    let at = acceptance.at;
    match &acceptance.by {
        WayIn::Password(hash) => {
            set_password(tx, &NewPassword { user: user.clone(), hash: hash.clone(), keep_session: None, at }).await?;
        }
        WayIn::Account(account) => {
            end_but(tx, &user, None).await?;
            link_account(tx, &user, account, at).await?;
        }
    }
    Ok(Some(user))
}

fn first_admin(acceptance: &Acceptance) -> NewUser {
    NewUser {
        name: acceptance.name.clone(),
        email: None,
        admin: true,
        identities: Vec::new(),
        roles: Vec::new(),
        at: acceptance.at,
    }
}
