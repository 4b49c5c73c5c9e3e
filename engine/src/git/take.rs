//! Taking what a sandbox hands back. The bundle is hostile until proven otherwise.
//!
//! It is streamed into a quarantine directory, its head is read, git unpacks it in a quarantine repository that reads
//! the mirror's objects and writes none, and pushes the one commit from there into the mirror, where every new object
//! is checked (`receive.fsckObjects`; git 2.39 checks nothing that it fetches from a bundle). Memory, file sizes and
//! time are limited. What it builds on must have been given to the sandbox (see [`super::provenance`]). Whatever
//! happens, the quarantine is removed and no reference but the task's own moves.

use super::bundle::{BundleHead, RESULT};
use super::command::{Invocation, Output};
use super::error::{GitError, Refusal, TakeError};
use super::local::serving;
use super::mirror::{Mirror, task_reference};
use super::names::Commit;
use futures::future::{try_join, try_join3};
use signalbox_core::id::TaskId;
use std::io;
use std::path::{Path, PathBuf};
use tempfile::TempDir;
use tokio::fs::File;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWriteExt};

/// In the quarantine: what the sandbox was given.
const BASE: &str = "refs/signalbox/base";

/// What is expected of a bundle.
#[derive(Debug, Clone, Copy)]
pub struct TakeRequest<'a> {
    /// The task whose result it is.
    pub task: &'a TaskId,
    /// The commit that the sandbox was given, if any; the bundle may build on it and on its history.
    pub base: Option<&'a Commit>,
    /// The commit that the sandbox announced, if it did.
    pub claimed: Option<&'a Commit>,
}

/// A result that is in the mirror now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Taken {
    /// The commit.
    pub commit: Commit,
    /// What the task's reference held before, when that was another commit.
    pub replaced: Option<Commit>,
    /// How many commits it has that the base has not.
    pub new_commits: u64,
    /// Whether the base is in its history; without a base it is true.
    pub builds_on_base: bool,
}

impl Mirror {
    /// Takes a bundle with the one reference `refs/signalbox/result` into the mirror, as the task's result. The same
    /// commit once more changes nothing; another commit replaces the task's earlier one.
    pub async fn take(&self, request: TakeRequest<'_>, bundle: impl AsyncRead + Unpin) -> Result<Taken, TakeError> {
        let quarantine = Quarantine::make(self)?;
        // While the bundle still comes in.
        let prepare = async { Ok(quarantine.prepare(request.base).await?) };
        let known = async { Ok(self.result_of(request.task).await?) };
        let fill = quarantine.fill(bundle, self.shared.bundle_limit);
        let (((), ()), earlier) = try_join(try_join(fill, prepare), known).await?;
        let head = quarantine.head().await?;
        if let Some(claimed) = request.claimed.filter(|claimed| **claimed != head.result) {
            return Err(TakeError::Refused(Refusal::OtherCommit { claimed: claimed.clone(), found: head.result }));
        }
        if request.base.is_none() && !head.prerequisites.is_empty() {
            return Err(TakeError::Refused(Refusal::ForeignBase));
        }
        if earlier.as_ref() != Some(&head.result) {
            quarantine.unpack(request.base, &head.result).await?;
            quarantine.check_provenance(request.base, &head).await?;
            quarantine.hand_over(&task_reference(request.task)).await?;
        }
        quarantine.leave();
        let replaced = earlier.filter(|earlier| *earlier != head.result);
        self.describe(request, head.result, replaced).await.map_err(TakeError::Git)
    }

    async fn describe(
        &self,
        request: TakeRequest<'_>,
        commit: Commit,
        replaced: Option<Commit>,
    ) -> Result<Taken, GitError> {
        let builds_on_base = async {
            match request.base {
                Some(base) => self.is_ancestor(base, &commit).await,
                None => Ok(true),
            }
        };
        let held = self.result_of(request.task);
        let (held, builds_on_base, new_commits) =
            try_join3(held, builds_on_base, self.count(request.base, &commit)).await?;
        if held.as_ref() != Some(&commit) {
            let detail = "the task's reference does not hold what was taken".to_owned();
            return Err(GitError::Failed { what: "push".to_owned(), detail });
        }
        Ok(Taken { commit, replaced, new_commits, builds_on_base })
    }

    async fn count(&self, base: Option<&Commit>, commit: &Commit) -> Result<u64, GitError> {
        let without = base.map(|base| format!("^{base}"));
        let count = self.git("rev-list").args(["--count", commit.as_str()]).args(without);
        let said = self.shared.runner.succeed(&count).await?;
        let unreadable = || GitError::Failed { what: "rev-list".to_owned(), detail: "no number".to_owned() };
        String::from_utf8_lossy(&said).trim().parse().map_err(|_| unreadable())
    }
}

/// A directory of its own for one bundle; removed with all that is in it when this goes.
pub(super) struct Quarantine<'a> {
    pub(super) mirror: &'a Mirror,
    directory: TempDir,
}

impl<'a> Quarantine<'a> {
    fn make(mirror: &'a Mirror) -> Result<Self, GitError> {
        let directory = TempDir::with_prefix_in("take-", &mirror.shared.directories.quarantine);
        Ok(Self { mirror, directory: directory.map_err(GitError::Disk)? })
    }

