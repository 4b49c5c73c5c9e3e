//! An issue or pull request as a test holds it.

use super::repo::Repo;
use super::seen::CommentSeen;
use crate::github::hooks::Told;
use crate::github::issue::{Issue, Pull};
use crate::github::world::World;

/// An issue, or a pull request.
#[derive(Debug, Clone)]
pub struct Thread {
    pub(crate) repo: Repo,
    pub(crate) number: u64,
}

impl Thread {
    pub(crate) fn look<T>(&self, look: impl FnOnce(&World, &Issue) -> T) -> T {
        self.repo.look(|world, one| match one.issues.get(&self.number) {
            Some(issue) => look(world, issue),
            None => panic!("there is no issue {}", self.number),
        })
    }

    pub(crate) fn pull<T>(&self, look: impl FnOnce(&World, &Pull) -> T) -> T {
        self.look(|world, issue| match &issue.pull {
            Some(pull) => look(world, pull),
            None => panic!("{} is no pull request", self.number),
        })
    }

    pub(crate) fn told(&self, sender: u64) -> Told {
        Told { repository: self.repo.id, number: self.number, sender }
    }

    /// Its number.
    pub fn number(&self) -> u64 {
        self.number
    }

    /// Its repository.
    pub fn repo(&self) -> &Repo {
        &self.repo
    }

    /// Its title.
    pub fn title(&self) -> String {
        self.look(|_, issue| issue.title.clone())
    }

    /// Its text.
    pub fn body(&self) -> String {
        self.look(|_, issue| issue.writing.body.clone())
    }

    /// Who opened it.
    pub fn author(&self) -> String {
        self.look(|world, issue| world.login(issue.writing.author).to_owned())
    }

    /// Whether it is open.
    pub fn is_open(&self) -> bool {
        self.look(|_, issue| issue.open)
    }

    /// Whether it is a pull request.
    pub fn is_pull(&self) -> bool {
        self.look(|_, issue| issue.pull.is_some())
    }

    /// Whether it is a draft.
    pub fn is_draft(&self) -> bool {
        self.pull(|_, pull| pull.draft)
    }

    /// Its labels.
    pub fn labels(&self) -> Vec<String> {
        self.look(|_, issue| issue.labels.clone())
    }

    /// The commit that a pull request is at.
    pub fn head(&self) -> String {
        self.pull(|_, pull| pull.head_sha.clone())
    }

    /// The branch of a pull request.
    pub fn branch(&self) -> String {
        self.pull(|_, pull| pull.head_branch.clone())
    }

    /// Its reactions, with who gave them.
    pub fn reactions(&self) -> Vec<(String, String)> {
        self.look(|world, issue| CommentSeen::new(world, 0, &issue.writing).reactions)
    }

    /// The comments, oldest first.
    pub fn comments(&self) -> Vec<CommentSeen> {
        self.look(|world, issue| {
            issue.comments.iter().map(|one| CommentSeen::new(world, one.id, &one.writing)).collect()
        })
    }

    /// The comments at lines, oldest first.
    pub fn review_comments(&self) -> Vec<CommentSeen> {
        self.pull(|world, pull| {
            let seen = |one: &crate::github::issue::ReviewComment| CommentSeen {
                line: Some((one.path.clone(), one.line)),
                reply_to: one.reply_to,
                ..CommentSeen::new(world, one.id, &one.writing)
            };
            pull.comments.iter().map(seen).collect()
        })
    }

    /// Texts and states of the reviews: `APPROVED`.
    pub fn reviews(&self) -> Vec<(String, &'static str)> {
        self.pull(|_, pull| pull.reviews.iter().map(|one| (one.writing.body.clone(), one.state)).collect())
    }

    /// A comment, at the issue or at a line.
    pub fn comment(&self, id: u64) -> Option<CommentSeen> {
        let at_lines = if self.is_pull() { self.review_comments() } else { Vec::new() };
        self.comments().into_iter().chain(at_lines).find(|comment| comment.id == id)
    }
}
