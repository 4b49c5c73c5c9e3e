//! The way to the engine, and the folder of each sandbox that is mounted into it.

use super::engine::volumes_have_sizes;
use super::error::SandboxError;
use super::settings::SandboxSettings;
use super::watchdog::Watched;
use bollard::{API_DEFAULT_VERSION, Docker};
use signalbox_core::id::SandboxId;
use std::collections::HashMap;
use std::collections::HashSet;
use std::fs::Permissions;
use std::io;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, Weak};

const DEFAULT_SOCKET: &str = "/var/run/docker.sock";
/// For the answer's head only; following a log is not bounded by it.
const ANSWER_SECONDS: u64 = 120;

/// The hub's sandboxes. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Sandboxes {
    pub(super) docker: Docker,
    pub(super) shared: Arc<Shared>,
}

#[derive(Debug)]
pub(super) struct Shared {
    pub(super) settings: SandboxSettings,
    /// Whether volumes can be made with a size.
    pub(super) quota: bool,
    pub(super) watched: Mutex<HashMap<SandboxId, Weak<Watched>>>,
}

impl Sandboxes {
    /// Connects to the engine and agrees on an API version with it.
    pub async fn connect(settings: SandboxSettings) -> Result<Self, SandboxError> {
        let docker = open_socket(settings.docker.as_deref().unwrap_or(DEFAULT_SOCKET)).await?;
        let quota = settings.disk_limit_bytes.is_some() && volumes_have_sizes(&docker).await?;
        Ok(Self { docker, shared: Arc::new(Shared { settings, quota, watched: Mutex::default() }) })
    }

    /// The folder of a sandbox on the host, mounted at `/run/signalbox`: `gateway.sock` and `seed.bundle` belong there.
    pub fn directory(&self, id: &SandboxId) -> PathBuf {
        self.shared.settings.home.join("sandboxes").join(id.as_str())
    }

    /// Where the fingerprint of a sandbox's first line is kept, out of its sight.
    pub(super) fn head_file(&self, id: &SandboxId) -> PathBuf {
        self.directory(id).with_extension("head")
    }

    /// Makes the sandbox's folder, with the seed bundle in it (linked if it is readable for all, else copied). To be
    /// called before the gateway binds its socket there and before `create`.
    pub async fn prepare_directory(&self, id: &SandboxId, seed: Option<&Path>) -> Result<PathBuf, SandboxError> {
        check_id(id)?;
        let directory = self.directory(id);
        let fault = |source| SandboxError::Directory { path: self.directory(id), source };
        tokio::fs::create_dir_all(&directory).await.map_err(fault)?;
        for folder in directory.ancestors().take(2) {
            // The sandbox's user must be able to pass, and nobody needs to list.
            tokio::fs::set_permissions(folder, Permissions::from_mode(0o711)).await.map_err(fault)?;
        }
        if let Some(seed) = seed {
            lay_seed(seed, &directory.join("seed.bundle")).await.map_err(fault)?;
        }
        Ok(directory)
    }

    /// Removes the folders of sandboxes other than the wanted ones: their containers are gone.
    pub async fn remove_stray_directories(&self, wanted: &HashSet<SandboxId>) -> Result<(), SandboxError> {
        let root = self.shared.settings.home.join("sandboxes");
        let fault = |source| SandboxError::Directory { path: root.clone(), source };
        let mut entries = match tokio::fs::read_dir(&root).await {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            entries => entries.map_err(fault)?,
        };
        while let Some(entry) = entries.next_entry().await.map_err(fault)? {
            let id = entry.path().file_stem().and_then(|name| name.to_str()).map(SandboxId::new);
            if let Some(id) = id.filter(|id| !wanted.contains(id) && check_id(id).is_ok()) {
                self.remove_directory(&id).await?;
            }
        }
        Ok(())
    }

    pub(super) async fn remove_directory(&self, id: &SandboxId) -> Result<(), SandboxError> {
        check_id(id)?;
        let directory = self.directory(id);
        let head = gone(tokio::fs::remove_file(self.head_file(id)).await);
        gone(tokio::fs::remove_dir_all(&directory).await)
            .and(head)
            .map_err(|source| SandboxError::Directory { path: directory, source })
    }
}

/// An id becomes part of paths and names, so it must not hold anything but these.
pub(super) fn check_id(id: &SandboxId) -> Result<(), SandboxError> {
    let text = id.as_str();
    let fits = (1..=64).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    if fits && !text.starts_with('-') {
        return Ok(());
    }
    Err(SandboxError::BadName { text: text.chars().take(64).collect(), what: "a sandbox id" })
}

async fn open_socket(address: &str) -> Result<Docker, SandboxError> {
    let path = address.strip_prefix("unix://").unwrap_or(address);
    if !path.starts_with('/') {
        return Err(SandboxError::BadAddress { address: address.to_owned() });
    }
    let no_engine = |source| SandboxError::NoEngine { address: address.to_owned(), source: Box::new(source) };
    let docker = Docker::connect_with_unix(path, ANSWER_SECONDS, API_DEFAULT_VERSION).map_err(no_engine)?;
    docker.negotiate_version().await.map_err(no_engine)
}

/// A link costs nothing but shares the mode, so it is made only of what the sandbox's user may read already.
async fn lay_seed(seed: &Path, place: &Path) -> io::Result<()> {
    gone(tokio::fs::remove_file(place).await)?;
    let readable = tokio::fs::metadata(seed).await?.mode() & 0o004 != 0;
    if readable && tokio::fs::hard_link(seed, place).await.is_ok() {
        return Ok(());
    }
    tokio::fs::copy(seed, place).await?;
    tokio::fs::set_permissions(place, Permissions::from_mode(0o444)).await
}

fn gone(result: io::Result<()>) -> io::Result<()> {
    match result {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        other => other,
    }
}
