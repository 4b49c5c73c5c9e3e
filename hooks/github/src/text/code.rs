//! Code that its content cannot end.

use signalbox_core::text::clean::exact;

/// Code within a line.
pub(crate) fn inline_code(text: &str) -> String {
    let text = exact(text).replace('\n', " ");
    if text.trim().is_empty() {
        return String::new();
    }
    let ticks = "`".repeat(longest_run(&text) + 1);
    let edge = |c: char| c == '`' || c == ' ';
    let pad = if text.starts_with(edge) || text.ends_with(edge) { " " } else { "" };
    format!("{ticks}{pad}{text}{pad}{ticks}")
}

/// Code on lines of its own. The fence is longer than any that stands in it.
pub(crate) fn fence(language: &str, text: &str) -> String {
    let text = exact(text);
    let ticks = "`".repeat(longest_run(&text).max(2) + 1);
    let language: String = language.chars().filter(|c| c.is_ascii_alphanumeric() || "+-#_".contains(*c)).collect();
    let line_end = if text.is_empty() || text.ends_with('\n') { "" } else { "\n" };
    format!("{ticks}{language}\n{text}{line_end}{ticks}")
}

fn longest_run(text: &str) -> usize {
    let (mut longest, mut run) = (0, 0);
    for char in text.chars() {
        run = if char == '`' { run + 1 } else { 0 };
        longest = longest.max(run);
    }
    longest
}
