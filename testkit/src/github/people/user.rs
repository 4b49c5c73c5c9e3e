//! Somebody on GitHub: who it is, and the tokens that they make.

use crate::github::account::AccountKind;
use crate::github::caller::{Caller, Token};
use crate::github::grants::{Grants, Level, Role};
use crate::github::people::repo::Repo;
use crate::github::server::GithubServer;
use crate::github::stage::Shared;
use crate::github::world::secret;

/// Somebody on GitHub.
#[derive(Debug, Clone)]
pub struct User {
    id: u64,
    login: String,
    pub(crate) stage: Shared,
}

impl GithubServer {
    /// Somebody by their name, who is new or known.
    pub fn user(&self, login: &str) -> User {
        let id = self.stage.change(|world| world.account(login, AccountKind::User));
        User { id, login: login.to_owned(), stage: self.stage.clone() }
    }

    /// Another program's account: `dependabot[bot]`.
    pub fn other_bot(&self, login: &str) -> User {
        let id = self.stage.change(|world| world.account(login, AccountKind::Bot));
        User { id, login: login.to_owned(), stage: self.stage.clone() }
    }
}

impl User {
    /// The account's id.
    pub fn id(&self) -> u64 {
        self.id
    }

    /// The account's name.
    pub fn login(&self) -> &str {
        &self.login
    }

    /// A token with scopes: `repo`, `public_repo`, `workflow`.
    pub fn token(&self, scopes: &[&str]) -> String {
        let scopes = scopes.iter().map(|scope| (*scope).to_owned()).collect();
        self.add_token("ghp_", Caller::Classic { user: self.id, scopes })
    }

    /// A token with permissions for some repositories.
    pub fn fine_grained_token(&self, permissions: &[(&str, Level)], repositories: &[&Repo]) -> String {
        let grants: Grants = permissions.iter().map(|(name, level)| ((*name).to_owned(), *level)).collect();
        let repositories = repositories.iter().map(|repo| repo.id).collect();
        self.add_token("github_pat_", Caller::FineGrained { user: self.id, grants, repositories })
    }

    fn add_token(&self, prefix: &str, caller: Caller) -> String {
        let token = format!("{prefix}{}", secret(36));
        self.stage.change(|world| world.tokens.insert(token.clone(), Token { caller, expires: None }));
        token
    }

    /// Takes a token back.
    pub fn revokes(&self, token: &str) {
        self.stage.change(|world| world.tokens.remove(token));
    }

    /// A test that lets somebody do what they may not is wrong.
    pub(crate) fn must(&self, repo: &Repo, role: Role, deed: &str) {
        let has = repo.look(|_, one| one.role(self.id));
        assert!(has >= role, "{} may not {deed}: that takes {role:?}, and {has:?} is what they have", self.login);
    }
}
