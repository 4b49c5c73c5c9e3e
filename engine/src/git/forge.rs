//! The hub's git: its directories, its settings, and the mirrors in it.

use super::access::Means;
use super::address::PrivateAddresses;
use super::command::{Invocation, Runner};
use super::error::GitError;
use super::mirror::Mirror;
use sha2::{Digest, Sha256};
use signalbox_core::id::ProjectId;
use std::ffi::OsString;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

const SEARCH_PATH: &str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
/// What a hub that died left in the private and the quarantine directory is removed once it is older than this.
const LEFTOVERS_AFTER: Duration = Duration::from_secs(6 * 3600);

/// How long git may take.
#[derive(Debug, Clone)]
pub struct Timeouts {
    /// A command on the mirror alone.
    pub local: Duration,
    /// A fetch or a push.
    pub remote: Duration,
    /// Making a seed, or one step of taking a bundle.
    pub bundle: Duration,
    /// Waiting for another process that updates the same mirror.
    pub lock: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        let minutes = |count: u64| Duration::from_secs(60 * count);
        Self { local: minutes(2), remote: minutes(30), bundle: minutes(10), lock: minutes(30) }
    }
}

/// The git side's settings.
#[derive(Debug, Clone)]
pub struct GitSettings {
    /// Mirrors, seeds and quarantine live below it; made with mode 0700 when missing.
    pub root: PathBuf,
    /// The git program: a name to be found in the hub's `PATH`, or a path.
    pub binary: PathBuf,
    /// The ssh program, likewise.
    pub ssh: PathBuf,
    /// Certificates to trust instead of the system's, in PEM; for remotes of a private authority.
    pub certificates: Option<PathBuf>,
    /// How long git may take.
    pub timeouts: Timeouts,
    /// Whether remotes may have addresses that are not of the public internet.
    pub private_addresses_allowed: bool,
    /// How many seeds a project keeps; those used within the last hour are kept in any case.
    pub seeds_kept: usize,
    /// The largest bundle that is taken from a sandbox, in bytes.
    pub bundle_limit: u64,
}

impl GitSettings {
    /// The defaults, below this directory.
    pub fn new(root: impl Into<PathBuf>) -> Self {
        Self {
            root: root.into(),
            binary: "git".into(),
            ssh: "ssh".into(),
            certificates: None,
            timeouts: Timeouts::default(),
            private_addresses_allowed: false,
            seeds_kept: 8,
            bundle_limit: 512 * 1024 * 1024,
        }
    }
}

/// All mirrors of this hub. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Git {
    pub(super) shared: Arc<Shared>,
}

/// What all mirrors share.
#[derive(Debug)]
pub(super) struct Shared {
    pub(super) runner: Runner,
    pub(super) means: Means,
    pub(super) directories: Directories,
    pub(super) timeouts: Timeouts,
    pub(super) seeds_kept: usize,
    pub(super) bundle_limit: u64,
}

/// Where things lie below the root.
#[derive(Debug)]
pub(super) struct Directories {
    pub(super) mirrors: PathBuf,
    pub(super) seeds: PathBuf,
    pub(super) quarantine: PathBuf,
    pub(super) locks: PathBuf,
    pub(super) private: PathBuf,
    pub(super) home: PathBuf,
}

impl Git {
    /// Makes the directories and clears what a dead hub left in them.
    pub fn new(settings: GitSettings) -> Result<Self, GitError> {
        let root = std::path::absolute(&settings.root).map_err(GitError::Disk)?;
        let directories = Directories::below(&root).map_err(GitError::Disk)?;
        let private_addresses =
            if settings.private_addresses_allowed { PrivateAddresses::Allowed } else { PrivateAddresses::Refused };
        let path = std::env::var_os("PATH").unwrap_or_else(|| OsString::from(SEARCH_PATH));
        let means = Means {
            ssh: settings.ssh,
            private: directories.private.clone(),
            private_addresses,
            certificates: settings.certificates,
        };
        let runner = Runner { binary: settings.binary, path, home: directories.home.clone(), ceiling: root };
        let (timeouts, seeds_kept, bundle_limit) = (settings.timeouts, settings.seeds_kept, settings.bundle_limit);
        Ok(Self { shared: Arc::new(Shared { runner, means, directories, timeouts, seeds_kept, bundle_limit }) })
    }

