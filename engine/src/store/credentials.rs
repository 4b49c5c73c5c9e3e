//! What a person signs in with: the hash of a password, the state of a second factor, and recovery codes as hashes. The
//! factor's secret itself is sealed, as all secrets are.

use super::Store;
use super::columns::Columns;
use super::db::Tx;
use super::error::StoreError;
use super::people::actor_of;
use super::sessions::end_but;
use signalbox_core::id::UserId;
use signalbox_core::people::Actor;
use signalbox_core::time::Timestamp;
use sqlx::any::AnyRow;

/// What a person signs in with.
#[derive(Debug, Clone)]
pub struct Credentials {
    /// The person.
    pub actor: Actor,
    /// The hash of their password, as a PHC string.
    pub password_hash: Option<String>,
    /// Whether a second factor is in force.
    pub second_factor: bool,
}

/// A new password.
#[derive(Debug, Clone)]
pub struct NewPassword {
    /// Whose.
    pub user: UserId,
    /// Its hash.
    pub hash: String,
    /// The session that goes on; all others end.
    pub keep_session: Option<String>,
    /// Now.
    pub at: Timestamp,
}

impl Store {
    /// What the person of this name signs in with.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn credentials(&self, name: &str) -> Result<Option<Credentials>, StoreError> {
        let found = sqlx::query(
            "SELECT u.id, u.username, u.role, u.password_hash, f.confirmed_at FROM users u \
             LEFT JOIN second_factors f ON f.user_id = u.id WHERE u.username = ?",
        );
        let row = found.bind(name).fetch_optional(&mut *self.db.read().await?).await?;
        row.map(|row| credentials(&row)).transpose()
    }

    /// Whether an admin can sign in: by a password, or by a provider.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn has_admin_who_can_sign_in(&self) -> Result<bool, StoreError> {
        let count = "SELECT COUNT(*) AS n FROM users u WHERE u.role = 'admin' AND (u.password_hash IS NOT NULL OR EXISTS \
             (SELECT 1 FROM identities i WHERE i.user_id = u.id AND i.platform LIKE 'openid:%'))";
        Ok(sqlx::query(count).fetch_one(&mut *self.db.read().await?).await?.int("n")? > 0)
    }

    /// Sets a password. All other sessions and one-time codes of the person end.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn set_password(&self, new: NewPassword) -> Result<(), StoreError> {
        self.change(new, |tx, new| Box::pin(set_password(tx, new))).await
    }

    /// Makes room for a second factor that is not in force yet; false when one is in force.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn begin_factor(&self, user: &UserId, at: Timestamp) -> Result<bool, StoreError> {
        self.db.write((user.clone(), at), |tx, (user, at)| Box::pin(begin(tx, user, *at))).await
    }

    /// Puts a second factor in force, with these recovery codes; false when there is none that waits for it.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn confirm_factor(
        &self,
        user: &UserId,
        step: u64,
        code_hashes: Vec<String>,
        at: Timestamp,
    ) -> Result<bool, StoreError> {
        let confirmation = (user.clone(), step, code_hashes, at);
        self.change(confirmation, |tx, (user, step, codes, at)| Box::pin(confirm(tx, user, *step, codes, *at))).await
    }

    /// Uses up the second factor's code of a step of time; false when it, or a later one, was used before.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn use_step(&self, user: &UserId, step: u64) -> Result<bool, StoreError> {
        self.db.write((user.clone(), step), |tx, (user, step)| Box::pin(use_step(tx, user, *step))).await
    }

    /// Uses a recovery code up; false when there is no such.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn use_recovery_code(&self, user: &UserId, code_hash: &str) -> Result<bool, StoreError> {
        let code = (user.clone(), code_hash.to_owned());
        self.db.write(code, |tx, (user, hash)| Box::pin(use_recovery(tx, user, hash))).await
    }

    /// How many recovery codes a person has left.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn recovery_codes_left(&self, user: &UserId) -> Result<u32, StoreError> {
        let count = sqlx::query("SELECT COUNT(*) AS n FROM recovery_codes WHERE user_id = ?").bind(user.as_str());
        count.fetch_one(&mut *self.db.read().await?).await?.count("n")
    }

    /// Takes a person's second factor away, with its recovery codes and its secret.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn remove_factor(&self, user: &UserId) -> Result<(), StoreError> {
        self.change(user.clone(), |tx, user| Box::pin(remove_factor(tx, user))).await
    }
}

