//! People as an admin sees and changes them.

use super::Store;
use super::credentials::remove_factor;
use super::db::Tx;
use super::error::StoreError;
use super::people::{Membership, actor_of, enrol, link_account};
use signalbox_core::id::{ProjectId, UserId};
use signalbox_core::people::{Actor, Identity, Role};
use signalbox_core::port::Person;
use signalbox_core::time::Timestamp;

/// What becomes different about a person, all or nothing.
#[derive(Debug, Clone)]
pub struct PersonChange {
    /// Who.
    pub user: UserId,
    /// A project and the role there; no role takes it away.
    pub role: Option<(ProjectId, Option<Role>)>,
    /// Whether they are an admin of the hub.
    pub admin: Option<bool>,
    /// Accounts to be linked.
    pub link: Vec<Identity>,
    /// Accounts to be unlinked.
    pub unlink: Vec<Identity>,
    /// Now.
    pub at: Timestamp,
}

impl Store {
    /// Everybody, by name.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn people(&self) -> Result<Vec<Person>, StoreError> {
        let rows = sqlx::query("SELECT id, username, role FROM users ORDER BY username");
        let rows = rows.fetch_all(&mut *self.db.read().await?).await?;
        let mut people = Vec::with_capacity(rows.len());
        for row in &rows {
            people.push(self.person(actor_of(row)?).await?);
        }
        Ok(people)
    }

    /// Somebody with their roles and accounts.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn person(&self, who: Actor) -> Result<Person, StoreError> {
        Ok(Person {
            roles: self.roles_of(&who.user).await?,
            accounts: self.identities_of(&who.user).await?,
            admin: who.admin,
            name: who.name,
        })
    }

    /// Changes a person.
    ///
    /// # Errors
    /// [`StoreError::Taken`] when an account is somebody else's, [`StoreError::Missing`] when one to be unlinked is not theirs.
    pub async fn change_person(&self, change: PersonChange) -> Result<(), StoreError> {
        self.change(change, |tx, change| Box::pin(apply(tx, change))).await
    }

    /// Takes everything from a person but their name, which what they did is kept under.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn strip_person(&self, user: &UserId, at: Timestamp) -> Result<(), StoreError> {
        self.change((user.clone(), at), |tx, (user, at)| Box::pin(strip(tx, user, *at))).await
    }
}

async fn apply(tx: &mut Tx, change: &PersonChange) -> Result<(), StoreError> {
    for account in &change.unlink {
        unlink(tx, &change.user, account, None).await?;
    }
    for account in &change.link {
        link_account(tx, &change.user, account, change.at).await?;
    }
    if let Some((project, role)) = &change.role {
        enrol(tx, &Membership { user: change.user.clone(), project: project.clone(), role: *role }).await?;
    }
    if let Some(admin) = change.admin {
        set_admin(tx, &change.user, admin, change.at).await?;
    }
    Ok(())
}

/// Unlinks an account. What was signed in by it ends, but the session `keep`.
pub(super) async fn unlink(
    tx: &mut Tx,
    user: &UserId,
    account: &Identity,
    keep: Option<&str>,
) -> Result<(), StoreError> {
    let gone = sqlx::query("DELETE FROM identities WHERE platform = ? AND account = ? AND user_id = ?");
    let gone = gone.bind(&account.platform).bind(&account.account).bind(user.as_str()).execute(&mut *tx).await?;
    if gone.rows_affected() == 0 {
        return Err(StoreError::Missing { what: "linked account" });
    }
    if account.platform == "email" {
        let forgotten = sqlx::query("UPDATE users SET email = NULL WHERE id = ? AND email = ?");
        forgotten.bind(user.as_str()).bind(&account.account).execute(&mut *tx).await?;
    }
    if let Some(provider) = account.provider() {
        let ended = sqlx::query("DELETE FROM sessions WHERE user_id = ? AND provider = ? AND id <> ?");
        ended.bind(user.as_str()).bind(provider).bind(keep.unwrap_or_default()).execute(tx).await?;
    }
    Ok(())
}

async fn set_admin(tx: &mut Tx, user: &UserId, admin: bool, at: Timestamp) -> Result<(), StoreError> {
    let word = if admin { "admin" } else { "user" };
    let set = sqlx::query("UPDATE users SET role = ?, updated_at = ? WHERE id = ?").bind(word).bind(at.millis());
    set.bind(user.as_str()).execute(tx).await?;
    Ok(())
}

async fn strip(tx: &mut Tx, user: &UserId, at: Timestamp) -> Result<(), StoreError> {
    remove_factor(tx, user).await?;
    let own = [
        "identities",
        "link_codes",
        "project_roles",
        "sessions",
        "invitations",
        "personal_tokens",
        "refresh_families",
        "provider_visits",
    ];
    for table in own {
        let gone = sqlx::query(sqlx::AssertSqlSafe(format!("DELETE FROM {table} WHERE user_id = ?")));
        gone.bind(user.as_str()).execute(&mut *tx).await?;
    }
    let forgotten = sqlx::query("UPDATE users SET email = NULL, password_hash = NULL WHERE id = ?");
    forgotten.bind(user.as_str()).execute(&mut *tx).await?;
    set_admin(tx, user, false, at).await
}
