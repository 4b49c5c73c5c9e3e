//! Projects.

use super::Store;
use super::answers::Visible;
use super::columns::Columns;
use super::db::Tx;
use super::error::StoreError;
use super::people::{Membership, enrol, taken};
use signalbox_core::id::{ProjectId, UserId};
use signalbox_core::people::{Actor, Role};
use signalbox_core::port::Project;
use sqlx::any::AnyRow;

const COLUMNS: &str = "id, name, git_url, policy, user_id, created_at";

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

    /// Replaces a project's policy; none means the built-in one. Says whether there is such a project.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn set_policy(&self, project: &ProjectId, policy: Option<String>) -> Result<bool, StoreError> {
        let change = (project.clone(), policy);
        self.change(change, |tx, (project, policy)| Box::pin(set_policy(tx, project, policy.as_deref()))).await
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

async fn set_policy(tx: &mut Tx, project: &ProjectId, policy: Option<&str>) -> Result<bool, StoreError> {
    let change = sqlx::query("UPDATE projects SET policy = ? WHERE id = ?").bind(policy).bind(project.as_str());
    Ok(change.execute(tx).await?.rows_affected() > 0)
}
