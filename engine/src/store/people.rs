//! People: users of the hub, the accounts elsewhere that are theirs, and their roles in projects.

use super::Store;
use super::columns::Columns;
use super::db::Tx;
use super::error::StoreError;
use signalbox_core::id::{ProjectId, UserId};
use signalbox_core::people::{Actor, Identity, Origin, Role};
use signalbox_core::time::Timestamp;
use sqlx::any::AnyRow;

/// The name of the built-in admin who acts through the hub's own socket.
const OPERATOR: &str = "operator";

/// A person to be added.
#[derive(Debug, Clone)]
pub struct NewUser {
    /// Their name, unique in the hub.
    pub name: String,
    /// Their address, unique in the hub.
    pub email: Option<String>,
    /// Admin of the hub.
    pub admin: bool,
    /// Their accounts elsewhere.
    pub identities: Vec<Identity>,
    /// Their roles.
    pub roles: Vec<(ProjectId, Role)>,
    /// Now.
    pub at: Timestamp,
}

/// One person's role in one project.
#[derive(Debug, Clone)]
pub(super) struct Membership {
    pub(super) user: UserId,
    pub(super) project: ProjectId,
    pub(super) role: Option<Role>,
}

impl Store {
    /// Adds a person with roles and identities, all or nothing.
    ///
    /// # Errors
    /// [`StoreError::Taken`] when the name, the address or an identity is somebody's already.
    pub async fn add_user(&self, new: NewUser) -> Result<UserId, StoreError> {
        self.change(new, |tx, new| Box::pin(add(tx, new))).await
    }

    /// A person, by name.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn user(&self, name: &str) -> Result<Option<Actor>, StoreError> {
        let mut connection = self.db.read().await?;
        find(&mut connection, name).await
    }

    /// A person, by id.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn actor(&self, user: &UserId) -> Result<Option<Actor>, StoreError> {
        let mut connection = self.db.read().await?;
        let found = sqlx::query("SELECT id, username, role FROM users WHERE id = ?").bind(user.as_str());
        found.fetch_optional(&mut *connection).await?.map(|row| actor_of(&row)).transpose()
    }

    /// A person's name and address, as far as they are known.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn address(&self, user: &UserId) -> Result<Option<(String, Option<String>)>, StoreError> {
        let mut connection = self.db.read().await?;
        let found = sqlx::query(
            "SELECT u.username, COALESCE(u.email, (SELECT MIN(i.account) FROM identities i WHERE i.user_id = u.id AND \
             i.platform = 'email')) AS email FROM users u WHERE u.id = ?",
        );
        let row = found.bind(user.as_str()).fetch_optional(&mut *connection).await?;
        row.map(|row| Ok((row.text("username")?, row.maybe_text("email")?))).transpose()
    }

    /// Whose account this is; none when nobody has linked it.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn actor_by_identity(&self, identity: &Identity) -> Result<Option<Actor>, StoreError> {
        let mut connection = self.db.read().await?;
        let found = sqlx::query(
            "SELECT u.id, u.username, u.role FROM users u JOIN identities i ON i.user_id = u.id \
             WHERE i.platform = ? AND i.account = ?",
        );
        let found = found.bind(&identity.platform).bind(&identity.account).fetch_optional(&mut *connection).await?;
        found.map(|row| actor_of(&row)).transpose()
    }

    /// The built-in admin who acts through the hub's own socket; made when missing.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn operator(&self, at: Timestamp) -> Result<Actor, StoreError> {
        if let Some(operator) = self.user(OPERATOR).await? {
            return Ok(operator);
        }
        let (name, admin) = (OPERATOR.to_owned(), true);
        let new = NewUser { name, email: None, admin, identities: Vec::new(), roles: Vec::new(), at };
        match self.add_user(new).await {
            // Another node was faster.
            Ok(_) | Err(StoreError::Taken { .. }) => {}
            Err(error) => return Err(error),
        }
        self.user(OPERATOR).await?.ok_or(StoreError::Missing { what: "operator" })
    }

    /// Links an account to a person.
    ///
    /// # Errors
    /// [`StoreError::Taken`] when it is linked already, [`StoreError::Missing`] when there is no such person.
    pub async fn link_identity(&self, user: &UserId, identity: &Identity, at: Timestamp) -> Result<(), StoreError> {
        let link = (user.clone(), identity.clone(), at);
        self.db.write(link, |tx, (user, identity, at)| Box::pin(link_account(tx, user, identity, *at))).await
    }

    /// Gives a person a role in a project, or takes it away.
    ///
    /// # Errors
    /// [`StoreError::Missing`] when there is no such person or project.
    pub async fn set_role(&self, user: &UserId, project: &ProjectId, role: Option<Role>) -> Result<(), StoreError> {
        let membership = Membership { user: user.clone(), project: project.clone(), role };
        self.db.write(membership, |tx, membership| Box::pin(enrol(tx, membership))).await
    }

    /// A person's role in a project; being admin of the hub is not counted here.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn role(&self, user: &UserId, project: &ProjectId) -> Result<Option<Role>, StoreError> {
        let mut connection = self.db.read().await?;
        let found = sqlx::query("SELECT role FROM project_roles WHERE user_id = ? AND project_id = ?")
            .bind(user.as_str())
            .bind(project.as_str());
        found.fetch_optional(&mut *connection).await?.map(|row| row.word("role")).transpose()
    }
}

