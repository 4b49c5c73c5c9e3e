//! Pull requests are reviewed.

use serde_json::json;

use super::commenting::{Subject, changed_body};
use crate::github::clock::unix_time;
use crate::github::hooks::Told;
use crate::github::issue::{Pull, Review, ReviewComment, Writing};
use crate::github::world::World;

/// A comment at a line.
#[derive(Debug, Clone)]
pub(crate) struct Remark {
    pub(crate) path: String,
    pub(crate) line: u64,
    pub(crate) start_line: Option<u64>,
    pub(crate) side: String,
    pub(crate) body: String,
}

/// A review to be submitted.
#[derive(Debug, Clone)]
pub(crate) struct NewReview {
    pub(crate) body: String,
    pub(crate) state: &'static str,
    pub(crate) remarks: Vec<Remark>,
    pub(crate) app: Option<u64>,
}

impl World {
    /// The part of the difference that a line is in; none if the line is not part of it.
    pub(crate) fn hunk(&self, repository: u64, pull: &Pull, remark: &Remark) -> Option<String> {
        let one = self.repositories.get(&repository)?;
        let base = one.git.merge_base(&pull.base_sha, &pull.head_sha)?;
        let files = one.git.changed_files(&base, &pull.head_sha);
        let patch = files.into_iter().find(|file| file.path == remark.path)?.patch?;
        hunk_of(&patch, remark.line, &remark.side)
    }

    /// Submits a review: the review is told of, and each of its comments.
    pub(crate) fn review(&mut self, at: Told, new: NewReview) -> Option<u64> {
        let pull = self.issue_mut(at.repository, at.number)?.pull.clone()?;
        let (id, now) = (self.next_id(), unix_time());
        let mut comments = Vec::new();
        for remark in new.remarks {
            let hunk = self.hunk(at.repository, &pull, &remark).unwrap_or_default();
            let comment = self.next_id();
            comments.push(ReviewComment {
                id: comment,
                writing: Writing { app: new.app, ..Writing::new(at.sender, &remark.body, now) },
                review: id,
                path: remark.path,
                line: remark.line,
                start_line: remark.start_line,
                side: remark.side,
                commit: pull.head_sha.clone(),
                hunk,
                reply_to: None,
            });
        }
        let made: Vec<u64> = comments.iter().map(|comment| comment.id).collect();
        let writing = Writing { app: new.app, ..Writing::new(at.sender, &new.body, now) };
        let review = Review { id, writing, state: new.state, commit: pull.head_sha.clone() };
        let pull = self.issue_mut(at.repository, at.number)?.pull.as_mut()?;
        pull.reviews.push(review);
        pull.comments.extend(comments);
        self.tell_review(at, id, "submitted");
        for comment in made {
            self.tell_review_comment(at, comment, "created", json!({}));
        }
        Some(id)
    }

    /// Answers a comment at a line; an answer to an answer stands at the first one.
    pub(crate) fn reply(&mut self, at: Told, to: u64, (body, app): (&str, Option<u64>)) -> Option<u64> {
        let (id, now) = (self.next_id(), unix_time());
        let pull = self.issue_mut(at.repository, at.number)?.pull.as_mut()?;
        let first = pull.comments.iter().find(|one| one.id == to)?;
        let first = first.reply_to.and_then(|first| pull.comments.iter().find(|one| one.id == first)).unwrap_or(first);
        let writing = Writing { app, ..Writing::new(at.sender, body, now) };
        let reply = ReviewComment { id, writing, reply_to: Some(first.id), ..first.clone() };
        pull.comments.push(reply);
        self.tell_review_comment(at, id, "created", json!({}));
        Some(id)
    }

    /// Changes a comment at a line, if that is where it stands.
    pub(crate) fn edit_review_comment(&mut self, at: Told, comment: u64, body: &str) {
        let Some(writing) = self.writing_mut(at.repository, Subject::ReviewComment(comment)) else { return };
        let before = std::mem::take(&mut writing.body);
        writing.edit(body, unix_time());
        self.tell_review_comment(at, comment, "edited", changed_body(&before));
    }
}

/// The lines of a patch from a hunk's head to the line that is meant.
fn hunk_of(patch: &str, line: u64, side: &str) -> Option<String> {
    let (mut hunk, mut old, mut new) = (Vec::new(), 0_u64, 0_u64);
    for text in patch.lines() {
        if let Some(starts) = hunk_starts(text) {
            (old, new) = starts;
            hunk = vec![text];
            continue;
        }
        hunk.push(text);
        let (on_old, on_new) = (!text.starts_with('+'), !text.starts_with('-'));
        let here = if side == "LEFT" { on_old && old == line } else { on_new && new == line };
        if here {
            return Some(hunk.join("\n"));
        }
        old += u64::from(on_old);
        new += u64::from(on_new);
    }
    None
}

/// `@@ -1,2 +3,4 @@` as 1 and 3.
fn hunk_starts(text: &str) -> Option<(u64, u64)> {
    let (old, rest) = text.strip_prefix("@@ -")?.split_once(" +")?;
    let first = |range: &str| range.split([',', ' ']).next()?.parse().ok();
    Some((first(old)?, first(rest)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hunk_ends_at_the_line_that_is_meant() {
        let patch = "@@ -1,2 +1,3 @@ fn\n a\n+b\n c\n@@ -9 +10 @@\n-x\n+y";
        assert_eq!(hunk_of(patch, 2, "RIGHT").as_deref(), Some("@@ -1,2 +1,3 @@ fn\n a\n+b"));
        assert_eq!(hunk_of(patch, 9, "LEFT").as_deref(), Some("@@ -9 +10 @@\n-x"));
        assert_eq!(hunk_of(patch, 10, "RIGHT").as_deref(), Some("@@ -9 +10 @@\n-x\n+y"));
        assert_eq!(hunk_of(patch, 7, "RIGHT"), None);
    }
}
