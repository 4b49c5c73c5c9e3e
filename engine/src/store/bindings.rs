//! Which project a place is bound to.
//!
//! A name can pass on to somebody else. A binding keeps the number by which the platform itself knows the place, where it has
//! one, and what comes from a place of the same name with another number is not of the place that was bound.

use super::Store;
use super::columns::Columns;
use super::db::Tx;
use super::error::StoreError;
use super::people::taken;
use super::places::PlaceSetting;
use signalbox_core::id::ProjectId;
use signalbox_core::place::Place;
use signalbox_core::time::Timestamp;

/// Why nothing of a place is heard whose name another one has now.
const ANOTHER: &str = "another one has its name now: bind it again if that is meant, or unbind it";

/// A place that is to be bound.
#[derive(Debug, Clone)]
struct Binding {
    place: Place,
    project: ProjectId,
    number: Option<String>,
    at: Timestamp,
}

/// What a binding is told of its place.
#[derive(Debug, Clone)]
struct Learned {
    /// As it was bound.
    bound: Place,
    place: Place,
    number: String,
}

impl Store {
    /// Binds a place to a project: what is asked there is about it. An earlier binding of the place is replaced.
    ///
    /// # Errors
    /// [`StoreError::Missing`] when there is no such project.
    pub async fn bind(&self, place: &Place, project: &ProjectId, at: Timestamp) -> Result<(), StoreError> {
        self.bind_numbered(place, project, None, at).await
    }

    /// The same with the number by which its platform knows the place; without one it takes the first that it is told.
    ///
    /// # Errors
    /// As [`Self::bind`].
    pub async fn bind_numbered(
        &self,
        place: &Place,
        project: &ProjectId,
        number: Option<String>,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        let binding = Binding { place: place.clone(), project: project.clone(), number, at };
        self.change(binding, |tx, binding| Box::pin(bind(tx, binding))).await
    }

    /// Binds a place to no project any more.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn unbind(&self, place: &Place) -> Result<(), StoreError> {
        self.change(place.clone(), |tx, place| Box::pin(unbind(tx, place))).await
    }

    /// The project that a place is bound to.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn bound_project(&self, place: &Place) -> Result<Option<ProjectId>, StoreError> {
        let found = find("project_id", place);
        let found = found.fetch_optional(&mut *self.db.read().await?).await?;
        found.map(|row| row.id("project_id", ProjectId::new)).transpose()
    }

    /// Whether a place with this number is the one that is bound under its name; where nothing is bound, any is. A binding
    /// that has no number yet takes this one. Where it is another place, admins can see so.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn recognises(&self, place: &Place, number: &str) -> Result<bool, StoreError> {
        let found = find("place, number, (SELECT lost FROM places l WHERE l.place = b.place) AS lost", place);
        let Some(row) = found.fetch_optional(&mut *self.db.read().await?).await? else { return Ok(true) };
        let (bound, known): (Place, _) = (row.word("place")?, row.maybe_text("number")?);
        if known.as_ref().is_some_and(|known| known != number) {
            self.set_place(&bound, PlaceSetting::Lost(Some(ANOTHER.to_owned()))).await?;
            return Ok(false);
        }
        if row.maybe_text("lost")?.is_some_and(|lost| lost == ANOTHER) {
            self.set_place(&bound, PlaceSetting::Lost(None)).await?;
        }
        if known.is_none() || bound != *place {
            let learned = Learned { bound, place: place.clone(), number: number.to_owned() };
            return self.db.write(learned, |tx, learned| Box::pin(learn(tx, learned))).await;
        }
        Ok(true)
    }
}

/// The binding of this name: that which is written like it, before others.
fn find(columns: &'static str, place: &Place) -> sqlx::query::Query<'static, sqlx::Any, sqlx::any::AnyArguments> {
    let (condition, text) = named(place);
    let first = "ORDER BY CASE WHEN place = ? THEN 0 ELSE 1 END, place LIMIT 1";
    let found = sqlx::AssertSqlSafe(format!("SELECT {columns} FROM bindings b WHERE {condition} {first}"));
    sqlx::query(found).bind(text).bind(place.to_string())
}

/// Which bindings have this name: GitHub's names are the same in any case.
fn named(place: &Place) -> (&'static str, String) {
    match place.kind() {
        "github" => ("LOWER(place) = ?", place.to_string().to_lowercase()),
        _ => ("place = ?", place.to_string()),
    }
}

async fn unbind(tx: &mut Tx, place: &Place) -> Result<(), StoreError> {
    let (condition, text) = named(place);
    let gone = sqlx::query(sqlx::AssertSqlSafe(format!("DELETE FROM bindings WHERE {condition}")));
    gone.bind(text).execute(tx).await?;
    Ok(())
}

async fn bind(tx: &mut Tx, binding: &Binding) -> Result<(), StoreError> {
    let Binding { place, project, number, at } = binding;
    unbind(tx, place).await?;
    let bound = sqlx::query("INSERT INTO bindings (place, project_id, number, created_at) VALUES (?, ?, ?, ?)")
        .bind(place.to_string())
        .bind(project.as_str())
        .bind(number)
        .bind(at.millis())
        .execute(&mut *tx)
        .await;
    bound.map_err(|error| taken(error.into(), "binding", place.address()))?;
    // Whoever binds it means the one that has the name now.
    let found = sqlx::query("UPDATE places SET lost = NULL WHERE place = ? AND lost = ?");
    found.bind(place.to_string()).bind(ANOTHER).execute(tx).await?;
    Ok(())
}

/// Takes a number, and the name as the platform writes it; false where another was faster with another number. What was bound
/// under the same name, written otherwise, was never heard.
async fn learn(tx: &mut Tx, learned: &Learned) -> Result<bool, StoreError> {
    let Learned { bound, place, number } = learned;
    let (condition, text) = named(place);
    let others = sqlx::query(sqlx::AssertSqlSafe(format!("DELETE FROM bindings WHERE {condition} AND place <> ?")));
    others.bind(text).bind(bound.to_string()).execute(&mut *tx).await?;
    let learned =
        sqlx::query("UPDATE bindings SET number = ?, place = ? WHERE place = ? AND (number IS NULL OR number = ?)");
    let learned = learned.bind(number).bind(place.to_string()).bind(bound.to_string()).bind(number);
    Ok(learned.execute(tx).await?.rows_affected() > 0)
}
