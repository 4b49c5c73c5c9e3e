//! Comments are written, changed and deleted; reactions are given.

use serde_json::{Value, json};

use crate::github::clock::unix_time;
use crate::github::hooks::Told;
use crate::github::issue::{Comment, Issue, Reaction, Writing};
use crate::github::world::World;

/// Something that can be reacted to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Subject {
    Issue(u64),
    Comment(u64),
    ReviewComment(u64),
}

impl World {
    pub(crate) fn issue_mut(&mut self, repository: u64, number: u64) -> Option<&mut Issue> {
        self.repositories.get_mut(&repository)?.issues.get_mut(&number)
    }

    /// Writes a comment, and gives its number.
    pub(crate) fn comment(&mut self, at: Told, body: &str, app: Option<u64>) -> u64 {
        let (id, now) = (self.next_id(), unix_time());
        let writing = Writing { app, ..Writing::new(at.sender, body, now) };
        if let Some(issue) = self.issue_mut(at.repository, at.number) {
            issue.comments.push(Comment { id, writing });
            issue.writing.updated = now;
        }
        self.tell_comment(at, id, "created", json!({}));
        id
    }

    /// Changes a comment's text.
    pub(crate) fn edit_comment(&mut self, at: Told, comment: u64, body: &str) {
        let Some(writing) = self.writing_mut(at.repository, Subject::Comment(comment)) else { return };
        let before = std::mem::take(&mut writing.body);
        writing.edit(body, unix_time());
        self.tell_comment(at, comment, "edited", changed_body(&before));
    }

    /// Deletes a comment.
    pub(crate) fn delete_comment(&mut self, at: Told, comment: u64) {
        // Told first: the payload still has it.
        self.tell_comment(at, comment, "deleted", json!({}));
        if let Some(issue) = self.issue_mut(at.repository, at.number) {
            issue.comments.retain(|one| one.id != comment);
        }
    }

    /// Changes the text of an issue or pull request.
    pub(crate) fn edit_body(&mut self, at: Told, body: &str) {
        let Some(issue) = self.issue_mut(at.repository, at.number) else { return };
        let before = std::mem::take(&mut issue.writing.body);
        issue.writing.edit(body, unix_time());
        let is_pull = issue.pull.is_some();
        self.tell_either(at, is_pull, "edited", changed_body(&before));
    }

    pub(crate) fn tell_either(&mut self, at: Told, is_pull: bool, action: &'static str, more: Value) {
        if is_pull { self.tell_pull(at, action, more) } else { self.tell_issue(at, action, more) }
    }

    /// What is written somewhere.
    pub(crate) fn writing_mut(&mut self, repository: u64, subject: Subject) -> Option<&mut Writing> {
        let issues = self.repositories.get_mut(&repository)?.issues.values_mut();
        for issue in issues {
            if subject == Subject::Issue(issue.number) {
                return Some(&mut issue.writing);
            }
            if let Some(found) = issue.comments.iter_mut().find(|one| subject == Subject::Comment(one.id)) {
                return Some(&mut found.writing);
            }
            let mut comments = issue.pull.iter_mut().flat_map(|pull| pull.comments.iter_mut());
            if let Some(found) = comments.find(|one| subject == Subject::ReviewComment(one.id)) {
                return Some(&mut found.writing);
            }
        }
        None
    }

    /// Reacts; gives the reaction, and whether it is new. Nobody is told of reactions.
    pub(crate) fn react(
        &mut self,
        repository: u64,
        subject: Subject,
        (user, content): (u64, &str),
    ) -> Option<(Reaction, bool)> {
        let id = self.next_id();
        let writing = self.writing_mut(repository, subject)?;
        let same = |one: &&Reaction| one.user == user && one.content == content;
        if let Some(known) = writing.reactions.iter().find(same) {
            return Some((known.clone(), false));
        }
        let reaction = Reaction { id, user, content: content.to_owned(), at: unix_time() };
        writing.reactions.push(reaction.clone());
        Some((reaction, true))
    }
}

pub(crate) fn changed_body(before: &str) -> Value {
    json!({"changes": {"body": {"from": before}}})
}
