//! The ground that a conversation works on, where that is not the repository's default branch: a pull request's.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What a conversation works on.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
pub struct Ground {
    /// The reference at the remote, in full: `refs/heads/topic`, `refs/pull/7/head`.
    pub reference: String,
    /// The commit that it was at when the request was made; nothing newer is worked on.
    pub commit: String,
    /// What the work goes onto.
    pub onto: Onto,
    /// The commit as it is inside the hub, where what was pushed was rewritten on its way out.
    #[serde(default)]
    pub inside: Option<String>,
}

/// Where the work on a ground goes.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Onto {
    /// This branch, as long as nobody else has moved it meanwhile.
    Branch(String),
    /// Nowhere: it comes from people whom nobody here vouches for. It is read and answered about; nothing of it is changed
    /// or run, and nothing leaves the sandbox but the answer.
    Nowhere,
}

impl Ground {
    /// Whether both are the same as seen from outside.
    pub fn is_same_as(&self, other: &Self) -> bool {
        (&self.reference, &self.commit, &self.onto) == (&other.reference, &other.commit, &other.onto)
    }

    /// Whether it may only be read.
    pub fn is_read_only(&self) -> bool {
        self.onto == Onto::Nowhere
    }

    /// The branch that the work goes onto.
    pub fn branch(&self) -> Option<&str> {
        match &self.onto {
            Onto::Branch(branch) => Some(branch),
            Onto::Nowhere => None,
        }
    }
}
