//! Hooks: who may tell us what, and what became of what they told last. Their secrets lie with the others.

use super::Store;
use super::columns::{Columns, to_json};
use super::db::Tx;
use super::error::StoreError;
use super::inbox::{Key, handled, key_of};
use super::people::taken;
use super::trouble::give_up;
use signalbox_core::hook;
use signalbox_core::id::{ProjectId, TaskId, UserId};
use signalbox_core::place::Place;
use signalbox_core::time::Timestamp;
use sqlx::any::AnyRow;

const COLUMNS: &str = "h.id, h.name, h.project_id, p.name AS project, h.user_id, u.username, h.rules, h.places, \
     h.previous_until, h.last_at, h.last_task, h.refusal FROM hooks h JOIN projects p ON p.id = h.project_id \
     JOIN users u ON u.id = h.user_id";

/// The longest refusal that is kept, in characters.
const LONGEST: usize = 500;

/// A hook to be added.
#[derive(Debug, Clone)]
pub struct NewHook {
    /// Its id.
    pub id: String,
    /// Its name, unique in the hub.
    pub name: String,
    /// Its project.
    pub project: ProjectId,
    /// In whose name its tasks are asked.
    pub user: UserId,
    /// Who made it.
    pub made_by: UserId,
    /// Its rules, as their file's text.
    pub rules: String,
    /// Where its tasks are shown.
    pub places: Vec<Place>,
    /// Now.
    pub at: Timestamp,
}

/// A hook.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hook {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Its project.
    pub project: ProjectId,
    /// The project's name.
    pub project_name: String,
    /// In whose name its tasks are asked.
    pub user: UserId,
    /// Their name.
    pub user_name: String,
    /// Its rules, as their file's text.
    pub rules: String,
    /// Where its tasks are shown.
    pub places: Vec<Place>,
    /// Until when the secret before the current one opens.
    pub previous_until: Option<Timestamp>,
    /// When something was last told.
    pub last_at: Option<Timestamp>,
    /// The last task that came of it.
    pub last_task: Option<TaskId>,
    /// Why what was told last did not become a task.
    pub refusal: Option<String>,
}

/// What became of something that was told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Heeded {
    /// A task.
    Asked(TaskId),
    /// Nothing: it was not wanted.
    Unwanted,
    /// Nothing, although it was wanted.
    Refused(String),
}

#[derive(Debug, Clone)]
struct Outcome {
    hook: String,
    key: Key,
    heeded: Heeded,
    at: Timestamp,
}

impl Store {
    /// Adds a hook.
    ///
    /// # Errors
    /// [`StoreError::Taken`] when the name is taken, [`StoreError::Missing`] when project or person are gone.
    pub async fn add_hook(&self, new: NewHook) -> Result<(), StoreError> {
        self.change(new, |tx, new| Box::pin(add(tx, new))).await
    }

    /// All hooks, by name.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn hooks(&self) -> Result<Vec<Hook>, StoreError> {
        let rows = sqlx::query(sqlx::AssertSqlSafe(format!("SELECT {COLUMNS} ORDER BY h.name")));
        rows.fetch_all(&mut *self.db.read().await?).await?.iter().map(hook_of).collect()
    }

    /// A hook, by name.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn hook(&self, name: &str) -> Result<Option<Hook>, StoreError> {
        let found = sqlx::query(sqlx::AssertSqlSafe(format!("SELECT {COLUMNS} WHERE h.name = ?"))).bind(name);
        found.fetch_optional(&mut *self.db.read().await?).await?.map(|row| hook_of(&row)).transpose()
    }

    /// Notes until when the secret before the current one opens.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn hook_rotated(&self, id: &str, previous_until: Timestamp) -> Result<(), StoreError> {
        let change = (id.to_owned(), previous_until);
        self.db.write(change, |tx, (id, until)| Box::pin(rotated(tx, id, *until))).await
    }

    /// Removes a hook and drops what it has told and nobody has looked at; false when it is not there.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn remove_hook(&self, id: &str, at: Timestamp) -> Result<bool, StoreError> {
        self.change((id.to_owned(), at), |tx, (id, at)| Box::pin(remove(tx, id, *at))).await
    }

    /// Notes what became of something that was told, and that it is done with.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn heeded(
        &self,
        hook: &Hook,
        external_id: &str,
        heeded: Heeded,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        let key = key_of(&hook::source(&hook.id), external_id);
        let outcome = Outcome { hook: hook.id.clone(), key, heeded, at };
        self.db.write(outcome, |tx, outcome| Box::pin(note(tx, outcome))).await
    }
}

fn hook_of(row: &AnyRow) -> Result<Hook, StoreError> {
    Ok(Hook {
        id: row.text("id")?,
        name: row.text("name")?,
        project: row.id("project_id", ProjectId::new)?,
        project_name: row.text("project")?,
        user: row.id("user_id", UserId::new)?,
        user_name: row.text("username")?,
        rules: row.text("rules")?,
        places: row.json("places")?,
        previous_until: row.maybe_time("previous_until")?,
        last_at: row.maybe_time("last_at")?,
        last_task: row.maybe_word("last_task")?,
        refusal: row.maybe_text("refusal")?,
    })
}

async fn add(tx: &mut Tx, new: &NewHook) -> Result<(), StoreError> {
    let added = sqlx::query(
        "INSERT INTO hooks (id, name, project_id, user_id, made_by, rules, places, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
    );
    let added = added
        .bind(&new.id)
        .bind(&new.name)
        .bind(new.project.as_str())
        .bind(new.user.as_str())
        .bind(new.made_by.as_str())
        .bind(&new.rules)
        .bind(to_json(&new.places)?)
        .bind(new.at.millis())
        .execute(tx)
        .await;
    added.map_err(|error| taken(error.into(), "hook", &new.name))?;
    Ok(())
}

async fn rotated(tx: &mut Tx, id: &str, until: Timestamp) -> Result<(), StoreError> {
    sqlx::query("UPDATE hooks SET previous_until = ? WHERE id = ?").bind(until.millis()).bind(id).execute(tx).await?;
    Ok(())
}

async fn remove(tx: &mut Tx, id: &str, at: Timestamp) -> Result<bool, StoreError> {
    let dropped = sqlx::query("UPDATE inbox SET handled_at = ? WHERE source = ? AND handled_at IS NULL");
    dropped.bind(at.millis()).bind(hook::source(id)).execute(&mut *tx).await?;
    Ok(sqlx::query("DELETE FROM hooks WHERE id = ?").bind(id).execute(tx).await?.rows_affected() > 0)
}

async fn note(tx: &mut Tx, outcome: &Outcome) -> Result<(), StoreError> {
    let Outcome { hook, key, heeded, at } = outcome;
    let (task, refusal) = match heeded {
        Heeded::Asked(task) => (Some(task.as_str()), None),
        Heeded::Unwanted => (None, None),
        Heeded::Refused(why) => (None, Some(why.chars().take(LONGEST).collect::<String>())),
    };
    match &refusal {
        Some(why) => drop(give_up(tx, key, why, *at).await?),
        None => drop(handled(tx, key, *at).await?),
    }
    sqlx::query("UPDATE hooks SET last_at = ?, last_task = COALESCE(?, last_task), refusal = ? WHERE id = ?")
        .bind(at.millis())
        .bind(task)
        .bind(refusal)
        .bind(hook)
        .execute(tx)
        .await?;
    Ok(())
}