/// Whose a person's own sealed secrets are.
pub(crate) fn factor_scope(user: &UserId) -> String {
    format!("user:{user}")
}

fn credentials(row: &AnyRow) -> Result<Credentials, StoreError> {
    Ok(Credentials {
        actor: actor_of(row)?,
        password_hash: row.maybe_text("password_hash")?,
        second_factor: row.maybe_int("confirmed_at")?.is_some(),
    })
}

pub(super) async fn set_password(tx: &mut Tx, new: &NewPassword) -> Result<(), StoreError> {
    let set = sqlx::query("UPDATE users SET password_hash = ?, updated_at = ? WHERE id = ?").bind(&new.hash);
    set.bind(new.at.millis()).bind(new.user.as_str()).execute(&mut *tx).await?;
    sqlx::query("DELETE FROM invitations WHERE user_id = ?").bind(new.user.as_str()).execute(&mut *tx).await?;
    end_but(tx, &new.user, new.keep_session.as_deref()).await
}

async fn begin(tx: &mut Tx, user: &UserId, at: Timestamp) -> Result<bool, StoreError> {
    let waiting = sqlx::query("DELETE FROM second_factors WHERE user_id = ? AND confirmed_at IS NULL");
    waiting.bind(user.as_str()).execute(&mut *tx).await?;
    let made = sqlx::query("INSERT INTO second_factors (user_id, last_step, created_at) VALUES (?, 0, ?)");
    match made.bind(user.as_str()).bind(at.millis()).execute(tx).await.map_err(StoreError::from) {
        Ok(_) => Ok(true),
        Err(error) if error.is_duplicate() => Ok(false),
        Err(error) => Err(error),
    }
}

async fn confirm(
    tx: &mut Tx,
    user: &UserId,
    step: u64,
    code_hashes: &[String],
    at: Timestamp,
) -> Result<bool, StoreError> {
    let confirmed = sqlx::query(
        "UPDATE second_factors SET confirmed_at = ?, last_step = ? WHERE user_id = ? AND confirmed_at IS NULL",
    );
    let confirmed = confirmed.bind(at.millis()).bind(super::columns::signed(step)).bind(user.as_str());
    if confirmed.execute(&mut *tx).await?.rows_affected() == 0 {
        return Ok(false);
    }
    for hash in code_hashes {
        let kept = sqlx::query("INSERT INTO recovery_codes (code_hash, user_id, created_at) VALUES (?, ?, ?)");
        kept.bind(hash).bind(user.as_str()).bind(at.millis()).execute(&mut *tx).await?;
    }
    Ok(true)
}

async fn use_step(tx: &mut Tx, user: &UserId, step: u64) -> Result<bool, StoreError> {
    let step = super::columns::signed(step);
    let used = sqlx::query("UPDATE second_factors SET last_step = ? WHERE user_id = ? AND last_step < ?");
    Ok(used.bind(step).bind(user.as_str()).bind(step).execute(tx).await?.rows_affected() > 0)
}

async fn use_recovery(tx: &mut Tx, user: &UserId, hash: &str) -> Result<bool, StoreError> {
    let used = sqlx::query("DELETE FROM recovery_codes WHERE user_id = ? AND code_hash = ?").bind(user.as_str());
    Ok(used.bind(hash).execute(tx).await?.rows_affected() > 0)
}

/// Takes away what a person signs in with at providers, and their password.
pub(super) async fn forget_ways_in(tx: &mut Tx, user: &UserId) -> Result<(), StoreError> {
    let unlinked = sqlx::query("DELETE FROM identities WHERE user_id = ? AND platform LIKE 'openid:%'");
    unlinked.bind(user.as_str()).execute(&mut *tx).await?;
    sqlx::query("UPDATE users SET password_hash = NULL WHERE id = ?").bind(user.as_str()).execute(tx).await?;
    Ok(())
}

pub(super) async fn remove_factor(tx: &mut Tx, user: &UserId) -> Result<(), StoreError> {
    for table in ["second_factors", "recovery_codes"] {
        let gone = sqlx::query(sqlx::AssertSqlSafe(format!("DELETE FROM {table} WHERE user_id = ?")));
        gone.bind(user.as_str()).execute(&mut *tx).await?;
    }
    sqlx::query("DELETE FROM secrets WHERE scope = ?").bind(factor_scope(user)).execute(tx).await?;
    Ok(())
}
