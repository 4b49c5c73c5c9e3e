//! What a program may do in a person's name. A scope never gives what the person may not do themselves.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;
use utoipa::ToSchema;

/// One kind of deed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// Seeing tasks, approvals and projects.
    Read,
    /// Asking for tasks, stopping, retrying, pushing and discarding them.
    Work,
    /// Deciding approvals.
    Decide,
    /// Seeing and changing projects, people, places, hooks, schedules and subscriptions, as far as the person may.
    Manage,
}

impl Scope {
    /// Every scope.
    pub const ALL: [Self; 4] = [Self::Read, Self::Work, Self::Decide, Self::Manage];

    /// The word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Work => "work",
            Self::Decide => "decide",
            Self::Manage => "manage",
        }
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A word that names no scope.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no scope: use read, work, decide or manage")]
pub struct UnknownScope(String);

impl FromStr for Scope {
    type Err = UnknownScope;
    fn from_str(word: &str) -> Result<Self, UnknownScope> {
        Self::ALL.into_iter().find(|scope| scope.as_str() == word).ok_or_else(|| UnknownScope(word.to_owned()))
    }
}

/// Several scopes, each once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(from = "Vec<Scope>")]
pub struct Scopes(Vec<Scope>);

impl Scopes {
    /// All there are.
    pub fn all() -> Self {
        Self(Scope::ALL.to_vec())
    }

    /// Whether this kind of deed is among them.
    pub fn permit(&self, scope: Scope) -> bool {
        self.0.contains(&scope)
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether they only let see.
    pub fn only_read(&self) -> bool {
        self.0.iter().all(|scope| *scope == Scope::Read)
    }

    /// Those that are in both.
    pub fn within(&self, others: &Self) -> Self {
        Self(self.0.iter().copied().filter(|scope| others.permit(*scope)).collect())
    }
}

impl From<Vec<Scope>> for Scopes {
    fn from(mut scopes: Vec<Scope>) -> Self {
        scopes.sort();
        scopes.dedup();
        Self(scopes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scopes_are_read_as_they_are_written() {
        for scope in Scope::ALL {
            assert_eq!(scope.as_str().parse(), Ok(scope));
            assert_eq!(serde_json::to_value(scope).unwrap(), scope.as_str());
        }
        let unknown = "admin".parse::<Scope>().unwrap_err();
        assert!(unknown.to_string().contains("read, work, decide or manage"));
        assert!(serde_json::from_str::<Scopes>(r#"["read","everything"]"#).is_err());
    }

    #[test]
    fn a_set_permits_what_is_in_it() {
        let set = Scopes::from(vec![Scope::Work, Scope::Read, Scope::Work]);
        assert_eq!(serde_json::to_string(&set).unwrap(), r#"["read","work"]"#);
        assert!(set.permit(Scope::Work) && !set.permit(Scope::Decide) && !set.only_read());
        assert!(set.within(&Scopes::from(vec![Scope::Read, Scope::Manage])).only_read());
        assert!(Scopes::from(Vec::new()).is_empty());
    }
}