    /// The project's mirror as it is on disk.
    pub fn open(&self, project: &ProjectId) -> Result<Mirror, GitError> {
        let mirror = self.mirror(project);
        if mirror.path().join("HEAD").is_file() { Ok(mirror) } else { Err(GitError::NoMirror) }
    }

    /// The version of the git binary, as it says it; an error when it cannot be run.
    pub async fn version(&self) -> Result<String, GitError> {
        let said = self.shared.runner.succeed(&Invocation::new("version", self.shared.timeouts.local)).await?;
        Ok(String::from_utf8_lossy(&said).trim().trim_start_matches("git version ").to_owned())
    }

    /// Removes the project's mirror and seeds; nothing is wrong when there are none.
    pub async fn remove(&self, project: &ProjectId) -> Result<(), GitError> {
        let mirror = self.mirror(project);
        let _lock = mirror.lock().await?;
        for directory in [mirror.path(), mirror.seeds_directory().as_path()] {
            match tokio::fs::remove_dir_all(directory).await {
                Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(GitError::Disk(error)),
                _ => {}
            }
        }
        Ok(())
    }

    pub(super) fn mirror(&self, project: &ProjectId) -> Mirror {
        Mirror::new(Arc::clone(&self.shared), directory_name(project))
    }
}

impl Directories {
    fn below(root: &Path) -> std::io::Result<Self> {
        let make = |name: &str| -> std::io::Result<PathBuf> {
            let path = root.join(name);
            fs::create_dir_all(&path)?;
            Ok(path)
        };
        fs::create_dir_all(root)?;
        fs::set_permissions(root, fs::Permissions::from_mode(0o700))?;
        let directories = Self {
            mirrors: make("mirrors")?,
            seeds: make("seeds")?,
            quarantine: make("quarantine")?,
            locks: make("locks")?,
            private: make("private")?,
            home: make("home")?,
        };
        for directory in [&directories.quarantine, &directories.private] {
            fs::set_permissions(directory, fs::Permissions::from_mode(0o700))?;
            remove_leftovers(directory)?;
        }
        Ok(directories)
    }
}

fn remove_leftovers(directory: &Path) -> std::io::Result<()> {
    let now = SystemTime::now();
    for entry in fs::read_dir(directory)? {
        let entry = entry?;
        let metadata = entry.metadata()?;
        let age = now.duration_since(metadata.modified()?).unwrap_or_default();
        if age < LEFTOVERS_AFTER {
            continue;
        }
        let removed = if metadata.is_dir() { fs::remove_dir_all(entry.path()) } else { fs::remove_file(entry.path()) };
        if let Err(error) = removed {
            tracing::warn!(%error, "a leftover of git's work cannot be removed");
        }
    }
    Ok(())
}

/// The id itself where it can name a directory on any file system, else its digest.
fn directory_name(project: &ProjectId) -> String {
    let id = project.as_str();
    let plain = id.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
    if plain && !id.is_empty() && !id.starts_with('-') && id.len() <= 60 {
        return id.to_owned();
    }
    let digest = Sha256::digest(id.as_bytes());
    let hex: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("id_{hex}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_project_id_cannot_leave_its_directory() {
        assert_eq!(directory_name(&ProjectId::new("0198-ab")), "0198-ab");
        for id in ["", "..", "../x", "A", "-x", "a/b", "a.git"] {
            let name = directory_name(&ProjectId::new(id));
            assert!(name.starts_with("id_") && name.len() == 67, "{id}: {name}");
        }
    }
}
