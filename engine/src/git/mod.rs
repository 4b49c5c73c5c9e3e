//! Git: mirrors of the projects' repositories, what a sandbox is given of them, and what it hands back.
//!
//! The hub runs git on its own bare repositories alone, never on files that a sandbox can write: a sandbox is given a
//! [bundle](Mirror::seed) with one history, and what it made comes back as a bundle, which is data. That bundle is
//! unpacked in a quarantine repository and pushed from there into the mirror with every object checked
//! ([`Mirror::take`]); only from the mirror does it go anywhere else ([`Mirror::push`]).
//!
//! Each git runs with an environment made for it: no configuration of the machine or of a user, no prompts, no hooks,
//! only the protocols that its remote needs, within a time and an amount of output. Credentials travel in the
//! environment of one process or in a file that only the hub can read, never in arguments.
//!
//! Names in a mirror: `refs/remotes/origin/*` and `refs/tags/*` are the remote's and follow it; `refs/signalbox/*` is
//! the hub's own and no fetch reaches it.

mod access;
mod address;
mod bundle;
mod command;
mod credential;
mod diff;
mod error;
mod fault;
mod forge;
mod history;
mod local;
mod lock;
mod mirror;
mod names;
mod provenance;
mod push;
mod remote;
mod rewrite;
mod seed;
mod sync;
mod take;
#[cfg(test)]
mod tests;

pub use credential::Credential;
pub use diff::{Diff, DiffStat, FileChange, FileStatus};
pub use error::{GitError, PushError, Refusal, Rejection, TakeError};
pub use fault::RemoteFault;
pub use forge::{Git, GitSettings, Timeouts};
pub use history::LogEntry;
pub use mirror::{DefaultBranch, Mirror};
pub use names::{BadBranchName, BranchName, Commit, NotACommit};
pub use push::{Expected, PushRequest, Pushed};
pub use remote::{Remote, RemoteRefused};
pub use rewrite::{Byline, Person, RewriteRequest};
pub use take::{TakeRequest, Taken};
