//! What people used: tasks and cost, by project.

use super::Store;
use super::columns::Columns;
use super::error::StoreError;
use signalbox_core::id::UserId;
use signalbox_core::money::MicroUsd;
use signalbox_core::people::Role;
use signalbox_core::time::Timestamp;

/// What one person used in one project.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Used {
    /// The project's name.
    pub project: String,
    /// How many tasks.
    pub tasks: u64,
    /// What they cost.
    pub cost: MicroUsd,
}

impl Store {
    /// What a person used since a moment, the dearest project first.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn used_by(&self, user: &UserId, since: Timestamp) -> Result<Vec<Used>, StoreError> {
        let rows = sqlx::query(
            "SELECT p.name AS project, COUNT(*) AS tasks, CAST(COALESCE(SUM(t.cost), 0) AS SIGNED) AS cost FROM tasks t \
             JOIN projects p ON p.id = t.project_id WHERE t.user_id = ? AND t.created_at >= ? \
             GROUP BY p.name ORDER BY cost DESC, p.name",
        );
        let rows = rows.bind(user.as_str()).bind(since.millis()).fetch_all(&mut *self.db.read().await?).await?;
        let used = |row| -> Result<Used, StoreError> {
            let row: &sqlx::any::AnyRow = row;
            Ok(Used { project: row.text("project")?, tasks: row.count("tasks")?, cost: MicroUsd(row.int("cost")?) })
        };
        rows.iter().map(used).collect()
    }

    /// A person's roles, by the project's name.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn roles_of(&self, user: &UserId) -> Result<Vec<(String, Role)>, StoreError> {
        let rows = sqlx::query(
            "SELECT p.name, r.role FROM project_roles r JOIN projects p ON p.id = r.project_id \
             WHERE r.user_id = ? ORDER BY p.name",
        );
        let rows = rows.bind(user.as_str()).fetch_all(&mut *self.db.read().await?).await?;
        rows.iter().map(|row| Ok((row.text("name")?, row.word("role")?))).collect()
    }
}
