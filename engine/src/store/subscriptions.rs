//! Subscriptions: whom else is told what happens to a project's tasks, and how that goes. Their secrets lie with the others.

use super::Store;
use super::columns::{Columns, to_json};
use super::db::Tx;
use super::error::StoreError;
use super::people::taken;
use signalbox_core::id::{ProjectId, UserId};
use signalbox_core::place::Place;
use signalbox_core::subscription::Topic;
use signalbox_core::time::Timestamp;
use sqlx::any::AnyRow;

const COLUMNS: &str = "s.id, s.name, s.project_id, p.name AS project, s.user_id, u.username, s.url, s.topics, s.place, \
     s.previous_until, s.last_at, s.failing_since, s.failure, s.disabled_at FROM subscriptions s \
     JOIN projects p ON p.id = s.project_id JOIN users u ON u.id = s.user_id";

/// A subscription to be added.
#[derive(Debug, Clone)]
pub struct NewSubscription {
    /// Its id.
    pub id: String,
    /// Its name, unique in the hub.
    pub name: String,
    /// Its project.
    pub project: ProjectId,
    /// Who makes it.
    pub owner: UserId,
    /// Where it tells.
    pub url: String,
    /// What is told; nothing means everything.
    pub topics: Vec<Topic>,
    /// Where its owner is told when it is switched off.
    pub place: Option<Place>,
    /// Now.
    pub at: Timestamp,
}

/// A subscription.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subscription {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Its project.
    pub project: ProjectId,
    /// The project's name.
    pub project_name: String,
    /// Who made it.
    pub owner: UserId,
    /// Their name.
    pub owner_name: String,
    /// Where it tells.
    pub url: String,
    /// What is told; nothing means everything.
    pub topics: Vec<Topic>,
    /// Where its owner is told when it is switched off.
    pub place: Option<Place>,
    /// Until when requests are signed with the secret before the current one as well.
    pub previous_until: Option<Timestamp>,
    /// When something last arrived.
    pub last_at: Option<Timestamp>,
    /// Since when nothing arrives.
    pub failing_since: Option<Timestamp>,
    /// What the last try said.
    pub failure: Option<String>,
    /// When it was switched off.
    pub disabled_at: Option<Timestamp>,
}

impl Store {
    /// Adds a subscription.
    ///
    /// # Errors
    /// [`StoreError::Taken`] when the name is taken, [`StoreError::Missing`] when project or person are gone.
    pub async fn add_subscription(&self, new: NewSubscription) -> Result<(), StoreError> {
        self.change(new, |tx, new| Box::pin(add(tx, new))).await
    }

    /// All subscriptions, by name.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn subscriptions(&self) -> Result<Vec<Subscription>, StoreError> {
        let rows = sqlx::query(sqlx::AssertSqlSafe(format!("SELECT {COLUMNS} ORDER BY s.name")));
        rows.fetch_all(&mut *self.db.read().await?).await?.iter().map(subscription_of).collect()
    }

    /// A subscription, by name.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn subscription(&self, name: &str) -> Result<Option<Subscription>, StoreError> {
        let found = sqlx::query(sqlx::AssertSqlSafe(format!("SELECT {COLUMNS} WHERE s.name = ?"))).bind(name);
        found.fetch_optional(&mut *self.db.read().await?).await?.map(|row| subscription_of(&row)).transpose()
    }

    /// A subscription, by id.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn subscription_by_id(&self, id: &str) -> Result<Option<Subscription>, StoreError> {
        let found = sqlx::query(sqlx::AssertSqlSafe(format!("SELECT {COLUMNS} WHERE s.id = ?"))).bind(id);
        found.fetch_optional(&mut *self.db.read().await?).await?.map(|row| subscription_of(&row)).transpose()
    }

    /// How much waits to be told to a place.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn waiting_for(&self, place: &Place) -> Result<u64, StoreError> {
        let waiting = sqlx::query(
            "SELECT COUNT(*) AS waiting FROM deliveries WHERE place = ? AND status IN ('pending', 'sending')",
        );
        waiting.bind(place.to_string()).fetch_one(&mut *self.db.read().await?).await?.count("waiting")
    }

    /// Notes until when requests are signed with the secret before the current one as well.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn subscription_rotated(&self, id: &str, previous_until: Timestamp) -> Result<(), StoreError> {
        let change = (id.to_owned(), previous_until);
        self.db.write(change, |tx, (id, until)| Box::pin(rotated(tx, id, *until))).await
    }
}

fn subscription_of(row: &AnyRow) -> Result<Subscription, StoreError> {
    Ok(Subscription {
        id: row.text("id")?,
        name: row.text("name")?,
        project: row.id("project_id", ProjectId::new)?,
        project_name: row.text("project")?,
        owner: row.id("user_id", UserId::new)?,
        owner_name: row.text("username")?,
        url: row.text("url")?,
        topics: row.json("topics")?,
        place: row.maybe_word("place")?,
        previous_until: row.maybe_time("previous_until")?,
        last_at: row.maybe_time("last_at")?,
        failing_since: row.maybe_time("failing_since")?,
        failure: row.maybe_text("failure")?,
        disabled_at: row.maybe_time("disabled_at")?,
    })
}

async fn add(tx: &mut Tx, new: &NewSubscription) -> Result<(), StoreError> {
    let added = sqlx::query(
        "INSERT INTO subscriptions (id, name, project_id, user_id, url, topics, place, created_at) \
         VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
    );
    let added = added
        .bind(&new.id)
        .bind(&new.name)
        .bind(new.project.as_str())
        .bind(new.owner.as_str())
        .bind(&new.url)
        .bind(to_json(&new.topics)?)
        .bind(new.place.as_ref().map(Place::to_string))
        .bind(new.at.millis())
        .execute(tx)
        .await;
    added.map_err(|error| taken(error.into(), "subscription", &new.name))?;
    Ok(())
}

async fn rotated(tx: &mut Tx, id: &str, until: Timestamp) -> Result<(), StoreError> {
    let noted = sqlx::query("UPDATE subscriptions SET previous_until = ? WHERE id = ?");
    noted.bind(until.millis()).bind(id).execute(tx).await?;
    Ok(())
}
