//! What can go wrong in the store, told apart by what the caller does next.

use signalbox_core::task::IllegalStep;
use sqlx::mysql::MySqlDatabaseError;
use std::error::Error;
use std::io;
use std::sync::Arc;

/// Why the store did not do what it was asked. Nothing of the write was kept, unless the connection was lost while it was
/// committed: then nobody knows, and nothing was acknowledged.
#[derive(Debug, Clone, thiserror::Error)]
pub enum StoreError {
    /// The disk is full, the connection is gone, or the store is closed: trying again later may help.
    #[error("the store cannot be reached or written at the moment")]
    Unavailable {
        /// What happened below.
        #[source]
        source: Arc<dyn Error + Send + Sync>,
    },
    /// The name belongs to somebody or something else already.
    #[error("there is a {what} named `{name}` already")]
    Taken {
        /// What has the name.
        what: &'static str,
        /// The name.
        name: String,
    },
    /// A row refers to something that is not there.
    #[error("there is no such {what}")]
    Missing {
        /// What is not there.
        what: &'static str,
    },
    /// A row cannot be read: it is from another version, or damaged.
    #[error("the store holds something unreadable: {what}")]
    Damaged {
        /// Which value, and why.
        what: String,
    },
    /// A secret cannot be opened with the master key at hand.
    #[error("the secret `{name}` of `{scope}` cannot be opened: {why}")]
    Sealed {
        /// Whose secret it is.
        scope: String,
        /// Its name.
        name: String,
        /// Why.
        why: &'static str,
    },
    /// The caller asked for a step that does not exist: a fault in the program.
    #[error(transparent)]
    Illegal(#[from] IllegalStep),
    /// A blob's file cannot be read or written.
    #[error("the blob store failed")]
    Blob {
        /// What happened below.
        #[source]
        source: Arc<io::Error>,
    },
    /// The schema could not be brought up to date.
    #[error("the database schema could not be migrated")]
    Migration {
        /// What happened below.
        #[source]
        source: Arc<sqlx::migrate::MigrateError>,
    },
    /// The database refused a statement.
    #[error("the database refused a statement")]
    Database {
        /// What happened below.
        #[source]
        source: Arc<sqlx::Error>,
    },
}

impl StoreError {
    /// Whether trying again later may help.
    pub fn is_unavailable(&self) -> bool {
        matches!(self, Self::Unavailable { .. })
    }

    /// Whether the database gave this transaction up for another one, and it may simply be run again.
    pub(super) fn is_contention(&self) -> bool {
        matches!(self, Self::Database { source } if mysql_number(source).is_some_and(|n| matches!(n, 1205 | 1213)))
    }

    /// Whether a unique key has the value already.
    pub(super) fn is_duplicate(&self) -> bool {
        matches!(self, Self::Database { source }
            if source.as_database_error().is_some_and(sqlx::error::DatabaseError::is_unique_violation))
    }

    /// Whether a row refers to something that is not there.
    pub(super) fn is_dangling(&self) -> bool {
        matches!(self, Self::Database { source }
            if source.as_database_error().is_some_and(sqlx::error::DatabaseError::is_foreign_key_violation))
    }

    pub(super) fn damaged(what: impl Into<String>) -> Self {
        Self::Damaged { what: what.into() }
    }

    pub(super) fn closed() -> Self {
        Self::Unavailable { source: Arc::new(sqlx::Error::PoolClosed) }
    }
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        match &error {
            sqlx::Error::ColumnDecode { .. } | sqlx::Error::Decode(_) | sqlx::Error::ColumnNotFound(_) => {
                Self::Damaged { what: error.to_string() }
            }
            _ if is_outage(&error) => Self::Unavailable { source: Arc::new(error) },
            _ => Self::Database { source: Arc::new(error) },
        }
    }
}

impl From<io::Error> for StoreError {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded | io::ErrorKind::ReadOnlyFilesystem => {
                Self::Unavailable { source: Arc::new(error) }
            }
            _ => Self::Blob { source: Arc::new(error) },
        }
    }
}

fn is_outage(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Io(_)
        | sqlx::Error::Tls(_)
        | sqlx::Error::PoolTimedOut
        | sqlx::Error::PoolClosed
        | sqlx::Error::WorkerCrashed => true,
        sqlx::Error::Database(_) => mysql_number(error).map_or_else(|| is_sqlite_outage(error), is_mysql_outage),
        _ => false,
    }
}

fn mysql_number(error: &sqlx::Error) -> Option<u16> {
    let error = error.as_database_error()?;
    error.try_downcast_ref::<MySqlDatabaseError>().map(MySqlDatabaseError::number)
}

/// MySQL's numbers for: no space, table full, too many connections, shutting down, read only, connection killed.
fn is_mysql_outage(number: u16) -> bool {
    matches!(number, 3 | 1021 | 1040 | 1053 | 1114 | 1203 | 1290 | 1836 | 1927)
}

/// SQLite's primary result codes for: busy, locked, read only, I/O error, full, cannot open.
fn is_sqlite_outage(error: &sqlx::Error) -> bool {
    let code = error.as_database_error().and_then(|e| e.code()?.parse::<u32>().ok());
    code.is_some_and(|code| matches!(code & 0xff, 5 | 6 | 8 | 10 | 13 | 14))
}
