//! The audit log: who did what, in words that stay when what they were about is gone.

use super::Store;
use super::columns::{Columns, to_json};
use super::db::Tx;
use super::error::StoreError;
use serde_json::Value;
use signalbox_core::id::UserId;
use signalbox_core::time::Timestamp;

/// One deed.
#[derive(Debug, Clone, PartialEq)]
pub struct AuditEntry {
    /// Who; none for the hub itself.
    pub user: Option<UserId>,
    /// What was done, e.g. `approval.decided`.
    pub action: String,
    /// To what, e.g. `task:<id>`.
    pub resource: String,
    /// What else matters; free of secrets.
    pub details: Value,
    /// From which address.
    pub ip: Option<String>,
    /// When.
    pub at: Timestamp,
}

impl Store {
    /// Writes a deed down.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn audit(&self, entry: AuditEntry) -> Result<(), StoreError> {
        self.db.write(entry, |tx, entry| Box::pin(insert(tx, entry))).await
    }

    /// The latest deeds, the newest first.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn audit_log(&self, limit: u32) -> Result<Vec<AuditEntry>, StoreError> {
        let rows = sqlx::query(
            "SELECT user_id, action, resource, details, ip_address, created_at FROM audit_logs \
             ORDER BY created_at DESC, id DESC LIMIT ?",
        );
        let rows = rows.bind(i64::from(limit)).fetch_all(&mut *self.db.read().await?).await?;
        let entries = rows.iter().map(|row| {
            Ok(AuditEntry {
                user: row.maybe_id("user_id", UserId::new)?,
                action: row.text("action")?,
                resource: row.text("resource")?,
                details: row.json("details")?,
                ip: row.maybe_text("ip_address")?,
                at: row.time("created_at")?,
            })
        });
        entries.collect()
    }
}

async fn insert(tx: &mut Tx, entry: &AuditEntry) -> Result<(), StoreError> {
    let added = sqlx::query(
        "INSERT INTO audit_logs (id, user_id, action, resource, details, ip_address, created_at) \
         VALUES (?, ?, ?, ?, ?, ?, ?)",
    );
    added
        .bind(uuid::Uuid::now_v7().to_string())
        .bind(entry.user.as_ref().map(UserId::as_str))
        .bind(&entry.action)
        .bind(&entry.resource)
        .bind(to_json(&entry.details)?)
        .bind(&entry.ip)
        .bind(entry.at.millis())
        .execute(tx)
        .await?;
    Ok(())
}