    /// Has it removed while the work goes on: file by file that takes longer than a whole push (measured).
    fn leave(self) {
        let directory = self.directory;
        tokio::task::spawn_blocking(move || drop(directory));
    }

    fn file(&self) -> PathBuf {
        self.directory.path().join("result.bundle")
    }

    pub(super) fn repository(&self) -> PathBuf {
        self.directory.path().join("result.git")
    }

    async fn fill(&self, bundle: impl AsyncRead + Unpin, limit: u64) -> Result<(), TakeError> {
        let disk = |error| TakeError::Git(disk_fault(error));
        let mut file = File::create(self.file()).await.map_err(disk)?;
        let mut bundle = bundle.take(limit + 1);
        let mut buffer = vec![0; 64 * 1024];
        let stalled = || TakeError::Stream(io::ErrorKind::TimedOut.into());
        let mut size = 0;
        loop {
            let read = tokio::time::timeout(self.mirror.shared.timeouts.bundle, bundle.read(&mut buffer)).await;
            let count = read.map_err(|_| stalled())?.map_err(TakeError::Stream)?;
            size += count as u64;
            if size > limit {
                return Err(TakeError::Refused(Refusal::TooLarge { limit }));
            }
            if count == 0 {
                return file.flush().await.map_err(disk);
            }
            file.write_all(&buffer[..count]).await.map_err(disk)?;
        }
    }

    async fn head(&self) -> Result<BundleHead, TakeError> {
        let file = File::open(self.file()).await.map_err(|error| TakeError::Git(GitError::Disk(error)))?;
        BundleHead::read(file.into_std().await).map_err(TakeError::Refused)
    }

    /// An empty repository with the base; without one, the bundle tells what format it must have.
    async fn prepare(&self, base: Option<&Commit>) -> Result<(), GitError> {
        let Some(base) = base else { return Ok(()) };
        self.make_repository(base.object_format()).await?;
        let point = self.git("update-ref").args([BASE, base.as_str()]);
        self.mirror.shared.runner.succeed(&point).await.map(drop)
    }

    async fn make_repository(&self, object_format: &'static str) -> Result<(), GitError> {
        let (shared, repository) = (&self.mirror.shared, self.repository());
        shared.make_repository(&repository, object_format).await?;
        shared.borrow_objects(&repository, self.mirror.path()).await
    }

    async fn unpack(&self, base: Option<&Commit>, result: &Commit) -> Result<(), TakeError> {
        let (shared, repository) = (&self.mirror.shared, self.repository());
        if base.is_none() {
            self.make_repository(result.object_format()).await?;
        }
        let fetch = self.git("fetch").args(["--quiet", "--no-tags", "--no-write-fetch-head", "--no-auto-maintenance"]);
        let fetch = fetch.args(["--no-recurse-submodules", "--"]).args([self.file()]);
        self.judged(fetch.args([format!("{RESULT}:{RESULT}")]), "fetch").await?;
        let commit = shared.commit_of(&repository, RESULT).await?;
        if commit.as_ref() == Some(result) { Ok(()) } else { Err(TakeError::Refused(Refusal::NotACommit)) }
    }

    async fn hand_over(&self, reference: &str) -> Result<(), TakeError> {
        let push = self.git("push").args(["--quiet", "--no-verify", "--no-signed", "--no-follow-tags"]);
        let push = push.args([format!("--receive-pack={}", serving("receive-pack"))]);
        let push = push.args(["--recurse-submodules=no", "--"]).args([self.mirror.path()]);
        self.judged(push.args([format!("+{RESULT}:{reference}")]), "push").await
    }

    pub(super) fn git(&self, what: &'static str) -> Invocation {
        let invocation = Invocation::new(what, self.mirror.shared.timeouts.bundle).within(&self.repository());
        invocation.env("GIT_ALLOW_PROTOCOL", "file").confined()
    }

    async fn judged(&self, invocation: Invocation, what: &str) -> Result<(), TakeError> {
        let output = match self.mirror.shared.runner.run(&invocation).await {
            Err(GitError::TimedOut { .. }) => return Err(TakeError::Refused(Refusal::TooExpensive)),
            other => other?,
        };
        if output.status.success() {
            return Ok(());
        }
        tracing::info!(mirror = %self.mirror.name, "a bundle did not pass git {what}");
        Err(judge(&output, what, self.directory.path()))
    }
}

/// What git's failure on a bundle means; what is not the hub's own fault is the bundle's.
fn judge(output: &Output, what: &str, quarantine: &Path) -> TakeError {
    let failure = output.failure(what);
    if matches!(failure, GitError::DiskFull) {
        return TakeError::Git(failure);
    }
    let said = |signs: &[&str]| signs.iter().any(|sign| output.stderr.contains(sign));
    let detail = output.detail().replace(&*quarantine.to_string_lossy(), "");
    TakeError::Refused(if said(&["prerequisite commit"]) {
        Refusal::ForeignBase
    } else if said(&["ut of memory", "Cannot allocate memory", "File too large", "signal 25", "exceeded"]) {
        Refusal::TooExpensive
    } else if said(&["fsck error", "remote: error: object", "error in object", "in fsck"]) {
        Refusal::BadObject(detail)
    } else {
        Refusal::Damaged(detail)
    })
}

fn disk_fault(error: io::Error) -> GitError {
    match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => GitError::DiskFull,
        _ => GitError::Disk(error),
    }
}
