//! Code as such. Nothing can be escaped within code, so what its marks cannot hold is not put between them.

use super::escape::escape;
use signalbox_core::text::clean::exact;

/// Code within a line. What no backticks can hold is plain text instead, which looks the same but for its letters.
pub(crate) fn inline_code(text: &str) -> String {
    let shown = exact(text).replace('\n', "⏎");
    match longest_run(&shown) {
        _ if shown.trim().is_empty() => shown,
        0 => format!("`{shown}`"),
        1 => format!("`` {shown} ``"),
        _ => escape(&shown),
    }
}

/// Code on lines of its own; none if the text itself could end the fence, so that it must go another way.
pub(crate) fn fence(language: &str, text: &str) -> Option<String> {
    let shown = exact(text.trim_end_matches('\n'));
    if shown.contains("```") {
        return None;
    }
    // Discord takes a fence around nothing for three backticks.
    let body = if shown.trim().is_empty() { " " } else { &shown };
    Some(format!("```{}\n{body}\n```", language_name(language)))
}

/// The same for text that must stay in its message: where a fence cannot hold it, each line is code by itself.
pub(super) fn block(language: &str, text: &str) -> String {
    fence(language, text)
        .unwrap_or_else(|| text.trim_end_matches('\n').lines().map(inline_code).collect::<Vec<_>>().join("\n"))
}

fn longest_run(text: &str) -> usize {
    text.split(|char| char != '`').map(str::len).max().unwrap_or_default()
}

/// The first word of what stands behind a fence, if it can be a language.
fn language_name(info: &str) -> &str {
    let word = info.split([' ', ',', '{', '\t']).next().unwrap_or_default();
    let is_name = word.len() <= 20 && word.chars().all(|char| char.is_ascii_alphanumeric() || "+-#._".contains(char));
    if is_name { word } else { "" }
}
