//! Accounts at providers by which people sign in: linked once each, and never taken away where nothing else is left.

use super::Store;
use super::columns::Columns;
use super::db::Tx;
use super::error::StoreError;
use super::noting::Outcome;
use super::people::link_account;
use super::roster::unlink;
use signalbox_core::audit::Deed;
use signalbox_core::id::UserId;
use signalbox_core::people::Identity;
use signalbox_core::time::Timestamp;

/// What became of linking an account at a provider.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Linking {
    /// It is theirs now.
    Linked,
    /// They have linked one there before: this one, or another.
    Before,
    /// It is somebody else's.
    Taken,
}

/// What became of unlinking one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unlinking {
    /// It is worth nothing here any more.
    Unlinked,
    /// None is linked.
    Missing,
    /// They could not sign in any more.
    Last,
}

impl Outcome for Linking {
    fn entered(&self, deed: &Deed) -> Option<Deed> {
        (*self == Self::Linked).then(|| deed.clone())
    }
}

impl Outcome for Unlinking {
    fn entered(&self, deed: &Deed) -> Option<Deed> {
        (*self == Self::Unlinked).then(|| deed.clone())
    }
}

/// An account that is to be unlinked.
#[derive(Debug, Clone)]
pub struct Unlink {
    /// Whose it is.
    pub user: UserId,
    /// The provider's platform.
    pub platform: String,
    /// The platforms of all providers that there are.
    pub platforms: Vec<String>,
    /// The session that goes on, even if it began there.
    pub keep_session: Option<String>,
    /// Now.
    pub at: Timestamp,
}

impl Store {
    /// Links an account at a provider to a person.
    ///
    /// # Errors
    /// [`StoreError::Missing`] when there is no such person.
    pub async fn link_provider(
        &self,
        user: &UserId,
        identity: &Identity,
        at: Timestamp,
    ) -> Result<Linking, StoreError> {
        let linked = (user.clone(), identity.clone(), at);
        let linked = self.change(linked, |tx, (user, identity, at)| Box::pin(link(tx, user, identity, *at))).await;
        match linked {
            // Somebody else was faster.
            Err(StoreError::Taken { .. }) => Ok(Linking::Taken),
            linked => linked,
        }
    }

    /// Unlinks a person's account at a provider. Sessions that began there end, but the one that is kept.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn unlink_provider(&self, unlink: Unlink) -> Result<Unlinking, StoreError> {
        self.change(unlink, |tx, unlink| Box::pin(unlink_account(tx, unlink))).await
    }
}

async fn link(tx: &mut Tx, user: &UserId, identity: &Identity, at: Timestamp) -> Result<Linking, StoreError> {
    if !accounts_at(tx, user, &identity.platform).await?.is_empty() {
        return Ok(Linking::Before);
    }
    let owner = sqlx::query("SELECT user_id FROM identities WHERE platform = ? AND account = ?");
    let owner = owner.bind(&identity.platform).bind(&identity.account).fetch_optional(&mut *tx).await?;
    if owner.is_some() {
        return Ok(Linking::Taken);
    }
    link_account(tx, user, identity, at).await?;
    Ok(Linking::Linked)
}

async fn accounts_at(tx: &mut Tx, user: &UserId, platform: &str) -> Result<Vec<Identity>, StoreError> {
    let found = sqlx::query("SELECT account FROM identities WHERE user_id = ? AND platform = ?");
    let rows = found.bind(user.as_str()).bind(platform).fetch_all(tx).await?;
    rows.iter().map(|row| Ok(Identity { platform: platform.to_owned(), account: row.text("account")? })).collect()
}

async fn unlink_account(tx: &mut Tx, asked: &Unlink) -> Result<Unlinking, StoreError> {
    // Two that are unlinked at once are unlinked one after the other, so that the second sees that it is the last.
    let held = sqlx::query("UPDATE users SET updated_at = ? WHERE id = ?").bind(asked.at.millis());
    held.bind(asked.user.as_str()).execute(&mut *tx).await?;
    let linked = accounts_at(tx, &asked.user, &asked.platform).await?;
    if linked.is_empty() {
        return Ok(Unlinking::Missing);
    }
    if !has_another_way(tx, asked).await? {
        return Ok(Unlinking::Last);
    }
    for account in &linked {
        unlink(tx, &asked.user, account, asked.keep_session.as_deref()).await?;
    }
    Ok(Unlinking::Unlinked)
}

async fn has_another_way(tx: &mut Tx, asked: &Unlink) -> Result<bool, StoreError> {
    let password = sqlx::query("SELECT password_hash FROM users WHERE id = ?").bind(asked.user.as_str());
    let password = password.fetch_optional(&mut *tx).await?;
    if password.map(|row| row.maybe_text("password_hash")).transpose()?.flatten().is_some() {
        return Ok(true);
    }
    for platform in asked.platforms.iter().filter(|platform| **platform != asked.platform) {
        if !accounts_at(tx, &asked.user, platform).await?.is_empty() {
            return Ok(true);
        }
    }
    Ok(false)
}
