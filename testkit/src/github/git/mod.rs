//! Real repositories: bare ones on disk, changed by git itself.

mod bare;
mod change;
mod command;
mod compare;
pub(crate) mod http;
mod write;

pub(crate) use bare::Bare;
pub(crate) use change::RefChange;
pub(crate) use compare::{ChangedFile, LoggedCommit};
pub(crate) use write::{Commit, Edit};
