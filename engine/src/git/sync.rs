//! Bringing a mirror up to date with its remote.

use super::access::Access;
use super::command::Invocation;
use super::credential::Credential;
use super::error::GitError;
use super::fault::RemoteFault;
use super::forge::Git;
use super::mirror::{DEFAULT, GROUND, Mirror, THEIRS};
use super::names::{BranchName, Commit, is_reference_name};
use super::remote::Remote;
use super::seed;
use signalbox_core::id::ProjectId;
use std::fs;
use std::path::Path;
use std::time::{Duration, SystemTime};

/// A remote's list of branches may be this long, in bytes.
const LIST_LIMIT: usize = 64 * 1024 * 1024;
/// A lock that git itself left behind when it was killed: git holds one for moments only.
const STALE_LOCK: Duration = Duration::from_secs(60);

/// What a remote has to offer.
#[derive(Debug, Default)]
struct Offer {
    default: Option<BranchName>,
    head: Option<Commit>,
    branches: Vec<(BranchName, Commit)>,
}

impl Git {
    /// Creates or updates the project's mirror. One at a time per project; what the remote has dropped goes, what is
    /// the hub's own stays.
    pub async fn sync(
        &self,
        project: &ProjectId,
        remote: &Remote,
        credential: &Credential,
    ) -> Result<Mirror, GitError> {
        let mirror = self.mirror(project);
        let _lock = mirror.lock().await?;
        let access = self.shared.means.access(remote, credential).await?;
        let offer = self.ask(&access).await?;
        mirror.ensure(offer.object_format()).await?;
        mirror.clear_stale_locks();
        let all = [format!("+refs/heads/*:{THEIRS}*"), "+refs/tags/*:refs/tags/*".to_owned()];
        mirror.fetch(&access, &all).await?;
        mirror.set_default(&offer.default_branch()).await?;
        Ok(mirror)
    }

    /// Fetches one more reference, such as a pull request's: `refs/pull/7/head`. What was fetched is kept while something
    /// is built on it.
    pub async fn fetch_reference(
        &self,
        mirror: &Mirror,
        remote: &Remote,
        credential: &Credential,
        reference: &str,
    ) -> Result<(), GitError> {
        let unknown = || GitError::UnknownRevision(reference.chars().take(80).collect());
        if !is_reference_name(reference)
            || !["refs/heads/", "refs/pull/"].iter().any(|root| reference.starts_with(root))
        {
            return Err(unknown());
        }
        let _lock = mirror.lock().await?;
        let access = self.shared.means.access(remote, credential).await?;
        mirror.fetch(&access, &[format!("+{reference}:{GROUND}")]).await
    }

    /// Asks the remote for its branches: shows at once whether address and credential are good.
    pub async fn probe(&self, remote: &Remote, credential: &Credential) -> Result<(), GitError> {
        let access = self.shared.means.access(remote, credential).await?;
        self.ask(&access).await.map(drop)
    }

    async fn ask(&self, access: &Access) -> Result<Offer, GitError> {
        let ask = access.invocation("ls-remote", self.shared.timeouts.remote).stdout_limit(LIST_LIMIT);
        let ask = ask.args(["--symref", "--", &access.address, "HEAD", "refs/heads/*"]);
        let said = self.shared.runner.succeed(&ask).await?;
        Ok(Offer::read(&String::from_utf8_lossy(&said)))
    }
}

impl Offer {
    fn read(said: &str) -> Self {
        let mut offer = Self::default();
        for (value, name) in said.lines().filter_map(|line| line.split_once('\t')) {
            match (value.strip_prefix("ref: refs/heads/"), name) {
                (Some(branch), "HEAD") => offer.default = branch.parse().ok(),
                (None, "HEAD") => offer.head = value.parse().ok(),
                (None, _) => offer.branches.extend(branch(name, value)),
                (Some(_), _) => {}
            }
        }
        offer
    }

    fn object_format(&self) -> &'static str {
        let any = self.head.as_ref().or(self.branches.first().map(|(_, commit)| commit));
        any.map_or("sha1", Commit::object_format)
    }

    /// What the remote says; of a remote whose head is detached, a branch with that commit, the usual names first.
    fn default_branch(&self) -> Option<BranchName> {
        let has = |name: &BranchName| self.branches.iter().any(|(branch, _)| branch == name);
        if let Some(named) = self.default.clone().filter(has) {
            return Some(named);
        }
        let usual = |name: &BranchName| matches!(name.as_str(), "main" | "master");
        let mut fitting: Vec<_> = self.branches.iter().collect();
        fitting.sort_by_key(|(name, commit)| (Some(commit) != self.head.as_ref(), !usual(name), name.clone()));
        fitting.first().map(|(name, _)| name.clone())
    }
}

fn branch(name: &str, commit: &str) -> Option<(BranchName, Commit)> {
    Some((name.strip_prefix("refs/heads/")?.parse().ok()?, commit.parse().ok()?))
}

