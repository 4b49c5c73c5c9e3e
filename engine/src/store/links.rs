//! Link codes: one-time codes by which a person links an account elsewhere to theirs here. Only a hash of a code is kept.

use super::Store;
use super::columns::Columns;
use super::db::Tx;
use super::error::StoreError;
use super::noting::Outcome;
use super::people::link_account;
use sha2::{Digest, Sha256};
use signalbox_core::audit::Deed;
use signalbox_core::id::UserId;
use signalbox_core::people::Identity;
use signalbox_core::time::Timestamp;
use signalbox_core::tool::hex;

/// What became of a code that somebody sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Redeemed {
    /// The account is theirs now.
    Linked(UserId),
    /// There is no such code (any more).
    Unknown,
    /// The account is somebody's already.
    Taken(UserId),
}

/// A code and what is done with it.
#[derive(Debug, Clone)]
struct Redemption {
    hash: String,
    account: Identity,
    now: Timestamp,
}

impl Outcome for Redeemed {
    fn entered(&self, deed: &Deed) -> Option<Deed> {
        match self {
            Self::Linked(user) => Some(deed.clone().with("user", user)),
            Self::Unknown | Self::Taken(_) => None,
        }
    }
}

impl Store {
    /// Keeps a code for a person; older codes of theirs are void.
    ///
    /// # Errors
    /// [`StoreError::Missing`] when there is no such person.
    pub async fn keep_link_code(
        &self,
        user: &UserId,
        code: &str,
        now: Timestamp,
        until: Timestamp,
    ) -> Result<(), StoreError> {
        let row = (user.clone(), hash(code), now, until);
        self.change(row, |tx, (user, hash, now, until)| Box::pin(keep(tx, user, hash, *now, *until))).await
    }

    /// Uses a code up and links the account to its person.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn redeem_link_code(
        &self,
        code: &str,
        account: &Identity,
        now: Timestamp,
    ) -> Result<Redeemed, StoreError> {
        let redemption = Redemption { hash: hash(code), account: account.clone(), now };
        self.change(redemption, |tx, redemption| Box::pin(redeem(tx, redemption))).await
    }

    /// Makes a code worth nothing, because others have read it; false where it was worth nothing before.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn void_link_code(&self, code: &str) -> Result<bool, StoreError> {
        self.db.write(hash(code), |tx, hash| Box::pin(void(tx, hash))).await
    }

    /// The accounts elsewhere that are a person's.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn identities_of(&self, user: &UserId) -> Result<Vec<Identity>, StoreError> {
        let rows = sqlx::query("SELECT platform, account FROM identities WHERE user_id = ? ORDER BY platform, account");
        let rows = rows.bind(user.as_str()).fetch_all(&mut *self.db.read().await?).await?;
        rows.iter().map(|row| Ok(Identity { platform: row.text("platform")?, account: row.text("account")? })).collect()
    }
}

/// Case and hyphens are for people; the code is random enough for a plain hash.
fn hash(code: &str) -> String {
    let digits: String = code.chars().filter(|c| *c != '-').map(|c| c.to_ascii_lowercase()).collect();
    hex(&Sha256::digest(digits))
}

async fn keep(tx: &mut Tx, user: &UserId, hash: &str, now: Timestamp, until: Timestamp) -> Result<(), StoreError> {
    sqlx::query("DELETE FROM link_codes WHERE user_id = ? OR expires_at <= ?")
        .bind(user.as_str())
        .bind(now.millis())
        .execute(&mut *tx)
        .await?;
    let kept = sqlx::query("INSERT INTO link_codes (code, user_id, expires_at, created_at) VALUES (?, ?, ?, ?)")
        .bind(hash)
        .bind(user.as_str())
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

async fn void(tx: &mut Tx, hash: &str) -> Result<bool, StoreError> {
    let gone = sqlx::query("DELETE FROM link_codes WHERE code = ?").bind(hash).execute(tx).await?;
    Ok(gone.rows_affected() > 0)
}

async fn redeem(tx: &mut Tx, redemption: &Redemption) -> Result<Redeemed, StoreError> {
    let Redemption { hash, account, now } = redemption;
    let code = sqlx::query("SELECT user_id FROM link_codes WHERE code = ? AND expires_at > ?").bind(hash);
    let Some(row) = code.bind(now.millis()).fetch_optional(&mut *tx).await? else { return Ok(Redeemed::Unknown) };
    let user = row.id("user_id", UserId::new)?;
    let owner = sqlx::query("SELECT user_id FROM identities WHERE platform = ? AND account = ?");
    let owner = owner.bind(&account.platform).bind(&account.account).fetch_optional(&mut *tx).await?;
    if let Some(owner) = owner {
        return Ok(Redeemed::Taken(owner.id("user_id", UserId::new)?));
    }
    let used = sqlx::query("DELETE FROM link_codes WHERE code = ?").bind(hash).execute(&mut *tx).await?;
    if used.rows_affected() == 0 {
        return Ok(Redeemed::Unknown);
    }
    link_account(tx, &user, account, *now).await?;
    Ok(Redeemed::Linked(user))
}
