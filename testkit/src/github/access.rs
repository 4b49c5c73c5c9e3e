//! Who may do what in a repository, and in which words it is refused.

use super::caller::Caller;
use super::grants::{Grants, Level, Role};
use super::refusal::Refusal;
use super::repository::{Repository, Visibility};
use super::world::World;

/// What a route asks for: of Apps and fine-grained tokens one of these permissions, of people a role.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Need {
    pub(crate) permissions: &'static [&'static str],
    pub(crate) level: Level,
    pub(crate) role: Role,
}

impl Need {
    pub(crate) const fn read(permissions: &'static [&'static str]) -> Self {
        Self { permissions, level: Level::Read, role: Role::Read }
    }

    pub(crate) const fn write(permissions: &'static [&'static str], role: Role) -> Self {
        Self { permissions, level: Level::Write, role }
    }

    fn met_by(&self, grants: &Grants) -> bool {
        let met = |name: &&str| *name == "metadata" || grants.get(*name).is_some_and(|level| *level >= self.level);
        self.permissions.iter().any(met)
    }
}

impl World {
    /// A repository by its name, as far as the caller may know of it.
    ///
    /// # Errors
    /// When there is none, or it must look so.
    pub(crate) fn find(&self, caller: &Caller, owner: &str, name: &str) -> Result<&Repository, Refusal> {
        let found = self.repository_named(owner, name).ok_or_else(Refusal::not_found)?;
        if self.sees(caller, found) { Ok(found) } else { Err(Refusal::not_found()) }
    }

    /// Whether a caller may know of a repository.
    pub(crate) fn sees(&self, caller: &Caller, repository: &Repository) -> bool {
        if repository.visibility == Visibility::Public {
            return true;
        }
        match caller {
            Caller::Nobody | Caller::App(_) => false,
            Caller::Installation { .. } => self.holds(caller, repository),
            Caller::Classic { user, scopes } => {
                repository.role(*user) >= Role::Read && scopes.iter().any(|scope| scope == "repo")
            }
            Caller::FineGrained { user, repositories, .. } => {
                repository.role(*user) >= Role::Read && repositories.contains(&repository.id)
            }
        }
    }

    /// Whether an installation's token is for a repository.
    fn holds(&self, caller: &Caller, repository: &Repository) -> bool {
        let Caller::Installation { id, repositories, .. } = caller else { return false };
        let installed = self.installations.get(id).is_some_and(|one| one.covers(repository.owner, repository.id));
        installed && repositories.as_ref().is_none_or(|chosen| chosen.contains(&repository.id))
    }

    /// Whether a caller may do what a route does, to a repository that it knows of.
    ///
    /// # Errors
    /// In the words that GitHub has for this kind of caller.
    pub(crate) fn allow(&self, caller: &Caller, repository: &Repository, need: Need) -> Result<(), Refusal> {
        let public_read = repository.visibility == Visibility::Public && need.level == Level::Read;
        let met = match caller {
            Caller::Nobody if public_read => return Ok(()),
            Caller::Nobody => return Err(Refusal::unauthorized("Requires authentication")),
            Caller::App(_) => {
                let message = "A JSON web token could not be used here: this route needs an installation access token";
                return Err(Refusal::unauthorized(message));
            }
            Caller::Installation { grants, .. } => public_read || self.holds(caller, repository) && need.met_by(grants),
            Caller::FineGrained { grants, repositories, user } => {
                public_read
                    || repositories.contains(&repository.id)
                        && need.met_by(grants)
                        && repository.role(*user) >= need.role
            }
            Caller::Classic { user, scopes } => {
                let public = repository.visibility == Visibility::Public;
                let scope = |scope: &String| scope == "repo" || public && scope == "public_repo";
                let scoped = scopes.iter().any(scope) || public_read;
                return match (scoped, repository.role(*user) >= need.role) {
                    (true, true) => self.writable(repository, need),
                    (true, false) => Err(Refusal::forbidden("Must have admin rights to Repository.")),
                    (false, _) => Err(Refusal::not_found()),
                };
            }
        };
        match (met, caller) {
            (true, _) => self.writable(repository, need),
            (false, Caller::FineGrained { .. }) => {
                Err(Refusal::forbidden("Resource not accessible by personal access token"))
            }
            (false, _) => Err(Refusal::forbidden("Resource not accessible by integration")),
        }
    }

    fn writable(&self, repository: &Repository, need: Need) -> Result<(), Refusal> {
        if repository.archived && need.level > Level::Read {
            return Err(Refusal::forbidden("Repository was archived so is read-only."));
        }
        Ok(())
    }
}
