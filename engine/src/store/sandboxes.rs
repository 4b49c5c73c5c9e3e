//! Which sandboxes and volumes the records still speak of: all others are nobody's.

use super::Store;
use super::columns::Columns;
use super::error::StoreError;
use signalbox_core::id::SandboxId;

impl Store {
    /// The sandboxes of tasks that are running now.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn live_sandboxes(&self) -> Result<Vec<SandboxId>, StoreError> {
        let rows = sqlx::query(
            "SELECT runs.sandbox FROM runs JOIN tasks ON tasks.id = runs.task_id \
             WHERE tasks.status = 'running' AND runs.ended_at IS NULL AND runs.sandbox IS NOT NULL",
        );
        let rows = rows.fetch_all(&mut *self.db.read().await?).await?;
        rows.iter().map(|row| row.id("sandbox", SandboxId::new)).collect()
    }

    /// The names of the volumes that conversations have.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn volumes_in_use(&self) -> Result<Vec<String>, StoreError> {
        let rows = sqlx::query("SELECT volumes FROM conversations WHERE volumes IS NOT NULL");
        let rows = rows.fetch_all(&mut *self.db.read().await?).await?;
        rows.iter().map(|row| row.text("volumes")).collect()
    }
}
