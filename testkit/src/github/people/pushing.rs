//! What people do with branches.

use super::repo::Repo;
use super::user::User;
use crate::github::account::Account;
use crate::github::clock::unix_time;
use crate::github::git::{Bare, Commit, Edit};
use crate::github::grants::Role;

/// A commit that somebody pushes.
#[derive(Debug, Clone)]
pub struct Push {
    branch: String,
    onto: Option<String>,
    message: String,
    files: Vec<(String, Edit)>,
}

impl Push {
    /// A commit for a branch, which is made from `main` if it is not there.
    pub fn to(branch: &str) -> Self {
        Self { branch: branch.to_owned(), onto: None, message: "Change something".to_owned(), files: Vec::new() }
    }

    /// Stands on this commit or branch instead of the branch's end: a push by force.
    #[must_use]
    pub fn onto(mut self, commit: &str) -> Self {
        self.onto = Some(commit.to_owned());
        self
    }

    /// With this message.
    #[must_use]
    pub fn message(mut self, message: &str) -> Self {
        message.clone_into(&mut self.message);
        self
    }

    /// With a file of this content.
    #[must_use]
    pub fn file(self, path: &str, content: impl AsRef<[u8]>) -> Self {
        self.entry(path, Edit::Put { mode: "100644", content: content.as_ref().to_vec() })
    }

    /// With a program of this content.
    #[must_use]
    pub fn program(self, path: &str, content: &str) -> Self {
        self.entry(path, Edit::Put { mode: "100755", content: content.as_bytes().to_vec() })
    }

    /// With a symbolic link to somewhere.
    #[must_use]
    pub fn link(self, path: &str, to: &str) -> Self {
        self.entry(path, Edit::Put { mode: "120000", content: to.as_bytes().to_vec() })
    }

    /// Without a file.
    #[must_use]
    pub fn without(self, path: &str) -> Self {
        self.entry(path, Edit::Delete)
    }

    fn entry(mut self, path: &str, edit: Edit) -> Self {
        self.files.push((path.to_owned(), edit));
        self
    }
}

impl User {
    /// Pushes a commit with these files. Gives its id.
    pub fn pushes(&self, repo: &Repo, branch: &str, files: &[(&str, &str)]) -> String {
        self.pushes_commit(repo, files.iter().fold(Push::to(branch), |push, (path, content)| push.file(path, content)))
    }

    /// Pushes a commit with these files onto another one than the branch's end. Gives its id.
    pub fn force_pushes(&self, repo: &Repo, branch: &str, onto: &str, files: &[(&str, &str)]) -> String {
        let push = Push::to(branch).onto(onto).message("Change something else");
        self.pushes_commit(repo, files.iter().fold(push, |push, (path, content)| push.file(path, content)))
    }

    /// Pushes a commit. Gives its id.
    ///
    /// # Panics
    /// When git will not take it.
    pub fn pushes_commit(&self, repo: &Repo, push: Push) -> String {
        self.must(repo, Role::Write, "push");
        self.stage.change(|world| {
            let (name, email) = world.accounts.get(&self.id()).map(Account::signature).unwrap_or_default();
            let Some(one) = world.repositories.get(&repo.id) else { panic!("repository {} is gone", repo.id) };
            let sha = push.write(&one.git, (&name, &email));
            world.settle_push(repo.id, Some(&format!("refs/heads/{}", push.branch)), self.id());
            sha
        })
    }

    /// Deletes a branch.
    pub fn deletes_branch(&self, repo: &Repo, branch: &str) {
        self.must(repo, Role::Write, "delete a branch");
        self.stage.change(|world| {
            let name = format!("refs/heads/{branch}");
            let done = world.repositories.get(&repo.id).map(|one| one.git.delete_ref(&name));
            assert_eq!(done, Some(Ok(())));
            world.settle_push(repo.id, Some(&name), self.id());
        });
    }

    /// Copies a repository to the own account.
    ///
    /// # Panics
    /// When git cannot copy it.
    pub fn forks(&self, repo: &Repo) -> Repo {
        self.must(repo, Role::Read, "fork");
        let (name, visibility, git) = repo.look(|_, one| (one.name.clone(), one.visibility, one.git.clone()));
        let id = self.stage.change(|world| {
            let id = world.add_repository(self.id(), &name, visibility);
            if let Some(fork) = world.repositories.get_mut(&id) {
                fork.parent = Some(repo.id);
                let copied = fork.git.copy_branches(&git);
                assert_eq!(copied, Ok(()));
                fork.told = fork.git.refs();
            }
            id
        });
        Repo { id, stage: self.stage.clone() }
    }
}

impl Push {
    /// Writes the commit, and tells nobody.
    pub(crate) fn write(&self, git: &Bare, (name, email): (&str, &str)) -> String {
        let parent = match &self.onto {
            Some(onto) => git.resolve(onto),
            None => git.branch(&self.branch).or_else(|| git.branch("main")),
        };
        let commit = Commit {
            branch: self.branch.clone(),
            parent,
            author: (name.to_owned(), email.to_owned()),
            at: unix_time(),
            message: self.message.clone(),
            files: self.files.clone(),
        };
        match git.commit(&commit) {
            Ok(sha) => sha,
            Err(error) => panic!("git did not take the commit: {}", error.0),
        }
    }
}
