//! Commits and the files that they change.

use serde_json::{Value, json};

use super::node_id;
use crate::github::git::{ChangedFile, LoggedCommit};
use crate::github::repository::Repository;
use crate::github::world::World;

impl World {
    /// A commit; null if it is not there.
    pub(crate) fn commit_json(&self, one: &Repository, sha: &str) -> Value {
        one.git.commit_at(sha).map_or(Value::Null, |commit| self.logged_json(one, &commit))
    }

    /// A commit of the log.
    pub(crate) fn logged_json(&self, one: &Repository, commit: &LoggedCommit) -> Value {
        let (api, page, sha) = (self.api_of(one), self.page_of(one), &commit.sha);
        let parent = |sha: &String| json!({"sha": sha, "url": format!("{api}/commits/{sha}"), "html_url": format!("{page}/commit/{sha}")});
        let person = |[name, email, date]: &[String; 3]| json!({"name": name, "email": email, "date": date});
        json!({
            "sha": sha, "node_id": node_id("C", one.id), "url": format!("{api}/commits/{sha}"),
            "html_url": format!("{page}/commit/{sha}"), "comments_url": format!("{api}/commits/{sha}/comments"),
            "commit": {
                "author": person(&commit.author), "committer": person(&commit.committer), "message": commit.message,
                "tree": {"sha": commit.tree, "url": format!("{api}/git/trees/{}", commit.tree)},
                "url": format!("{api}/git/commits/{sha}"), "comment_count": 0,
                "verification": {"verified": false, "reason": "unsigned", "signature": null, "payload": null,
                    "verified_at": null},
            },
            "author": self.known_by(&commit.author[1]), "committer": self.known_by(&commit.committer[1]),
            "parents": commit.parents.iter().map(parent).collect::<Value>(),
        })
    }

    /// The account with an address; null if there is none.
    fn known_by(&self, email: &str) -> Value {
        let known = self.accounts.values().find(|account| account.signature().1 == email);
        known.map_or(Value::Null, |account| self.user_json(account.id))
    }

    /// A commit as a push tells of it.
    pub(crate) fn pushed_json(&self, one: &Repository, commit: &LoggedCommit) -> Value {
        let parent = commit.parents.first().cloned().unwrap_or_default();
        // Of the empty tree, which every repository knows.
        let before = if parent.is_empty() { "4b825dc642cb6eb9a060e54bf8d69288fbee4904" } else { &parent };
        let files = one.git.changed_files(before, &commit.sha);
        let of = |status: &[&str]| -> Value {
            files.iter().filter(|file| status.contains(&file.status)).map(|file| json!(file.path)).collect()
        };
        let person = |[name, email, date]: &[String; 3]| json!({"name": name, "email": email, "date": date});
        json!({
            "id": commit.sha, "tree_id": commit.tree, "distinct": true, "message": commit.message,
            "timestamp": commit.committer[2], "url": format!("{}/commit/{}", self.page_of(one), commit.sha),
            "author": person(&commit.author), "committer": person(&commit.committer),
            "added": of(&["added", "copied"]), "removed": of(&["removed"]),
            "modified": of(&["modified", "changed", "renamed"]),
        })
    }

    /// A commit as check suites and workflows name it; null if it is not there.
    pub(crate) fn head_commit_json(&self, one: &Repository, sha: &str) -> Value {
        let Some(commit) = one.git.commit_at(sha) else { return Value::Null };
        let person = |[name, email, _]: &[String; 3]| json!({"name": name, "email": email});
        json!({
            "id": commit.sha, "tree_id": commit.tree, "message": commit.message, "timestamp": commit.committer[2],
            "author": person(&commit.author), "committer": person(&commit.committer),
        })
    }

    /// A file that differs.
    pub(crate) fn file_json(&self, one: &Repository, file: &ChangedFile, head: &str) -> Value {
        let (api, page, path) = (self.api_of(one), self.page_of(one), &file.path);
        let mut json = json!({
            "sha": file.sha, "filename": path, "status": file.status, "additions": file.additions,
            "deletions": file.deletions, "changes": file.additions + file.deletions,
            "blob_url": format!("{page}/blob/{head}/{path}"), "raw_url": format!("{page}/raw/{head}/{path}"),
            "contents_url": format!("{api}/contents/{path}?ref={head}"),
        });
        if let Some(patch) = &file.patch {
            json["patch"] = patch.as_str().into();
        }
        if let Some(previous) = &file.previous {
            json["previous_filename"] = previous.as_str().into();
        }
        json
    }
}
