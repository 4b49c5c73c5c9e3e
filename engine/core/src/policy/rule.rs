//! Rules by tool, path and host, and the patterns they are made of.

use super::paths::{Place, locate};
use globset::{GlobBuilder, GlobSet, GlobSetBuilder};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What the gate does with a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = PolicyDecision)]
pub enum Decision {
    /// It runs.
    Allow,
    /// People are asked.
    Ask,
    /// It does not run.
    Deny,
}

/// A rule of `[[rules]]`.
#[derive(Debug, Clone)]
pub(crate) struct Rule {
    pub(crate) name: String,
    pub(crate) decision: Decision,
    pub(crate) reason: Option<String>,
    pub(crate) subject: Subject,
}

/// What a rule is about.
#[derive(Debug, Clone)]
pub(crate) struct Subject {
    pub(crate) tools: Vec<String>,
    pub(crate) paths: Option<Globs>,
    pub(crate) hosts: Option<Vec<String>>,
}

/// What a rule looks at in a call.
#[derive(Debug, Clone)]
pub(crate) struct Facts<'a> {
    pub(crate) tool: &'a str,
    pub(crate) cwd: &'a str,
    pub(crate) paths: Vec<String>,
    pub(crate) host: Option<String>,
}

impl Subject {
    /// Whether the call is about this. With `All`, every path of it must match; with `Any`, one is enough.
    pub(crate) fn fits(&self, facts: &Facts<'_>, reach: Reach) -> bool {
        self.tools.iter().any(|pattern| wild(pattern, facts.tool))
            && self.paths.as_ref().is_none_or(|globs| reach.holds(&facts.paths, |path| on_path(globs, facts.cwd, path)))
            && self.hosts.as_ref().is_none_or(|hosts| {
                facts.host.as_deref().is_some_and(|host| hosts.iter().any(|pattern| host_fits(pattern, host)))
            })
    }
}

/// How many of a call's paths a rule must match.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Reach {
    /// For an allow: all, and there must be one.
    All,
    /// For an ask or a deny: one.
    Any,
}

impl Reach {
    pub(crate) fn of(decision: Decision) -> Self {
        if decision == Decision::Allow { Self::All } else { Self::Any }
    }

    fn holds(self, paths: &[String], test: impl Fn(&String) -> bool) -> bool {
        match self {
            Self::All => !paths.is_empty() && paths.iter().all(test),
            Self::Any => paths.iter().any(test),
        }
    }
}

fn on_path(globs: &Globs, cwd: &str, path: &str) -> bool {
    match locate(cwd, path) {
        Place::Inside(path) | Place::Outside(path) => globs.matches(&path),
    }
}

/// Whether `text` matches a pattern whose `*` stands for anything.
pub(crate) fn wild(pattern: &str, text: &str) -> bool {
    let mut parts = pattern.split('*');
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = text.strip_prefix(first) else { return false };
    let mut parts: Vec<&str> = parts.collect();
    let Some(last) = parts.pop() else { return rest.is_empty() };
    for part in parts {
        match rest.find(part) {
            Some(at) => rest = &rest[at + part.len()..],
            None => return false,
        }
    }
    rest.ends_with(last)
}

/// Whether a host matches: the name itself, `*.name` for what is below it, or `*` for all.
pub(crate) fn host_fits(pattern: &str, host: &str) -> bool {
    match pattern.strip_prefix("*.") {
        Some(parent) => host.strip_suffix(parent).is_some_and(|rest| rest.len() > 1 && rest.ends_with('.')),
        None => pattern == "*" || pattern == host,
    }
}

/// The host of an address, in lower case; none where the address could be read in two ways.
pub(crate) fn host_of(url: &str) -> Option<String> {
    let lower = url.to_ascii_lowercase();
    let rest = lower.strip_prefix("https://").or_else(|| lower.strip_prefix("http://"))?;
    let authority = rest.split(['/', '?', '#']).next()?;
    let host = authority.strip_suffix(":443").unwrap_or(authority);
    let simple = host.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '.');
    let odd = url.chars().any(|c| c.is_whitespace() || c.is_control() || c == '\\');
    (simple && !odd && !host.is_empty() && !host.starts_with('.') && !host.ends_with('.')).then(|| host.to_owned())
}

/// Path patterns: `*` and `?` within a name, `**` across names, `[…]` and `{…}` as usual.
#[derive(Debug, Clone)]
pub(crate) struct Globs {
    patterns: Vec<String>,
    set: Option<GlobSet>,
}

impl Globs {
    /// Compiles patterns; the error names the pattern and its fault.
    pub(crate) fn parse(patterns: Vec<String>) -> Result<Self, (String, String)> {
        let mut set = GlobSetBuilder::new();
        for pattern in &patterns {
            let glob = GlobBuilder::new(pattern).literal_separator(true).backslash_escape(true).build();
            set.add(glob.map_err(|error| (pattern.clone(), error.kind().to_string()))?);
        }
        let set = set.build().map_err(|error| (patterns.join(", "), error.to_string()))?;
        Ok(Self { patterns, set: Some(set) })
    }

