//! Projects.

use super::Store;
use super::answers::Visible;
use super::columns::Columns;
use super::db::Tx;
use super::error::StoreError;
use super::key::SecretName;
use super::people::{Membership, actor_of, enrol, taken};
use super::secrets;
use signalbox_core::id::{ProjectId, UserId};
use signalbox_core::people::{Actor, Role};
use signalbox_core::port::Project;
use sqlx::any::AnyRow;

const COLUMNS: &str = "id, name, git_url, policy, user_id, created_at";

/// What becomes different about a project, all or nothing.
#[derive(Debug, Clone)]
pub struct ProjectChange {
    /// The project as it was seen.
    pub seen: Project,
    /// Its repository's address from now on.
    pub git: String,
    /// Its policy from now on; none means the built-in one.
    pub policy: Option<String>,
    /// A secret that goes with that, by its scope and name.
    pub forget: Option<(String, String)>,
}

impl Store {
    /// Adds a project; who adds it becomes its owner.
    ///
    /// # Errors
    /// [`StoreError::Taken`] when the name is taken, [`StoreError::Missing`] when there is no such person.
    pub async fn add_project(&self, project: Project) -> Result<(), StoreError> {
        self.change(project, |tx, project| Box::pin(add(tx, project))).await
    }

    /// A project, by id or name.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn project(&self, name_or_id: &str) -> Result<Option<Project>, StoreError> {
        let mut connection = self.db.read().await?;
        let found = select("WHERE id = ? OR name = ? ORDER BY CASE WHEN id = ? THEN 0 ELSE 1 END LIMIT 1")
            .bind(name_or_id.to_owned())
            .bind(name_or_id.to_owned())
            .bind(name_or_id.to_owned());
        found.fetch_optional(&mut *connection).await?.map(|row| project_of(&row)).transpose()
    }

    /// The projects that a person may see, by name.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn projects_for(&self, actor: &Actor) -> Result<Vec<Project>, StoreError> {
        let mut connection = self.db.read().await?;
        let rows = if actor.admin {
            select("ORDER BY name").fetch_all(&mut *connection).await?
        } else {
            let own = select("WHERE id IN (SELECT project_id FROM project_roles WHERE user_id = ?) ORDER BY name");
            own.bind(actor.user.as_str().to_owned()).fetch_all(&mut *connection).await?
        };
        rows.iter().map(project_of).collect()
    }

    /// What a person may be shown.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn visible_to(&self, actor: &Actor) -> Result<Visible, StoreError> {
        if actor.admin {
            return Ok(Visible::All);
        }
        let mut connection = self.db.read().await?;
        let rows = sqlx::query("SELECT project_id FROM project_roles WHERE user_id = ?").bind(actor.user.as_str());
        let rows = rows.fetch_all(&mut *connection).await?;
        let ids = rows.iter().map(|row| row.id("project_id", ProjectId::new));
        Ok(Visible::Projects(ids.collect::<Result<_, _>>()?))
    }

    /// Changes a project that still is as it was seen; false where it is not.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn change_project(&self, change: ProjectChange) -> Result<bool, StoreError> {
        self.change(change, |tx, change| Box::pin(apply(tx, change))).await
    }

    /// Those whose role in a project, or in the hub, lets them do more than see it, by name; with their role there.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn people_in(&self, project: &ProjectId) -> Result<Vec<(Actor, Option<Role>)>, StoreError> {
        let rows = sqlx::query(
            "SELECT u.id, u.username, u.role, r.role AS own FROM users u \
             LEFT JOIN project_roles r ON r.user_id = u.id AND r.project_id = ? \
             WHERE u.role = 'admin' OR r.role <> 'viewer' ORDER BY u.username",
        );
        let rows = rows.bind(project.as_str()).fetch_all(&mut *self.db.read().await?).await?;
        rows.iter().map(|row| Ok((actor_of(row)?, row.maybe_word("own")?))).collect()
    }
}

fn select(rest: &'static str) -> sqlx::query::Query<'static, sqlx::Any, sqlx::any::AnyArguments> {
    sqlx::query(sqlx::AssertSqlSafe(format!("SELECT {COLUMNS} FROM projects {rest}")))
}

fn project_of(row: &AnyRow) -> Result<Project, StoreError> {
    Ok(Project {
        id: row.id("id", ProjectId::new)?,
        name: row.text("name")?,
        git: row.text("git_url")?,
        policy: row.maybe_text("policy")?,
        owner: row.id("user_id", UserId::new)?,
        created_at: row.time("created_at")?,
    })
}

async fn add(tx: &mut Tx, project: &Project) -> Result<(), StoreError> {
    let added = sqlx::query(
        "INSERT INTO projects (id, name, git_url, policy, user_id, config, created_at) VALUES (?, ?, ?, ?, ?, '{}', ?)",
    );
    let added = added
        .bind(project.id.as_str())
        .bind(&project.name)
        .bind(&project.git)
        .bind(&project.policy)
        .bind(project.owner.as_str())
        .bind(project.created_at.millis())
        .execute(&mut *tx)
        .await;
    added.map_err(|error| taken(error.into(), "project", &project.name))?;
    let (user, project) = (project.owner.clone(), project.id.clone());
    enrol(tx, &Membership { user, project, role: Some(Role::Owner) }).await
}

/// Compares with what was seen, and sets. On MySQL a row that is set to what it is counts as not found; so an untouched one is
/// told apart before.
async fn apply(tx: &mut Tx, change: &ProjectChange) -> Result<bool, StoreError> {
    let ProjectChange { seen, git, policy, forget } = change;
    let held = sqlx::query("UPDATE projects SET id = id WHERE id = ?").bind(seen.id.as_str());
    held.execute(&mut *tx).await?;
    let now = select("WHERE id = ?").bind(seen.id.as_str().to_owned()).fetch_optional(&mut *tx).await?;
    if now.map(|row| project_of(&row)).transpose()?.as_ref() != Some(seen) {
        return Ok(false);
    }
    let set = sqlx::query("UPDATE projects SET git_url = ?, policy = ? WHERE id = ?").bind(git).bind(policy);
    set.bind(seen.id.as_str()).execute(&mut *tx).await?;
    if let Some((scope, name)) = forget {
        secrets::remove(tx, &SecretName { scope: scope.clone(), name: name.clone() }).await?;
    }
    Ok(true)
}