impl Mirror {
    /// Made aside and put in place whole: a half-made mirror is never seen.
    async fn ensure(&self, object_format: &str) -> Result<(), GitError> {
        if self.path().join("HEAD").is_file() {
            return Ok(());
        }
        let aside = tempfile::tempdir_in(&self.shared.directories.quarantine).map_err(GitError::Disk)?;
        let made = aside.path().join("mirror.git");
        self.shared.make_repository(&made, object_format).await?;
        tokio::fs::rename(&made, self.path()).await.map_err(GitError::Disk)
    }

    async fn fetch(&self, access: &Access, what: &[String]) -> Result<(), GitError> {
        let timeout = self.shared.timeouts.remote;
        let fetch = access.invocation("fetch", timeout).within(self.path());
        let fetch = fetch.args(["--quiet", "--prune", "--no-tags", "--no-write-fetch-head", "--no-auto-maintenance"]);
        let fetch = fetch.args(["--no-recurse-submodules", "--no-show-forced-updates", "--", &access.address]);
        let fetch = fetch.args(what);
        let output = self.shared.runner.run(&fetch).await?;
        let shallow = RemoteFault::in_words(&output.stderr) == Some(RemoteFault::Shallow);
        if output.status.success() && !shallow { Ok(()) } else { Err(output.failure("fetch")) }
    }

    async fn set_default(&self, branch: &Option<BranchName>) -> Result<(), GitError> {
        let git = self.git("symbolic-ref");
        let set = match branch {
            Some(branch) => git.args([DEFAULT, &format!("{THEIRS}{branch}")]),
            None => git.args(["--delete", DEFAULT]),
        };
        let output = self.shared.runner.run(&set).await?;
        if output.status.success() || branch.is_none() { Ok(()) } else { Err(output.failure("symbolic-ref")) }
    }

    /// Packs what many fetches left, and lets go of what nothing needs any more: when nobody waits for the mirror. That
    /// it fails harms nothing now.
    pub async fn tidy(&self) {
        let _lock = match self.lock().await {
            Ok(lock) => lock,
            Err(error) => return tracing::debug!(%error, mirror = %self.name, "the mirror is not tidied up now"),
        };
        if let Err(error) = self.drop_old_seed_references().await {
            tracing::warn!(%error, mirror = %self.name, "old references of the mirror could not be removed");
        }
        let tidy = Invocation::new("gc", self.shared.timeouts.remote).within(self.path());
        let tidy = tidy.config("gc.auto", "2000").config("gc.autoPackLimit", "40").args(["--auto", "--quiet"]);
        if let Err(error) = self.shared.runner.succeed(&tidy).await {
            tracing::warn!(%error, mirror = %self.name, "the mirror could not be tidied up");
        }
    }

    async fn drop_old_seed_references(&self) -> Result<(), GitError> {
        let list = self.git("for-each-ref").args(["--format=%(refname)", seed::REFERENCES]);
        let said = self.shared.runner.succeed(&list).await?;
        for name in String::from_utf8_lossy(&said).lines().filter(|name| seed::is_old_reference(name)) {
            self.shared.runner.succeed(&self.git("update-ref").args(["-d", name])).await?;
        }
        Ok(())
    }

    /// A git that was killed leaves its lock files, and every later one would fail on them. The hub's own lock is
    /// held here, so nobody else is at work in the places looked at.
    fn clear_stale_locks(&self) {
        for place in ["", "refs/signalbox", "refs/remotes", "refs/tags"] {
            clear_locks(&self.path().join(place), !place.is_empty());
        }
    }
}

fn clear_locks(directory: &Path, deep: bool) {
    let Ok(entries) = fs::read_dir(directory) else { return };
    for entry in entries.flatten() {
        let Ok(metadata) = entry.metadata() else { continue };
        let age = metadata.modified().ok().and_then(|at| SystemTime::now().duration_since(at).ok());
        if metadata.is_dir() && deep {
            clear_locks(&entry.path(), deep);
        } else if entry.path().extension().is_some_and(|end| end == "lock") && age > Some(STALE_LOCK) {
            tracing::warn!(file = %entry.path().display(), "a lock that a killed git left is removed");
            let _ = fs::remove_file(entry.path());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn offer(lines: &[(&str, &str)]) -> Offer {
        Offer::read(&lines.iter().map(|(value, name)| format!("{value}\t{name}\n")).collect::<String>())
    }

    #[test]
    fn the_default_branch_is_the_one_that_the_remote_names() {
        let (a, b) = ("a".repeat(40), "b".repeat(40));
        let named = offer(&[
            ("ref: refs/heads/trunk", "HEAD"),
            (&a, "HEAD"),
            (&b, "refs/heads/main"),
            (&a, "refs/heads/trunk"),
        ]);
        assert_eq!(named.default_branch(), "trunk".parse().ok());
        let detached = offer(&[(&a, "HEAD"), (&b, "refs/heads/main"), (&a, "refs/heads/x"), (&a, "refs/heads/y")]);
        assert_eq!(detached.default_branch(), "x".parse().ok());
        let broken = offer(&[(&b, "refs/heads/a"), (&a, "refs/heads/master")]);
        assert_eq!(broken.default_branch(), "master".parse().ok());
        assert_eq!(offer(&[]).default_branch(), None);
    }
}
