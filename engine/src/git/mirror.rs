//! A project's bare mirror: what can be asked of it.

use super::command::Invocation;
use super::error::GitError;
use super::forge::Shared;
use super::lock::{Lock, lock};
use super::names::{BranchName, Commit, is_reference_name};
use super::rewrite::PUBLISHED;
use signalbox_core::id::TaskId;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The branch that the remote calls its own, as a symbolic reference.
pub(super) const DEFAULT: &str = "refs/signalbox/default";
/// Where the remote's branches are.
pub(super) const THEIRS: &str = "refs/remotes/origin/";

/// The reference that was fetched last beside the branches; whoever stands on it keeps it by its seed.
pub(super) const GROUND: &str = "refs/signalbox/ground";

/// A project's bare mirror on the hub's disk. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Mirror {
    pub(super) shared: Arc<Shared>,
    pub(super) name: String,
    path: PathBuf,
}

/// The remote's default branch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DefaultBranch {
    /// The repository has no commit yet.
    Empty,
    /// The branch and the commit that it had at the last synchronisation.
    At {
        /// Its name at the remote.
        branch: BranchName,
        /// Its commit.
        commit: Commit,
    },
}

impl Mirror {
    pub(super) fn new(shared: Arc<Shared>, name: String) -> Self {
        let path = shared.directories.mirrors.join(format!("{name}.git"));
        Self { shared, name, path }
    }

    /// Where the bare repository is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The remote's default branch as of the last synchronisation.
    pub async fn default_branch(&self) -> Result<DefaultBranch, GitError> {
        let output = self.shared.runner.run(&self.git("symbolic-ref").args(["--quiet", DEFAULT])).await?;
        let said = String::from_utf8_lossy(&output.stdout).trim().to_owned();
        let Some(branch) = said.strip_prefix(THEIRS).and_then(|name| name.parse::<BranchName>().ok()) else {
            return Ok(DefaultBranch::Empty);
        };
        let commit = self.commit_of(&said).await?;
        Ok(commit.map_or(DefaultBranch::Empty, |commit| DefaultBranch::At { branch, commit }))
    }

    /// The commit of a branch or tag of the remote, of a full reference, or of a commit's id of 7 digits or more.
    pub async fn resolve(&self, revision: &str) -> Result<Commit, GitError> {
        let unknown = || GitError::UnknownRevision(revision.chars().take(80).collect());
        if !is_reference_name(revision) {
            return Err(unknown());
        }
        let mut candidates = vec![format!("{THEIRS}{revision}"), format!("refs/tags/{revision}")];
        if revision.starts_with("refs/") {
            candidates.push(revision.to_owned());
        }
        if (7..=64).contains(&revision.len()) && revision.bytes().all(|b| b.is_ascii_hexdigit()) {
            candidates.push(revision.to_owned());
        }
        for candidate in candidates {
            if let Some(commit) = self.commit_of(&candidate).await? {
                return Ok(commit);
            }
        }
        Err(unknown())
    }

    /// The result that was taken of this task, if any.
    pub async fn result_of(&self, task: &TaskId) -> Result<Option<Commit>, GitError> {
        self.commit_of(&task_reference(task)).await
    }

    /// Forgets what was taken of this task; its objects go when git next tidies up.
    pub async fn forget(&self, task: &TaskId) -> Result<(), GitError> {
        for reference in [task_reference(task), format!("{PUBLISHED}{task}")] {
            self.shared.runner.succeed(&self.git("update-ref").args(["-d", &reference])).await?;
        }
        Ok(())
    }

    /// Whether it has this commit.
    pub async fn has(&self, commit: &Commit) -> Result<bool, GitError> {
        Ok(self.commit_of(commit.as_str()).await?.is_some())
    }

    /// The commit that a name stands for; the name must have been checked.
    pub(super) async fn commit_of(&self, name: &str) -> Result<Option<Commit>, GitError> {
        self.shared.commit_of(&self.path, name).await
    }

    /// Whether one commit is in the other's history.
    pub(super) async fn is_ancestor(&self, older: &Commit, newer: &Commit) -> Result<bool, GitError> {
        let ask = self.git("merge-base").args(["--is-ancestor", older.as_str(), newer.as_str()]);
        let output = self.shared.runner.run(&ask).await?;
        match output.status.code() {
            Some(0) => Ok(true),
            Some(1) => Ok(false),
            _ => Err(output.failure("merge-base")),
        }
    }

    pub(super) async fn lock(&self) -> Result<Lock, GitError> {
        let file = self.shared.directories.locks.join(&self.name);
        lock(&file, self.shared.timeouts.lock).await
    }

    pub(super) fn seeds_directory(&self) -> PathBuf {
        self.shared.directories.seeds.join(&self.name)
    }

    /// A git command in this mirror.
    pub(super) fn git(&self, what: &'static str) -> Invocation {
        Invocation::new(what, self.shared.timeouts.local).within(&self.path)
    }
}

impl Shared {
    /// The commit that a checked name stands for in one of the hub's repositories.
    pub(super) async fn commit_of(&self, repository: &Path, name: &str) -> Result<Option<Commit>, GitError> {
        let revision = format!("{name}^{{commit}}");
        let ask = Invocation::new("rev-parse", self.timeouts.local).within(repository);
        let output = self.runner.run(&ask.args(["--verify", "--quiet", &revision])).await?;
        let said = String::from_utf8_lossy(&output.stdout);
        Ok(said.trim().parse().ok().filter(|_| output.status.success()))
    }

    /// An empty bare repository of the hub's.
    pub(super) async fn make_repository(&self, path: &Path, object_format: &str) -> Result<(), GitError> {
        let format = format!("--object-format={object_format}");
        let init = Invocation::new("init", self.timeouts.local)
            .args(["--quiet", "--bare", "--template=", "--initial-branch=none", &format, "--"])
            .args([path]);
        self.runner.succeed(&init).await.map(drop)
    }

    /// Lets a repository read another's objects; it cannot write there.
    pub(super) async fn borrow_objects(&self, repository: &Path, lender: &Path) -> Result<(), GitError> {
        let mut line = lender.join("objects").into_os_string();
        line.push("\n");
        let file = repository.join("objects/info/alternates");
        tokio::fs::create_dir_all(repository.join("objects/info")).await.map_err(GitError::Disk)?;
        tokio::fs::write(file, line.as_encoded_bytes()).await.map_err(GitError::Disk)
    }
}

/// Where a task's result is kept.
pub(super) fn task_reference(task: &TaskId) -> String {
    format!("refs/signalbox/tasks/{task}")
}
