//! Issues, their comments, and reactions.

use serde_json::{Value, json};

use super::node_id;
use crate::github::clock::stamp;
use crate::github::issue::{Comment, Issue, Reaction};
use crate::github::repository::Repository;
use crate::github::world::World;

/// All reactions there are, as the API names them.
pub(crate) const REACTIONS: &[&str] = &["+1", "-1", "laugh", "confused", "heart", "hooray", "eyes", "rocket"];

impl World {
    /// An issue, or a pull request as an issue.
    pub(crate) fn issue_json(&self, one: &Repository, issue: &Issue) -> Value {
        let url = format!("{}/issues/{}", self.api_of(one), issue.number);
        let kind = if issue.pull.is_some() { "pull" } else { "issues" };
        let assignees: Vec<Value> = issue.assignees.iter().map(|id| self.user_json(*id)).collect();
        let mut json = json!({
            "url": url, "repository_url": self.api_of(one), "labels_url": format!("{url}/labels{{/name}}"),
            "comments_url": format!("{url}/comments"), "events_url": format!("{url}/events"),
            "html_url": format!("{}/{kind}/{}", self.page_of(one), issue.number), "id": issue.id,
            "node_id": node_id("I", issue.id), "number": issue.number, "title": issue.title,
            "user": self.user_json(issue.writing.author), "labels": self.labels_json(one, &issue.labels),
            "state": if issue.open { "open" } else { "closed" }, "locked": issue.locked,
            "assignee": assignees.first(), "assignees": assignees, "milestone": null,
            "comments": issue.comments.len(), "created_at": stamp(issue.writing.made),
            "updated_at": stamp(issue.writing.updated), "closed_at": issue.closed.map(stamp),
            "author_association": self.association(one, issue.writing.author), "active_lock_reason": null,
            "body": issue.writing.body, "reactions": reactions_json(&url, &issue.writing.reactions),
            "timeline_url": format!("{url}/timeline"), "performed_via_github_app": null, "state_reason": null,
        });
        if issue.pull.is_some() {
            let (api, page) = (self.api_of(one), self.page_of(one));
            let number = issue.number;
            json["draft"] = issue.pull.as_ref().is_some_and(|pull| pull.draft).into();
            json["pull_request"] = json!({
                "url": format!("{api}/pulls/{number}"), "html_url": format!("{page}/pull/{number}"),
                "diff_url": format!("{page}/pull/{number}.diff"), "patch_url": format!("{page}/pull/{number}.patch"),
                "merged_at": null,
            });
        }
        json
    }

    pub(crate) fn labels_json(&self, one: &Repository, names: &[String]) -> Value {
        let labels = names.iter().filter_map(|name| one.labels.iter().find(|label| label.name == *name));
        labels.map(|label| self.label_json(one, label)).collect()
    }

    /// A comment.
    pub(crate) fn comment_json(&self, one: &Repository, issue: &Issue, comment: &Comment) -> Value {
        let url = format!("{}/issues/comments/{}", self.api_of(one), comment.id);
        let kind = if issue.pull.is_some() { "pull" } else { "issues" };
        let page = self.page_of(one);
        let app = comment.writing.app.and_then(|id| self.apps.get(&id));
        json!({
            "url": url, "html_url": format!("{page}/{kind}/{}#issuecomment-{}", issue.number, comment.id),
            "issue_url": format!("{}/issues/{}", self.api_of(one), issue.number), "id": comment.id,
            "node_id": node_id("IC", comment.id), "user": self.user_json(comment.writing.author),
            "created_at": stamp(comment.writing.made), "updated_at": stamp(comment.writing.updated),
            "author_association": self.association(one, comment.writing.author), "body": comment.writing.body,
            "reactions": reactions_json(&url, &comment.writing.reactions),
            "performed_via_github_app": app.map(|app| self.app_json(app)),
        })
    }

    /// One reaction.
    pub(crate) fn reaction_json(&self, reaction: &Reaction) -> Value {
        json!({
            "id": reaction.id, "node_id": node_id("REA", reaction.id), "user": self.user_json(reaction.user),
            "content": reaction.content, "created_at": stamp(reaction.at),
        })
    }

    /// What GitHub says of somebody's relation to a repository. It is no proof of what they may do.
    pub(crate) fn association(&self, one: &Repository, account: u64) -> &'static str {
        if account == one.owner {
            "OWNER"
        } else if one.roles.contains_key(&account) {
            "COLLABORATOR"
        } else {
            "NONE"
        }
    }
}

/// How often each reaction was given.
pub(crate) fn reactions_json(url: &str, reactions: &[Reaction]) -> Value {
    let mut json = json!({"url": format!("{url}/reactions"), "total_count": reactions.len()});
    for name in REACTIONS {
        json[name] = reactions.iter().filter(|reaction| reaction.content == *name).count().into();
    }
    json
}
