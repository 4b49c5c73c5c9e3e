//! Commits and branches as types: what is one of these can be handed to git without being taken for anything else.

use std::fmt;
use std::str::FromStr;

/// The full id of a commit: 40 (SHA-1) or 64 (SHA-256) lower-case hexadecimal digits.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Commit(String);

/// The text is not the full id of a commit.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a commit id (40 or 64 hexadecimal digits)")]
pub struct NotACommit;

impl Commit {
    /// The hexadecimal digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What git calls the empty tree: what an empty repository's first commit is compared with.
    pub(super) fn empty_tree(&self) -> &'static str {
        if self.0.len() == 64 {
            "6ef19b41225c5369f1c104d45d8d85efa9b057b53b14b4b9b939dd74decc5321"
        } else {
            "4b825dc642cb6eb9a060e54bf8d69288fbee4904"
        }
    }

    /// How the repository that holds it names its objects: the argument of `git init --object-format`.
    pub(super) fn object_format(&self) -> &'static str {
        if self.0.len() == 64 { "sha256" } else { "sha1" }
    }
}

impl FromStr for Commit {
    type Err = NotACommit;
    fn from_str(text: &str) -> Result<Self, NotACommit> {
        let digits = text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
        if digits && matches!(text.len(), 40 | 64) { Ok(Self(text.to_owned())) } else { Err(NotACommit) }
    }
}

impl fmt::Display for Commit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A branch's name without `refs/heads/`, in the form that `git check-ref-format` demands.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct BranchName(String);

/// The text cannot name a branch.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{}` cannot name a branch", .0.escape_debug())]
pub struct BadBranchName(pub String);

impl BranchName {
    /// The name without `refs/heads/`.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The name in full.
    pub(super) fn reference(&self) -> String {
        format!("refs/heads/{}", self.0)
    }

    /// Whether both are one branch on a file system that does not tell upper from lower case.
    pub(super) fn is_same_as(&self, other: &Self) -> bool {
        self.0.eq_ignore_ascii_case(&other.0)
    }
}

impl FromStr for BranchName {
    type Err = BadBranchName;
    fn from_str(text: &str) -> Result<Self, BadBranchName> {
        let fits = is_reference_name(text) && text.len() <= 200 && text != "HEAD" && !text.starts_with("refs/");
        if fits { Ok(Self(text.to_owned())) } else { Err(BadBranchName(text.chars().take(80).collect())) }
    }
}

impl fmt::Display for BranchName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The rules of `git check-ref-format`, and no leading hyphen.
pub(super) fn is_reference_name(text: &str) -> bool {
    let forbidden = |c: char| c.is_control() || matches!(c, ' ' | '~' | '^' | ':' | '?' | '*' | '[' | '\\');
    !text.starts_with('-')
        && text != "@"
        && !text.contains(forbidden)
        && !text.contains("..")
        && !text.contains("@{")
        && !text.ends_with('.')
        && text.split('/').all(|part| !part.is_empty() && !part.starts_with('.') && !part.ends_with(".lock"))
}
