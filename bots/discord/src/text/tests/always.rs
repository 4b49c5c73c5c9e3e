use super::strategy::{letters, text};
use crate::text::{escape, fence, inline_code, markdown, split};
use proptest::prelude::*;

/// Whether a reader sees every character as what it is, but for the joiners of emoji and scripts.
fn is_visible(text: &str) -> bool {
    let hidden = |c: char| {
        (c.is_control() && c != '\n' && c != '\t')
            || matches!(c, '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2028}' | '\u{2029}')
            || matches!(c, '\u{2060}'..='\u{2069}' | '\u{feff}' | '\u{ad}' | '\u{61c}' | '\u{e0000}'..='\u{e007f}')
    };
    !text.chars().any(hidden)
}

/// The text with a letter in place of every backslash and what it escapes.
fn unescaped(text: &str) -> String {
    let mut left = String::new();
    let mut is_escaped = false;
    for char in text.chars() {
        match char {
            _ if is_escaped => {
                is_escaped = false;
                left.push('x');
            }
            '\\' => is_escaped = true,
            _ => left.push(char),
        }
    }
    left
}

fn check_pieces(whole: &str, limit: usize) -> Result<(), TestCaseError> {
    let pieces = split(whole, limit);
    for piece in &pieces {
        prop_assert!(piece.chars().count() <= limit, "{piece:?} is too long");
        prop_assert!(!piece.trim().is_empty());
        prop_assert_eq!(piece.trim(), piece);
    }
    let joined: String = pieces.iter().map(|piece| letters(piece)).collect();
    prop_assert_eq!(joined, letters(whole));
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn escaped_text_has_no_markup(text in text()) {
        let shown = escape(&text);
        prop_assert!(is_visible(&shown));
        let left = unescaped(&shown);
        prop_assert!(!left.contains(['*', '_', '~', '`', '|', '[', ']', '(', ')', '<', '@']), "{shown:?}");
        prop_assert!(!left.contains("://"));
        for line in left.lines() {
            prop_assert!(!line.trim_start().starts_with(['#', '>', '-', '+']), "{shown:?}");
        }
    }

    #[test]
    fn escaped_text_is_the_text(text in "[ -~\n]{0,200}") {
        let mut shown = String::new();
        let escaped = escape(&text);
        let mut chars = escaped.chars();
        while let Some(char) = chars.next() {
            shown.extend(if char == '\\' { chars.next() } else { Some(char) });
        }
        prop_assert_eq!(shown, text);
    }

    #[test]
    fn a_fence_holds_what_is_in_it(text in text()) {
        if let Some(shown) = fence("rust", &text) {
            prop_assert_eq!(shown.matches("```").count(), 2);
            prop_assert!(is_visible(&shown));
        } else {
            prop_assert!(text.contains("```"));
        }
    }

    #[test]
    fn code_in_a_line_stays_in_it(text in text()) {
        let shown = inline_code(&text);
        prop_assert!(is_visible(&shown) && !shown.contains('\n') && !shown.starts_with("```"));
    }

    #[test]
    fn claude_mentions_nobody_and_hides_nothing(text in text()) {
        let shown = markdown(&text);
        prop_assert!(is_visible(&shown), "{shown:?}");
        prop_assert_eq!(shown.trim(), &shown);
        let mut prose = String::new();
        let mut is_fence = false;
        for line in shown.lines() {
            is_fence ^= line.starts_with("```");
            prose.push_str(if is_fence || line.contains('`') { "code" } else { line });
            prose.push('\n');
        }
        prop_assert!(!is_fence, "{shown:?}");
        let left = unescaped(&prose);
        prop_assert!(!left.contains("<@") && !left.contains("@everyone") && !left.contains("||"), "{shown:?}");
        prop_assert!(shown.contains('`') || !prose.contains("\n\n\n"), "{shown:?}");
    }

    #[test]
    fn pieces_are_messages(text in text(), limit in 40_usize..300) {
        check_pieces(&markdown(&text), limit)?;
        check_pieces(&escape(&text), limit)?;
        for piece in split(&text, limit) {
            prop_assert!(piece.chars().count() <= limit && !piece.trim().is_empty());
        }
    }

    #[test]
    fn every_fence_is_closed_in_its_piece(text in text(), limit in 60_usize..200) {
        for piece in split(&markdown(&text), limit) {
            let marks = piece.lines().filter(|line| line.starts_with("```")).count();
            prop_assert_eq!(marks % 2, 0, "{:?}", piece);
        }
    }
}
