//! A message as it is read for commands: what of it is heard, and which lines of that are its author's own words. Only such a
//! line may hold a command: a quotation repeats what somebody else said, and code is shown and not meant.

use super::manner::Markup;
use super::values::is_blank;
use crate::text::page::Page;
use std::borrow::Cow;
use std::ops::Range;

/// A message and its author's own lines that are not blank, in order.
pub(super) fn own_lines(text: &str, markup: Markup) -> (Cow<'_, str>, Vec<Line>) {
    let (text, lines) = match markup {
        Markup::Github => {
            let page = Page::read(text);
            (Cow::Owned(page.text), page.own)
        }
        Markup::Beside => (Cow::Borrowed(text), lines(text).collect()),
        Markup::Discord => {
            let mut reader = Discord::Talk;
            let own = lines(text).filter(|line| reader.is_own(&text[line.clone()])).collect();
            (Cow::Borrowed(text), own)
        }
    };
    let says = |line: &Range<usize>| !text[line.clone()].chars().all(is_blank);
    let lines = lines.into_iter().filter(says).map(|Range { start, end }| Line { start, end }).collect();
    (text, lines)
}

/// An own line that is not blank, as bytes of the message; the line feed is not part of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Line {
    /// Where it begins.
    pub(super) start: usize,
    /// Where it ends.
    pub(super) end: usize,
}

fn lines(text: &str) -> impl Iterator<Item = Range<usize>> {
    let mut start = 0;
    text.split('\n').map(move |line| {
        let this = start..start + line.len();
        start = this.end + 1;
        this
    })
}

/// What the next line stands in, in Discord's Markdown.
enum Discord {
    /// Nothing.
    Talk,
    /// A block of code.
    Code,
    /// A quotation up to the end of the message.
    LongQuote,
}

impl Discord {
    /// Blocks of code begin and end anywhere in a line, and a quotation never runs on by itself.
    fn is_own(&mut self, line: &str) -> bool {
        let in_code = matches!(self, Self::Code);
        if !in_code && line.trim_start().starts_with(">>> ") {
            *self = Self::LongQuote;
        }
        if matches!(self, Self::LongQuote) {
            return false;
        }
        if line.matches("```").count() % 2 == 1 {
            *self = if in_code { Self::Talk } else { Self::Code };
        }
        !in_code && !line.trim_start().starts_with('>')
    }
}
