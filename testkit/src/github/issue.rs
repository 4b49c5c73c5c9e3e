//! Issues, and pull requests, which are issues with a branch; and what is written at them.

use std::time::Instant;

/// Somebody's reaction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Reaction {
    pub(crate) id: u64,
    pub(crate) user: u64,
    pub(crate) content: String,
    pub(crate) at: u64,
}

/// A state of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Version {
    /// The text.
    pub body: String,
    /// When it was written.
    pub at: Instant,
}

/// What somebody wrote, with all that it was.
#[derive(Debug, Clone)]
pub(crate) struct Writing {
    pub(crate) author: u64,
    pub(crate) body: String,
    pub(crate) versions: Vec<Version>,
    pub(crate) made: u64,
    pub(crate) updated: u64,
    pub(crate) reactions: Vec<Reaction>,
    /// The App by which it was written.
    pub(crate) app: Option<u64>,
}

impl Writing {
    pub(crate) fn new(author: u64, body: &str, now: u64) -> Self {
        let versions = vec![Version { body: body.to_owned(), at: Instant::now() }];
        Self { author, body: body.to_owned(), versions, made: now, updated: now, reactions: Vec::new(), app: None }
    }

    pub(crate) fn edit(&mut self, body: &str, now: u64) {
        body.clone_into(&mut self.body);
        self.updated = now;
        self.versions.push(Version { body: body.to_owned(), at: Instant::now() });
    }
}

/// A comment at an issue or pull request.
#[derive(Debug, Clone)]
pub(crate) struct Comment {
    pub(crate) id: u64,
    pub(crate) writing: Writing,
}

/// An issue.
#[derive(Debug, Clone)]
pub(crate) struct Issue {
    pub(crate) number: u64,
    pub(crate) id: u64,
    pub(crate) title: String,
    pub(crate) writing: Writing,
    pub(crate) open: bool,
    pub(crate) locked: bool,
    pub(crate) closed: Option<u64>,
    pub(crate) labels: Vec<String>,
    pub(crate) assignees: Vec<u64>,
    pub(crate) comments: Vec<Comment>,
    pub(crate) pull: Option<Pull>,
}

/// What a pull request has beyond an issue.
#[derive(Debug, Clone)]
pub(crate) struct Pull {
    pub(crate) id: u64,
    /// The repository of the branch; none once that is deleted.
    pub(crate) head: u64,
    pub(crate) head_branch: String,
    pub(crate) head_sha: String,
    pub(crate) base_branch: String,
    pub(crate) base_sha: String,
    pub(crate) draft: bool,
    pub(crate) maintainer_can_modify: bool,
    pub(crate) merged: Option<(u64, u64)>,
    pub(crate) reviews: Vec<Review>,
    pub(crate) comments: Vec<ReviewComment>,
}

/// A review.
#[derive(Debug, Clone)]
pub(crate) struct Review {
    pub(crate) id: u64,
    pub(crate) writing: Writing,
    /// `APPROVED`, `CHANGES_REQUESTED`, `COMMENTED`.
    pub(crate) state: &'static str,
    pub(crate) commit: String,
}

/// A comment at a line of the difference.
#[derive(Debug, Clone)]
pub(crate) struct ReviewComment {
    pub(crate) id: u64,
    pub(crate) writing: Writing,
    pub(crate) review: u64,
    pub(crate) path: String,
    pub(crate) line: u64,
    pub(crate) start_line: Option<u64>,
    pub(crate) side: String,
    pub(crate) commit: String,
    pub(crate) hunk: String,
    pub(crate) reply_to: Option<u64>,
}
