//! Plain text within a line: nothing in it is markup, and nothing in it reaches anybody or anything.
//!
//! A mention or a reference to an issue is broken by an empty comment of HTML: it looks the same, but GitHub reads two pieces.
//! No invisible characters are used for that: they would be copied along.

use signalbox_core::text::clean::prose;

/// What breaks a mention or a reference, and keeps apart what must not meet.
pub(super) const BREAK: &str = "<!-- -->";

/// Where a text stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum At {
    /// At the beginning of a line, where more is markup.
    LineStart,
    /// Behind something.
    Within,
}

/// A line of text; breaks of lines become blanks.
pub(crate) fn plain(text: &str) -> String {
    escape(&prose(text).replace('\n', " "), At::LineStart)
}

/// The text with everything disarmed. It is of one line, and hidden characters are visible in it already.
pub(super) fn escape(text: &str, at: At) -> String {
    let mut written = String::with_capacity(text.len() + text.len() / 8);
    let marked = if at == At::LineStart { mark_at_start(text) } else { None };
    let mut before = None;
    let mut chars = text.char_indices().peekable();
    while let Some((at, char)) = chars.next() {
        let next = chars.peek().map(|(_, next)| *next);
        if marked == Some(at) {
            written.push('\\');
        }
        match char {
            '<' => written.push_str("&lt;"),
            '>' => written.push_str("&gt;"),
            '&' => written.push_str("&amp;"),
            '\\' | '`' | '*' | '_' | '[' | ']' | '~' | '|' | '$' => written.extend(['\\', char]),
            '@' if mentions(before, next) => written.extend(["@", BREAK]),
            '#' if next.is_none_or(|next| next.is_ascii_alphanumeric()) => written.extend(["#", BREAK]),
            '-' if is_issue_key(&text[..at], next) => written.extend([BREAK, "-"]),
            _ => written.push(char),
        }
        before = Some(char);
    }
    written
}

/// Where the character stands that is markup at the beginning of a line only: of a heading, a list, a line below a heading.
fn mark_at_start(text: &str) -> Option<usize> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let numbered = (1..=9).contains(&digits) && text[digits..].starts_with(['.', ')']);
    if numbered { Some(digits) } else { text.starts_with(['#', '+', '-', '=']).then_some(0) }
}

/// Whether GitHub could take it for a call: anything but the middle of an address.
fn mentions(before: Option<char>, next: Option<char>) -> bool {
    let within_word = before.is_some_and(|before| before.is_ascii_alphanumeric() || before == '_');
    !within_word && next.is_none_or(|next| !next.is_whitespace())
}

/// `GH-12` names an issue, too.
fn is_issue_key(before: &str, next: Option<char>) -> bool {
    let key = before.len() >= 2 && before.is_char_boundary(before.len() - 2);
    key && before[before.len() - 2..].eq_ignore_ascii_case("gh") && next.is_some_and(|next| next.is_ascii_digit())
}
