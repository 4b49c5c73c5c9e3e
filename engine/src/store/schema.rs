//! The schema: migrations of each database, run by sqlx under its own lock and checksums.

use super::Store;
use super::db::Kind;
use super::error::StoreError;
use sqlx::SqlSafeStr;
use sqlx::migrate::{Migrate, MigrateError, Migration, MigrationType, Migrator};
use std::sync::Arc;

const MIGRATIONS: [Step; 4] = [
    Step {
        name: "people and projects",
        sqlite: include_str!("../../../migrations/sqlite/0001_people_and_projects.sql"),
        mysql: include_str!("../../../migrations/mysql/0001_people_and_projects.sql"),
    },
    Step {
        name: "tasks",
        sqlite: include_str!("../../../migrations/sqlite/0002_tasks.sql"),
        mysql: include_str!("../../../migrations/mysql/0002_tasks.sql"),
    },
    Step {
        name: "gate",
        sqlite: include_str!("../../../migrations/sqlite/0003_gate.sql"),
        mysql: include_str!("../../../migrations/mysql/0003_gate.sql"),
    },
    Step {
        name: "outbox",
        sqlite: include_str!("../../../migrations/sqlite/0004_outbox.sql"),
        mysql: include_str!("../../../migrations/mysql/0004_outbox.sql"),
    },
];

/// One step of the schema; its version is its place in the list, from 1.
struct Step {
    name: &'static str,
    sqlite: &'static str,
    mysql: &'static str,
}

/// How far a database's schema is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SchemaVersion {
    /// The last step that was applied; none for an empty database.
    pub applied: Option<i64>,
    /// The last step that this program knows.
    pub latest: i64,
}

impl Store {
    /// Brings the schema up to date.
    ///
    /// # Errors
    /// [`StoreError::Migration`] when a step fails, or the database was made by a newer program.
    pub async fn migrate(&self) -> Result<(), StoreError> {
        self.migrate_to(latest()).await
    }

    /// Brings the schema up to one version.
    pub(super) async fn migrate_to(&self, version: i64) -> Result<(), StoreError> {
        let mut connection = self.db.schema().await?;
        // `Migrator::run` would do, were its future `Send`.
        let outcome = migrator(self.db.kind).run_direct(Some(version), &mut *connection, false).await;
        outcome.map_err(migration_error)
    }

    /// How far the schema is.
    ///
    /// # Errors
    /// [`StoreError`] when the database does not answer.
    pub async fn schema_version(&self) -> Result<SchemaVersion, StoreError> {
        let mut connection = self.db.schema().await?;
        let table = "_sqlx_migrations";
        connection.ensure_migrations_table(table).await.map_err(migration_error)?;
        let applied = connection.list_applied_migrations(table).await.map_err(migration_error)?;
        Ok(SchemaVersion { applied: applied.iter().map(|m| m.version).max(), latest: latest() })
    }
}

const fn latest() -> i64 {
    MIGRATIONS.len() as i64
}

fn migrator(kind: Kind) -> Migrator {
    let steps = (1_i64..).zip(MIGRATIONS);
    let migrations = steps.map(|(version, step)| {
        let sql = match kind {
            Kind::Sqlite => step.sqlite,
            Kind::MySql => step.mysql,
        };
        Migration::new(version, step.name.into(), MigrationType::Simple, sql.into_sql_str(), false)
    });
    Migrator::with_migrations(migrations.collect())
}

fn migration_error(error: MigrateError) -> StoreError {
    match error {
        MigrateError::Execute(error) => error.into(),
        other => StoreError::Migration { source: Arc::new(other) },
    }
}
