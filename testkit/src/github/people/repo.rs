//! A repository as a test holds it.

use std::path::PathBuf;

use super::pushing::Push;
use super::seen::{CheckRunSeen, CommitSeen};
use super::thread::Thread;
use super::user::User;
use crate::github::account::AccountKind;
use crate::github::app::Hook;
use crate::github::git::LoggedCommit;
use crate::github::grants::Role;
use crate::github::hooks::Target;
use crate::github::repository::{Repository, RepositoryHook, Visibility};
use crate::github::server::GithubServer;
use crate::github::stage::Shared;

/// A repository.
#[derive(Debug, Clone)]
pub struct Repo {
    pub(crate) id: u64,
    pub(crate) stage: Shared,
}

impl GithubServer {
    /// A new repository by its full name, `team/app`, with one commit on `main`. The owner is an organisation, unless it is
    /// a user already.
    ///
    /// # Panics
    /// When the name has no slash, or git cannot make one.
    pub fn repository(&self, full_name: &str, visibility: Visibility) -> Repo {
        let (owner, name) = full_name.split_once('/').unwrap_or_else(|| panic!("{full_name} is not owner/name"));
        let readme = Push::to("main").message("Begin").file("README.md", "# A project\n");
        let id = self.stage.change(|world| {
            let owner = world.account(owner, AccountKind::Organization);
            let id = world.add_repository(owner, name, visibility);
            if let Some(one) = world.repositories.get_mut(&id) {
                readme.write(&one.git, ("GitHub", "noreply@github.com"));
                one.told = one.git.refs();
            }
            id
        });
        Repo { id, stage: self.stage.clone() }
    }
}

impl Repo {
    pub(crate) fn look<T>(&self, look: impl FnOnce(&crate::github::world::World, &Repository) -> T) -> T {
        self.stage.look(|world| match world.repositories.get(&self.id) {
            Some(one) => look(world, one),
            None => panic!("repository {} is gone", self.id),
        })
    }

    fn change(&self, change: impl FnOnce(&mut Repository)) {
        self.stage.change(|world| world.repositories.get_mut(&self.id).map(change));
    }

    /// The repository's id.
    pub fn id(&self) -> u64 {
        self.id
    }

    /// `team/app`.
    pub fn full_name(&self) -> String {
        self.look(|world, one| world.full_name(one))
    }

    /// Where git finds it.
    pub fn clone_url(&self) -> String {
        self.look(|world, one| format!("{}.git", world.page_of(one)))
    }

    /// Where its files lie, for whoever needs it without asking GitHub.
    pub fn folder(&self) -> PathBuf {
        self.look(|_, one| one.git.path().to_owned())
    }

    /// Gives somebody a role; [`Role::None`] takes it away.
    pub fn grants(&self, user: &User, role: Role) {
        self.change(|one| match role {
            Role::None => drop(one.roles.remove(&user.id())),
            role => drop(one.roles.insert(user.id(), role)),
        });
    }

    /// Lets no push change a branch.
    ///
    /// # Panics
    /// When it cannot be written down.
    pub fn protects(&self, branch: &str) {
        self.change(|one| {
            one.protected.insert(branch.to_owned());
            let done = one.git.protect(one.protected.iter());
            assert!(done.is_ok(), "{done:?}");
        });
    }

    /// Makes it read-only.
    pub fn archives(&self) {
        self.change(|one| one.archived = true);
    }

    /// Sets up a webhook of its own, for whoever has no App. Gives its number.
    pub fn webhooks_to(&self, url: &str, secret: &str, events: &[&str]) -> u64 {
        let events = events.iter().map(|event| (*event).to_owned()).collect();
        self.stage.change(|world| {
            let id = world.next_id();
            let hook = Hook { id, url: Some(url.to_owned()), secret: Some(secret.to_owned()) };
            let owner = world.repositories.get_mut(&self.id).map(|one| {
                one.hooks.push(RepositoryHook { hook, events });
                one.owner
            });
            world.ping(Target::Repository(self.id, id), owner.unwrap_or_default());
            id
        })
    }

    /// The commit that a branch is at.
    pub fn head(&self, branch: &str) -> Option<String> {
        self.look(|_, one| one.git.branch(branch))
    }

    /// All branches.
    pub fn branches(&self) -> Vec<String> {
        let refs = self.look(|_, one| one.git.refs());
        refs.keys().filter_map(|name| name.strip_prefix("refs/heads/").map(str::to_owned)).collect()
    }

    /// What full name a reference has, and where it is: `refs/pull/1/head`.
    pub fn reference(&self, name: &str) -> Option<String> {
        self.look(|_, one| one.git.exact_ref(name))
    }

    /// A file on a branch or at a commit.
    pub fn file(&self, at: &str, path: &str) -> Option<String> {
        let bytes = self.look(|_, one| one.git.file(at, path))?;
        Some(String::from_utf8_lossy(&bytes).into_owned())
    }

    /// A branch's commits, oldest first.
    pub fn log(&self, branch: &str) -> Vec<CommitSeen> {
        let seen = |commit: LoggedCommit| {
            let [name, email, _] = commit.author;
            let [by, by_email, _] = commit.committer;
            CommitSeen { sha: commit.sha, author: (name, email), committer: (by, by_email), message: commit.message }
        };
        self.look(|_, one| one.git.log(branch, 1000)).into_iter().map(seen).collect()
    }

    /// An issue or pull request by its number.
    pub fn thread(&self, number: u64) -> Thread {
        Thread { repo: self.clone(), number }
    }

    /// All issues and pull requests, oldest first.
    pub fn threads(&self) -> Vec<Thread> {
        let numbers: Vec<u64> = self.look(|_, one| one.issues.keys().copied().collect());
        numbers.into_iter().map(|number| self.thread(number)).collect()
    }

    /// All check runs, oldest first.
    pub fn check_runs(&self) -> Vec<CheckRunSeen> {
        self.look(|world, one| one.runs.values().map(|run| CheckRunSeen::new(world, run)).collect())
    }

    /// A check run by its number.
    pub fn check_run(&self, id: u64) -> Option<CheckRunSeen> {
        self.look(|world, one| one.runs.get(&id).map(|run| CheckRunSeen::new(world, run)))
    }
}
