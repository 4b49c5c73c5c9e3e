//! A text with what is special about its parts, while it is put together.

use super::{link, markdown};
use reqwest::Url;
use signalbox_core::text::clean;
use std::ops::Range;

/// A longer quotation than this is folded by Telegram until somebody taps it.
const LONG_QUOTE: usize = 600;
/// So is one of more lines than this.
const TALL_QUOTE: usize = 8;

/// Text with entities. Nothing that is put in is interpreted, but by [`Rich::markdown`].
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Rich {
    pub(super) text: String,
    pub(super) spans: Vec<Span>,
}

/// A part of the text that looks or does something of its own; in bytes, on boundaries of characters.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Span {
    pub(super) style: Style,
    pub(super) range: Range<usize>,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Style {
    Strong,
    Italic,
    Struck,
    Code,
    Pre { language: String },
    Link(Url),
    Quote { folded: bool },
}

impl Rich {
    /// Text as it is.
    pub(crate) fn plain(mut self, text: &str) -> Self {
        self.text.push_str(&clean::prose(text));
        self
    }

    /// Bold text.
    pub(crate) fn strong(self, text: &str) -> Self {
        self.styled(Style::Strong, &clean::prose(text))
    }

    /// Text of less weight.
    pub(crate) fn italic(self, text: &str) -> Self {
        self.styled(Style::Italic, &clean::prose(text))
    }

    /// Code within a line.
    pub(crate) fn code(self, text: &str) -> Self {
        self.styled(Style::Code, &clean::exact(text))
    }

    /// Code on lines of its own. `language` is what it is written in, empty where that is not known.
    pub(crate) fn pre(self, language: &str, text: &str) -> Self {
        let style = Style::Pre { language: language_name(language) };
        self.line().styled(style, clean::exact(text).trim_end_matches('\n')).line()
    }

    /// A link of ours: to the web or into Telegram. Any other address is shown beside the text.
    #[cfg_attr(not(test), allow(dead_code, reason = "no card says it yet; the text's rules are tried with it"))]
    pub(crate) fn link(self, text: &str, url: &str) -> Self {
        match link::ours(url) {
            Some(url) => self.styled(Style::Link(url), &clean::prose(text)),
            None => self.plain(text).plain(" (").plain(url).plain(")"),
        }
    }

    /// What somebody said, on lines of its own; a long one is folded.
    #[cfg_attr(not(test), allow(dead_code, reason = "no card says it yet; the text's rules are tried with it"))]
    pub(crate) fn quote(self, text: &str) -> Self {
        let shown = clean::prose(text);
        let style = Style::Quote { folded: is_long(&shown) };
        self.line().styled(style, &shown).line()
    }

    /// Ends the line, if something stands on it.
    pub(crate) fn line(mut self) -> Self {
        self.end_line();
        self
    }

    /// Ends the paragraph: what follows stands below an empty line.
    pub(crate) fn gap(mut self) -> Self {
        self.end_paragraph();
        self
    }

    /// What Claude wrote, on lines of its own.
    pub(crate) fn markdown(self, markdown: &str) -> Self {
        let said = markdown::render(markdown);
        if said.text.is_empty() { self } else { self.line().append(said) }
    }

    /// Another such text behind this one.
    pub(crate) fn append(mut self, other: Self) -> Self {
        let by = self.text.len();
        self.text.push_str(&other.text);
        self.spans.extend(other.spans.into_iter().map(|span| span.moved(by)));
        self
    }

    /// How long Telegram finds it.
    pub(crate) fn utf16_len(&self) -> usize {
        self.text.encode_utf16().count()
    }

    pub(super) fn styled(mut self, style: Style, text: &str) -> Self {
        let start = self.text.len();
        self.text.push_str(text);
        self.mark(style, start);
        self
    }

    /// Gives all from `start` on a style.
    pub(super) fn mark(&mut self, style: Style, start: usize) {
        self.spans.push(Span { style, range: start..self.text.len() });
    }

    pub(super) fn end_line(&mut self) {
        if !self.text.is_empty() && !self.text.ends_with('\n') {
            self.text.push('\n');
        }
    }

    pub(super) fn end_paragraph(&mut self) {
        self.end_line();
        if !self.text.is_empty() && !self.text.ends_with("\n\n") {
            self.text.push('\n');
        }
    }
}

impl Span {
    fn moved(self, by: usize) -> Self {
        Self { range: self.range.start + by..self.range.end + by, ..self }
    }
}

pub(super) fn is_long(quote: &str) -> bool {
    quote.chars().count() > LONG_QUOTE || quote.lines().count() > TALL_QUOTE
}

/// The first word of what stands behind a fence, if it can be a language.
pub(super) fn language_name(info: &str) -> String {
    let word = info.split([' ', ',', '{', '\t']).next().unwrap_or_default();
    let is_name = word.len() <= 30 && word.chars().all(|char| char.is_ascii_alphanumeric() || "+-#._".contains(char));
    if is_name { word.to_owned() } else { String::new() }
}
