//! What a sandbox is given: one commit and its history as a bundle, and nothing else of the repository.

use super::command::Invocation;
use super::error::GitError;
use super::mirror::Mirror;
use super::names::Commit;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

/// The one reference in a seed.
const SEED: &str = "refs/heads/seed";
/// Keeps what sandboxes were given while they may build on it, though the remote may have dropped it: by day.
pub(super) const REFERENCES: &str = "refs/signalbox/seeds/";
const REFERENCE_DAYS: u64 = 60;
/// A seed that was asked for so lately may be about to be mounted.
const IN_USE: Duration = Duration::from_secs(3600);

impl Mirror {
    /// A bundle with exactly the reference `refs/heads/seed` at this commit, with its whole history. The file is
    /// readable for everyone (its directory is not), made once per commit and kept for a while.
    pub async fn seed(&self, commit: &Commit) -> Result<PathBuf, GitError> {
        if self.commit_of(commit.as_str()).await?.as_ref() != Some(commit) {
            return Err(GitError::UnknownRevision(commit.to_string()));
        }
        self.keep(commit).await?;
        let directory = self.seeds_directory();
        tokio::fs::create_dir_all(&directory).await.map_err(GitError::Disk)?;
        let file = directory.join(format!("{commit}.bundle"));
        if !touch(&file) {
            self.make_seed(commit, &file).await?;
            prune(&directory, self.shared.seeds_kept);
        }
        Ok(file)
    }

    async fn keep(&self, commit: &Commit) -> Result<(), GitError> {
        let reference = format!("{REFERENCES}{}/{commit}", today());
        self.shared.runner.succeed(&self.git("update-ref").args([&reference, commit.as_str()])).await.map(drop)
    }

    /// In a repository of its own with this one reference, which reads the mirror's objects.
    async fn make_seed(&self, commit: &Commit, file: &Path) -> Result<(), GitError> {
        let shared = &self.shared;
        let work = tempfile::tempdir_in(&shared.directories.quarantine).map_err(GitError::Disk)?;
        let repository = work.path().join("seed.git");
        shared.make_repository(&repository, commit.object_format()).await?;
        shared.borrow_objects(&repository, self.path()).await?;
        let timeout = shared.timeouts.bundle;
        let point = Invocation::new("update-ref", timeout).within(&repository).args([SEED, commit.as_str()]);
        shared.runner.succeed(&point).await?;
        let bundle = work.path().join("seed.bundle");
        let create = Invocation::new("bundle", timeout).within(&repository).args(["create", "--quiet"]);
        shared.runner.succeed(&create.args([bundle.as_os_str(), SEED.as_ref()])).await?;
        publish(&bundle, file).map_err(GitError::Disk)?;
        // Nobody has to wait for that.
        tokio::task::spawn_blocking(move || drop(work));
        Ok(())
    }
}

/// Whether a reference that keeps a seed's commit has served its time.
pub(super) fn is_old_reference(name: &str) -> bool {
    let day = name.strip_prefix(REFERENCES).and_then(|rest| rest.split('/').next()).and_then(|day| day.parse().ok());
    day.is_some_and(|day: u64| day + REFERENCE_DAYS < today())
}

fn today() -> u64 {
    SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).map_or(0, |since| since.as_secs() / 86_400)
}

/// Marks a seed as used; false when there is none.
fn touch(file: &Path) -> bool {
    fs::File::options().append(true).open(file).and_then(|file| file.set_modified(SystemTime::now())).is_ok()
}

/// Whole or not at all, also after a power cut.
fn publish(made: &Path, file: &Path) -> std::io::Result<()> {
    fs::set_permissions(made, fs::Permissions::from_mode(0o644))?;
    fs::File::open(made)?.sync_all()?;
    fs::rename(made, file)
}

fn prune(directory: &Path, keep: usize) {
    let Ok(entries) = fs::read_dir(directory) else { return };
    let aged = |entry: fs::DirEntry| Some((entry.metadata().ok()?.modified().ok()?, entry.path()));
    let mut seeds: Vec<(SystemTime, PathBuf)> = entries.flatten().filter_map(aged).collect();
    seeds.sort_by(|a, b| b.cmp(a));
    for (used, path) in seeds.into_iter().skip(keep) {
        if used.elapsed().is_ok_and(|age| age > IN_USE) {
            let _ = fs::remove_file(path);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_grow_old() {
        let named = |day: u64| format!("{REFERENCES}{day}/{}", "a".repeat(40));
        assert!(!is_old_reference(&named(today())));
        assert!(is_old_reference(&named(today() - REFERENCE_DAYS - 1)));
        assert!(!is_old_reference("refs/signalbox/tasks/1"));
    }

    #[test]
    fn seeds_in_use_are_kept_and_old_ones_go() {
        let directory = tempfile::tempdir().unwrap();
        let old = SystemTime::now() - Duration::from_secs(7200);
        for name in ["a", "b", "c"] {
            let file = fs::File::create(directory.path().join(name)).unwrap();
            file.set_modified(if name == "c" { SystemTime::now() } else { old }).unwrap();
        }
        prune(directory.path(), 0);
        let left: Vec<_> = fs::read_dir(directory.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        assert_eq!(left, ["c"]);
    }
}
