//! How the hub runs git: with an environment made for it, within limits of time, output and (for what came out of a
//! sandbox) memory and file size; ended with all its children when the limit passes or the caller goes away.

use super::error::GitError;
use super::fault::RemoteFault;
use secrecy::{ExposeSecret, SecretString};
use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::process::{Child, Command};

/// What git says on its error output beyond this is dropped.
const STDERR_LIMIT: usize = 64 * 1024;
const STDOUT_LIMIT: usize = 4 * 1024 * 1024;

/// For all git: nothing that a repository's configuration, or a default, could make it run or reach.
const CONFIG: &[(&str, &str)] = &[
    ("core.hooksPath", "/dev/null"),
    ("core.fsmonitor", "false"),
    ("core.attributesFile", "/dev/null"),
    ("core.bigFileThreshold", "32m"),
    ("core.fsync", "committed,reference"),
    ("credential.helper", ""),
    ("fetch.unpackLimit", "1"),
    ("gc.auto", "0"),
    ("gc.autoDetach", "false"),
    ("maintenance.auto", "false"),
    ("http.followRedirects", "false"),
    ("http.sslVerify", "true"),
    ("http.lowSpeedLimit", "1000"),
    ("http.lowSpeedTime", "60"),
    ("i18n.logOutputEncoding", "UTF-8"),
    ("submodule.recurse", "false"),
];

/// 4 GiB of address space and 16 GiB a file: index-pack maps what it reads, and a delta can claim any size.
const CONFINED: &str = "ulimit -v 4194304 && ulimit -f 33554432 && ulimit -c 0 && exec \"$@\"";
const CONFINED_CONFIG: &[(&str, &str)] =
    &[("core.packedGitWindowSize", "32m"), ("core.packedGitLimit", "512m"), ("pack.threads", "2")];

/// Where git is and the directories that every command of it is confined to.
#[derive(Debug)]
pub(super) struct Runner {
    pub(super) binary: PathBuf,
    pub(super) path: OsString,
    /// Where git is started: an empty directory of the hub's.
    pub(super) home: PathBuf,
    /// No repository is looked for in this directory or above it: what is there is not the hub's.
    pub(super) ceiling: PathBuf,
}

/// One git command, to be run.
#[derive(Debug)]
pub(super) struct Invocation {
    what: &'static str,
    args: Vec<OsString>,
    config: Vec<(String, String)>,
    env: Vec<(&'static str, OsString)>,
    secrets: Vec<SecretString>,
    repository: Option<PathBuf>,
    timeout: Duration,
    stdout_limit: usize,
    confined: bool,
    stdin: Option<File>,
}

/// What a git command left.
#[derive(Debug)]
pub(super) struct Output {
    pub(super) status: ExitStatus,
    pub(super) stdout: Vec<u8>,
    /// Whether it had more to say and was ended for it.
    pub(super) truncated: bool,
    /// Without secrets.
    pub(super) stderr: String,
}

impl Invocation {
    /// A git command that needs no network: `what` is its name.
    pub(super) fn new(what: &'static str, timeout: Duration) -> Self {
        Self {
            what,
            args: vec![what.into()],
            config: Vec::new(),
            env: Vec::new(),
            secrets: Vec::new(),
            repository: None,
            timeout,
            stdout_limit: STDOUT_LIMIT,
            confined: false,
            stdin: None,
        }
    }

    pub(super) fn args<I: IntoIterator<Item: AsRef<OsStr>>>(mut self, args: I) -> Self {
        self.args.extend(args.into_iter().map(|arg| arg.as_ref().to_owned()));
        self
    }

    pub(super) fn config(mut self, key: impl Into<String>, value: impl Into<String>) -> Self {
        self.config.push((key.into(), value.into()));
        self
    }

    pub(super) fn env(mut self, key: &'static str, value: impl Into<OsString>) -> Self {
        self.env.push((key, value.into()));
        self
    }

    /// A secret that must not be in what git said.
    pub(super) fn hiding(mut self, secret: SecretString) -> Self {
        self.secrets.push(secret);
        self
    }

    /// Works in this bare repository; without it, in none.
    pub(super) fn within(mut self, repository: &Path) -> Self {
        self.repository = Some(repository.to_owned());
        self
    }

    pub(super) fn stdout_limit(mut self, bytes: usize) -> Self {
        self.stdout_limit = bytes;
        self
    }

    /// What it reads from its standard input; nothing else.
    pub(super) fn stdin(mut self, file: File) -> Self {
        self.stdin = Some(file);
        self
    }

    /// Limits memory and file sizes: for what reads objects that came out of a sandbox.
    pub(super) fn confined(mut self) -> Self {
        self.confined = true;
        self.config.extend(CONFINED_CONFIG.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())));
        self
    }

    fn without_secrets(&self, said: &[u8]) -> String {
        let mut text = String::from_utf8_lossy(said).into_owned();
        for secret in self.secrets.iter().map(ExposeSecret::expose_secret).filter(|secret| !secret.is_empty()) {
            text = text.replace(secret, "***");
        }
        text
    }
}

impl Runner {
    /// Runs it and takes in what it says; that it failed is for the caller to judge.
    pub(super) async fn run(&self, invocation: &Invocation) -> Result<Output, GitError> {
        let child = self.command(invocation).and_then(|mut command| command.spawn()).map_err(GitError::NotRun)?;
        let attended = attend(Group::of(child), invocation.stdout_limit);
        let attended = tokio::time::timeout(invocation.timeout, attended).await;
        let timed_out = |_| GitError::TimedOut { what: invocation.what.to_owned(), after: invocation.timeout };
        let (status, stdout, stderr) = attended.map_err(timed_out)?.map_err(GitError::Disk)?;
        let truncated = stdout.len() > invocation.stdout_limit;
        let stderr = invocation.without_secrets(&stderr);
        tracing::debug!(command = invocation.what, success = status.success(), "git {} ended", invocation.what);
        Ok(Output { status, stdout, truncated, stderr })
    }

