//! Links as Discord shows them.

use reqwest::Url;
use signalbox_core::text::link::{self, Shown, web};
use std::ops::Range;

/// Longer addresses than this would fill a message by themselves.
const LONGEST: usize = 800;

/// Judges a link of Claude's.
pub(super) fn shown(label: &str, target: &str) -> Shown {
    link::shown(label, target, LONGEST)
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
    web(word, LONGEST).map(|url| (word.len(), url))
}
