//! GitHub Apps, and where they are installed.

use std::collections::BTreeSet;

use super::grants::Grants;

/// An App.
#[derive(Debug, Clone)]
pub(crate) struct App {
    pub(crate) id: u64,
    pub(crate) slug: String,
    pub(crate) client_id: String,
    pub(crate) owner: u64,
    /// The account that it acts as.
    pub(crate) bot: u64,
    pub(crate) permissions: Grants,
    pub(crate) events: Vec<String>,
    /// The public half of its key, in DER; none for an App that never calls.
    pub(crate) key: Vec<u8>,
    pub(crate) hook: Hook,
    pub(crate) made: u64,
}

/// Where webhooks go, and with which secret.
#[derive(Debug, Clone, Default)]
pub(crate) struct Hook {
    pub(crate) id: u64,
    pub(crate) url: Option<String>,
    pub(crate) secret: Option<String>,
}

/// Which repositories of its owner an installation has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Selection {
    All,
    Selected(BTreeSet<u64>),
}

/// An App in an account.
#[derive(Debug, Clone)]
pub(crate) struct Installation {
    pub(crate) id: u64,
    pub(crate) app: u64,
    pub(crate) account: u64,
    pub(crate) selection: Selection,
    pub(crate) permissions: Grants,
    pub(crate) events: Vec<String>,
    pub(crate) suspended: Option<u64>,
    pub(crate) made: u64,
}

impl Installation {
    /// Whether a repository of an owner belongs to it.
    pub(crate) fn covers(&self, owner: u64, repository: u64) -> bool {
        self.account == owner
            && match &self.selection {
                Selection::All => true,
                Selection::Selected(repositories) => repositories.contains(&repository),
            }
    }
}
