//! Updates as whoever looks after the hub sees them, and having one handled again.
//!
//! One from which a task came is never handled again. Should its sender bring it once more, its key names that task.

use super::Store;
use super::columns::Columns;
use super::db::Tx;
use super::error::StoreError;
use super::inbox::{Key, key_of};
use super::long::Long;
use super::noting::Outcome;
use signalbox_core::audit::Deed;
use signalbox_core::traffic::{Mark, UpdatePage, UpdateQuery, UpdateReport, UpdateState, WholeUpdate, plain};
use sqlx::any::AnyRow;
use sqlx::{Any, AssertSqlSafe, QueryBuilder};

const REPORT: &str = "source, external_id, received_at, handled_at, task_id, trouble";

/// Every source, found by hopping from one to the next.
const SOURCES: &str = "WITH RECURSIVE known (source) AS (SELECT MIN(source) FROM inbox UNION ALL \
     SELECT (SELECT MIN(n.source) FROM inbox n WHERE n.source > k.source) FROM known k WHERE k.source IS NOT NULL) \
     SELECT source FROM known WHERE source IS NOT NULL ORDER BY source";

/// What became of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reopened {
    /// It waits to be handled.
    Waits,
    /// It has not failed: it is done with, or still has its turn.
    NotFailed(UpdateState),
    /// It was never received, or is forgotten.
    Missing,
}

impl Outcome for Reopened {
    fn entered(&self, deed: &Deed) -> Option<Deed> {
        (*self == Self::Waits).then(|| deed.clone())
    }
}

impl Store {
    /// Some updates, the newest first.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn update_page(&self, wanted: &UpdateQuery) -> Result<UpdatePage, StoreError> {
        let mut connection = self.db.read().await?;
        let rows = select(wanted).build().fetch_all(&mut *connection).await?;
        let mut updates = rows.iter().map(report_of).collect::<Result<Vec<_>, _>>()?;
        let limit = wanted.limit() as usize;
        let more = updates.len() > limit;
        updates.truncate(limit);
        let mark =
            |last: &UpdateReport| Mark { at: last.received_at, source: last.source.clone(), id: last.id.clone() };
        let next = updates.last().map(mark).filter(|_| more);
        let sources = sqlx::query(SOURCES).fetch_all(&mut *connection).await?;
        let sources = sources.iter().map(|row| row.text("source")).collect::<Result<_, _>>()?;
        Ok(UpdatePage { updates, sources, next })
    }

    /// An update with what was sent; none when it was never received, or is forgotten.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn whole_update(&self, source: &str, external_id: &str) -> Result<Option<WholeUpdate>, StoreError> {
        let key = key_of(source, external_id);
        let found = format!("SELECT {REPORT}, raw, raw_blob FROM inbox WHERE source = ? AND external_id = ?");
        let found = sqlx::query(AssertSqlSafe(found)).bind(&key.source).bind(&key.id);
        let Some(row) = found.fetch_optional(&mut *self.db.read().await?).await? else { return Ok(None) };
        let raw = self.whole(Long::from_row(&row, "raw", "raw_blob")?).await?;
        let (shown, cut) = plain(&raw);
        Ok(Some(WholeUpdate { report: report_of(&row)?, raw: shown, bytes: raw.len() as u64, cut }))
    }

    /// Lets an update wait again from which nothing came.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn reopen_update(&self, source: &str, external_id: &str) -> Result<Reopened, StoreError> {
        self.change(key_of(source, external_id), |tx, key| Box::pin(reopen(tx, key))).await
    }
}

fn select(wanted: &UpdateQuery) -> QueryBuilder<Any> {
    let mut query = QueryBuilder::new(format!("SELECT {REPORT} FROM inbox WHERE "));
    query.push(match wanted.state {
        None => "1 = 1",
        Some(UpdateState::Waiting) => "handled_at IS NULL AND trouble_at IS NULL",
        Some(UpdateState::Failing) => "handled_at IS NULL AND trouble_at IS NOT NULL",
        // Of these there are many, of those few: neither is looked for by the other's index.
        Some(UpdateState::Handled) => "handled_at IS NOT NULL AND COALESCE(trouble_at, 0) = 0",
        Some(UpdateState::Failed) => "handled_at IS NOT NULL AND trouble_at > 0",
    });
    if let Some(source) = &wanted.source {
        query.push(" AND source = ").push_bind(source.clone());
    }
    if let Some(Mark { at, source, id }) = &wanted.before {
        query.push(" AND received_at <= ").push_bind(at.millis());
        query.push(" AND (received_at < ").push_bind(at.millis()).push(" OR source > ").push_bind(source.clone());
        query.push(" OR (source = ").push_bind(source.clone()).push(" AND external_id > ").push_bind(id.clone());
        query.push("))");
    }
    // One more than wanted tells whether any are left.
    query.push(" ORDER BY received_at DESC, source, external_id LIMIT ").push_bind(i64::from(wanted.limit()) + 1);
    query
}

fn report_of(row: &AnyRow) -> Result<UpdateReport, StoreError> {
    let (handled_at, trouble) = (row.maybe_time("handled_at")?, row.maybe_text("trouble")?);
    Ok(UpdateReport {
        source: row.text("source")?,
        id: row.text("external_id")?,
        received_at: row.time("received_at")?,
        state: UpdateState::of(handled_at.is_some(), trouble.is_some()),
        handled_at,
        task: row.maybe_word("task_id")?,
        trouble,
    })
}

async fn reopen(tx: &mut Tx, key: &Key) -> Result<Reopened, StoreError> {
    let again = sqlx::query(
        "UPDATE inbox SET handled_at = NULL, trouble = NULL, trouble_at = NULL, begun = 0 WHERE source = ? \
         AND external_id = ? AND handled_at IS NOT NULL AND trouble_at IS NOT NULL AND task_id IS NULL",
    );
    if again.bind(&key.source).bind(&key.id).execute(&mut *tx).await?.rows_affected() > 0 {
        return Ok(Reopened::Waits);
    }
    let found = format!("SELECT {REPORT} FROM inbox WHERE source = ? AND external_id = ?");
    let found = sqlx::query(AssertSqlSafe(found)).bind(&key.source).bind(&key.id).fetch_optional(tx).await?;
    found.map_or(Ok(Reopened::Missing), |row| Ok(Reopened::NotFailed(report_of(&row)?.state)))
}
