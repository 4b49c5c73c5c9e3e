//! One writer per mirror, also among several processes of the hub on one disk: a lock file held by `flock`, which the
//! kernel releases when its holder dies.

use super::error::GitError;
use std::fs::{File, OpenOptions, TryLockError};
use std::path::Path;
use std::time::Duration;
use tokio::time::{Instant, sleep};

const POLL: Duration = Duration::from_millis(50);

/// Held until dropped.
#[derive(Debug)]
pub(super) struct Lock {
    _file: File,
}

/// Waits for the lock, at most this long.
pub(super) async fn lock(path: &Path, patience: Duration) -> Result<Lock, GitError> {
    let file = OpenOptions::new().create(true).truncate(false).write(true).open(path).map_err(GitError::Disk)?;
    let until = Instant::now() + patience;
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(Lock { _file: file }),
            Err(TryLockError::WouldBlock) if Instant::now() < until => sleep(POLL).await,
            Err(TryLockError::WouldBlock) => return Err(GitError::Busy),
            Err(TryLockError::Error(error)) => return Err(GitError::Disk(error)),
        }
    }
}
