//! Diffs: those that a call would make, and those that git made.

use super::{Look, Paint};

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
