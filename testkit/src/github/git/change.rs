//! What a push has changed: the references before and after.

use std::collections::BTreeMap;

/// No commit.
const NOTHING: &str = "0000000000000000000000000000000000000000";

/// A branch or tag that is elsewhere now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RefChange {
    /// `refs/heads/main`.
    pub(crate) name: String,
    /// Forty zeros where there was none.
    pub(crate) before: String,
    /// Forty zeros where there is none.
    pub(crate) after: String,
}

impl RefChange {
    pub(crate) fn between(before: &BTreeMap<String, String>, after: &BTreeMap<String, String>) -> Vec<Self> {
        let names = before.keys().chain(after.keys().filter(|name| !before.contains_key(*name)));
        let sha = |refs: &BTreeMap<String, String>, name: &String| {
            refs.get(name).cloned().unwrap_or_else(|| NOTHING.to_owned())
        };
        let change = |name: &String| Self { name: name.clone(), before: sha(before, name), after: sha(after, name) };
        names.map(change).filter(|change| change.before != change.after).collect()
    }

    pub(crate) fn created(&self) -> bool {
        self.before == NOTHING
    }

    pub(crate) fn deleted(&self) -> bool {
        self.after == NOTHING
    }

    /// The branch, if it is one.
    pub(crate) fn branch(&self) -> Option<&str> {
        self.name.strip_prefix("refs/heads/")
    }
}
