//! Answers that several nouns share.

use signalbox_core::id::ProjectId;

/// What became of a write that carried a lease.
#[derive(Debug, Clone, PartialEq)]
#[must_use]
pub enum Fenced<T> {
    /// It was done.
    Applied(T),
    /// The lease is not the task's any more: nothing was changed, and nothing may be done for it.
    Stale,
}

impl<T> Fenced<T> {
    /// What was done, unless the lease was stale.
    pub fn applied(self) -> Option<T> {
        match self {
            Self::Applied(done) => Some(done),
            Self::Stale => None,
        }
    }
}

/// What the beginning of an id names.
#[derive(Debug, Clone, PartialEq)]
pub enum Prefix<T> {
    /// Exactly one.
    One(T),
    /// Nothing.
    None,
    /// More than one: more of the id is needed.
    Many,
}

/// The projects whose affairs may be shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Visible {
    /// All.
    All,
    /// These.
    Projects(Vec<ProjectId>),
}

/// Reads the beginning of a code as people type it, with `parse` as the judge of its alphabet.
pub(super) fn code_prefix<I: AsRef<str>>(typed: &str, length: usize, parse: fn(&str) -> Option<I>) -> Option<String> {
    let digits: String = typed.chars().filter(|c| !matches!(c, '-' | ' ')).collect();
    let typed = digits.chars().count();
    if typed == 0 || typed > length {
        return None;
    }
    let whole = parse(&format!("{digits}{}", "0".repeat(length - typed)))?;
    Some(whole.as_ref()[..typed].to_owned())
}
