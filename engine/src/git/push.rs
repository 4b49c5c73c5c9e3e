//! Pushing a result to the project's remote: one commit to one branch, never by force, and only if the branch is still
//! where it was expected.

use super::command::Output;
use super::credential::Credential;
use super::error::{GitError, PushError, Rejection};
use super::mirror::Mirror;
use super::names::{BranchName, Commit};
use super::remote::Remote;

/// What is to be pushed where.
#[derive(Debug, Clone, Copy)]
pub struct PushRequest<'a> {
    /// Where to.
    pub remote: &'a Remote,
    /// What opens it.
    pub credential: &'a Credential,
    /// The commit; it must be in the mirror.
    pub commit: &'a Commit,
    /// The branch.
    pub branch: &'a BranchName,
    /// Where the branch must be now.
    pub expected: Expected<'a>,
    /// Branches that are never pushed to.
    pub protected: &'a [BranchName],
}

/// Where the remote's branch must be for a push to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expected<'a> {
    /// It must not exist.
    Absent,
    /// At this commit.
    At(&'a Commit),
    /// Anywhere that the pushed commit builds on.
    Any,
}

/// What a push did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pushed {
    /// The branch is new.
    Created,
    /// The branch moved forward.
    Updated,
    /// The branch was at this commit already.
    AlreadyThere,
}

impl Mirror {
    /// Pushes one commit to one branch.
    pub async fn push(&self, request: PushRequest<'_>) -> Result<Pushed, PushError> {
        if request.protected.iter().any(|branch| branch.is_same_as(request.branch)) {
            return Err(PushError::Protected(request.branch.clone()));
        }
        if self.commit_of(request.commit.as_str()).await?.as_ref() != Some(request.commit) {
            return Err(GitError::UnknownRevision(request.commit.to_string()).into());
        }
        if let Expected::At(before) = request.expected {
            self.refuse_to_drop(before, request.commit).await?;
        }
        let access = self.shared.means.access(request.remote, request.credential).await?;
        let push = access.invocation("push", self.shared.timeouts.remote).within(self.path());
        let push =
            push.args(["--porcelain", "--no-verify", "--no-signed", "--no-follow-tags", "--recurse-submodules=no"]);
        let push = push.args(lease(&request)).args(["--", &access.address]);
        let push = push.args([format!("{}:{}", request.commit, request.branch.reference())]);
        outcome(&self.shared.runner.run(&push).await?)
    }

    /// A lease lets git replace what was expected, so that the commit builds on it is checked here.
    async fn refuse_to_drop(&self, before: &Commit, commit: &Commit) -> Result<(), PushError> {
        let known = self.commit_of(before.as_str()).await?.is_some();
        if known && self.is_ancestor(before, commit).await? {
            return Ok(());
        }
        Err(PushError::Rejected(Rejection::NotFastForward))
    }
}

fn lease(request: &PushRequest<'_>) -> Option<String> {
    let expected = match request.expected {
        Expected::Absent => "",
        Expected::At(commit) => commit.as_str(),
        Expected::Any => return None,
    };
    Some(format!("--force-with-lease={}:{expected}", request.branch.reference()))
}

/// `--porcelain` has a line per reference: a flag, both names and a summary, with tabs between them.
fn outcome(output: &Output) -> Result<Pushed, PushError> {
    let said = String::from_utf8_lossy(&output.stdout);
    let line = said.lines().find_map(|line| line.split_once('\t').filter(|(flag, _)| flag.len() == 1));
    match line {
        Some(("!", rest)) => Err(rejection(rest, output)),
        Some(("*", _)) if output.status.success() => Ok(Pushed::Created),
        Some((" ", _)) if output.status.success() => Ok(Pushed::Updated),
        Some(("=", _)) if output.status.success() => Ok(Pushed::AlreadyThere),
        _ => Err(output.failure("push").into()),
    }
}

fn rejection(line: &str, output: &Output) -> PushError {
    let summary = line.split_once('\t').map_or(line, |(_, summary)| summary);
    let has = |sign: &str| summary.contains(sign);
    PushError::Rejected(if has("branch is currently checked out") {
        Rejection::CheckedOut
    } else if has("[remote failure]") || has("[no match]") {
        return output.failure("push").into();
    } else if has("stale info")
        || has("cannot lock ref")
        || has("failed to update ref")
        || has("reference already exists")
    {
        Rejection::Moved
    } else if has("non-fast-forward") || has("fetch first") || has("needs force") {
        Rejection::NotFastForward
    } else {
        let words: String = summary.chars().filter(|c| !c.is_control()).take(300).collect();
        Rejection::ByRemote(format!("{words}; {}", remote_words(output)))
    })
}

/// What the remote had to say about it.
fn remote_words(output: &Output) -> String {
    let words = output.stderr.lines().filter_map(|line| line.strip_prefix("remote: ")).map(str::trim);
    let words: Vec<&str> = words.filter(|line| !line.is_empty()).take(6).collect();
    words.join("; ").chars().filter(|c| !c.is_control()).take(500).collect()
}
