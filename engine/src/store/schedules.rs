//! Schedules: when they are due next, and what became of the last time. A time is passed on by comparison, so that of several
//! nodes one moves it.

use super::Store;
use super::columns::{Columns, to_json};
use super::db::Tx;
use super::error::StoreError;
use super::people::taken;
use signalbox_core::id::{ProjectId, TaskId, UserId};
use signalbox_core::place::Place;
use signalbox_core::schedule::Missed;
use signalbox_core::time::Timestamp;
use sqlx::any::AnyRow;

const COLUMNS: &str = "s.id, s.name, s.project_id, p.name AS project, s.user_id, u.username, s.cron, s.zone, s.prompt, \
     s.places, s.missed, s.next_at, s.last_task, s.refusal FROM schedules s JOIN projects p ON p.id = s.project_id \
     JOIN users u ON u.id = s.user_id";

/// The longest refusal that is kept, in characters.
const LONGEST: usize = 500;

/// A schedule to be added.
#[derive(Debug, Clone)]
pub struct NewSchedule {
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
    /// Its cron expression.
    pub cron: String,
    /// Its time zone.
    pub zone: String,
    /// What Claude is asked.
    pub prompt: String,
    /// Where its tasks are shown.
    pub places: Vec<Place>,
    /// What is done about missed times.
    pub missed: Missed,
    /// Its first time.
    pub next_at: Timestamp,
    /// Now.
    pub at: Timestamp,
}

/// A schedule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Schedule {
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
    /// Its cron expression.
    pub cron: String,
    /// Its time zone.
    pub zone: String,
    /// What Claude is asked.
    pub prompt: String,
    /// Where its tasks are shown.
    pub places: Vec<Place>,
    /// What is done about missed times.
    pub missed: Missed,
    /// When it is due next.
    pub next_at: Timestamp,
    /// The last task that came of it.
    pub last_task: Option<TaskId>,
    /// Why its last time did not become a task.
    pub refusal: Option<String>,
}

/// A time that has come, and what became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Passing {
    /// The time.
    pub due: Timestamp,
    /// The one after it.
    pub next: Timestamp,
    /// The task that came of it.
    pub task: Option<TaskId>,
    /// Why none did.
    pub refusal: Option<String>,
    /// Now.
    pub at: Timestamp,
}

impl Store {
    /// Adds a schedule.
    ///
    /// # Errors
    /// [`StoreError::Taken`] when the name is taken, [`StoreError::Missing`] when project or person are gone.
    pub async fn add_schedule(&self, new: NewSchedule) -> Result<(), StoreError> {
        self.change(new, |tx, new| Box::pin(add(tx, new))).await
    }

    /// All schedules, by name.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn schedules(&self) -> Result<Vec<Schedule>, StoreError> {
        let rows = sqlx::query(sqlx::AssertSqlSafe(format!("SELECT {COLUMNS} ORDER BY s.name")));
        rows.fetch_all(&mut *self.db.read().await?).await?.iter().map(schedule_of).collect()
    }

    /// Schedules whose time has come.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn due_schedules(&self, now: Timestamp) -> Result<Vec<Schedule>, StoreError> {
        let due = sqlx::query(sqlx::AssertSqlSafe(format!("SELECT {COLUMNS} WHERE s.next_at <= ? ORDER BY s.next_at")));
        let rows = due.bind(now.millis()).fetch_all(&mut *self.db.read().await?).await?;
        rows.iter().map(schedule_of).collect()
    }

    /// A schedule, by name.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn schedule(&self, name: &str) -> Result<Option<Schedule>, StoreError> {
        let found = sqlx::query(sqlx::AssertSqlSafe(format!("SELECT {COLUMNS} WHERE s.name = ?"))).bind(name);
        found.fetch_optional(&mut *self.db.read().await?).await?.map(|row| schedule_of(&row)).transpose()
    }

    /// Goes on to a schedule's next time; false when another node has already.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn schedule_passed(&self, id: &str, passing: Passing) -> Result<bool, StoreError> {
        self.db.write((id.to_owned(), passing), |tx, (id, passing)| Box::pin(pass(tx, id, passing))).await
    }

    /// Removes a schedule; false when it is not there.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn remove_schedule(&self, name: &str) -> Result<bool, StoreError> {
        self.change(name.to_owned(), |tx, name| Box::pin(remove(tx, name))).await
    }
}

fn schedule_of(row: &AnyRow) -> Result<Schedule, StoreError> {
    Ok(Schedule {
        id: row.text("id")?,
        name: row.text("name")?,
        project: row.id("project_id", ProjectId::new)?,
        project_name: row.text("project")?,
        user: row.id("user_id", UserId::new)?,
        user_name: row.text("username")?,
        cron: row.text("cron")?,
        zone: row.text("zone")?,
        prompt: row.text("prompt")?,
        places: row.json("places")?,
        missed: row.word("missed")?,
        next_at: row.time("next_at")?,
        last_task: row.maybe_word("last_task")?,
        refusal: row.maybe_text("refusal")?,
    })
}

async fn add(tx: &mut Tx, new: &NewSchedule) -> Result<(), StoreError> {
    let added = sqlx::query(
        "INSERT INTO schedules (id, name, project_id, user_id, made_by, cron, zone, prompt, places, missed, next_at, \
         created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    );
    let added = added
        .bind(&new.id)
        .bind(&new.name)
        .bind(new.project.as_str())
        .bind(new.user.as_str())
        .bind(new.made_by.as_str())
        .bind(&new.cron)
        .bind(&new.zone)
        .bind(&new.prompt)
        .bind(to_json(&new.places)?)
        .bind(new.missed.as_str())
        .bind(new.next_at.millis())
        .bind(new.at.millis())
        .execute(tx)
        .await;
    added.map_err(|error| taken(error.into(), "schedule", &new.name))?;
    Ok(())
}

async fn pass(tx: &mut Tx, id: &str, passing: &Passing) -> Result<bool, StoreError> {
    let refusal = passing.refusal.as_ref().map(|why| why.chars().take(LONGEST).collect::<String>());
    let passed = sqlx::query(
        "UPDATE schedules SET next_at = ?, last_at = ?, last_task = COALESCE(?, last_task), refusal = ? \
         WHERE id = ? AND next_at = ?",
    );
    let passed = passed
        .bind(passing.next.millis())
        .bind(passing.at.millis())
        .bind(passing.task.as_ref().map(TaskId::as_str))
        .bind(refusal)
        .bind(id)
        .bind(passing.due.millis());
    Ok(passed.execute(tx).await?.rows_affected() > 0)
}

async fn remove(tx: &mut Tx, name: &str) -> Result<bool, StoreError> {
    Ok(sqlx::query("DELETE FROM schedules WHERE name = ?").bind(name).execute(tx).await?.rows_affected() > 0)
}
