//! People, their roles, and who may decide what. Every answer here is a pure function of roles; nothing asks a platform.

use crate::id::{ProjectId, UserId};
use crate::place::Place;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;
use utoipa::ToSchema;

/// What a person may do in a project. Each role includes those before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Sees tasks and their outcomes.
    Viewer,
    /// Submits tasks, and decides where policy lets members decide.
    Member,
    /// Changes policy, places and secrets; stops anybody's task.
    Maintainer,
    /// Adds and removes people; deletes the project.
    Owner,
}

impl Role {
    /// Every role, the least first.
    pub const ALL: [Self; 4] = [Self::Viewer, Self::Member, Self::Maintainer, Self::Owner];

    /// The word in the database, in policies and on the command line.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Viewer => "viewer",
            Self::Member => "member",
            Self::Maintainer => "maintainer",
            Self::Owner => "owner",
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A word that names no role.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no role: use viewer, member, maintainer or owner")]
pub struct UnknownRole(String);

impl FromStr for Role {
    type Err = UnknownRole;
    fn from_str(word: &str) -> Result<Self, UnknownRole> {
        Self::ALL.into_iter().find(|role| role.as_str() == word).ok_or_else(|| UnknownRole(word.to_owned()))
    }
}

/// A person as a link to an account on a platform, e.g. `telegram` and `12345`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
pub struct Identity {
    /// The platform: `telegram`, `discord`, `github`, `email`, or `openid:NAME` for a provider by which people sign in.
    pub platform: String,
    /// The platform's own, unchanging id of the account (a login only where the platform has nothing better).
    pub account: String,
}

/// What stands before a provider's name.
const PROVIDER: &str = "openid:";

impl Identity {
    /// Somebody at a provider by which people sign in.
    pub fn at_provider(provider: &str, subject: &str) -> Self {
        Self { platform: Self::platform_of(provider), account: subject.to_owned() }
    }

    /// The platform that stands for a provider.
    pub fn platform_of(provider: &str) -> String {
        format!("{PROVIDER}{provider}")
    }

    /// The provider; none where it is another kind of account.
    pub fn provider(&self) -> Option<&str> {
        self.platform.strip_prefix(PROVIDER)
    }
}

/// Who acts, as resolved by the hub from a linked identity, never as claimed by a sender.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Actor {
    /// The person.
    pub user: UserId,
    /// How others are shown them.
    pub name: String,
    /// Admin of the hub: owner of every project.
    pub admin: bool,
    /// Where they act from.
    pub place: Option<Place>,
    /// The most that they may do from there, where the platform there says so.
    #[serde(default)]
    pub at_most: Option<Role>,
    /// By what they act there, where it is no place.
    #[serde(default)]
    pub origin: Origin,
}

/// By what somebody acts over the network: for the audit log, and for nothing that is decided.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Origin {
    /// The address that it comes from.
    pub address: Option<String>,
    /// The id of the token that a program has shown, or of the sign-in that it came from.
    pub token: Option<String>,
}

/// The right a person has in a project at this moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// The person.
    pub actor: Actor,
    /// The project it is about.
    pub project: ProjectId,
    /// Their role there; none for somebody outside.
    pub role: Option<Role>,
}

impl Standing {
    /// Whether the person has at least this role.
    pub fn is_at_least(&self, role: Role) -> bool {
        let own = if self.actor.admin { Some(Role::Owner) } else { self.role };
        own.is_some_and(|own| own >= role) && self.actor.at_most.is_none_or(|most| most >= role)
    }

    /// Whether they may see the project and what happens in it.
    pub fn may_see(&self) -> bool {
        self.is_at_least(Role::Viewer)
    }

    /// Whether they may submit tasks.
    pub fn may_submit(&self) -> bool {
        self.is_at_least(Role::Member)
    }

    /// Whether they may stop or retry a task that `requester` asked for.
    pub fn may_stop(&self, requester: &UserId) -> bool {
        self.is_at_least(Role::Maintainer) || (self.may_submit() && &self.actor.user == requester)
    }

    /// Whether they may change the project's policy, places and secrets.
    pub fn may_configure(&self) -> bool {
        self.is_at_least(Role::Maintainer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn standing(role: Option<Role>, admin: bool) -> Standing {
        let actor = Actor {
            user: UserId::new("ann"),
            name: "Ann".to_owned(),
            admin,
            place: None,
            at_most: None,
            origin: Origin::default(),
        };
        Standing { actor, project: ProjectId::new("p"), role }
    }

    #[test]
    fn each_role_may_what_is_written_of_it() {
        let rights = |s: Standing| {
            let (own, others) = (UserId::new("ann"), UserId::new("bob"));
            [s.may_see(), s.may_submit(), s.may_stop(&own), s.may_stop(&others), s.may_configure()]
        };
        assert_eq!(rights(standing(None, false)), [false; 5]);
        assert_eq!(rights(standing(Some(Role::Viewer), false)), [true, false, false, false, false]);
        assert_eq!(rights(standing(Some(Role::Member), false)), [true, true, true, false, false]);
        assert_eq!(rights(standing(Some(Role::Maintainer), false)), [true; 5]);
        assert_eq!(rights(standing(Some(Role::Owner), false)), [true; 5]);
        assert_eq!(rights(standing(None, true)), [true; 5]);
        let from = |most: Role, mut standing: Standing| {
            standing.actor.at_most = Some(most);
            rights(standing)
        };
        assert_eq!(
            from(Role::Viewer, standing(None, true)),
            [true, false, false, false, false],
            "wherever they act from"
        );
        assert_eq!(from(Role::Member, standing(Some(Role::Owner), false)), [true, true, true, false, false]);
        assert_eq!(from(Role::Owner, standing(Some(Role::Viewer), false)), [true, false, false, false, false]);
    }
}
