//! The requests that are made of GitHub.

use crate::api::{Api, Who};
use crate::fault::Fault;
use crate::repo::{Repo, Thread};
use crate::wire::{Issue, Pull, Repository, User};
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::collections::HashSet;

/// How many pages of changed files are read; GitHub lists 3,000 files.
const PAGES: usize = 30;

/// Something that was made.
#[derive(Debug, Clone, Copy, Deserialize)]
pub(crate) struct Made {
    pub(crate) id: u64,
}

/// What somebody may do in a repository.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Permission {
    /// `admin`, `write`, `read` or `none`: the nearest of these where the role is another.
    pub(crate) permission: String,
    /// `admin`, `maintain`, `write`, `triage`, `read`, or a role of the organisation's own.
    #[serde(default)]
    pub(crate) role_name: Option<String>,
    #[serde(default)]
    pub(crate) user: Option<User>,
}

/// The App as it knows itself.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct AppItself {
    pub(crate) id: u64,
    pub(crate) slug: String,
    #[serde(default)]
    pub(crate) permissions: std::collections::BTreeMap<String, String>,
    #[serde(default)]
    pub(crate) events: Vec<String>,
    #[serde(default)]
    pub(crate) html_url: Option<String>,
    #[serde(default)]
    pub(crate) installations_count: Option<u64>,
}

/// Where an App's webhooks go.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct HookConfig {
    pub(crate) url: Option<String>,
    /// Stars, where there is one.
    pub(crate) secret: Option<String>,
}

/// A comment as it stands.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Standing {
    pub(crate) id: u64,
    #[serde(default)]
    pub(crate) body: Option<String>,
}

/// A repository as it is set up.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct SetUp {
    pub(crate) default_branch: String,
}

/// A pull request to be opened.
#[derive(Debug, Clone, Copy, Serialize)]
pub(crate) struct NewPull<'a> {
    pub(crate) title: &'a str,
    pub(crate) head: &'a str,
    pub(crate) base: &'a str,
    pub(crate) body: &'a str,
    pub(crate) draft: bool,
}

/// A file that a pull request changes.
#[derive(Debug, Clone, Deserialize)]
struct Changed {
    filename: String,
}

/// A branch.
#[derive(Debug, Clone, Copy, Deserialize)]
pub(crate) struct Branch {
    #[serde(default)]
    pub(crate) protected: bool,
}

impl Api {
    /// The App itself.
    pub(crate) async fn app(&self) -> Result<AppItself, Fault> {
        self.get(Who::Ourselves, &["app"]).await
    }

    /// Where the App's webhooks go.
    pub(crate) async fn hook_config(&self) -> Result<HookConfig, Fault> {
        self.get(Who::Ourselves, &["app", "hook", "config"]).await
    }

    /// The account whose token it is.
    pub(crate) async fn user(&self) -> Result<User, Fault> {
        self.get(Who::Ourselves, &["user"]).await
    }

    /// Somebody's account. An App has no token for that, but anybody may ask.
    pub(crate) async fn account(&self, login: &str) -> Result<User, Fault> {
        self.get_in_public(&["users", login]).await
    }

    /// Writes a comment.
    pub(crate) async fn comment(&self, thread: &Thread, body: &str) -> Result<u64, Fault> {
        let Thread { repo, number } = thread;
        let path = ["repos", &repo.owner, &repo.name, "issues", &number.to_string(), "comments"];
        Ok(self.post::<Made>(Who::In(repo), &path, json!({ "body": body })).await?.id)
    }

    /// Writes a comment anew.
    pub(crate) async fn edit_comment(&self, repo: &Repo, id: u64, body: &str) -> Result<(), Fault> {
        let path = ["repos", &repo.owner, &repo.name, "issues", "comments", &id.to_string()];
        self.patch::<Made>(Who::In(repo), &path, json!({ "body": body })).await.map(|_| ())
    }

    /// The comments that were written or edited since then, a page of them, the oldest first.
    pub(crate) async fn comments_since(&self, thread: &Thread, since: &str) -> Result<Vec<Standing>, Fault> {
        let Thread { repo, number } = thread;
        let path = ["repos", &repo.owner, &repo.name, "issues", &number.to_string(), "comments"];
        let query = [("since", since), ("per_page", "100")];
        Ok(self.page(Who::In(repo), &path, &query).await?.0)
    }

