//! Secrets of projects and of the hub: used by hub and gateway alone, never given to a sandbox, never listed with values.

use super::Store;
use super::blobs::wall_clock;
use super::columns::Columns;
use super::db::Tx;
use super::error::StoreError;
use super::key::{Keyring, MasterKey, Sealed, SecretName};
use secrecy::{ExposeSecret, SecretString};
use signalbox_core::time::Timestamp;
use std::sync::Arc;

impl Store {
    /// Seals a secret; an older one of the same name is replaced. `scope` says whose it is, e.g. `project:<id>`.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn put_secret(&self, scope: &str, name: &str, value: &SecretString) -> Result<(), StoreError> {
        let row = SecretName { scope: scope.to_owned(), name: name.to_owned() };
        let sealed = self.keys.seal(&row, value.expose_secret().as_bytes());
        let sealed = sealed.map_err(|why| unopenable(&row, why))?;
        self.change((row, sealed), |tx, (row, sealed)| Box::pin(put(tx, row, sealed))).await
    }

    /// Opens a secret; none when there is no such.
    ///
    /// # Errors
    /// [`StoreError::Sealed`] when it was sealed with another key, was changed, or was moved from another row.
    pub async fn secret(&self, scope: &str, name: &str) -> Result<Option<SecretString>, StoreError> {
        let row = SecretName { scope: scope.to_owned(), name: name.to_owned() };
        let mut connection = self.db.read().await?;
        let found = sqlx::query("SELECT key_id, sealed FROM secrets WHERE scope = ? AND name = ?")
            .bind(scope)
            .bind(name)
            .fetch_optional(&mut *connection)
            .await?;
        let Some(found) = found else { return Ok(None) };
        let sealed = Sealed { key_id: found.text("key_id")?, text: found.text("sealed")? };
        open(&self.keys, &row, &sealed).map(Some)
    }

    /// The secret of this name, which becomes `new` where there is none; the same for all who ask at once.
    ///
    /// # Errors
    /// See [`Store::secret`].
    pub async fn secret_or(&self, scope: &str, name: &str, new: &SecretString) -> Result<SecretString, StoreError> {
        if let Some(kept) = self.secret(scope, name).await? {
            return Ok(kept);
        }
        let row = SecretName { scope: scope.to_owned(), name: name.to_owned() };
        let sealed = self.keys.seal(&row, new.expose_secret().as_bytes());
        let sealed = sealed.map_err(|why| unopenable(&row, why))?;
        match self.db.write((row, sealed), |tx, (row, sealed)| Box::pin(add(tx, row, sealed))).await {
            // Somebody was faster.
            Err(error) if error.is_duplicate() => {}
            done => done?,
        }
        self.secret(scope, name).await?.ok_or(StoreError::Missing { what: "secret" })
    }

    /// Removes a secret; says whether there was one.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn remove_secret(&self, scope: &str, name: &str) -> Result<bool, StoreError> {
        let row = SecretName { scope: scope.to_owned(), name: name.to_owned() };
        self.change(row, |tx, row| Box::pin(remove(tx, row))).await
    }

    /// When a secret was set; none when there is no such.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn secret_set_at(&self, scope: &str, name: &str) -> Result<Option<Timestamp>, StoreError> {
        let found = sqlx::query("SELECT updated_at FROM secrets WHERE scope = ? AND name = ?").bind(scope).bind(name);
        let found = found.fetch_optional(&mut *self.db.read().await?).await?;
        found.map(|row| row.time("updated_at")).transpose()
    }

    /// The names of a scope's secrets, in order.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn secret_names(&self, scope: &str) -> Result<Vec<String>, StoreError> {
        let mut connection = self.db.read().await?;
        let rows = sqlx::query("SELECT name FROM secrets WHERE scope = ? ORDER BY name").bind(scope);
        rows.fetch_all(&mut *connection).await?.iter().map(|row| row.text("name")).collect()
    }

    /// Seals every secret anew with `new`, in one transaction; returns how many there were. Until that is done the old key
    /// goes on opening. The caller has to have put the new key away safely before.
    ///
    /// # Errors
    /// [`StoreError::Sealed`] when one cannot be opened: then all stay as they were.
    pub async fn rotate(&self, new: MasterKey) -> Result<u64, StoreError> {
        let (before, new_id) = (self.keys.current(), new.id().to_owned());
        self.keys.promote(new);
        let done = self.change(self.keys.clone(), |tx, keys| Box::pin(reseal_all(tx, keys))).await;
        match (&done, before) {
            (Ok(_), _) => self.keys.keep_only(&new_id),
            (Err(_), Some(before)) => self.keys.promote(before),
            (Err(_), None) => {}
        }
        done
    }
}

fn unopenable(row: &SecretName, why: &'static str) -> StoreError {
    StoreError::Sealed { scope: row.scope.clone(), name: row.name.clone(), why }
}

fn open(keys: &Keyring, row: &SecretName, sealed: &Sealed) -> Result<SecretString, StoreError> {
    let plain = keys.open(row, sealed).map_err(|why| unopenable(row, why))?;
    String::from_utf8(plain).map(SecretString::from).map_err(|_| unopenable(row, "it is no text"))
}

async fn put(tx: &mut Tx, row: &SecretName, sealed: &Sealed) -> Result<(), StoreError> {
    remove(tx, row).await?;
    add(tx, row, sealed).await
}

async fn add(tx: &mut Tx, row: &SecretName, sealed: &Sealed) -> Result<(), StoreError> {
    sqlx::query("INSERT INTO secrets (scope, name, key_id, sealed, updated_at) VALUES (?, ?, ?, ?, ?)")
        .bind(&row.scope)
        .bind(&row.name)
        .bind(&sealed.key_id)
        .bind(&sealed.text)
        .bind(wall_clock().millis())
        .execute(tx)
        .await?;
    Ok(())
}

/// Removes one; says whether it was there.
pub(super) async fn remove(tx: &mut Tx, row: &SecretName) -> Result<bool, StoreError> {
    let removed = sqlx::query("DELETE FROM secrets WHERE scope = ? AND name = ?").bind(&row.scope).bind(&row.name);
    Ok(removed.execute(tx).await?.rows_affected() > 0)
}

async fn reseal_all(tx: &mut Tx, keys: &Arc<Keyring>) -> Result<u64, StoreError> {
    let rows = sqlx::query("SELECT scope, name, key_id, sealed FROM secrets").fetch_all(&mut *tx).await?;
    for found in &rows {
        let row = SecretName { scope: found.text("scope")?, name: found.text("name")? };
        let plain = open(keys, &row, &Sealed { key_id: found.text("key_id")?, text: found.text("sealed")? })?;
        let sealed = keys.seal(&row, plain.expose_secret().as_bytes()).map_err(|why| unopenable(&row, why))?;
        let anew = sqlx::query("UPDATE secrets SET key_id = ?, sealed = ? WHERE scope = ? AND name = ?");
        let anew = anew.bind(&sealed.key_id).bind(&sealed.text).bind(&row.scope).bind(&row.name);
        anew.execute(&mut *tx).await?;
    }
    Ok(rows.len() as u64)
}
