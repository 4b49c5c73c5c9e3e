//! Pull requests.

use serde_json::{Value, json};

use super::node_id;
use crate::github::clock::stamp;
use crate::github::issue::{Issue, Pull};
use crate::github::repository::Repository;
use crate::github::world::World;

impl World {
    /// A pull request as a list shows it.
    pub(crate) fn pull_json(&self, one: &Repository, issue: &Issue, pull: &Pull) -> Value {
        let (api, page, number) = (self.api_of(one), self.page_of(one), issue.number);
        let (url, issue_url) = (format!("{api}/pulls/{number}"), format!("{api}/issues/{number}"));
        let as_issue = self.issue_json(one, issue);
        let mut json = json!({
            "url": url, "id": pull.id, "node_id": node_id("PR", pull.id), "html_url": format!("{page}/pull/{number}"),
            "diff_url": format!("{page}/pull/{number}.diff"), "patch_url": format!("{page}/pull/{number}.patch"),
            "issue_url": issue_url, "number": number, "merged_at": pull.merged.map(|(_, at)| stamp(at)),
            "merge_commit_sha": null, "requested_reviewers": [], "requested_teams": [], "draft": pull.draft,
            "commits_url": format!("{url}/commits"), "review_comments_url": format!("{url}/comments"),
            "review_comment_url": format!("{api}/pulls/comments{{/number}}"),
            "comments_url": format!("{issue_url}/comments"),
            "statuses_url": format!("{api}/statuses/{}", pull.head_sha),
            "head": self.end_json(pull.head, &pull.head_branch, &pull.head_sha),
            "base": self.end_json(one.id, &pull.base_branch, &pull.base_sha),
            "_links": links(&url, &issue_url, &as_issue["html_url"], &self.statuses(one, pull)), "auto_merge": null,
        });
        let shared = [
            "state",
            "locked",
            "title",
            "user",
            "body",
            "created_at",
            "updated_at",
            "closed_at",
            "assignee",
            "assignees",
            "labels",
            "milestone",
            "author_association",
            "active_lock_reason",
        ];
        for name in shared {
            json[name] = as_issue[name].clone();
        }
        json
    }

    /// A pull request as it answers for itself, with what has to be counted.
    pub(crate) fn full_pull_json(&self, one: &Repository, issue: &Issue, pull: &Pull) -> Value {
        let mut json = self.pull_json(one, issue, pull);
        let base = one.git.merge_base(&pull.base_sha, &pull.head_sha).unwrap_or_else(|| pull.base_sha.clone());
        let files = one.git.changed_files(&base, &pull.head_sha);
        let open = issue.open.then_some(true);
        let counted = json!({
            "merged": pull.merged.is_some(), "mergeable": open, "rebaseable": open,
            "mergeable_state": if pull.draft { "draft" } else if issue.open { "clean" } else { "unknown" },
            "merged_by": pull.merged.map(|(by, _)| self.user_json(by)), "comments": issue.comments.len(),
            "review_comments": pull.comments.len(), "maintainer_can_modify": pull.maintainer_can_modify,
            "commits": one.git.distance(&base, &pull.head_sha).1,
            "additions": files.iter().map(|file| file.additions).sum::<u64>(),
            "deletions": files.iter().map(|file| file.deletions).sum::<u64>(), "changed_files": files.len(),
        });
        merge(&mut json, counted);
        json
    }

    fn end_json(&self, repository: u64, branch: &str, sha: &str) -> Value {
        let one = self.repositories.get(&repository);
        let owner = one.map(|one| one.owner).unwrap_or_default();
        json!({
            "label": format!("{}:{branch}", self.login(owner)), "ref": branch, "sha": sha,
            "user": self.user_json(owner), "repo": one.map(|one| self.repository_json(one)),
        })
    }

    fn statuses(&self, one: &Repository, pull: &Pull) -> String {
        format!("{}/statuses/{}", self.api_of(one), pull.head_sha)
    }

    /// The pull requests of a commit, as check runs name them: of this repository alone, not of forks.
    pub(crate) fn pulls_at(&self, one: &Repository, sha: &str) -> Value {
        let of = |issue: &Issue| {
            let pull = issue.pull.as_ref().filter(|pull| pull.head_sha == sha && pull.head == one.id && issue.open)?;
            let repo = json!({"id": one.id, "url": self.api_of(one), "name": one.name});
            Some(json!({
                "url": format!("{}/pulls/{}", self.api_of(one), issue.number), "id": pull.id, "number": issue.number,
                "head": {"ref": pull.head_branch, "sha": pull.head_sha, "repo": repo},
                "base": {"ref": pull.base_branch, "sha": pull.base_sha, "repo": repo},
            }))
        };
        one.issues.values().filter_map(of).collect()
    }
}

fn links(url: &str, issue: &str, html: &Value, statuses: &str) -> Value {
    let comment = url.rsplit_once('/').map_or(url, |(pulls, _)| pulls);
    json!({
        "self": {"href": url}, "html": {"href": html}, "issue": {"href": issue},
        "comments": {"href": format!("{issue}/comments")},
        "review_comments": {"href": format!("{url}/comments")},
        "review_comment": {"href": format!("{comment}/comments{{/number}}")},
        "commits": {"href": format!("{url}/commits")}, "statuses": {"href": statuses},
    })
}

/// Adds the fields of one object to another.
pub(crate) fn merge(into: &mut Value, from: Value) {
    if let (Some(into), Value::Object(from)) = (into.as_object_mut(), from) {
        into.extend(from);
    }
}
