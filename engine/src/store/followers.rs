//! Followers: places beside the one where a task was asked, which are told the same. What is owed to the one is owed to them
//! in the same transaction.

use super::columns::Columns;
use super::db::Tx;
use super::error::StoreError;
use signalbox_core::id::TaskId;
use signalbox_core::place::Place;

/// Adds a task's followers.
pub(super) async fn follow(tx: &mut Tx, task: &TaskId, places: &[Place]) -> Result<(), StoreError> {
    for place in places {
        let added = sqlx::query("INSERT INTO followers (task_id, place) VALUES (?, ?)").bind(task.as_str());
        added.bind(place.to_string()).execute(&mut *tx).await?;
    }
    Ok(())
}

/// Who is told what is told to `place`: the task's followers, where it was asked there.
pub(super) async fn told_along(tx: &mut Tx, task: &TaskId, place: &Place) -> Result<Vec<Place>, StoreError> {
    let found = sqlx::query(
        "SELECT f.place FROM followers f JOIN tasks t ON t.id = f.task_id WHERE f.task_id = ? AND t.place = ? \
         ORDER BY f.place",
    );
    let rows = found.bind(task.as_str()).bind(place.to_string()).fetch_all(tx).await?;
    rows.iter().map(|row| row.word("place")).collect()
}
