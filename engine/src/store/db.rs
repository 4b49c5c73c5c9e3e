//! The two databases behind one door: [`Database::read`] lends a connection, [`Database::write`] runs a piece of work in a
//! transaction and returns only once it is durable.
//!
//! Work is a plain function over an open transaction and its data, so pieces can be put together within one transaction,
//! and can be run again when MySQL gives a transaction up for another one.

use super::error::StoreError;
use super::group::GroupCommit;
use backon::{ExponentialBuilder, Retryable};
use futures::future::BoxFuture;
use secrecy::{ExposeSecret, SecretString};
use sqlx::any::{Any, AnyConnectOptions, AnyPoolOptions};
use sqlx::pool::PoolConnection;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{AnyConnection, AnyPool, ConnectOptions, Executor};
use std::sync::Arc;
use std::time::Duration;
use tokio::fs::OpenOptions;

/// A connection with a transaction open on it.
pub(super) type Tx = AnyConnection;

/// What is done within a transaction.
pub(super) type Work<D, T> = for<'a> fn(&'a mut Tx, &'a D) -> BoxFuture<'a, Result<T, StoreError>>;

/// How long a statement may wait for a lock or a connection before the store counts as unavailable.
const PATIENCE: Duration = Duration::from_secs(10);

/// Which of the two databases this is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Sqlite,
    MySql,
}

/// An open database.
#[derive(Debug)]
pub(super) struct Database {
    pub(super) kind: Kind,
    readers: AnyPool,
    writers: AnyPool,
    group: Option<GroupCommit>,
}

impl Database {
    /// Connects. SQLite's file is created when it is missing; its directory is not.
    pub(super) async fn open(url: &SecretString) -> Result<Self, StoreError> {
        sqlx::any::install_default_drivers();
        match kind_of(url.expose_secret())? {
            Kind::Sqlite => Self::open_sqlite(url.expose_secret()).await,
            Kind::MySql => Self::open_mysql(url.expose_secret()).await,
        }
    }

    async fn open_sqlite(url: &str) -> Result<Self, StoreError> {
        make_private(url).await?;
        let manners = "PRAGMA busy_timeout = 10000; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;";
        let writers = pool(url, 1, manners).await?;
        let readers = pool(url, 4, "PRAGMA busy_timeout = 10000; PRAGMA query_only = ON;").await?;
        let group = Some(GroupCommit::start(writers.clone()));
        Ok(Self { kind: Kind::Sqlite, readers, writers, group })
    }

    async fn open_mysql(url: &str) -> Result<Self, StoreError> {
        let manners = "SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED; \
             SET SESSION sql_mode = CONCAT(@@sql_mode, ',STRICT_ALL_TABLES');";
        let pool = pool(url, 16, manners).await?;
        Ok(Self { kind: Kind::MySql, readers: pool.clone(), writers: pool, group: None })
    }

    /// Lends a connection for reading.
    pub(super) async fn read(&self) -> Result<PoolConnection<Any>, StoreError> {
        Ok(self.readers.acquire().await?)
    }

    /// Lends the connection that may change the schema.
    pub(super) async fn schema(&self) -> Result<PoolConnection<Any>, StoreError> {
        Ok(self.writers.acquire().await?)
    }

    /// Runs `work` in a transaction. Once this returns `Ok` it survives a power cut; after an `Err` nothing of it is kept.
    pub(super) async fn write<D, T>(&self, data: D, work: Work<D, T>) -> Result<T, StoreError>
    where
        D: Send + Sync + 'static,
        T: Send + 'static,
    {
        match &self.group {
            Some(group) => group.write(data, work).await,
            None => self.write_alone(&data, work).await,
        }
    }

    async fn write_alone<D, T>(&self, data: &D, work: Work<D, T>) -> Result<T, StoreError>
    where
        D: Send + Sync + 'static,
        T: Send + 'static,
    {
        let once = || async {
            let mut tx = self.writers.begin().await?;
            let outcome = work(&mut tx, data).await?;
            tx.commit().await?;
            Ok(outcome)
        };
        let pauses = ExponentialBuilder::default()
            .with_min_delay(Duration::from_millis(5))
            .with_max_delay(Duration::from_millis(250))
            .with_max_times(12)
            .with_jitter();
        once.retry(pauses).when(StoreError::is_contention).await
    }

    /// How many transactions were committed in groups so far.
    pub(super) fn group_commits(&self) -> Option<u64> {
        self.group.as_ref().map(GroupCommit::commits)
    }

    /// Finishes what was accepted and closes every connection.
    pub(super) async fn close(&self) {
        if let Some(group) = &self.group {
            group.finish().await;
        }
        self.readers.close().await;
        self.writers.close().await;
    }
}

fn kind_of(url: &str) -> Result<Kind, StoreError> {
    match url.split_once(':').map(|(scheme, _)| scheme) {
        Some("sqlite") => Ok(Kind::Sqlite),
        Some("mysql" | "mariadb") => Ok(Kind::MySql),
        _ => Err(bad_address("the database address must begin with sqlite: or mysql:")),
    }
}

/// Makes an empty database file for its owner alone; SQLite gives the files beside it the same mode.
async fn make_private(url: &str) -> Result<(), StoreError> {
    let options: SqliteConnectOptions = url.parse()?;
    let file = OpenOptions::new().create(true).append(true).mode(0o600).open(options.get_filename()).await;
    file.map(|_| ()).map_err(|error| sqlx::Error::Io(error).into())
}

async fn pool(url: &str, connections: u32, manners: &'static str) -> Result<AnyPool, StoreError> {
    // Statements carry prompts and tokens: they never reach a log.
    let options: AnyConnectOptions = url.parse().map_err(|_| bad_address("the database address is no URL"))?;
    let opened = AnyPoolOptions::new()
        .max_connections(connections)
        .acquire_timeout(PATIENCE)
        .after_connect(move |connection, _| {
            Box::pin(async move {
                connection.execute(sqlx::raw_sql(manners)).await?;
                Ok(())
            })
        })
        .connect_with(options.disable_statement_logging());
    Ok(opened.await?)
}

fn bad_address(why: &'static str) -> StoreError {
    StoreError::Database { source: Arc::new(sqlx::Error::Configuration(why.into())) }
}
