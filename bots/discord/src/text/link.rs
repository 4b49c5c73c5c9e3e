//! Where a link leads, and whether it may hide that behind a label.
//!
//! Only addresses of the web become links. A label that looks like an address other than the one it leads to does not hide
//! it: both are shown. Whatever else stands where an address should is shown as text.

use reqwest::Url;
use signalbox_core::text::clean::exact;
use std::ops::Range;

/// Longer addresses than this would fill a message by themselves.
const LONGEST: usize = 800;

/// Endings of file names that are no endings of hosts, so that `Cargo.toml` is not taken for one.
const FILES: &[&str] = &[
    "c", "conf", "cpp", "css", "csv", "env", "go", "h", "html", "ini", "java", "js", "json", "jsx", "kt", "lock",
    "log", "lua", "php", "png", "proto", "rb", "sql", "svg", "swift", "toml", "ts", "tsx", "txt", "vue", "xml", "yaml",
    "yml",
];

/// How a label and what it leads to are shown.
#[derive(Debug, PartialEq)]
pub(super) enum Shown {
    /// The label leads there.
    Linked(Url),
    /// The label stands alone, and the address leads there beside it.
    Unmasked(Url),
    /// The label stands alone, and this is said beside it.
    Beside(String),
    /// The label says all.
    Alone,
}

/// Judges a link of Claude's.
pub(super) fn shown(label: &str, target: &str) -> Shown {
    let (label, target) = (label.trim(), target.trim());
    match web(target) {
        Some(url) if pretends(label, &url) => Shown::Unmasked(url),
        Some(url) => Shown::Linked(url),
        None if target.is_empty() || label == target => Shown::Alone,
        None => Shown::Beside(exact(target).replace('\n', " ")),
    }
}

/// An address of the web without a name and password in it, which are mostly there to be mistaken for the host.
pub(super) fn web(target: &str) -> Option<Url> {
    let url = Url::parse(target).ok()?;
    let is_web = matches!(url.scheme(), "http" | "https") && url.port() != Some(0);
    let is_bare = url.username().is_empty() && url.password().is_none();
    (is_web && is_bare && url.as_str().len() <= LONGEST).then_some(url)
}

/// The address as Discord shows and opens it, without a preview, which Discord would fetch from wherever it leads.
/// What could be taken for markup or for a mention is written as a number, as addresses can have it.
pub(super) fn bare_link(url: &Url) -> String {
    let host_end = url.as_str().match_indices('/').nth(2).map_or(url.as_str().len(), |(at, _)| at);
    let (host, path) = url.as_str().split_at(host_end);
    let path = path.replace("@everyone", "%40everyone").replace("@here", "%40here").replace("~~", "%7E%7E");
    let plain = path.chars().fold(String::with_capacity(path.len()), |mut plain, char| {
        match char {
            '(' | ')' | '*' | '|' | '`' | '[' | ']' | '\\' | '<' | '>' => {
                plain.push_str(&format!("%{:02X}", u32::from(char)))
            }
            _ => plain.push(char),
        }
        plain
    });
    format!("<{host}{plain}>")
}

/// The next address of the web in plain text: where it begins and ends.
pub(super) fn next_address(text: &str) -> Option<(Range<usize>, Url)> {
    let begins = |(at, _): &(usize, &str)| !text[..*at].ends_with(char::is_alphanumeric);
    let candidates = text.match_indices("http").filter(begins).map(|(at, _)| at);
    candidates.filter_map(|at| address(&text[at..]).map(|(length, url)| (at..at + length, url))).next()
}

fn address(text: &str) -> Option<(usize, Url)> {
    if !text.starts_with("http://") && !text.starts_with("https://") {
        return None;
    }
    let ends = |char: char| char.is_whitespace() || "<>\"`|\\".contains(char);
    // The end of the text ends an address too; one that goes on for longer is not looked at.
    let closed = text.char_indices().map(|(at, char)| (at, ends(char))).chain([(text.len(), true)]);
    let (end, _) = closed.take(LONGEST + 1).find(|(_, is_end)| *is_end)?;
    let word = &text[..end];
    let is_mark = |char: char| ".,:;'!?*_~]}".contains(char) || (char == ')' && !word.contains('('));
    let word = word.trim_end_matches(is_mark);
    web(word).map(|url| (word.len(), url))
}

fn pretends(label: &str, url: &Url) -> bool {
    label.split_whitespace().map(bare).any(|word| is_address(word) && !names(word, url))
}

fn bare(word: &str) -> &str {
    word.trim_matches(|char: char| "()[]<>{}\"'.,;:!?…*".contains(char))
}

fn is_address(word: &str) -> bool {
    if word.contains("://") || word.starts_with("www.") {
        return true;
    }
    let host = word.split(['/', '?', '#', ':']).next().unwrap_or_default();
    let Some((_, ending)) = host.rsplit_once('.') else { return false };
    ending.chars().count() > 1 && ending.chars().all(char::is_alphabetic) && !FILES.contains(&ending)
}

/// Whether a word names the address: the same host and, if it says more than that, the same path and query.
fn names(word: &str, url: &Url) -> bool {
    let spelt = if word.contains("://") { word.to_owned() } else { format!("https://{word}") };
    let Some(said) = web(&spelt) else { return false };
    let plain = |url: &Url| url.host_str().map(|host| host.trim_start_matches("www.").to_owned());
    let path = said.path().trim_end_matches('/');
    plain(&said) == plain(url)
        && (path.is_empty() || path == url.path().trim_end_matches('/'))
        && (said.query().is_none() || said.query() == url.query())
}

#[cfg(test)]
mod tests {
    use super::{Shown, shown};
    use rstest::rstest;

    #[rstest]
    #[case("the docs", "https://docs.rs/tokio")]
    #[case("docs.rs", "https://docs.rs/tokio")]
    #[case("https://docs.rs/tokio", "https://docs.rs/tokio/")]
    #[case("see www.docs.rs/tokio.", "https://docs.rs/tokio#top")]
    #[case("Cargo.toml", "https://git.example/Cargo.toml")]
    #[case("v1.2.3", "https://git.example/releases")]
    fn an_honest_label_leads_there(#[case] label: &str, #[case] target: &str) {
        assert!(matches!(shown(label, target), Shown::Linked(_)));
    }

    #[rstest]
    #[case("https://bank.example/login", "https://evil.example/login")]
    #[case("bank.example", "https://evil.example/bank.example")]
    #[case("go to bank.example now", "https://evil.example")]
    #[case("github.com/a/b", "https://github.com/evil/b")]
    #[case("gіthub.com", "https://github.com")]
    #[case("(http://bank.example)", "https://evil.example")]
    fn a_label_that_names_another_address_hides_nothing(#[case] label: &str, #[case] target: &str) {
        assert!(matches!(shown(label, target), Shown::Unmasked(_)), "{label} hides {target}");
    }

    #[rstest]
    #[case("javascript:alert(1)")]
    #[case("data:text/html,x")]
    #[case("file:///etc/passwd")]
    #[case("tg://resolve?domain=x")]
    #[case("src/main.rs#L3")]
    #[case("https://bank.example@evil.example/")]
    #[case("https://host:0/")]
    fn what_is_no_address_of_the_web_is_text(#[case] target: &str) {
        assert_eq!(shown("label", target), Shown::Beside(target.to_owned()));
        assert_eq!(shown(target, target), Shown::Alone);
    }
}
