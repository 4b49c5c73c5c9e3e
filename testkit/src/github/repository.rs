//! What the server knows of a repository.

use std::collections::{BTreeMap, BTreeSet};

use super::app::Hook;
use super::check::{CheckRun, CheckSuite};
use super::git::Bare;
use super::grants::Role;
use super::issue::Issue;

/// Who sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Visibility {
    /// Anybody.
    Public,
    /// Those who were let in.
    Private,
}

/// A webhook that was set up in the repository itself.
#[derive(Debug, Clone)]
pub(crate) struct RepositoryHook {
    pub(crate) hook: Hook,
    pub(crate) events: Vec<String>,
}

/// A label.
#[derive(Debug, Clone)]
pub(crate) struct Label {
    pub(crate) id: u64,
    pub(crate) name: String,
    pub(crate) color: String,
    pub(crate) description: Option<String>,
}

/// A repository.
#[derive(Debug)]
pub(crate) struct Repository {
    pub(crate) id: u64,
    pub(crate) owner: u64,
    pub(crate) name: String,
    pub(crate) visibility: Visibility,
    pub(crate) archived: bool,
    pub(crate) default_branch: String,
    pub(crate) parent: Option<u64>,
    pub(crate) roles: BTreeMap<u64, Role>,
    pub(crate) protected: BTreeSet<String>,
    pub(crate) labels: Vec<Label>,
    pub(crate) issues: BTreeMap<u64, Issue>,
    pub(crate) last_number: u64,
    pub(crate) suites: BTreeMap<u64, CheckSuite>,
    pub(crate) runs: BTreeMap<u64, CheckRun>,
    pub(crate) hooks: Vec<RepositoryHook>,
    pub(crate) git: Bare,
    /// Where branches and tags were when they were last told of.
    pub(crate) told: BTreeMap<String, String>,
    pub(crate) made: u64,
    pub(crate) pushed: u64,
}

impl Repository {
    /// What somebody may do here.
    pub(crate) fn role(&self, account: u64) -> Role {
        if account == self.owner {
            return Role::Admin;
        }
        let least = if self.visibility == Visibility::Public { Role::Read } else { Role::None };
        self.roles.get(&account).copied().unwrap_or(Role::None).max(least)
    }

    /// The next number of an issue or pull request.
    pub(crate) fn next_number(&mut self) -> u64 {
        self.last_number += 1;
        self.last_number
    }

    /// The issue or pull request that a comment stands at.
    pub(crate) fn issue_of_comment(&self, comment: u64) -> Option<u64> {
        let has = |issue: &&Issue| issue.comments.iter().any(|one| one.id == comment);
        self.issues.values().find(has).map(|issue| issue.number)
    }

    /// The pull request that a review comment stands at.
    pub(crate) fn pull_of_comment(&self, comment: u64) -> Option<u64> {
        let has = |issue: &&Issue| {
            let pull = issue.pull.as_ref();
            pull.is_some_and(|pull| pull.comments.iter().any(|one| one.id == comment))
        };
        self.issues.values().find(has).map(|issue| issue.number)
    }
}
