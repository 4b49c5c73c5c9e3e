//! Commits that people make, written by `git fast-import`.

use std::fmt::Write;

use super::bare::Bare;
use super::command::{GitError, git};

/// What becomes of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Edit {
    /// It has this content, and this mode: `100644`, `100755`, or `120000` for a link.
    Put {
        mode: &'static str,
        content: Vec<u8>,
    },
    Delete,
}

/// A commit to be made.
#[derive(Debug, Clone)]
pub(crate) struct Commit {
    pub(crate) branch: String,
    /// What it stands on; nothing for the first one.
    pub(crate) parent: Option<String>,
    pub(crate) author: (String, String),
    pub(crate) at: u64,
    pub(crate) message: String,
    pub(crate) files: Vec<(String, Edit)>,
}

impl Bare {
    /// Makes a commit and moves its branch there, wherever it was. Gives its id.
    ///
    /// # Errors
    /// When git will not.
    pub(crate) fn commit(&self, commit: &Commit) -> Result<String, GitError> {
        git(self.path(), &["fast-import", "--quiet", "--force", "--done"], &stream(commit))?;
        self.branch(&commit.branch).ok_or_else(|| GitError(format!("branch {} was not made", commit.branch)))
    }
}

fn stream(commit: &Commit) -> Vec<u8> {
    let reference = format!("refs/heads/{}", commit.branch);
    let (name, email) = &commit.author;
    let mut head = String::new();
    // Writing to a string does not fail.
    let _ = write!(head, "reset {reference}\ncommit {reference}\n");
    let _ = write!(head, "author {name} <{email}> {at} +0000\ncommitter {name} <{email}> {at} +0000\n", at = commit.at);
    let _ = write!(head, "data {}\n{}\n", commit.message.len(), commit.message);
    if let Some(parent) = &commit.parent {
        let _ = writeln!(head, "from {parent}");
    }
    let mut stream = head.into_bytes();
    for (path, edit) in &commit.files {
        let path = quoted(path);
        match edit {
            Edit::Delete => stream.extend(format!("D {path}\n").bytes()),
            Edit::Put { mode, content } => {
                stream.extend(format!("M {mode} inline {path}\ndata {}\n", content.len()).bytes());
                stream.extend(content);
                stream.push(b'\n');
            }
        }
    }
    stream.extend(b"done\n");
    stream
}

/// A path as fast-import reads it, whatever is in it.
fn quoted(path: &str) -> String {
    let mut quoted = String::from("\"");
    for byte in path.bytes() {
        match byte {
            b'"' | b'\\' => quoted.extend(['\\', char::from(byte)]),
            0x20..=0x7e => quoted.push(char::from(byte)),
            byte => {
                let _ = write!(quoted, "\\{byte:03o}");
            }
        }
    }
    quoted + "\""
}