    /// Reacts to something: `what` is the rest of its address.
    pub(crate) async fn react(&self, repo: &Repo, what: &[String], content: &str) -> Result<(), Fault> {
        let mut path = vec!["repos", repo.owner.as_str(), repo.name.as_str()];
        path.extend(what.iter().map(String::as_str));
        path.push("reactions");
        self.post::<Made>(Who::In(repo), &path, json!({ "content": content })).await.map(|_| ())
    }

    /// What somebody may do.
    pub(crate) async fn permission(&self, repo: &Repo, login: &str) -> Result<Permission, Fault> {
        let path = ["repos", &repo.owner, &repo.name, "collaborators", login, "permission"];
        self.get(Who::In(repo), &path).await
    }

    /// A pull request as it stands.
    pub(crate) async fn pull(&self, thread: &Thread) -> Result<Pull, Fault> {
        let Thread { repo, number } = thread;
        let path = ["repos", &repo.owner, &repo.name, "pulls", &number.to_string()];
        self.get(Who::In(repo), &path).await
    }

    /// A repository as GitHub knows it.
    pub(crate) async fn repository(&self, repo: &Repo) -> Result<Repository, Fault> {
        self.get(Who::In(repo), &["repos", &repo.owner, &repo.name]).await
    }

    /// The branch that all others begin at.
    pub(crate) async fn default_branch(&self, repo: &Repo) -> Result<String, Fault> {
        let path = ["repos", repo.owner.as_str(), &repo.name];
        Ok(self.get::<SetUp>(Who::In(repo), &path).await?.default_branch)
    }

    /// A branch as it stands.
    pub(crate) async fn branch(&self, repo: &Repo, name: &str) -> Result<Branch, Fault> {
        self.get(Who::In(repo), &["repos", &repo.owner, &repo.name, "branches", name]).await
    }

    /// An issue as it stands; a pull request is one, too.
    pub(crate) async fn issue(&self, thread: &Thread) -> Result<Issue, Fault> {
        let Thread { repo, number } = thread;
        self.get(Who::In(repo), &["repos", &repo.owner, &repo.name, "issues", &number.to_string()]).await
    }

    /// The newest pull request from a branch of the repository itself, open or not.
    pub(crate) async fn pull_from(&self, repo: &Repo, branch: &str) -> Result<Option<Pull>, Fault> {
        let path = ["repos", repo.owner.as_str(), &repo.name, "pulls"];
        let head = format!("{}:{branch}", repo.owner);
        let query = [("head", head.as_str()), ("state", "all"), ("per_page", "1")];
        Ok(self.page::<Pull>(Who::In(repo), &path, &query).await?.0.into_iter().next())
    }

    /// The files that a pull request changes, as they are called after it.
    pub(crate) async fn changed_files(&self, thread: &Thread) -> Result<HashSet<String>, Fault> {
        let Thread { repo, number } = thread;
        let path = ["repos", &repo.owner, &repo.name, "pulls", &number.to_string(), "files"];
        let (mut files, mut page) = (HashSet::new(), "1".to_owned());
        for _ in 0..PAGES {
            let query = [("per_page", "100"), ("page", page.as_str())];
            let (found, next) = self.page::<Changed>(Who::In(repo), &path, &query).await?;
            files.extend(found.into_iter().map(|file| file.filename));
            let Some(next) = next else { break };
            page = next;
        }
        Ok(files)
    }

    /// Opens a pull request.
    pub(crate) async fn open_pull(&self, repo: &Repo, new: &NewPull<'_>) -> Result<Pull, Fault> {
        self.post(Who::In(repo), &["repos", &repo.owner, &repo.name, "pulls"], new).await
    }

    /// Writes what a pull request says anew.
    pub(crate) async fn edit_pull(&self, repo: &Repo, number: u64, body: &str) -> Result<(), Fault> {
        let path = ["repos", &repo.owner, &repo.name, "pulls", &number.to_string()];
        self.patch::<Made>(Who::In(repo), &path, json!({ "body": body })).await.map(|_| ())
    }
}
