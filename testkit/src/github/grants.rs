//! What a credential may do, and what people may do in a repository.

use std::collections::BTreeMap;

/// What a permission allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// To look.
    Read,
    /// To look and to change.
    Write,
    /// All.
    Admin,
}

impl Level {
    /// The API's word for it.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Write => "write",
            Self::Admin => "admin",
        }
    }

    pub(crate) fn parse(word: &str) -> Option<Self> {
        [Self::Read, Self::Write, Self::Admin].into_iter().find(|level| level.word() == word)
    }
}

/// Permissions by name: `issues` → write.
pub type Grants = BTreeMap<String, Level>;

/// Somebody's role in a repository.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// No access.
    None,
    /// May read and comment.
    Read,
    /// May label and assign too.
    Triage,
    /// May push too.
    Write,
    /// May manage too.
    Maintain,
    /// May do all.
    Admin,
}

impl Role {
    /// The role's name.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Read => "read",
            Self::Triage => "triage",
            Self::Write => "write",
            Self::Maintain => "maintain",
            Self::Admin => "admin",
        }
    }

    /// The older name in `permission`, where maintain is told as write, and triage as read.
    pub(crate) fn legacy_word(self) -> &'static str {
        match self {
            Self::Maintain => "write",
            Self::Triage => "read",
            role => role.word(),
        }
    }
}
