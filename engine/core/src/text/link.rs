//! Where a link leads, and whether it may hide that behind a label.
//!
//! Only addresses of the web become links. A label that looks like an address other than the one it leads to does not hide
//! it: both are shown. Whatever else stands where an address should is shown as text.

use super::clean::exact;
use url::Url;

/// Endings of file names that are no endings of hosts, so that `Cargo.toml` is not taken for one.
const FILES: &[&str] = &[
    "c", "conf", "cpp", "css", "csv", "env", "go", "h", "html", "ini", "java", "js", "json", "jsx", "kt", "lock",
    "log", "lua", "php", "png", "proto", "rb", "sql", "svg", "swift", "toml", "ts", "tsx", "txt", "vue", "xml", "yaml",
    "yml",
];

/// How a label and what it leads to are shown.
#[derive(Debug, PartialEq, Eq)]
pub enum Shown {
    /// The label leads there.
    Linked(Url),
    /// The label stands alone, and the address is shown beside it.
    Unmasked(Url),
    /// The label stands alone, and this is said beside it.
    Beside(String),
    /// The label says all.
    Alone,
}

/// Judges a link of Claude's. An address of more than `longest` bytes is no link.
pub fn shown(label: &str, target: &str, longest: usize) -> Shown {
    let (label, target) = (label.trim(), target.trim());
    match web(target, longest) {
        Some(url) if pretends(label, &url) => Shown::Unmasked(url),
        Some(url) => Shown::Linked(url),
        None if target.is_empty() || label == target => Shown::Alone,
        None => Shown::Beside(exact(target).replace('\n', " ")),
    }
}

/// An address of the web without a name and password in it, which are mostly there to be mistaken for the host.
pub fn web(target: &str, longest: usize) -> Option<Url> {
    let url = Url::parse(target).ok()?;
    let is_web = matches!(url.scheme(), "http" | "https") && url.port() != Some(0);
    let is_bare = url.username().is_empty() && url.password().is_none();
    (is_web && is_bare && url.as_str().len() <= longest).then_some(url)
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
    let Some(said) = web(&spelt, usize::MAX) else { return false };
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
        assert!(matches!(shown(label, target, 2000), Shown::Linked(_)));
    }

    #[rstest]
    #[case("https://bank.example/login", "https://evil.example/login")]
    #[case("bank.example", "https://evil.example/bank.example")]
    #[case("go to bank.example now", "https://evil.example")]
    #[case("github.com/a/b", "https://github.com/evil/b")]
    #[case("gіthub.com", "https://github.com")]
    #[case("(http://bank.example)", "https://evil.example")]
    fn a_label_that_names_another_address_hides_nothing(#[case] label: &str, #[case] target: &str) {
        assert!(matches!(shown(label, target, 2000), Shown::Unmasked(_)), "{label} hides {target}");
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
        assert_eq!(shown("label", target, 2000), Shown::Beside(target.to_owned()));
        assert_eq!(shown(target, target, 2000), Shown::Alone);
    }
}
