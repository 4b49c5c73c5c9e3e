//! The git side against real repositories, with the distribution's own git.

mod hostile;
mod https;
mod owners;
mod pushing;
mod reading;
mod remotes;
mod rewriting;
mod ssh;
mod syncing;
mod taking;

use super::*;
use signalbox_core::id::{ProjectId, TaskId};
use std::ffi::OsStr;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// Debian's, which people will have; others are tested by putting them first in `PATH` and changing this to `git`.
pub(super) const GIT: &str = "/usr/bin/git";

/// A place for one test: a person's repository and a hub's git beside it.
pub(super) struct Yard {
    pub(super) directory: tempfile::TempDir,
    pub(super) git: Git,
    pub(super) project: ProjectId,
    pub(super) task: TaskId,
}

impl Yard {
    pub(super) fn new() -> Self {
        Self::with(|_| {})
    }

    pub(super) fn with(change: impl FnOnce(&mut GitSettings)) -> Self {
        let directory = tempfile::tempdir().unwrap();
        fs::set_permissions(directory.path(), fs::Permissions::from_mode(0o755)).unwrap();
        let mut settings = GitSettings::new(directory.path().join("hub"));
        settings.binary = GIT.into();
        change(&mut settings);
        let git = Git::new(settings).unwrap();
        let yard = Self { directory, git, project: ProjectId::new("demo"), task: TaskId::from_entropy(7) };
        run(yard.path(), &["init", "-q", "-b", "main", "upstream"]);
        yard
    }

    pub(super) fn path(&self) -> &Path {
        self.directory.path()
    }

    /// The person's repository, checked out.
    pub(super) fn upstream(&self) -> PathBuf {
        self.path().join("upstream")
    }

    pub(super) fn remote(&self) -> Remote {
        Remote::parse(&self.upstream().to_string_lossy()).unwrap()
    }

    pub(super) fn hub(&self) -> PathBuf {
        self.path().join("hub")
    }

    /// A commit of one file in the person's repository.
    pub(super) fn commit(&self, file: &str, content: &str) -> Commit {
        commit_in(&self.upstream(), file, content)
    }

    pub(super) async fn sync(&self) -> Mirror {
        self.git.sync(&self.project, &self.remote(), &Credential::None).await.unwrap()
    }

    /// What a sandbox does: clones the seed, works, and hands back a bundle.
    pub(super) async fn sandbox(&self, mirror: &Mirror, base: &Commit) -> Sandbox {
        let seed = mirror.seed(base).await.unwrap();
        let directory = tempfile::tempdir_in(self.path()).unwrap();
        let clone = directory.path().join("work");
        run(self.path(), &["clone", "-q", "-b", "seed", seed.to_str().unwrap(), clone.to_str().unwrap()]);
        Sandbox { _directory: directory, clone, base: base.clone() }
    }

    pub(super) fn request<'a>(&'a self, base: &'a Commit) -> TakeRequest<'a> {
        TakeRequest { task: &self.task, base: Some(base), claimed: None }
    }

    /// Nothing of a bundle is left behind, whether it was taken or not.
    pub(super) fn assert_quarantine_empty(&self) {
        let left = || fs::read_dir(self.hub().join("quarantine")).unwrap().count();
        // It is removed in the background.
        let began = std::time::Instant::now();
        while left() > 0 && began.elapsed() < std::time::Duration::from_secs(10) {
            std::thread::sleep(std::time::Duration::from_millis(10));
        }
        assert_eq!(left(), 0, "something is left in quarantine");
        assert_eq!(fs::read_dir(self.hub().join("private")).unwrap().count(), 0, "something is left in private");
    }
}

pub(super) struct Sandbox {
    _directory: tempfile::TempDir,
    pub(super) clone: PathBuf,
    pub(super) base: Commit,
}

impl Sandbox {
    pub(super) fn commit(&self, file: &str, content: &str) -> Commit {
        commit_in(&self.clone, file, content)
    }

    /// The bundle that the sandbox's own git makes of its `HEAD`.
    pub(super) fn bundle(&self) -> Vec<u8> {
        self.bundle_of("HEAD")
    }

    pub(super) fn bundle_of(&self, what: &str) -> Vec<u8> {
        run(&self.clone, &["update-ref", "refs/signalbox/result", what]);
        self.bundle_with(&["refs/signalbox/result", &format!("^{}", self.base)])
    }

    pub(super) fn bundle_with(&self, args: &[&str]) -> Vec<u8> {
        let mut all = vec!["bundle", "create", "-q", "-"];
        all.extend(args);
        run(&self.clone, &all).stdout
    }
}

pub(super) fn git(directory: &Path) -> Command {
    let mut git = Command::new(GIT);
    git.current_dir(directory).env_clear().env("PATH", "/usr/bin:/bin").env("HOME", "/nonexistent");
    git.env("GIT_CONFIG_NOSYSTEM", "1").env("GIT_CONFIG_GLOBAL", "/dev/null");
    for role in ["AUTHOR", "COMMITTER"] {
        git.env(format!("GIT_{role}_NAME"), "Ada").env(format!("GIT_{role}_EMAIL"), "ada@example.org");
    }
    git
}

pub(super) fn run<S: AsRef<OsStr>>(directory: &Path, args: &[S]) -> Output {
    let output = git(directory).args(args).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    output
}

pub(super) fn said<S: AsRef<OsStr>>(directory: &Path, args: &[S]) -> String {
    String::from_utf8(run(directory, args).stdout).unwrap().trim().to_owned()
}

pub(super) fn commit_in(repository: &Path, file: &str, content: &str) -> Commit {
    fs::write(repository.join(file), content).unwrap();
    run(repository, &["add", "-A"]);
    run(repository, &["commit", "-q", "-m", &format!("Change {file}")]);
    said(repository, &["rev-parse", "HEAD"]).parse().unwrap()
}

/// A program that leaves a mark when it is run.
pub(super) fn planted(directory: &Path, mark: &Path) -> PathBuf {
    let program = directory.join("planted");
    fs::write(&program, format!("#!/bin/sh\necho \"$0 $*\" >> '{}'\nexit 0\n", mark.display())).unwrap();
    fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
    program
}
