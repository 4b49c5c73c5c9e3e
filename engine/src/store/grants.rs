//! Grants: a remembered yes, for a task, a conversation or a project, with an end.

use super::Store;
use super::columns::{Columns, to_json};
use super::db::Tx;
use super::error::StoreError;
use signalbox_core::grant::{Grant, GrantScope};
use signalbox_core::id::{ConversationId, GrantId, ProjectId, UserId};
use signalbox_core::task::Task;
use signalbox_core::time::Timestamp;
use sqlx::any::AnyRow;

impl Store {
    /// Remembers a yes that was given without an approval.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn add_grant(&self, grant: Grant) -> Result<(), StoreError> {
        self.db.write(grant, |tx, grant| Box::pin(insert(tx, grant))).await
    }

    /// The grants that hold for a task now, whatever they cover.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn active_grants(&self, task: &Task, now: Timestamp) -> Result<Vec<Grant>, StoreError> {
        let rows = sqlx::query(
            "SELECT id, scope, scope_id, pattern, given_by, given_at, expires_at FROM grants \
             WHERE revoked_at IS NULL AND expires_at > ? AND ((scope = 'task' AND scope_id = ?) \
               OR (scope = 'conversation' AND scope_id = ?) OR (scope = 'project' AND scope_id = ?)) \
             ORDER BY given_at, id",
        );
        let rows =
            rows.bind(now.millis()).bind(task.id.as_str()).bind(task.conversation.as_str()).bind(task.project.as_str());
        rows.fetch_all(&mut *self.db.read().await?).await?.iter().map(grant_of).collect()
    }

    /// The grants that hold now in a project as a whole, and in conversations there, the newest first.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn grants_in(&self, project: &ProjectId, now: Timestamp) -> Result<Vec<Grant>, StoreError> {
        let rows = sqlx::query(
            "SELECT id, scope, scope_id, pattern, given_by, given_at, expires_at FROM grants \
             WHERE revoked_at IS NULL AND expires_at > ? AND ((scope = 'project' AND scope_id = ?) OR \
               (scope = 'conversation' AND scope_id IN (SELECT id FROM conversations WHERE project_id = ?))) \
             ORDER BY given_at DESC, id DESC",
        );
        let rows = rows.bind(now.millis()).bind(project.as_str()).bind(project.as_str());
        rows.fetch_all(&mut *self.db.read().await?).await?.iter().map(grant_of).collect()
    }

    /// A grant, and the project that it is in.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn grant(&self, id: &GrantId) -> Result<Option<(Grant, ProjectId)>, StoreError> {
        let found = sqlx::query(
            "SELECT g.id, g.scope, g.scope_id, g.pattern, g.given_by, g.given_at, g.expires_at, \
             COALESCE(t.project_id, c.project_id, g.scope_id) AS project_id FROM grants g \
             LEFT JOIN tasks t ON g.scope = 'task' AND t.id = g.scope_id \
             LEFT JOIN conversations c ON g.scope = 'conversation' AND c.id = g.scope_id WHERE g.id = ?",
        );
        let found = found.bind(id.as_str()).fetch_optional(&mut *self.db.read().await?).await?;
        found.map(|row| Ok((grant_of(&row)?, row.id("project_id", ProjectId::new)?))).transpose()
    }

    /// Takes a grant back; false when it does not hold any more.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn revoke_grant(&self, id: &GrantId, now: Timestamp) -> Result<bool, StoreError> {
        self.change((id.clone(), now), |tx, (id, now)| Box::pin(revoke(tx, id, *now))).await
    }
}

/// Adds the row.
pub(super) async fn insert(tx: &mut Tx, grant: &Grant) -> Result<(), StoreError> {
    let (scope, scope_id) = match &grant.scope {
        GrantScope::Task(id) => ("task", id.as_str()),
        GrantScope::Conversation(id) => ("conversation", id.as_str()),
        GrantScope::Project(id) => ("project", id.as_str()),
    };
    let added = sqlx::query(
        "INSERT INTO grants (id, scope, scope_id, pattern, given_by, given_at, expires_at) VALUES (?, ?, ?, ?, ?, ?, ?)",
    );
    added
        .bind(grant.id.as_str())
        .bind(scope)
        .bind(scope_id)
        .bind(to_json(&grant.pattern)?)
        .bind(grant.given_by.as_str())
        .bind(grant.given_at.millis())
        .bind(grant.until.millis())
        .execute(tx)
        .await?;
    Ok(())
}

async fn revoke(tx: &mut Tx, id: &GrantId, now: Timestamp) -> Result<bool, StoreError> {
    let revoked =
        sqlx::query("UPDATE grants SET revoked_at = ? WHERE id = ? AND revoked_at IS NULL AND expires_at > ?");
    let revoked = revoked.bind(now.millis()).bind(id.as_str()).bind(now.millis());
    Ok(revoked.execute(tx).await?.rows_affected() > 0)
}

fn grant_of(row: &AnyRow) -> Result<Grant, StoreError> {
    let scope = match row.text("scope")?.as_str() {
        "task" => GrantScope::Task(row.word("scope_id")?),
        "conversation" => GrantScope::Conversation(row.id("scope_id", ConversationId::new)?),
        "project" => GrantScope::Project(row.id("scope_id", ProjectId::new)?),
        other => return Err(StoreError::damaged(format!("scope: `{other}` is no scope of a grant"))),
    };
    Ok(Grant {
        id: row.id("id", GrantId::new)?,
        scope,
        pattern: row.json("pattern")?,
        until: row.time("expires_at")?,
        given_by: row.id("given_by", UserId::new)?,
        given_at: row.time("given_at")?,
    })
}
