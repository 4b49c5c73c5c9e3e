//! What Claude found at lines of a pull request, read from its answer: pure.
//!
//! A finding is a line of its own, in a list or not: `PATH:LINE: what is wrong`, or `PATH:FROM-TO: …`, with or without
//! backticks around the place. Its text may begin with `error:`, `warning:` or `note:`. What stands in a block of code is none.
//! Anything that only looks like one is harmless: only files that the pull request changes are annotated.

use serde::Serialize;

/// The longest message, in characters; GitHub takes 64 KB.
const LONGEST: usize = 4_000;
/// How many there are at most.
const MOST: usize = 500;

/// What Claude is told about it.
pub(crate) const FORM: &str = "If you review the pull request, write each finding that belongs to a line of it on a line of its \
                               own as `PATH:LINE: what is wrong` (or `PATH:FROM-TO: …`), with `error:`, `warning:` or `note:` \
                               before the words if you like: it is then shown at that line of the diff.";

/// Something to be shown at lines of a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Annotation {
    pub(crate) path: String,
    pub(crate) start_line: u64,
    pub(crate) end_line: u64,
    pub(crate) annotation_level: &'static str,
    pub(crate) message: String,
}

/// The findings in an answer, in their order.
pub(crate) fn findings(answer: &str) -> Vec<Annotation> {
    let mut fenced = false;
    let mut found = Vec::new();
    for line in answer.lines() {
        if line.trim_start().starts_with("```") || line.trim_start().starts_with("~~~") {
            fenced = !fenced;
        } else if !fenced {
            found.extend(finding(line));
        }
    }
    found.truncate(MOST);
    found
}

fn finding(line: &str) -> Option<Annotation> {
    let line = line.trim();
    let line = ["- ", "* ", "+ "].iter().find_map(|mark| line.strip_prefix(mark)).unwrap_or(line).trim_start();
    let (place, words) = match line.strip_prefix('`') {
        Some(rest) => rest.split_once('`').and_then(|(place, rest)| Some((place, rest.strip_prefix(':')?)))?,
        None => line.split_once(": ")?,
    };
    let (path, lines) = place.rsplit_once(':')?;
    let path = path.strip_prefix("/workspace/").unwrap_or(path);
    let (start_line, end_line) = match lines.split_once('-') {
        Some((from, to)) => (number(from)?, number(to)?),
        None => (number(lines)?, number(lines)?),
    };
    let is_path = !path.is_empty() && !path.contains([' ', '\\']) && !path.starts_with('/') && !path.contains("://");
    let (annotation_level, words) = level(words.trim());
    let message: String = signalbox_core::text::clean::exact(words).chars().take(LONGEST).collect();
    let sound = is_path && start_line <= end_line && !message.is_empty();
    sound.then(|| Annotation { path: path.to_owned(), start_line, end_line, annotation_level, message })
}

/// A line's number, from 1.
fn number(text: &str) -> Option<u64> {
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|number| digits && (1..=1_000_000).contains(number))
}

fn level(words: &str) -> (&'static str, &str) {
    let (word, rest) = words.split_once(':').unwrap_or(("", words));
    match word.trim().to_ascii_lowercase().as_str() {
        "error" => ("failure", rest.trim()),
        "warning" => ("warning", rest.trim()),
        "note" | "notice" => ("notice", rest.trim()),
        _ => ("warning", words),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("src/a.rs:12: This panics.", ("src/a.rs", 12, 12, "warning", "This panics."))]
    #[case("- `src/a.rs:3-5`: error: Off by one: see below", ("src/a.rs", 3, 5, "failure", "Off by one: see below"))]
    #[case("  * a.txt:1: note: Nice.", ("a.txt", 1, 1, "notice", "Nice."))]
    #[case("/workspace/docs/x.md:7: warning: typo", ("docs/x.md", 7, 7, "warning", "typo"))]
    #[case("a.txt:1: hid\u{200b}den", ("a.txt", 1, 1, "warning", "hid⟦U+200B⟧den"))]
    fn a_finding_is_a_line_that_names_its_place(#[case] line: &str, #[case] wanted: (&str, u64, u64, &str, &str)) {
        let found = findings(&format!("I looked.\n\n{line}\nThat is all."));
        let found: Vec<_> = found
            .iter()
            .map(|one| (one.path.as_str(), one.start_line, one.end_line, one.annotation_level, one.message.as_str()))
            .collect();
        assert_eq!(found, [wanted]);
    }

    #[rstest]
    #[case("see src/a.rs:12: it panics")]
    #[case("src/a.rs: it panics")]
    #[case("src/a.rs:0: it panics")]
    #[case("src/a.rs:5-3: it panics")]
    #[case("src/a.rs:12:")]
    #[case("src/a.rs:+1: it panics")]
    #[case("https://example.org:80: it panics")]
    #[case("/etc/passwd:1: it panics")]
    #[case("```\nsrc/a.rs:1: it panics\n```")]
    fn anything_else_is_none(#[case] text: &str) {
        assert_eq!(findings(text), []);
    }

    #[test]
    fn the_form_that_claude_is_told_is_read() {
        assert!(FORM.contains("`PATH:LINE: what is wrong`"));
        assert_eq!(findings("PATH:1: what is wrong").len(), 1);
        assert_eq!(findings(&"a:1: x\n".repeat(MOST + 1)).len(), MOST);
    }
}