    /// Runs it and returns its standard output; that it failed, or said too much, is an error.
    pub(super) async fn succeed(&self, invocation: &Invocation) -> Result<Vec<u8>, GitError> {
        let output = self.run(invocation).await?;
        if output.truncated {
            return Err(GitError::TooMuchOutput(invocation.what.to_owned()));
        }
        if output.status.success() { Ok(output.stdout) } else { Err(output.failure(invocation.what)) }
    }

    fn command(&self, invocation: &Invocation) -> std::io::Result<Command> {
        let mut command = if invocation.confined {
            let mut shell = Command::new("/bin/sh");
            shell.arg("-c").arg(CONFINED).arg("sh").arg(&self.binary);
            shell
        } else {
            Command::new(&self.binary)
        };
        command.args(&invocation.args).current_dir(&self.home).env_clear();
        let stdin = invocation.stdin.as_ref().map(File::try_clone).transpose()?;
        command.stdin(stdin.map_or_else(Stdio::null, Stdio::from)).stdout(Stdio::piped()).stderr(Stdio::piped());
        command.process_group(0).kill_on_drop(true);
        self.set_environment(&mut command, invocation);
        Ok(command)
    }

    fn set_environment(&self, command: &mut Command, invocation: &Invocation) {
        command.env("PATH", &self.path).env("HOME", &self.home).env("LC_ALL", "C");
        command.env("GIT_CONFIG_NOSYSTEM", "1").env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_ATTR_NOSYSTEM", "1");
        command.env("GIT_TERMINAL_PROMPT", "0").env("GIT_ALLOW_PROTOCOL", "none").env("GIT_PROTOCOL_FROM_USER", "0");
        command.env("GIT_NO_REPLACE_OBJECTS", "1").env("GIT_NO_LAZY_FETCH", "1").env("GIT_OPTIONAL_LOCKS", "0");
        command.env("GIT_EDITOR", "false").env("GIT_PAGER", "cat").env("GIT_ADVICE", "0");
        command.env("GIT_CEILING_DIRECTORIES", &self.ceiling);
        if let Some(repository) = &invocation.repository {
            command.env("GIT_DIR", repository);
        }
        let given = invocation.config.iter().map(|(key, value)| (key.as_str(), value.as_str()));
        let pairs: Vec<_> = CONFIG.iter().copied().chain(given).collect();
        command.env("GIT_CONFIG_COUNT", pairs.len().to_string());
        for (index, (key, value)) in pairs.into_iter().enumerate() {
            command.env(format!("GIT_CONFIG_KEY_{index}"), key).env(format!("GIT_CONFIG_VALUE_{index}"), value);
        }
        command.envs(invocation.env.iter().map(|(key, value)| (key, value)));
    }
}

impl Output {
    /// What its failure is.
    pub(super) fn failure(&self, what: &str) -> GitError {
        if self.stderr.contains("No space left on device") || self.stderr.contains("Disk quota exceeded") {
            return GitError::DiskFull;
        }
        let detail = self.detail();
        match RemoteFault::in_words(&self.stderr) {
            Some(fault) => GitError::Remote { fault, detail },
            None => GitError::Failed { what: what.to_owned(), detail },
        }
    }

    /// Its last words: the few lines that say what was wrong.
    pub(super) fn detail(&self) -> String {
        let lines: Vec<&str> = self.stderr.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
        let last = lines[lines.len().saturating_sub(6)..].join("; ");
        last.chars().filter(|c| !c.is_control()).take(800).collect()
    }
}

async fn attend(mut group: Group, limit: usize) -> std::io::Result<(ExitStatus, Vec<u8>, Vec<u8>)> {
    let stdout = group.child.stdout.take();
    let stderr = group.child.stderr.take();
    let heard = async { tokio::try_join!(first_bytes(stdout, limit), all_but_keep(stderr, STDERR_LIMIT)) };
    tokio::pin!(heard);
    let (said, complained) = heard.await?;
    let status = group.child.wait().await?;
    group.ended = true;
    Ok((status, said, complained))
}

/// Reads one byte more than the limit at most and then closes the pipe, which ends the writer.
async fn first_bytes(from: Option<impl AsyncRead + Unpin>, limit: usize) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    if let Some(from) = from {
        from.take(limit as u64 + 1).read_to_end(&mut bytes).await?;
    }
    Ok(bytes)
}

/// Reads to the end, so that the writer never stalls, and keeps the first bytes.
async fn all_but_keep(from: Option<impl AsyncRead + Unpin>, keep: usize) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    if let Some(mut from) = from {
        (&mut from).take(keep as u64).read_to_end(&mut bytes).await?;
        tokio::io::copy(&mut from, &mut tokio::io::sink()).await?;
    }
    Ok(bytes)
}

/// A child and the children that it may have started: git's transports would outlive a killed git.
#[derive(Debug)]
struct Group {
    child: Child,
    ended: bool,
}

impl Group {
    fn of(child: Child) -> Self {
        Self { child, ended: false }
    }
}

impl Drop for Group {
    /// The group's leader has not been waited for yet, so its number cannot have been given to another process.
    fn drop(&mut self) {
        let Some(leader) = self.child.id().filter(|_| !self.ended) else { return };
        let mut kill = std::process::Command::new("/bin/sh");
        kill.args(["-c", "kill -s KILL -- \"-$1\"", "sh", &leader.to_string()]).env_clear();
        kill.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        if let Err(error) = kill.status() {
            tracing::warn!(%error, "the children of an ended git could not be ended");
        }
    }
}
