//! The text that a page shows, as it grows line by line.

use super::Page;
use std::ops::Range;

/// Whose words a piece of text is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Voice {
    /// The author's own, as talk.
    Own,
    /// It is shown and not meant.
    Other,
    /// The same within talk, where it may run over lines.
    Span,
    /// Marks of Markdown.
    Mark,
}

/// What is written so far.
#[derive(Debug, Default)]
pub(super) struct Written {
    text: String,
    own: Vec<Range<usize>>,
    line: Line,
}

#[derive(Debug, Default)]
struct Line {
    start: usize,
    has_own_words: bool,
    /// Something that is not the author's talk goes on from the line before.
    goes_on: bool,
}

impl Written {
    pub(super) fn len(&self) -> usize {
        self.text.len()
    }

    pub(super) fn push(&mut self, text: &str, voice: Voice) {
        for piece in text.split_inclusive('\n') {
            let said = piece.strip_suffix('\n').unwrap_or(piece);
            self.line.has_own_words |= voice == Voice::Own && !said.trim().is_empty();
            self.text.push_str(said);
            if said.len() < piece.len() {
                self.end_line(voice == Voice::Span);
            }
        }
    }

    /// Goes to a new line unless it stands at the beginning of one.
    pub(super) fn begin_line(&mut self) {
        if self.text.len() > self.line.start {
            self.end_line(false);
        }
    }

    pub(super) fn end(mut self) -> Page {
        self.keep_own_line();
        Page { text: self.text, own: self.own }
    }

    fn end_line(&mut self, goes_on: bool) {
        self.keep_own_line();
        self.text.push('\n');
        self.line = Line { start: self.text.len(), has_own_words: false, goes_on };
    }

    fn keep_own_line(&mut self) {
        if self.line.has_own_words && !self.line.goes_on {
            self.own.push(self.line.start..self.text.len());
        }
    }
}