    /// No pattern: nothing matches.
    pub(crate) fn none() -> Self {
        Self { patterns: Vec::new(), set: Some(GlobSet::empty()) }
    }

    /// Patterns of the product itself. Were one wrong, the set would match everything.
    pub(crate) fn known(patterns: &[&str]) -> Self {
        let patterns: Vec<String> = patterns.iter().map(|&pattern| pattern.to_owned()).collect();
        Self::parse(patterns.clone()).unwrap_or(Self { patterns, set: None })
    }

    /// These and more.
    pub(crate) fn with(&self, more: &Self) -> Self {
        let patterns: Vec<String> = self.patterns.iter().chain(&more.patterns).cloned().collect();
        Self::parse(patterns.clone()).unwrap_or(Self { patterns, set: None })
    }

    /// Whether the path matches.
    pub(crate) fn matches(&self, path: &str) -> bool {
        self.set.as_ref().is_none_or(|set| set.is_match(path))
    }

    /// Whether the path matches, or, read as a pattern of `*` and `?` itself, could.
    pub(crate) fn could_match(&self, path: &str) -> bool {
        self.matches(path)
            || (path.contains(['*', '?']) && self.patterns.iter().any(|pattern| paths_meet(pattern, path)))
    }
}

/// Whether some path matches both patterns. Where that is not clear, yes.
fn paths_meet(pattern: &str, path: &str) -> bool {
    if pattern.contains(['[', '{', '\\']) {
        return true;
    }
    let pattern: Vec<Option<&str>> = pattern.split('/').map(|part| (part != "**").then_some(part)).collect();
    let path: Vec<Option<&str>> = path.split('/').map(Some).collect();
    meet(&pattern, &path, |part, name| names_meet(part, name))
}

/// `name` is a part of a shell pattern: what starts with `*` or `?` there matches no name with a dot in front.
fn names_meet(pattern: &str, name: &str) -> bool {
    let bytes = |text: &str| text.bytes().map(|byte| (byte != b'*').then_some(byte)).collect::<Vec<_>>();
    let hidden = pattern.starts_with('.') && name.starts_with(['*', '?']);
    !hidden && meet(&bytes(pattern), &bytes(name), |a, b| a == b || *a == b'?' || *b == b'?')
}

/// Whether two sequences can be the same, where `None` in one stands for any number of items. Row by row, so that a long
/// pattern costs time in proportion and no stack.
fn meet<A, B>(one: &[Option<A>], other: &[Option<B>], fits: impl Fn(&A, &B) -> bool) -> bool {
    let mut row = vec![true];
    other.iter().for_each(|item| row.push(item.is_none() && row.last() == Some(&true)));
    for item in one {
        let mut next = vec![item.is_none() && row[0]];
        for (at, against) in other.iter().enumerate() {
            next.push(match (item, against) {
                (Some(a), Some(b)) => row[at] && fits(a, b),
                _ => row[at + 1] || next[at],
            });
        }
        row = next;
    }
    row.last() == Some(&true)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("Read", "Read", true)]
    #[case("Read", "ReadX", false)]
    #[case("mcp__github__*", "mcp__github__get_issue", true)]
    #[case("mcp__*__delete*", "mcp__files__delete_all", true)]
    #[case("mcp__*__delete*", "mcp__files__read", false)]
    #[case("*", "", true)]
    #[case("a*a", "a", false)]
    fn a_star_stands_for_anything(#[case] pattern: &str, #[case] text: &str, #[case] fits: bool) {
        assert_eq!(wild(pattern, text), fits);
    }

    #[rstest]
    #[case("https://docs.rs/x", Some("docs.rs"))]
    #[case("HTTPS://Docs.RS:443?x", Some("docs.rs"))]
    #[case("https://docs.rs@evil.example/", None)]
    #[case("https://docs.rs\\@evil.example/", None)]
    #[case("https://docs.rs:8080/", None)]
    #[case("https://[::1]/", None)]
    #[case("file:///etc/passwd", None)]
    #[case("https://do\tcs.rs/", None)]
    #[case("https:///x", None)]
    fn hosts_are_read_in_one_way_only(#[case] url: &str, #[case] host: Option<&str>) {
        assert_eq!(host_of(url).as_deref(), host);
    }

    #[test]
    fn a_wildcard_host_is_what_lies_below() {
        assert!(host_fits("*.crates.io", "static.crates.io"));
        assert!(!host_fits("*.crates.io", "crates.io"));
        assert!(!host_fits("*.crates.io", "evilcrates.io"));
        assert!(!host_fits("*.crates.io", ".crates.io"));
    }

    #[test]
    fn patterns_meet_where_a_name_fits_both() {
        for (pattern, path) in [("**/*.pem", "a/*"), ("a/b", "?/b"), ("**/secrets/**", "*/x"), ("x*z", "xy*")] {
            assert!(paths_meet(pattern, path), "{pattern} {path}");
        }
        for (pattern, path) in [("**/*.pem", "a/*.rs"), ("**/.env", "a/*"), ("a/b", "?/c"), ("a", "?/a")] {
            assert!(!paths_meet(pattern, path), "{pattern} {path}");
        }
    }
}
