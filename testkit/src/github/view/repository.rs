//! Repositories, labels and branches.

use serde_json::{Value, json};

use super::{merge, node_id};
use crate::github::clock::stamp;
use crate::github::grants::Role;
use crate::github::repository::{Label, Repository, Visibility};
use crate::github::world::World;

const LINKS: &[(&str, &str)] = &[
    ("archive_url", "/{archive_format}{/ref}"),
    ("assignees_url", "/assignees{/user}"),
    ("blobs_url", "/git/blobs{/sha}"),
    ("branches_url", "/branches{/branch}"),
    ("collaborators_url", "/collaborators{/collaborator}"),
    ("comments_url", "/comments{/number}"),
    ("commits_url", "/commits{/sha}"),
    ("compare_url", "/compare/{base}...{head}"),
    ("contents_url", "/contents/{+path}"),
    ("contributors_url", "/contributors"),
    ("deployments_url", "/deployments"),
    ("downloads_url", "/downloads"),
    ("events_url", "/events"),
    ("forks_url", "/forks"),
    ("git_commits_url", "/git/commits{/sha}"),
    ("git_refs_url", "/git/refs{/sha}"),
    ("git_tags_url", "/git/tags{/sha}"),
    ("hooks_url", "/hooks"),
    ("issue_comment_url", "/issues/comments{/number}"),
    ("issue_events_url", "/issues/events{/number}"),
    ("issues_url", "/issues{/number}"),
    ("keys_url", "/keys{/key_id}"),
    ("labels_url", "/labels{/name}"),
    ("languages_url", "/languages"),
    ("merges_url", "/merges"),
    ("milestones_url", "/milestones{/number}"),
    ("notifications_url", "/notifications{?since,all,participating}"),
    ("pulls_url", "/pulls{/number}"),
    ("releases_url", "/releases{/id}"),
    ("stargazers_url", "/stargazers"),
    ("statuses_url", "/statuses/{sha}"),
    ("subscribers_url", "/subscribers"),
    ("subscription_url", "/subscription"),
    ("tags_url", "/tags"),
    ("teams_url", "/teams"),
    ("trees_url", "/git/trees{/sha}"),
];

impl World {
    /// Where the API has a repository.
    pub(crate) fn api_of(&self, repository: &Repository) -> String {
        format!("{}/repos/{}", self.web, self.full_name(repository))
    }

    /// Where people see it.
    pub(crate) fn page_of(&self, repository: &Repository) -> String {
        format!("{}/{}", self.web, self.full_name(repository))
    }

    /// A repository.
    pub(crate) fn repository_json(&self, one: &Repository) -> Value {
        let (page, api) = (self.page_of(one), self.api_of(one));
        let open = one.issues.values().filter(|issue| issue.open).count();
        let forks = self.repositories.values().filter(|other| other.parent == Some(one.id)).count();
        let private = one.visibility == Visibility::Private;
        let mut json = json!({
            "id": one.id, "node_id": node_id("R", one.id), "name": one.name, "full_name": self.full_name(one),
            "private": private, "owner": self.user_json(one.owner), "html_url": page, "description": null,
            "fork": one.parent.is_some(), "url": api, "created_at": stamp(one.made), "updated_at": stamp(one.made),
            "pushed_at": stamp(one.pushed), "git_url": format!("git://{}", page.split_once("://").map_or("", |(_, rest)| rest)),
            "ssh_url": format!("git@127.0.0.1:{}.git", self.full_name(one)), "clone_url": format!("{page}.git"),
            "svn_url": page, "homepage": null,
        });
        let more = json!({
            "size": 0, "stargazers_count": 0, "watchers_count": 0, "language": null,
            "has_issues": true, "has_projects": true, "has_downloads": true, "has_wiki": true, "has_pages": false,
            "has_discussions": false, "forks_count": forks, "mirror_url": null, "archived": one.archived,
            "disabled": false, "open_issues_count": open, "license": null, "allow_forking": true, "is_template": false,
            "web_commit_signoff_required": false, "topics": [], "forks": forks, "open_issues": open, "watchers": 0,
            "visibility": if private { "private" } else { "public" }, "default_branch": one.default_branch,
        });
        merge(&mut json, more);
        for (name, path) in LINKS {
            json[name] = format!("{api}{path}").into();
        }
        json
    }

    /// A repository as it answers for itself: with its parent, and what the caller may do.
    pub(crate) fn full_repository_json(&self, one: &Repository, actor: Option<u64>) -> Value {
        let mut json = self.repository_json(one);
        json["network_count"] = json["forks_count"].clone();
        json["subscribers_count"] = 0.into();
        if let Some(actor) = actor {
            json["permissions"] = permissions_json(one.role(actor));
        }
        if let Some(parent) = one.parent.and_then(|parent| self.repositories.get(&parent)) {
            json["parent"] = self.repository_json(parent);
            json["source"] = self.repository_json(parent);
        }
        json
    }

    /// A label.
    pub(crate) fn label_json(&self, one: &Repository, label: &Label) -> Value {
        json!({
            "id": label.id, "node_id": node_id("LA", label.id), "name": label.name, "color": label.color,
            "url": format!("{}/labels/{}", self.api_of(one), label.name.replace(' ', "%20")), "default": false,
            "description": label.description,
        })
    }

    /// A branch, which must be there.
    pub(crate) fn branch_json(&self, one: &Repository, name: &str, sha: &str) -> Value {
        let (api, page) = (self.api_of(one), self.page_of(one));
        let url = format!("{api}/branches/{name}");
        let protected = one.protected.contains(name);
        let checks = json!({"enforcement_level": "off", "contexts": [], "checks": []});
        json!({
            "name": name, "commit": self.commit_json(one, sha), "protected": protected,
            "_links": {"self": url, "html": format!("{page}/tree/{name}")},
            "protection": {"enabled": protected, "required_status_checks": checks},
            "protection_url": format!("{url}/protection"),
        })
    }
}

pub(crate) fn permissions_json(role: Role) -> Value {
    json!({
        "admin": role >= Role::Admin, "maintain": role >= Role::Maintain, "push": role >= Role::Write,
        "triage": role >= Role::Triage, "pull": role >= Role::Read,
    })
}
