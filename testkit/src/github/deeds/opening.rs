//! Issues and pull requests are opened.

use serde_json::json;

use crate::github::clock::unix_time;
use crate::github::hooks::Told;
use crate::github::issue::{Issue, Pull, Writing};
use crate::github::world::World;

/// An issue to be opened.
#[derive(Debug)]
pub(crate) struct NewIssue<'a> {
    pub(crate) repository: u64,
    pub(crate) author: u64,
    pub(crate) title: &'a str,
    pub(crate) body: &'a str,
    pub(crate) app: Option<u64>,
}

/// The branches of a pull request to be opened.
#[derive(Debug, Clone)]
pub(crate) struct NewPull {
    pub(crate) head: u64,
    pub(crate) head_branch: String,
    pub(crate) base_branch: String,
    pub(crate) draft: bool,
    pub(crate) maintainer_can_modify: bool,
}

impl World {
    /// Opens an issue, and gives its number.
    pub(crate) fn open_issue(&mut self, new: &NewIssue<'_>) -> u64 {
        let number = self.add_issue(new, None);
        let told = Told { repository: new.repository, number, sender: new.author };
        self.tell_issue(told, "opened", json!({}));
        number
    }

    /// Opens a pull request; says in GitHub's words why it cannot be.
    ///
    /// # Errors
    /// The field that is wrong, or what is.
    pub(crate) fn open_pull(&mut self, new: &NewIssue<'_>, branches: NewPull) -> Result<u64, PullFault> {
        let id = self.next_id();
        let pull = self.draft_pull(id, new.repository, branches)?;
        let (head, sha, branch) = (pull.head, pull.head_sha.clone(), pull.head_branch.clone());
        let number = self.add_issue(new, Some(pull));
        self.update_pull_ref(new.repository, number);
        let told = Told { repository: new.repository, number, sender: new.author };
        self.tell_pull(told, "opened", json!({}));
        if head != new.repository {
            // A fork's pushes were not seen here before.
            self.request_suites(new.repository, (None, &sha), &branch, new.author);
        }
        Ok(number)
    }

    fn draft_pull(&self, id: u64, repository: u64, new: NewPull) -> Result<Pull, PullFault> {
        let base = self.repositories.get(&repository).ok_or(PullFault::Field("base"))?;
        let head = self.repositories.get(&new.head).ok_or(PullFault::Field("head"))?;
        let base_sha = base.git.branch(&new.base_branch).ok_or(PullFault::Field("base"))?;
        let head_sha = head.git.branch(&new.head_branch).ok_or(PullFault::Field("head"))?;
        let label = format!("{}:{}", self.login(head.owner), new.head_branch);
        let same = |pull: &Pull| {
            pull.head == new.head && pull.head_branch == new.head_branch && pull.base_branch == new.base_branch
        };
        if base.issues.values().any(|issue| issue.open && issue.pull.as_ref().is_some_and(same)) {
            return Err(PullFault::Words(format!("A pull request already exists for {label}.")));
        }
        if base_sha == head_sha {
            return Err(PullFault::Words(format!("No commits between {} and {}", new.base_branch, new.head_branch)));
        }
        Ok(Pull {
            id,
            head: new.head,
            head_branch: new.head_branch,
            head_sha,
            base_branch: new.base_branch,
            base_sha,
            draft: new.draft,
            maintainer_can_modify: new.maintainer_can_modify,
            merged: None,
            reviews: Vec::new(),
            comments: Vec::new(),
        })
    }

    fn add_issue(&mut self, new: &NewIssue<'_>, pull: Option<Pull>) -> u64 {
        let id = self.next_id();
        let writing = Writing { app: new.app, ..Writing::new(new.author, new.body, unix_time()) };
        let Some(repository) = self.repositories.get_mut(&new.repository) else { return 0 };
        let number = repository.next_number();
        let issue = Issue {
            number,
            id,
            title: new.title.to_owned(),
            writing,
            open: true,
            locked: false,
            closed: None,
            labels: Vec::new(),
            assignees: Vec::new(),
            comments: Vec::new(),
            pull,
        };
        repository.issues.insert(number, issue);
        number
    }

    /// Has `refs/pull/N/head` be where the pull request is.
    pub(crate) fn update_pull_ref(&self, repository: u64, number: u64) {
        let Some(base) = self.repositories.get(&repository) else { return };
        let Some(pull) = base.issues.get(&number).and_then(|issue| issue.pull.as_ref()) else { return };
        let Some(head) = self.repositories.get(&pull.head) else { return };
        let reference = format!("refs/pull/{number}/head");
        let done = if pull.head == repository {
            base.git.set_ref(&reference, &pull.head_sha)
        } else {
            base.git.fetch(&head.git, &pull.head_sha, &reference)
        };
        if let Err(error) = done {
            tracing::warn!(error = error.0, "GitHub's stand-in could not set {reference}");
        }
    }
}

/// Why a pull request cannot be opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum PullFault {
    /// This field names nothing.
    Field(&'static str),
    /// In words.
    Words(String),
}
