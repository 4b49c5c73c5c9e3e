//! Where a path leads, as text: nothing is looked up, so a link is not followed. A path is inside the workspace or not,
//! and inside it may be protected.
//!
//! Protected are the places from which a file takes effect beyond the change that people see in the diff (`.git/`,
//! `.claude/`), and files that hold secrets by custom. No rule and no remembered yes opens them: they are asked each time.

use super::rule::Globs;

/// Where a conversation's workspace lies in every sandbox.
pub const WORKSPACE: &str = "/workspace";

/// What is protected in every project; a policy adds to it and names exceptions.
pub(crate) const PROTECTED: &[&str] = &[
    "**/.git",
    "**/.git/**",
    "**/.claude",
    "**/.claude/**",
    "**/.mcp.json",
    "**/.env",
    "**/.env.*",
    "**/.netrc",
    "**/.npmrc",
    "**/.pypirc",
    "**/.git-credentials",
    "**/.ssh",
    "**/.ssh/**",
    "**/.aws",
    "**/.aws/**",
    "**/.gnupg",
    "**/.gnupg/**",
    "**/.docker/config.json",
    "**/id_rsa",
    "**/id_ed25519",
    "**/id_ecdsa",
    "**/*.pem",
    "**/*.key",
    "**/*.p12",
    "**/*.pfx",
    "**/*.kdbx",
    "**/secrets",
    "**/secrets/**",
];

/// What looks like a secret and by custom is none.
pub(crate) const UNPROTECTED: &[&str] = &["**/.env.example", "**/.env.sample", "**/.env.template"];

/// Where a path leads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Place {
    /// Inside the workspace; the path from its root, empty for the root itself.
    Inside(String),
    /// Anywhere else.
    Outside(String),
}

/// Follows `path` from `from` by its text alone.
pub(crate) fn join(from: &str, path: &str) -> String {
    let whole = if path.starts_with('/') { path.to_owned() } else { format!("{from}/{path}") };
    let mut parts: Vec<&str> = Vec::new();
    for part in whole.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()),
            part => parts.push(part),
        }
    }
    format!("/{}", parts.join("/"))
}

/// Says where `path`, given in `from`, leads.
pub(crate) fn locate(from: &str, path: &str) -> Place {
    // A tool may take `~` for the home directory, as the shell does.
    if path.starts_with('~') || path.contains('\0') {
        return Place::Outside(path.to_owned());
    }
    let whole = join(from, path);
    match whole.strip_prefix(WORKSPACE) {
        Some("") => Place::Inside(String::new()),
        Some(rest) if rest.starts_with('/') => Place::Inside(rest[1..].to_owned()),
        _ => Place::Outside(whole),
    }
}

/// What a policy holds of paths.
#[derive(Debug, Clone)]
pub(crate) struct Guard {
    pub(crate) protected: Globs,
    pub(crate) unprotected: Globs,
    /// Outside the workspace, but readable like it.
    pub(crate) readable: Globs,
}

/// What is wrong with a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Barred(pub(crate) String);

impl Guard {
    /// The guard of a project that says nothing about paths.
    pub(crate) fn built_in() -> Self {
        Self { protected: Globs::known(PROTECTED), unprotected: Globs::known(UNPROTECTED), readable: Globs::none() }
    }

    /// Whether reading there needs no question.
    pub(crate) fn may_read(&self, from: &str, path: &str) -> Result<(), Barred> {
        match locate(from, path) {
            Place::Outside(whole) if self.readable.matches(&whole) => Ok(()),
            place => self.check(&place, path),
        }
    }

    /// Whether changing something there needs no question of its own.
    pub(crate) fn may_write(&self, from: &str, path: &str) -> Result<(), Barred> {
        self.check(&locate(from, path), path)
    }

    fn check(&self, place: &Place, shown: &str) -> Result<(), Barred> {
        match place {
            Place::Outside(_) => Err(Barred(format!("`{shown}` is outside the workspace"))),
            Place::Inside(path) if self.is_protected(path) => Err(Barred(format!("`{shown}` is protected"))),
            Place::Inside(_) => Ok(()),
        }
    }

    fn is_protected(&self, path: &str) -> bool {
        self.protected.could_match(path) && !self.unprotected.matches(path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("src/main.rs", Some("src/main.rs"))]
    #[case("./src//../a", Some("a"))]
    #[case("/workspace", Some(""))]
    #[case("/workspace/../workspace/x", Some("x"))]
    #[case("..", None)]
    #[case("../workspace2/x", None)]
    #[case("/workspace2", None)]
    #[case("/workspace/../etc/passwd", None)]
    #[case("/etc/passwd", None)]
    #[case("~/x", None)]
    #[case("a/../../../etc", None)]
    fn paths_are_followed_by_their_text(#[case] path: &str, #[case] inside: Option<&str>) {
        match (locate(WORKSPACE, path), inside) {
            (Place::Inside(found), Some(wanted)) => assert_eq!(found, wanted),
            (Place::Outside(_), None) => {}
            (found, _) => panic!("{path}: {found:?}"),
        }
    }

    #[rstest]
    #[case(".git/config", false)]
    #[case("sub/.git/hooks/pre-commit", false)]
    #[case(".gitignore", true)]
    #[case("src/.env", false)]
    #[case(".env.production", false)]
    #[case(".env.example", true)]
    #[case("certs/server.key", false)]
    #[case("src/key.rs", true)]
    #[case("", true)]
    fn some_places_are_protected(#[case] path: &str, #[case] free: bool) {
        assert_eq!(Guard::built_in().may_write(WORKSPACE, path).is_ok(), free, "{path}");
    }

    #[rstest]
    #[case("src/*.rs", true)]
    #[case("src/*", false)]
    #[case("certs/*.k?y", false)]
    #[case("s*", false)]
    #[case("a/b*/c.txt", true)]
    fn a_pattern_is_protected_when_it_could_match_what_is(#[case] pattern: &str, #[case] free: bool) {
        assert_eq!(Guard::built_in().may_read(WORKSPACE, pattern).is_ok(), free, "{pattern}");
    }
}
