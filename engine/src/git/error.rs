//! What can go wrong, by what the caller does next.

use super::fault::RemoteFault;
use super::names::{BranchName, Commit};
use std::io;
use std::time::Duration;

/// An operation on a mirror failed.
#[derive(Debug, thiserror::Error)]
pub enum GitError {
    /// The remote could not be used; what kind of fault it is tells people what to mend.
    #[error("{fault}")]
    Remote {
        /// What is wrong.
        fault: RemoteFault,
        /// Git's own words, without secrets; empty when git was not asked.
        detail: String,
    },
    /// The credential does not fit the remote's protocol.
    #[error("this credential does not fit the remote: https takes a token, ssh a key, a directory none")]
    WrongCredential,
    /// The project has no mirror yet: synchronise first.
    #[error("the project has no mirror yet")]
    NoMirror,
    /// The mirror has no such commit.
    #[error("`{}` names no commit of the repository", .0.escape_debug())]
    UnknownRevision(String),
    /// Another operation holds the mirror for too long; try again later.
    #[error("the mirror is being updated by someone else")]
    Busy,
    /// Git took too long and was ended.
    #[error("git {what} took longer than {}s", .after.as_secs())]
    TimedOut {
        /// Which command.
        what: String,
        /// The limit.
        after: Duration,
    },
    /// Git said more than was allowed for.
    #[error("git {0} said more than can be taken in")]
    TooMuchOutput(String),
    /// The disk is full.
    #[error("no space left on the hub's disk")]
    DiskFull,
    /// The hub's own files could not be used.
    #[error("the hub's git files cannot be used")]
    Disk(#[source] io::Error),
    /// The git binary could not be started.
    #[error("git cannot be run")]
    NotRun(#[source] io::Error),
    /// Git failed for another reason.
    #[error("git {what} failed: {detail}")]
    Failed {
        /// Which command.
        what: String,
        /// Git's own words, without secrets.
        detail: String,
    },
}

impl GitError {
    /// Whether trying again may help without anybody changing anything.
    pub fn is_passing(&self) -> bool {
        match self {
            Self::Remote { fault, .. } => match fault {
                RemoteFault::UnknownHost | RemoteFault::Unreachable => true,
                RemoteFault::PrivateAddress
                | RemoteFault::Denied
                | RemoteFault::NotFound
                | RemoteFault::HostKey
                | RemoteFault::Certificate
                | RemoteFault::Redirected
                | RemoteFault::Shallow
                | RemoteFault::Ownership => false,
            },
            Self::Busy | Self::TimedOut { .. } | Self::DiskFull | Self::Disk(_) | Self::Failed { .. } => true,
            Self::WrongCredential
            | Self::NoMirror
            | Self::UnknownRevision(_)
            | Self::TooMuchOutput(_)
            | Self::NotRun(_) => false,
        }
    }
}

/// What a sandbox handed back was not taken.
#[derive(Debug, thiserror::Error)]
pub enum TakeError {
    /// The bundle is bad; no retry will help.
    #[error("the bundle was refused: {0}")]
    Refused(Refusal),
    /// The bundle did not arrive whole.
    #[error("the bundle could not be read")]
    Stream(#[source] io::Error),
    /// The hub's side failed.
    #[error(transparent)]
    Git(#[from] GitError),
}

/// What is wrong with a bundle.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// It is larger than allowed.
    #[error("it is larger than {limit} bytes")]
    TooLarge {
        /// The limit, in bytes.
        limit: u64,
    },
    /// Its head is not that of a bundle.
    #[error("it is not a git bundle ({0})")]
    NotABundle(&'static str),
    /// It holds other references than the one for results.
    #[error("it does not hold exactly the reference refs/signalbox/result")]
    WrongReferences,
    /// It builds on commits, directories or files outside the history that the sandbox was given.
    #[error("it builds on what the sandbox was not given")]
    ForeignBase,
    /// It holds another commit than was announced.
    #[error("it holds the commit {found}, announced was {claimed}")]
    OtherCommit {
        /// What was announced.
        claimed: Commit,
        /// What it holds.
        found: Commit,
    },
    /// Its reference is a tag, a tree or a file.
    #[error("its reference is not a commit")]
    NotACommit,
    /// Objects are damaged or missing.
    #[error("its objects are damaged or incomplete: {0}")]
    Damaged(String),
    /// An object does not pass git's checks: names that stand for `.git`, hostile submodules, malformed objects.
    #[error("an object does not pass git's checks: {0}")]
    BadObject(String),
    /// Unpacking it took more memory, disk or time than allowed.
    #[error("unpacking it takes more than is allowed")]
    TooExpensive,
}

/// A branch was not pushed.
#[derive(Debug, thiserror::Error)]
pub enum PushError {
    /// The branch is one that the hub never pushes to.
    #[error("the branch {0} is protected")]
    Protected(BranchName),
    /// The remote's branch is not as expected, or the remote said no.
    #[error("the push was rejected: {0}")]
    Rejected(Rejection),
    /// The hub's side failed, or the remote could not be used.
    #[error(transparent)]
    Git(#[from] GitError),
}

/// Why a push was rejected.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Rejection {
    /// The branch moved meanwhile, exists though it should not, or is gone.
    #[error("the branch is not where it was expected")]
    Moved,
    /// The branch holds commits that would be lost.
    #[error("the branch holds commits that this one does not build on")]
    NotFastForward,
    /// The branch is checked out in that repository.
    #[error("the branch is checked out in that repository")]
    CheckedOut,
    /// The remote refused for its own reasons: a protected branch, a hook, a rule.
    #[error("the remote refused: {0}")]
    ByRemote(String),
}
