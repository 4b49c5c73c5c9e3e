//! The schema: migrations of each database, run by sqlx with its checksums, by one node at a time.

use super::Store;
use super::columns::Columns;
use super::db::Kind;
use super::error::StoreError;
use sqlx::migrate::{Migrate, MigrateError, Migration, MigrationType, Migrator};
use sqlx::{AnyConnection, Connection, SqlSafeStr};
use std::sync::Arc;

const MIGRATIONS: [Step; 17] = [
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
    Step {
        name: "nodes",
        sqlite: include_str!("../../../migrations/sqlite/0005_nodes.sql"),
        mysql: include_str!("../../../migrations/mysql/0005_nodes.sql"),
    },
    Step {
        name: "chats",
        sqlite: include_str!("../../../migrations/sqlite/0006_chats.sql"),
        mysql: include_str!("../../../migrations/mysql/0006_chats.sql"),
    },
    Step {
        name: "senders",
        sqlite: include_str!("../../../migrations/sqlite/0007_senders.sql"),
        mysql: include_str!("../../../migrations/mysql/0007_senders.sql"),
    },
    Step {
        name: "waiting",
        sqlite: include_str!("../../../migrations/sqlite/0008_waiting.sql"),
        mysql: include_str!("../../../migrations/mysql/0008_waiting.sql"),
    },
    Step {
        name: "grounds",
        sqlite: include_str!("../../../migrations/sqlite/0009_grounds.sql"),
        mysql: include_str!("../../../migrations/mysql/0009_grounds.sql"),
    },
    Step {
        name: "automation",
        sqlite: include_str!("../../../migrations/sqlite/0010_automation.sql"),
        mysql: include_str!("../../../migrations/mysql/0010_automation.sql"),
    },
    Step {
        name: "subscriptions",
        sqlite: include_str!("../../../migrations/sqlite/0011_subscriptions.sql"),
        mysql: include_str!("../../../migrations/mysql/0011_subscriptions.sql"),
    },
    Step {
        name: "sign in",
        sqlite: include_str!("../../../migrations/sqlite/0012_sign_in.sql"),
        mysql: include_str!("../../../migrations/mysql/0012_sign_in.sql"),
    },
    Step {
        name: "audit",
        sqlite: include_str!("../../../migrations/sqlite/0013_audit.sql"),
        mysql: include_str!("../../../migrations/mysql/0013_audit.sql"),
    },
    Step {
        name: "numbers and tries",
        sqlite: include_str!("../../../migrations/sqlite/0014_numbers_and_tries.sql"),
        mysql: include_str!("../../../migrations/mysql/0014_numbers_and_tries.sql"),
    },
    Step {
        name: "finding tasks",
        sqlite: include_str!("../../../migrations/sqlite/0015_finding_tasks.sql"),
        mysql: include_str!("../../../migrations/mysql/0015_finding_tasks.sql"),
    },
    Step {
        name: "providers",
        sqlite: include_str!("../../../migrations/sqlite/0016_providers.sql"),
        mysql: include_str!("../../../migrations/mysql/0016_providers.sql"),
    },
    Step {
        name: "looking after",
        sqlite: include_str!("../../../migrations/sqlite/0017_looking_after.sql"),
        mysql: include_str!("../../../migrations/mysql/0017_looking_after.sql"),
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

    /// Brings the schema up to one version, while every other node waits.
    pub(super) async fn migrate_to(&self, version: i64) -> Result<(), StoreError> {
        let mut connection = self.db.schema().await?;
        match self.db.kind {
            Kind::Sqlite => {
                let mut tx = connection.begin_with("BEGIN IMMEDIATE").await?;
                run(&mut tx, Kind::Sqlite, version).await?;
                Ok(tx.commit().await?)
            }
            Kind::MySql => {
                lock(&mut connection).await?;
                let outcome = run(&mut connection, Kind::MySql, version).await;
                // The lock is the session's and ends with it, should this fail.
                connection.close().await?;
                outcome
            }
        }
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

async fn run(connection: &mut AnyConnection, kind: Kind, version: i64) -> Result<(), StoreError> {
    let mut migrator = migrator(kind);
    // sqlx's own lock waits for ever on MySQL by a negative time, which MariaDB does not know: there it locks nothing.
    migrator.set_locking(false);
    // `Migrator::run_to` would do, were its future `Send`.
    migrator.run_direct(Some(version), connection, false).await.map_err(migration_error)
}

async fn lock(connection: &mut AnyConnection) -> Result<(), StoreError> {
    let lock = sqlx::query("SELECT GET_LOCK(MD5(CONCAT('signalbox migrate ', DATABASE())), 120) AS locked");
    match lock.fetch_one(connection).await?.maybe_int("locked")? {
        Some(1) => Ok(()),
        _ => Err(StoreError::Unavailable { source: Arc::new(sqlx::Error::PoolTimedOut) }),
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
