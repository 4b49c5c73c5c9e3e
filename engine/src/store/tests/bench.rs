//! A fresh store for each story, and what remains of it is removed.

use super::super::{MasterKey, Store, StoreSettings};
use secrecy::SecretString;
use sqlx::{AnyConnection, Connection, Executor};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tempfile::TempDir;

const VARIABLE: &str = "SIGNALBOX_TEST_MYSQL_URL";
const HOW: &str = "the MySQL half of the suite needs a server: start one, for instance `docker run -d -p 3306:3306 \
    -e MARIADB_ROOT_PASSWORD=test mariadb:10.11` or Debian's mariadb-server, and set \
    SIGNALBOX_TEST_MYSQL_URL=mysql://root:test@127.0.0.1:3306";

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Backend {
    Sqlite,
    MySql,
}

/// A migrated, empty store, and the means to open it a second time.
pub(super) struct Bench {
    pub(super) store: Store,
    url: String,
    directory: TempDir,
}

impl Bench {
    async fn new(backend: Backend) -> Self {
        let directory = tempfile::tempdir().expect("a temporary directory");
        let url = match backend {
            Backend::Sqlite => format!("sqlite://{}", directory.path().join("hub.db").display()),
            Backend::MySql => fresh_database().await,
        };
        let store = open(&url, &directory.path().join("blobs"), key(1)).await;
        Self { store, url, directory }
    }

    /// Another node on the same database.
    pub(super) async fn second_node(&self) -> Store {
        self.with_key(key(1)).await
    }

    /// The same database, opened with another master key.
    pub(super) async fn with_key(&self, key: MasterKey) -> Store {
        open(&self.url, &self.blobs(), key).await
    }

    pub(super) fn blobs(&self) -> PathBuf {
        self.directory.path().join("blobs")
    }

    /// A connection of the test's own, to look at rows and to damage them.
    pub(super) async fn raw(&self) -> AnyConnection {
        AnyConnection::connect(&self.url).await.expect("a raw connection")
    }

    pub(super) async fn execute(&self, sql: &'static str) {
        self.raw().await.execute(sqlx::raw_sql(sql)).await.expect(sql);
    }

    /// Cuts every connection that the server has to this database.
    pub(super) async fn kill_connections(&self) {
        let mut admin = AnyConnection::connect(&server()).await.expect(HOW);
        let name = self.url.rsplit('/').next().unwrap_or_default();
        let ids = sqlx::query_scalar("SELECT CAST(id AS SIGNED) FROM information_schema.processlist WHERE db = ?");
        let ids: Vec<i64> = ids.bind(name).fetch_all(&mut admin).await.expect("the list of connections");
        for id in ids {
            // One that ended by itself meanwhile cannot be killed.
            let _ = admin.execute(sqlx::raw_sql(sqlx::AssertSqlSafe(format!("KILL {id}")))).await;
        }
    }

    pub(super) async fn count(&self, sql: &'static str) -> i64 {
        sqlx::query_scalar(sql).fetch_one(&mut self.raw().await).await.expect(sql)
    }
}

pub(super) fn key(seed: u8) -> MasterKey {
    MasterKey::from_bytes([seed; 32])
}

async fn open(url: &str, blobs: &Path, master_key: MasterKey) -> Store {
    let settings = StoreSettings { url: SecretString::from(url), blobs: blobs.to_owned(), master_key };
    Store::open(settings).await.expect("the store opens")
}

/// Runs a story on a migrated store.
pub(super) async fn run<F, Story>(backend: Backend, story: F)
where
    F: FnOnce(Arc<Bench>) -> Story,
    Story: Future<Output = ()> + Send + 'static,
{
    run_unmigrated(backend, async |bench| {
        bench.store.migrate().await.expect("migrations run");
        tokio::spawn(story(bench)).await
    })
    .await;
}

/// Runs a story on an empty database.
pub(super) async fn run_unmigrated<F>(backend: Backend, story: F)
where
    F: AsyncFnOnce(Arc<Bench>) -> Result<(), tokio::task::JoinError>,
{
    let bench = Arc::new(Bench::new(backend).await);
    let outcome = story(bench.clone()).await;
    bench.store.close().await;
    if backend == Backend::MySql {
        drop_database(&bench.url).await;
    }
    if let Err(panicked) = outcome {
        std::panic::resume_unwind(panicked.into_panic());
    }
}

fn server() -> String {
    std::env::var(VARIABLE).unwrap_or_else(|_| panic!("{HOW}")).trim_end_matches('/').to_owned()
}

async fn fresh_database() -> String {
    sqlx::any::install_default_drivers();
    let name = format!("signalbox_test_{}", uuid::Uuid::now_v7().simple());
    let mut admin = AnyConnection::connect(&server()).await.expect(HOW);
    let made = sqlx::AssertSqlSafe(format!("CREATE DATABASE {name}"));
    admin.execute(sqlx::raw_sql(made)).await.expect("a database is made");
    format!("{}/{name}", server())
}

async fn drop_database(url: &str) {
    let name = url.rsplit('/').next().unwrap_or_default();
    let mut admin = AnyConnection::connect(&server()).await.expect(HOW);
    let gone = sqlx::AssertSqlSafe(format!("DROP DATABASE {name}"));
    admin.execute(sqlx::raw_sql(gone)).await.expect("the database is dropped");
}
