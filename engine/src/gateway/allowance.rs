//! What the task that is in a sandbox may do through the gateway. By default, nothing.

use signalbox_core::money::MicroUsd;
use std::str::FromStr;

/// What the task now in the sandbox may do.
#[derive(Debug, Clone, Default)]
pub struct Allowance {
    /// The models that may be asked; none if empty.
    pub models: Vec<ModelRule>,
    /// What may still be spent, counted from the moment this allowance is given; no bound if absent.
    pub budget: Option<MicroUsd>,
    /// The hosts that the CONNECT proxy may reach; none if empty.
    pub hosts: Vec<HostRule>,
    /// What the model's side may be made to fetch or run, by the names that the API has for it: types of server tools,
    /// `mcp_servers`, `container`, the sources `url` and `file`. Nothing if empty.
    pub server_features: Vec<ModelRule>,
}

impl Allowance {
    pub(super) fn allows_model(&self, model: &str) -> bool {
        self.models.iter().any(|rule| rule.covers(model))
    }

    pub(super) fn allows_host(&self, host: &str) -> bool {
        self.hosts.iter().any(|rule| rule.covers(host))
    }
}

/// A model's name, in which `*` stands for any characters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModelRule(String);

impl ModelRule {
    /// From a name as policy writes it: `claude-opus-5-5`, `claude-sonnet-*`, `*`.
    pub fn new(pattern: impl Into<String>) -> Self {
        Self(pattern.into())
    }

    /// Whether `model` is meant; case counts.
    pub fn covers(&self, model: &str) -> bool {
        let mut parts = self.0.split('*');
        let Some(mut rest) = parts.next().and_then(|head| model.strip_prefix(head)) else {
            return false;
        };
        let Some(tail) = parts.next_back() else {
            return rest.is_empty();
        };
        for part in parts {
            let Some(at) = rest.find(part) else {
                return false;
            };
            rest = &rest[at + part.len()..];
        }
        rest.ends_with(tail)
    }
}

/// Why a text names no host.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a host: write a name like `crates.io`, or `*.npmjs.org` for all below it")]
pub struct BadHostRule(String);

/// A host's name, or all names below one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HostRule {
    name: String,
    below: bool,
}

impl HostRule {
    /// Whether `host`, in lower case and without a final dot, is meant.
    pub(super) fn covers(&self, host: &str) -> bool {
        if !self.below {
            return host == self.name;
        }
        host.strip_suffix(self.name.as_str()).is_some_and(|rest| rest.len() > 1 && rest.ends_with('.'))
    }
}

impl FromStr for HostRule {
    type Err = BadHostRule;

    fn from_str(text: &str) -> Result<Self, BadHostRule> {
        let (name, below) = match text.strip_prefix("*.") {
            Some(rest) => (rest, true),
            None => (text, false),
        };
        let name = host_name(name).ok_or_else(|| BadHostRule(text.chars().take(80).collect()))?;
        Ok(Self { name, below })
    }
}

/// A host's name as it is compared: lower case, no final dot. Nothing if it is not a DNS name, or if a resolver could
/// read it as a number (`10.0.0.1`, but also `0x7f.1` and `2130706433`).
pub(super) fn host_name(text: &str) -> Option<String> {
    let name = text.strip_suffix('.').unwrap_or(text).to_ascii_lowercase();
    let is_label = |label: &str| {
        (1..=63).contains(&label.len())
            && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    let numeric = |label: &str| label.starts_with(|c: char| c.is_ascii_digit());
    let last_is_word = name.rsplit('.').next().is_some_and(|label| !numeric(label));
    (name.len() <= 253 && name.split('.').all(is_label) && last_is_word).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_stands_for_any_characters() {
        let covers = |pattern: &str, model| ModelRule::new(pattern).covers(model);
        assert!(covers("*", "claude-opus-5-5") && covers("claude-*", "claude-") && covers("c*-o*5", "claude-opus-5-5"));
        assert!(covers("claude-opus-5-5", "claude-opus-5-5"));
        assert!(!covers("claude-opus", "claude-opus-5-5") && !covers("claude-*", "xclaude-opus"));
        assert!(!covers("", "claude") && !covers("a*a", "a") && !covers("Claude-*", "claude-opus"));
    }

    #[test]
    fn a_host_rule_covers_its_name_or_all_below() {
        let rule = |text: &str| text.parse::<HostRule>().unwrap();
        assert!(rule("Crates.IO.").covers("crates.io"));
        assert!(!rule("crates.io").covers("static.crates.io"));
        assert!(rule("*.npmjs.org").covers("registry.npmjs.org") && rule("*.npmjs.org").covers("a.b.npmjs.org"));
        assert!(!rule("*.npmjs.org").covers("npmjs.org") && !rule("*.npmjs.org").covers("evilnpmjs.org"));
        assert!(!rule("*.npmjs.org").covers(".npmjs.org"));
    }

    #[test]
    fn what_a_resolver_could_read_as_an_address_is_no_name() {
        for text in
            ["10.0.0.1", "127.1", "0x7f.1", "2130706433", "0x7f000001", "[::1]", "::1", "1.2.3.4.", "", ".", "a..b"]
        {
            assert_eq!(host_name(text), None, "{text}");
        }
        for text in ["a b", "a/b", "user@host", "ä.de", "-a.de", "a-.de", "host:443", "*", "*.*.org", "a\0.de"] {
            assert!(text.parse::<HostRule>().is_err(), "{text}");
        }
        assert_eq!(host_name("XN--Bcher-KVA.Example.").as_deref(), Some("xn--bcher-kva.example"));
        assert_eq!(host_name(&"a.".repeat(130)), None);
    }
}