async fn find(tx: &mut Tx, name: &str) -> Result<Option<Actor>, StoreError> {
    let found = sqlx::query("SELECT id, username, role FROM users WHERE username = ?").bind(name);
    found.fetch_optional(tx).await?.map(|row| actor_of(&row)).transpose()
}

pub(super) fn actor_of(row: &AnyRow) -> Result<Actor, StoreError> {
    Ok(Actor {
        user: row.id("id", UserId::new)?,
        name: row.text("username")?,
        admin: row.text("role")? == "admin",
        place: None,
        at_most: None,
        origin: Origin::default(),
    })
}

pub(super) async fn add(tx: &mut Tx, new: &NewUser) -> Result<UserId, StoreError> {
    // The operator's id is known beforehand to whoever serves the local socket.
    let id = if new.name == OPERATOR { OPERATOR.to_owned() } else { uuid::Uuid::now_v7().to_string() };
    let id = UserId::new(id);
    let added =
        sqlx::query("INSERT INTO users (id, username, email, role, created_at, updated_at) VALUES (?, ?, ?, ?, ?, ?)");
    let added = added
        .bind(id.as_str())
        .bind(&new.name)
        .bind(&new.email)
        .bind(if new.admin { "admin" } else { "user" })
        .bind(new.at.millis())
        .bind(new.at.millis())
        .execute(&mut *tx)
        .await;
    added.map_err(|error| taken(error.into(), "person", &new.name))?;
    for identity in &new.identities {
        link_account(tx, &id, identity, new.at).await?;
    }
    for (project, role) in &new.roles {
        enrol(tx, &Membership { user: id.clone(), project: project.clone(), role: Some(*role) }).await?;
    }
    Ok(id)
}

pub(super) async fn link_account(
    tx: &mut Tx,
    user: &UserId,
    identity: &Identity,
    at: Timestamp,
) -> Result<(), StoreError> {
    let linked = sqlx::query("INSERT INTO identities (platform, account, user_id, created_at) VALUES (?, ?, ?, ?)")
        .bind(&identity.platform)
        .bind(&identity.account)
        .bind(user.as_str())
        .bind(at.millis())
        .execute(tx)
        .await;
    linked.map_err(|error| taken(error.into(), "linked account", &identity.account))?;
    Ok(())
}

/// Sets one role; used where a project is added too.
pub(super) async fn enrol(tx: &mut Tx, membership: &Membership) -> Result<(), StoreError> {
    let Membership { user, project, role } = membership;
    sqlx::query("DELETE FROM project_roles WHERE project_id = ? AND user_id = ?")
        .bind(project.as_str())
        .bind(user.as_str())
        .execute(&mut *tx)
        .await?;
    let Some(role) = role else { return Ok(()) };
    let added = sqlx::query("INSERT INTO project_roles (project_id, user_id, role) VALUES (?, ?, ?)")
        .bind(project.as_str())
        .bind(user.as_str())
        .bind(role.as_str())
        .execute(tx)
        .await;
    added.map_err(|error| taken(error.into(), "role", role.as_str()))?;
    Ok(())
}

/// Says what a refused row means to the caller.
pub(super) fn taken(error: StoreError, what: &'static str, name: &str) -> StoreError {
    if error.is_duplicate() {
        return StoreError::Taken { what, name: name.to_owned() };
    }
    if error.is_dangling() { StoreError::Missing { what: "person or project" } } else { error }
}
