//! The home: one directory with everything that the hub keeps, used by one hub at a time.

use rand_bytes::fresh_bytes;
use secrecy::SecretSlice;
use signalbox_core::id::NodeId;
use std::fs::{DirBuilder, File, OpenOptions, TryLockError};
use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

/// The home, held by this process.
pub(crate) struct Home {
    path: PathBuf,
    node: NodeId,
    token_key: SecretSlice<u8>,
    _lock: File,
}

/// The home cannot be used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum HomeError {
    /// Another hub has it.
    #[error("another hub is using {0}")]
    Busy(PathBuf),
    /// It cannot be read or written.
    #[error("{path} (hub.home, SIGNALBOX_HOME) cannot be used")]
    Unusable {
        /// What could not be used.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
}

impl Home {
    /// Makes the home if it is not there, and takes its lock.
    ///
    /// # Errors
    /// [`HomeError::Busy`] when another process has the lock.
    pub(crate) fn take(path: &Path) -> Result<Self, HomeError> {
        let unusable = |path: &Path| {
            let path = path.to_owned();
            move |source| HomeError::Unusable { path, source }
        };
        make_home(path).map_err(unusable(path))?;
        refuse_open(path).map_err(unusable(path))?;
        let lock_path = path.join("hub.lock");
        let lock =
            OpenOptions::new().create(true).append(true).mode(0o600).open(&lock_path).map_err(unusable(&lock_path))?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(HomeError::Busy(path.to_owned())),
            Err(TryLockError::Error(source)) => return Err(unusable(&lock_path)(source)),
        }
        let name_path = path.join("node.id");
        let name = keep(&name_path, 16).map_err(unusable(&name_path))?;
        let key_path = path.join("token.key");
        let key = keep(&key_path, 32).map_err(unusable(&key_path))?;
        let node = NodeId::new(signalbox_core::tool::hex(&name));
        Ok(Self { path: path.to_owned(), node, token_key: key.into(), _lock: lock })
    }

    /// Where it is.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// The hub's name as a holder of leases, the same after every restart.
    pub(crate) fn node(&self) -> &NodeId {
        &self.node
    }

    /// What sandboxes' tokens are derived from.
    pub(crate) fn token_key(&self) -> SecretSlice<u8> {
        self.token_key.clone()
    }

    /// The local socket's path.
    pub(crate) fn socket(&self) -> PathBuf {
        socket_in(&self.path)
    }
}

/// Whoever can write in the home can put their own socket and keys there.
fn refuse_open(path: &Path) -> io::Result<()> {
    if std::fs::metadata(path)?.permissions().mode() & 0o022 == 0 {
        return Ok(());
    }
    let why = format!("others may write in it: `chmod 700 {}`, or choose a folder of your own", path.display());
    Err(io::Error::new(io::ErrorKind::PermissionDenied, why))
}

/// Makes a folder for a home where there is none, for nobody else's eyes.
///
/// # Errors
/// When it cannot be made.
pub(crate) fn make_home(path: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(path)
}

/// Where the local socket of the hub in `home` is.
pub(crate) fn socket_in(home: &Path) -> PathBuf {
    home.join("signalbox.sock")
}

/// The bytes kept in a file, or fresh ones that are kept there from now on, mode 0600.
fn keep(path: &Path, length: usize) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::with_capacity(length);
    match File::open(path) {
        Ok(mut file) => {
            file.read_to_end(&mut bytes)?;
            if bytes.len() == length {
                return Ok(bytes);
            }
            Err(io::Error::new(io::ErrorKind::InvalidData, "it is damaged; remove it to have it made anew"))
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            bytes = fresh_bytes(length);
            let half = path.with_extension("new");
            let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&half)?;
            file.write_all(&bytes)?;
            file.sync_all()?;
            std::fs::rename(&half, path)?;
            Ok(bytes)
        }
        Err(error) => Err(error),
    }
}

/// Randomness from the operating system.
mod rand_bytes {
    use rand::Rng as _;

    pub(super) fn fresh_bytes(length: usize) -> Vec<u8> {
        let mut bytes = vec![0; length];
        rand::rng().fill_bytes(&mut bytes);
        bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use secrecy::ExposeSecret as _;

    #[test]
    fn one_hub_at_a_time_and_the_same_name_after_a_restart() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("home");
        let first = Home::take(&path).unwrap();
        assert!(matches!(Home::take(&path), Err(HomeError::Busy(_))));
        let (node, key) = (first.node().clone(), first.token_key());
        drop(first);
        let second = Home::take(&path).unwrap();
        assert_eq!(second.node(), &node);
        assert_eq!(second.token_key().expose_secret(), key.expose_secret());
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o700);
        assert_eq!(std::fs::metadata(path.join("token.key")).unwrap().permissions().mode() & 0o777, 0o600);
    }

    #[test]
    fn a_home_that_others_may_write_in_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o777)).unwrap();
        let Err(HomeError::Unusable { source, .. }) = Home::take(folder.path()) else { panic!("taken") };
        assert!(source.to_string().contains("chmod 700"), "{source}");
    }

    #[test]
    fn a_damaged_key_is_said_and_not_replaced() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("token.key"), b"short").unwrap();
        let Err(HomeError::Unusable { source, .. }) = Home::take(folder.path()) else { panic!("taken") };
        assert!(source.to_string().contains("remove it"), "{source}");
    }
}
