//! What a reader must see.
//!
//! Two forms. [`exact`] is for code and for what people decide on: everything that is not seen as what it is shows its
//! number. [`prose`] is for what people read: blanks of ordinary writing stay, and so do the joiners that emoji and the
//! scripts of Persian or Hindi are made of, where they stand in such; the rest shows its number too.

use crate::policy::shell::reveal;

/// Text for a decision.
pub fn exact(text: &str) -> String {
    reveal(text)
}

/// Text for reading.
pub fn prose(text: &str) -> String {
    let text = text.replace("\r\n", "\n");
    let mut shown = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(char) = chars.next() {
        if stays(shown.chars().next_back(), char, chars.peek().copied()) {
            shown.push(char);
        } else {
            shown.push_str(&reveal(char.encode_utf8(&mut [0; 4])));
        }
    }
    shown
}

/// Whether a Markdown renderer may leave something out, or show something else than stands there: HTML, links and what they
/// are defined by, entities, tables with cells too many, words behind a code fence. Errs on the side of yes.
pub fn hides_in_markdown(text: &str) -> bool {
    let bytes = text.as_bytes();
    let next = |at: usize| bytes.get(at + 1).copied().unwrap_or(b' ');
    let odd = bytes.iter().enumerate().any(|(at, byte)| match byte {
        b'<' => next(at).is_ascii_alphabetic() || matches!(next(at), b'!' | b'/' | b'?'),
        b']' => matches!(next(at), b'(' | b'[' | b':'),
        b'&' => next(at).is_ascii_alphabetic() || next(at) == b'#',
        _ => false,
    });
    odd || text.lines().any(|line| {
        let line = line.trim_start_matches(|c: char| c.is_whitespace() || matches!(c, '>' | '-' | '*' | '+'));
        let fence = line.starts_with("```") || line.starts_with("~~~");
        let told = line.trim_start_matches(['`', '~']).trim();
        (fence && !told.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '#' | '-' | '.')))
            || line.matches('|').count() > 1
    })
}

/// Whether a character that is hidden elsewhere belongs where it stands. It is asked for what was shown before it, so a
/// joiner after something that was given as a number finds no emoji there.
fn stays(before: Option<char>, char: char, after: Option<char>) -> bool {
    let between = |is: fn(char) -> bool| before.is_some_and(is) && after.is_some_and(is);
    match char {
        '\u{a0}' | '\u{2000}'..='\u{200a}' | '\u{202f}' | '\u{205f}' | '\u{3000}' => true,
        '\u{fe0e}' | '\u{fe0f}' => before.is_some_and(is_picture) || is_keycap(before, after),
        '\u{200c}' => between(needs_joiners),
        '\u{200d}' => between(needs_joiners) || between(|c| is_picture(c) || c == '\u{fe0f}'),
        _ => false,
    }
}

fn is_picture(char: char) -> bool {
    matches!(char, '©' | '®' | '‼' | '⁉' | '™' | 'ℹ' | '〰' | '〽' | '㊗' | '㊙')
        || matches!(char, '\u{2190}'..='\u{2bff}' | '\u{1f000}'..='\u{1faff}')
}

fn is_keycap(before: Option<char>, after: Option<char>) -> bool {
    before.is_some_and(|char| char.is_ascii_digit() || char == '#' || char == '*') && after == Some('\u{20e3}')
}

/// Arabic and its neighbours, the scripts of India, Burmese, Khmer.
fn needs_joiners(char: char) -> bool {
    matches!(char, '\u{620}'..='\u{8ff}' | '\u{900}'..='\u{dff}' | '\u{1000}'..='\u{109f}' | '\u{1780}'..='\u{17ff}')
}

#[cfg(test)]
mod tests {
    use super::{exact, hides_in_markdown, prose};
    use rstest::rstest;

    #[rstest]
    #[case::html("<!-- rm -rf -->")]
    #[case::autolink("<https://example.org>")]
    #[case::definition("[//]: # (rm -rf)")]
    #[case::link_title("[docs](https://example.org \"rm -rf\")")]
    #[case::reference("[docs][rm]")]
    #[case::picture("![x](y)")]
    #[case::number("a&#8203;b")]
    #[case::entity("a&ZeroWidthSpace;b")]
    #[case::words_behind_a_fence("```sh title=rm\n```")]
    #[case::a_fence_in_a_list("  - ~~~sh {rm}\n")]
    #[case::a_cell_too_many("a | b\n-|-\n1 | 2 | rm |")]
    fn what_markdown_may_leave_out_is_known(#[case] text: &str) {
        assert!(hides_in_markdown(text));
    }

    #[test]
    fn ordinary_markdown_hides_nothing() {
        let open = "# Plan\n\n1. **look** at `a.rs`\n- [ ] do\n\n```rust\nlet a = 1;\n```\n> a & b, 1 < 2\n";
        assert!(!hides_in_markdown(open));
    }

    #[rstest]
    #[case::turned("\u{202e}fdp.exe", "⟦U+202E⟧fdp.exe")]
    #[case::isolated("a\u{2066}b\u{2069}", "a⟦U+2066⟧b⟦U+2069⟧")]
    #[case::zero_width("pay\u{200b}pal", "pay⟦U+200B⟧pal")]
    #[case::joiner_between_letters("a\u{200d}b", "a⟦U+200D⟧b")]
    #[case::selector_after_a_letter("a\u{fe0f}", "a⟦U+FE0F⟧")]
    #[case::two_selectors("⚠\u{fe0f}\u{fe0f}", "⚠\u{fe0f}⟦U+FE0F⟧")]
    #[case::joiner_at_the_end("👩\u{200d}", "👩⟦U+200D⟧")]
    #[case::tags("🏴\u{e0067}", "🏴⟦U+E0067⟧")]
    #[case::filler("\u{3164}\u{ffa0}\u{115f}\u{1160}\u{180e}", "⟦U+3164⟧⟦U+FFA0⟧⟦U+115F⟧⟦U+1160⟧⟦U+180E⟧")]
    #[case::control("\u{1b}[2J\u{7f}\u{9b}\r", "⟦U+001B⟧[2J⟦U+007F⟧⟦U+009B⟧⟦U+000D⟧")]
    #[case::line_separator("a\u{2028}b", "a⟦U+2028⟧b")]
    fn what_is_hidden_is_said(#[case] text: &str, #[case] shown: &str) {
        assert_eq!(prose(text), shown);
    }

    #[rstest]
    #[case("Grüße, 世界 👩\u{200d}💻 ⚠\u{fe0f} 1\u{fe0f}\u{20e3}\n\tif x < 1")]
    #[case("10\u{a0}000\u{202f}€\u{3000}")]
    #[case("می\u{200c}خواهم")]
    #[case("👩🏽\u{200d}🚒 ❤\u{fe0f}\u{200d}🔥")]
    fn ordinary_writing_stays(#[case] text: &str) {
        assert_eq!(prose(text), text);
    }

    #[test]
    fn code_says_what_prose_may_keep() {
        assert_eq!(exact("ls\u{a0}-l 👩\u{200d}💻"), "ls⟦U+00A0⟧-l 👩⟦U+200D⟧💻");
        assert_eq!(exact("a\r\nb"), "a⟦U+000D⟧\nb");
        assert_eq!(prose("a\r\nb"), "a\nb");
    }
}
