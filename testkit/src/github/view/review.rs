//! Reviews and comments at lines.

use serde_json::{Value, json};

use super::issue::reactions_json;
use super::node_id;
use crate::github::clock::stamp;
use crate::github::issue::{Issue, Review, ReviewComment};
use crate::github::repository::Repository;
use crate::github::world::World;

impl World {
    /// A review.
    pub(crate) fn review_json(&self, one: &Repository, issue: &Issue, review: &Review) -> Value {
        let pull = format!("{}/pulls/{}", self.api_of(one), issue.number);
        let html = format!("{}/pull/{}#pullrequestreview-{}", self.page_of(one), issue.number, review.id);
        json!({
            "id": review.id, "node_id": node_id("PRR", review.id), "user": self.user_json(review.writing.author),
            "body": review.writing.body, "state": review.state, "html_url": html, "pull_request_url": pull,
            "author_association": self.association(one, review.writing.author),
            "_links": {"html": {"href": html}, "pull_request": {"href": pull}},
            "submitted_at": stamp(review.writing.made), "commit_id": review.commit,
        })
    }

    /// A comment at a line.
    pub(crate) fn review_comment_json(&self, one: &Repository, issue: &Issue, comment: &ReviewComment) -> Value {
        let pull = format!("{}/pulls/{}", self.api_of(one), issue.number);
        let url = format!("{}/pulls/comments/{}", self.api_of(one), comment.id);
        let html = format!("{}/pull/{}#discussion_r{}", self.page_of(one), issue.number, comment.id);
        let mut json = json!({
            "url": url, "pull_request_review_id": comment.review, "id": comment.id,
            "node_id": node_id("PRRC", comment.id), "diff_hunk": comment.hunk, "path": comment.path,
            "commit_id": comment.commit, "original_commit_id": comment.commit,
            "user": self.user_json(comment.writing.author), "body": comment.writing.body,
            "created_at": stamp(comment.writing.made), "updated_at": stamp(comment.writing.updated),
            "html_url": html, "pull_request_url": pull,
            "author_association": self.association(one, comment.writing.author),
            "_links": {"self": {"href": url}, "html": {"href": html}, "pull_request": {"href": pull}},
            "reactions": reactions_json(&url, &comment.writing.reactions), "start_line": comment.start_line,
            "original_start_line": comment.start_line, "start_side": comment.start_line.map(|_| &comment.side),
            "line": comment.line, "original_line": comment.line, "side": comment.side, "position": 1,
            "original_position": 1, "subject_type": "line",
        });
        if let Some(to) = comment.reply_to {
            json["in_reply_to_id"] = to.into();
        }
        json
    }
}
