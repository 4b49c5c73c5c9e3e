//! Diffs: those that a call would make, computed from its input, and those that git made.

use super::clean::exact;
use super::{Look, Paint};
use similar::TextDiff;

/// One change that a call would make to a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Change<'a> {
    /// What is there before, as far as the call says it.
    pub(crate) old: &'a str,
    /// What is there afterwards.
    pub(crate) new: &'a str,
}

impl Change<'_> {
    /// The change as a unified diff without file names.
    pub(crate) fn unified(&self, look: Look) -> String {
        let (old, new) = (exact(self.old), exact(self.new));
        let diff = TextDiff::from_lines(&old, &new);
        coloured(&diff.unified_diff().context_radius(3).missing_newline_hint(false).to_string(), look)
    }
}

/// A unified diff in colours. Its text must be clean already.
pub(crate) fn coloured(diff: &str, look: Look) -> String {
    let mut shown = String::with_capacity(diff.len());
    for line in diff.lines() {
        shown.push_str(&coloured_line(line, look));
        shown.push('\n');
    }
    shown
}

fn coloured_line(line: &str, look: Look) -> String {
    let paint = match line.as_bytes() {
        [b'+', b'+', b'+', ..] | [b'-', b'-', b'-', ..] | [b'd', b'i', b'f', b'f', b' ', ..] => Paint::Head,
        [b'+', ..] => Paint::Good,
        [b'-', ..] => Paint::Bad,
        [b'@', ..] => Paint::Where,
        _ => return line.to_owned(),
    };
    look.paint(paint, line)
}
