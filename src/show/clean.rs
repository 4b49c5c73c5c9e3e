//! What a terminal must not obey or hide: control sequences, control characters, marks that turn the direction of writing.
//!
//! Two forms. [`exact`] is for what people decide on: everything that is not seen as what it is shows its number. [`prose`]
//! is for what people read: colours are dropped, the blanks and joiners of ordinary writing stay, the rest shows too.

use signalbox_core::policy::shell::reveal;
use signalbox_core::text::colours::without_colours;

/// Text for a decision: every hidden character is made visible.
pub(crate) fn exact(text: &str) -> String {
    reveal(text)
}

/// Text for reading.
pub(crate) fn prose(text: &str) -> String {
    let plain = without_colours(text).replace("\r\n", "\n");
    let mut shown = String::with_capacity(plain.len());
    for char in plain.chars() {
        if is_ordinary(char) {
            shown.push(char);
        } else {
            shown.push_str(&reveal(char.encode_utf8(&mut [0; 4])));
        }
    }
    shown
}

/// The first line of a text for reading, cut to `width` columns where there is such a limit.
pub(crate) fn line(text: &str, width: Option<usize>) -> String {
    let whole = prose(text.trim());
    let mut lines = whole.lines();
    let first = lines.next().unwrap_or_default().replace('\t', " ");
    let cut = if lines.next().is_some() { format!("{first} …") } else { first };
    width.map_or_else(|| cut.clone(), |width| fit(&cut, width))
}

/// Cuts a text without line breaks or colours to `width` columns.
pub(crate) fn fit(text: &str, width: usize) -> String {
    if console::measure_text_width(text) <= width {
        return text.to_owned();
    }
    let mut kept = String::new();
    for char in text.chars() {
        kept.push(char);
        if console::measure_text_width(&kept) >= width {
            kept.pop();
            break;
        }
    }
    format!("{}…", kept.trim_end())
}

/// Joiners, variation selectors and blanks that ordinary writing and emoji are made of.
fn is_ordinary(char: char) -> bool {
    matches!(char, '\u{00a0}' | '\u{200c}' | '\u{200d}' | '\u{202f}' | '\u{3000}' | '\u{fe0e}' | '\u{fe0f}')
        || matches!(char, '\u{2000}'..='\u{200a}')
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a terminal would obey, or a reader would not see.
    const HOSTILE: &[&str] = &[
        "\u{1b}[2J\u{1b}[H",
        "\u{1b}]0;title\u{7}",
        "\u{1b}]8;;https://evil.example\u{1b}\\click\u{1b}]8;;\u{1b}\\",
        "\u{1b}]52;c;bGllcw==\u{7}",
        "\u{9b}2J",
        "\u{9d}0;title\u{9c}",
        "\u{1b}P1$q\u{1b}\\",
        "\u{1b}c",
        "\u{1b}[31",
        "\u{1b}[31\u{1b}[2J",
        "a\rb",
        "a\u{8}\u{8}b",
        "\u{7f}",
        "\u{202e}txt.exe",
        "\u{2066}a\u{2069}",
        "\u{200f}",
        "\u{feff}",
        "\u{2028}",
        "\u{e0041}",
        "\0",
    ];

    fn is_harmless(text: &str) -> bool {
        let bidi =
            |c| matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{61c}');
        text.chars()
            .all(|c| (c == '\n' || c == '\t' || !c.is_control()) && !bidi(c) && c != '\u{2028}' && c != '\u{feff}')
    }

    #[test]
    fn nothing_that_a_terminal_obeys_gets_through() {
        for text in HOSTILE {
            for (before, after) in [("", ""), ("x", "y"), ("\u{1b}[1m", "\u{1b}[0m"), ("\u{1b}", "m"), ("\u{1b}[", "m")]
            {
                let text = format!("{before}{text}{after}");
                for shown in [exact(&text), prose(&text), line(&text, Some(20))] {
                    assert!(is_harmless(&shown), "{text:?} became {shown:?}");
                }
            }
        }
    }

    #[test]
    fn what_was_hidden_is_said() {
        assert_eq!(prose("a\u{202e}b"), "a⟦U+202E⟧b");
        assert_eq!(exact("ls\u{a0}-l"), "ls⟦U+00A0⟧-l");
        assert_eq!(prose("\u{1b}]0;x\u{7}"), "⟦U+001B⟧]0;x⟦U+0007⟧");
    }

    #[test]
    fn ordinary_text_stays_as_it_is() {
        let text = "Grüße, 世界 ⚠\u{fe0f} 👩\u{200d}💻\n\tif x < 1 { \"ok\" }";
        assert_eq!(prose(text), text);
        assert_eq!(prose("one\r\ntwo"), "one\ntwo");
        assert_eq!(prose("\u{1b}[1;32mok\u{1b}[0m \u{1b}[38:5:1mred\u{1b}[m"), "ok red");
    }

    #[test]
    fn a_line_says_when_it_is_cut() {
        assert_eq!(line("  one\ntwo", None), "one …");
        assert_eq!(line("abcdefgh", Some(5)), "abcd…");
        assert_eq!(line("abcde", Some(5)), "abcde");
    }
}
