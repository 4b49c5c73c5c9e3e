//! What the reader of a page sees of Markdown, as GitHub draws it: comments, definitions, titles, words behind a fence and
//! whatever else the page does not show are dropped. What hides from people must speak neither to Claude nor to us.
//!
//! The text is read by a parser, once. What remains keeps its marks, so that it reads as it was written, but is not read as
//! Markdown again. In doubt something is not shown, and a line is not its author's own.

mod html;
mod reader;
#[cfg(test)]
mod tests;
mod written;

use std::ops::Range;

/// A page as it is seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// Its text.
    pub text: String,
    /// Its author's own lines that are not blank, as bytes of the text, without the line feed. What is quoted, code, struck
    /// through or HTML is not its author's own: it repeats what another said, or is shown and not meant.
    pub own: Vec<Range<usize>>,
}

impl Page {
    /// Reads Markdown.
    pub fn read(markdown: &str) -> Self {
        reader::read(markdown)
    }
}
