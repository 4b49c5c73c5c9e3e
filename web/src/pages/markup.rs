//! Text of others as HTML. Whatever a person, a model or a program wrote is shown as text: markup in it is escaped, and what
//! would be obeyed or not be seen (control characters, marks that turn the direction of writing) shows its number.

use askama::filters::HtmlSafe;
use signalbox_core::text::clean;
use signalbox_core::text::colours::without_colours;
use std::fmt::{self, Write as _};

/// HTML that was written here. Every text of others in it is escaped already.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Markup(String);

impl HtmlSafe for Markup {}

impl fmt::Display for Markup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Markup {
    /// Takes HTML as it is: for what has no text of others in it, or has it escaped.
    pub(super) fn written(html: String) -> Self {
        Self(html)
    }
}

/// Text that people decide on, or code: everything that is not seen as what it is shows its number.
pub(super) fn exact(text: &str) -> Markup {
    Markup(marked(&clean::exact(text)))
}

/// Text for reading.
pub(super) fn prose(text: &str) -> Markup {
    Markup(marked(&clean::prose(text)))
}

/// What a program wrote: colours are dropped, the rest is as it was.
pub(super) fn output(text: &str) -> Markup {
    Markup(marked(&clean::prose(&without_colours(text))))
}

/// The first line of a text for reading, cut to so many characters.
pub(super) fn line(text: &str, length: usize) -> String {
    let shown = clean::prose(&without_colours(text.trim()));
    let mut lines = shown.lines();
    let first = lines.next().unwrap_or_default().replace('\t', " ");
    let more = lines.next().is_some() || first.chars().count() > length;
    let kept: String = first.chars().take(length).collect();
    if more { format!("{} …", kept.trim_end()) } else { kept }
}

/// Text with `&`, `<`, `>` and quotes escaped.
pub(super) fn escaped(text: &str) -> String {
    text.chars().fold(String::with_capacity(text.len()), |mut html, char| {
        match char {
            '&' => html.push_str("&amp;"),
            '<' => html.push_str("&lt;"),
            '>' => html.push_str("&gt;"),
            '"' => html.push_str("&quot;"),
            '\'' => html.push_str("&#39;"),
            other => html.push(other),
        }
        html
    })
}

/// A page without anything that a reader would not see: templates write none, so what is there came from others and was
/// forgotten. The last line of defence, not the first.
pub(super) fn seen(page: String) -> String {
    let suspicious = |char: char| !matches!(char, '\n' | '\t' | ' '..='~');
    if page.chars().any(suspicious) { clean::prose(&page) } else { page }
}

/// Escapes a text that was made visible, and sets what was hidden apart from what stood there.
pub(super) fn marked(shown: &str) -> String {
    let mut html = String::with_capacity(shown.len() + 16);
    let mut rest = shown;
    while let Some(at) = rest.find("⟦U+") {
        html.push_str(&escaped(&rest[..at]));
        rest = &rest[at..];
        let end = rest.find('⟧').map_or(rest.len(), |end| end + '⟧'.len_utf8());
        let number = rest[..end].strip_prefix('⟦').and_then(|rest| rest.strip_suffix('⟧'));
        let digits = number.and_then(|number| number.strip_prefix("U+"));
        let is_mark =
            |digits: &str| (4..=6).contains(&digits.len()) && digits.bytes().all(|digit| digit.is_ascii_hexdigit());
        if let Some(digits) = digits.filter(|digits| is_mark(digits)) {
            // Writing to a string does not fail.
            let _ = write!(html, "<mark class=\"unseen\" title=\"a character that is not seen\">U+{digits}</mark>");
        } else {
            html.push_str(&escaped(&rest[..end]));
        }
        rest = &rest[end..];
    }
    html.push_str(&escaped(rest));
    html
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup_of_others_is_text() {
        let hostile = "<script>alert('x')</script> & \"quoted\"";
        let shown = "&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt; &amp; &quot;quoted&quot;";
        for markup in [exact(hostile), prose(hostile), output(hostile)] {
            assert_eq!(markup.to_string(), shown);
        }
    }

    #[test]
    fn what_was_hidden_is_marked() {
        let mark = "<mark class=\"unseen\" title=\"a character that is not seen\">U+202E</mark>";
        assert_eq!(exact("a\u{202e}<b>").to_string(), format!("a{mark}&lt;b&gt;"));
        assert_eq!(output("\u{1b}[31mred\u{1b}[0m").to_string(), "red");
        assert_eq!(marked("⟦U+<b>⟧ ⟦U+"), "⟦U+&lt;b&gt;⟧ ⟦U+");
        assert_eq!(marked("⟦U+202E"), "⟦U+202E", "no mark without its end");
    }

    #[test]
    fn a_line_is_one_and_says_when_it_is_cut() {
        assert_eq!(line(" one\ntwo", 80), "one …");
        assert_eq!(line("abcdef", 3), "abc …");
        assert_eq!(line("a\u{202e}b", 80), "a⟦U+202E⟧b");
    }

    #[test]
    fn a_page_keeps_ordinary_writing_and_nothing_hidden() {
        assert_eq!(seen("Grüße 👩\u{200d}💻\n".to_owned()), "Grüße 👩\u{200d}💻\n");
        assert_eq!(seen("a\u{202e}b".to_owned()), "a⟦U+202E⟧b");
    }
}
