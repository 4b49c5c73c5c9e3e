//! Repositories on the hub's own disk, which belong to a person and not to the hub.
//!
//! Git's serving side runs in them, under their configuration. It is given no hooks, no programs of their
//! configuration and no automatic maintenance; `uploadpack.packObjectsHook` git itself ignores in a repository's
//! configuration. When the hub is root, the serving side runs as the repository's owner: so the owner's rights are
//! the limit of what it can read, and what it writes does not lock the owner out.

use super::error::GitError;
use super::fault::RemoteFault;
use std::fs::Metadata;
use std::io::Write;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use tempfile::NamedTempFile;

/// For the serving sides, which git starts without the configuration of the side that asks.
const SERVING: &[&str] = &[
    "core.hooksPath=/dev/null",
    "core.fsmonitor=false",
    "core.alternateRefsCommand=true",
    "core.fsync=committed,reference",
    "receive.denyCurrentBranch=refuse",
    "receive.fsckObjects=true",
    "receive.unpackLimit=1",
    "transfer.unpackLimit=1",
    "receive.autogc=false",
    "receive.updateServerInfo=false",
    "gc.auto=0",
    "maintenance.auto=false",
];

/// The command line that git starts in a repository to serve it.
pub(super) fn serving(command: &'static str) -> String {
    let config: String = SERVING.iter().map(|pair| format!(" -c {pair}")).collect();
    format!("git{config} {command}")
}

/// How a repository of the hub's disk is to be served.
#[derive(Debug)]
pub(super) struct Host {
    prefix: String,
    /// Names the repository as safe although it is another user's; read by the serving side alone.
    pub(super) trust: Option<NamedTempFile>,
}

impl Host {
    /// Looks at who owns the repository; `private` is the hub's directory for files that only it can read.
    pub(super) fn of(path: &Path, private: &Path) -> Result<Self, GitError> {
        let owner = repository_of(path)?;
        let hub = std::fs::metadata(private).map_err(GitError::Disk)?.uid();
        if owner.uid() == hub {
            return Ok(Self { prefix: String::new(), trust: None });
        }
        if hub == 0 {
            let (user, group) = (owner.uid(), owner.gid());
            let become_owner = format!("setpriv --reuid={user} --regid={group} --clear-groups --no-new-privs ");
            return Ok(Self { prefix: become_owner, trust: None });
        }
        Ok(Self { prefix: String::new(), trust: Some(trust(path, private)?) })
    }

    /// The command line of git's serving side.
    pub(super) fn command(&self, serving_side: &'static str) -> String {
        format!("{}{}", self.prefix, serving(serving_side))
    }
}

/// The directory's own metadata, when it is a repository by the looks of it.
fn repository_of(path: &Path) -> Result<Metadata, GitError> {
    let missing = |error: std::io::Error| GitError::Remote { fault: RemoteFault::NotFound, detail: error.to_string() };
    let inner = path.join(".git");
    let repository = if inner.exists() { inner } else { path.to_owned() };
    let metadata = std::fs::metadata(&repository).map_err(missing)?;
    let is_repository = metadata.is_file() || repository.join("objects").is_dir();
    if is_repository && path.is_dir() { Ok(metadata) } else { Err(missing(std::io::ErrorKind::NotFound.into())) }
}

fn trust(path: &Path, private: &Path) -> Result<NamedTempFile, GitError> {
    let write = || -> std::io::Result<NamedTempFile> {
        let mut file = NamedTempFile::with_prefix_in("trust-", private)?;
        let real = path.canonicalize()?;
        for safe in [path.to_owned(), path.join(".git"), real.clone(), real.join(".git")] {
            writeln!(file, "[safe]\n\tdirectory = \"{}\"", quoted(&safe))?;
        }
        file.flush()?;
        Ok(file)
    };
    write().map_err(GitError::Disk)
}

/// As git's configuration files quote; control characters were refused when the address was read.
fn quoted(path: &Path) -> String {
    path.to_string_lossy().replace('\\', "\\\\").replace('"', "\\\"")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_cannot_leave_its_quotes() {
        assert_eq!(quoted(Path::new("/a\"b\\c")), "/a\\\"b\\\\c");
    }
}
