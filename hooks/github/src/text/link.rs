//! Addresses in text. What leads where is judged as in every chat (`core::text::link`); here, one that would tell an issue, a
//! pull request or a commit that it was spoken of is shown as code besides.

use super::code::inline_code;
use reqwest::Url;
use signalbox_core::text::link::{Shown, shown, web};

/// The longest address that is a link, in bytes.
const LONGEST: usize = 2000;

/// What an address becomes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Target {
    /// It can be followed; written so that it stays within its parentheses.
    Followed(String),
    /// It is shown only.
    Shown(String),
}

/// What the address of a link with this label becomes.
pub(super) fn target(label: &str, address: &str) -> Target {
    match shown(label, address, LONGEST) {
        Shown::Linked(url) if !tells(&url) => Target::Followed(
            url.as_str().replace('(', "%28").replace(')', "%29").replace('*', "%2A").replace('_', "%5F"),
        ),
        Shown::Linked(_) => Target::Shown(inline_code(address)),
        Shown::Unmasked(url) => Target::Shown(inline_code(url.as_str())),
        Shown::Beside(text) => Target::Shown(inline_code(&text)),
        Shown::Alone => Target::Shown(String::new()),
    }
}

/// A bare address in a text, as it is written there; none where it is better shown as code.
pub(super) fn bare(address: &str) -> Option<&str> {
    // Without semicolons nothing in it is the name of another character.
    let sound = |c: char| c.is_ascii_alphanumeric() || "-._~:/?#%=&+,".contains(c);
    let url = web(address, LONGEST)?;
    // Where GitHub does not see an address after all, `#1` in it would be an issue.
    let names_issue = address.split('#').skip(1).any(|rest| rest.starts_with(|c: char| c.is_ascii_digit()));
    let has_host = url.host_str().is_some_and(|host| host.contains('.'));
    (address.chars().all(sound) && has_host && !names_issue && !tells(&url)).then_some(address)
}

/// Whether GitHub could make a reference of it, on whichever server: `/OWNER/NAME/issues/1`, `/pull/1`, `/commit/a1b2`.
fn tells(url: &Url) -> bool {
    let segments: Vec<_> = url.path_segments().into_iter().flatten().filter(|segment| !segment.is_empty()).collect();
    let telling = ["issues", "pull", "pulls", "discussions", "commit", "commits", "compare"];
    segments.iter().skip(2).any(|segment| telling.contains(&segment.to_lowercase().as_str()))
}

/// Cuts a text where bare addresses begin and end: each piece, and whether it is one.
pub(super) fn pieces(text: &str) -> Vec<(&str, bool)> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some(start) = start_of_address(rest) {
        let end = rest[start..]
            .find(|c: char| c.is_whitespace() || "<>\"'`|".contains(c))
            .map_or(rest.len(), |end| start + end);
        let address = rest[start..end].trim_end_matches(['.', ',', ':', ';', '!', '?', ')', ']', '*', '_']);
        let end = start + address.len();
        if start > 0 {
            pieces.push((&rest[..start], false));
        }
        pieces.push((address, true));
        rest = &rest[end..];
    }
    if !rest.is_empty() {
        pieces.push((rest, false));
    }
    pieces
}

fn start_of_address(text: &str) -> Option<usize> {
    let begins = |scheme: &str| text.find(scheme).filter(|at| text.len() > at + scheme.len());
    [begins("https://"), begins("http://")].into_iter().flatten().min()
}
