//! Cuts a text into messages.
//!
//! A cut falls between paragraphs if it can, else between lines, else between words; never into code that fits into a
//! message of its own, and never into what is seen as one character if that can be avoided. Every piece has something to
//! read in it, and no more entities than Telegram takes.

use super::entities::MOST_ENTITIES;
use super::rich::{Rich, Style};
use super::tidy::visible;
use signalbox_core::text::width::hold_together;
use std::ops::Range;

/// A piece must have room for a character and for what says that it was cut.
const SHORTEST: usize = 4;

/// What is never torn by way of a character: a longer run of marks on one character is not writing.
const LONGEST_CHARACTER: usize = 64;

/// What a cut does with code that would fit into a piece of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Blocks {
    Whole,
    Cut,
}

impl Rich {
    /// Pieces of at most `limit` UTF-16 units, which is at least 4. A blank text has none.
    pub(crate) fn split(self, limit: usize) -> Vec<Self> {
        let whole = self.tidy();
        let mut pieces = Vec::new();
        let mut rest = 0..whole.text.len();
        while !rest.is_empty() {
            let end = whole.cut(rest.start, limit.max(SHORTEST), Blocks::Whole);
            pieces.push(whole.slice(&(rest.start..end)).tidy());
            rest = visible(&whole.text, end..rest.end);
        }
        pieces
    }

    /// The beginning that fits, with a mark behind it if something is missing, and whether it is.
    pub(crate) fn begin(self, limit: usize) -> (Self, bool) {
        let whole = self.tidy();
        let limit = limit.max(SHORTEST);
        if whole.reach(0, limit) == whole.text.len() {
            return (whole, false);
        }
        let end = whole.cut(0, limit - "\n…".chars().count(), Blocks::Cut);
        let mut piece = whole.slice(&(0..end)).tidy();
        if piece.spans.iter().any(|span| span.range.end == piece.text.len() && is_block(&span.style)) {
            piece.text.push('\n');
        }
        piece.text.push('…');
        (piece, true)
    }

    /// Where a piece ends that begins at `from`.
    fn cut(&self, from: usize, limit: usize, blocks: Blocks) -> usize {
        let reach = self.reach(from, limit);
        if reach == self.text.len() {
            return reach;
        }
        let solid = match blocks {
            Blocks::Whole => self.solid(from..reach, limit),
            Blocks::Cut => Vec::new(),
        };
        let broken = |at: usize| solid.iter().find(|block| block.start < at && at < block.end);
        let end = broken(reach).map(|block| block.start).filter(|start| *start > from).unwrap_or(reach);
        Boundaries::of(&self.text, from..end, |at| broken(at).is_none()).best()
    }

    /// How far a piece that begins at `from` can go, for its length and the number of its entities.
    fn reach(&self, from: usize, limit: usize) -> usize {
        let mut length = 0;
        let fits = |(_, char): &(usize, char)| {
            length += char.len_utf16();
            length > limit
        };
        let end = self.text[from..].char_indices().find(fits).map_or(self.text.len(), |(at, _)| from + at);
        let mut entities = self.spans.iter().filter(|span| span.range.end > from && span.range.start < end);
        entities.nth(MOST_ENTITIES).map_or(end, |surplus| surplus.range.start)
    }

    /// The code that must not be cut, as far as the part touches it.
    fn solid(&self, part: Range<usize>, limit: usize) -> Vec<Range<usize>> {
        let code = self.spans.iter().filter(|span| span.style.is_code()).map(|span| span.range.clone());
        let touched = code.filter(|range| range.start <= part.end && range.end > part.start);
        touched.filter(|range| self.text[range.clone()].encode_utf16().count() <= limit).collect()
    }
}

fn is_block(style: &Style) -> bool {
    matches!(style, Style::Pre { .. })
}

/// The last places of each kind at which a part of the text could end.
#[derive(Debug)]
struct Boundaries {
    part: Range<usize>,
    paragraph: Option<usize>,
    line: Option<usize>,
    /// A line whose follower is indented, which the next message would not show.
    indented: Option<usize>,
    word: Option<usize>,
    character: Option<usize>,
}

impl Boundaries {
    fn of(text: &str, part: Range<usize>, is_allowed: impl Fn(usize) -> bool) -> Self {
        let mut found =
            Self { part: part.clone(), paragraph: None, line: None, indented: None, word: None, character: None };
        let inner = text[part.clone()].char_indices().map(|(at, _)| part.start + at).skip(1);
        for at in inner.chain([part.end]).filter(|at| is_allowed(*at)) {
            found.note(text, at);
        }
        found
    }

    fn note(&mut self, text: &str, at: usize) {
        let (before, after) = (&text[..at], &text[at..]);
        let (Some(last), Some(next)) = (before.chars().next_back(), after.chars().next()) else { return };
        if last == '\n' || next == '\n' {
            let is_paragraph = before.ends_with("\n\n") || after.starts_with("\n\n");
            let is_indented = after.trim_start_matches('\n').starts_with([' ', '\t']);
            match (is_indented, is_paragraph) {
                (true, _) => self.indented = Some(at),
                (false, true) => self.paragraph = Some(at),
                (false, false) => self.line = Some(at),
            }
        }
        if last.is_whitespace() || next.is_whitespace() || ends_clause(last) {
            self.word = Some(at);
        }
        if !hold_together(before, next) {
            self.character = Some(at);
        }
    }

    /// A boundary of a higher kind is taken if it does not leave too much of the piece empty.
    fn best(&self) -> usize {
        let filled = |at: &usize, parts: usize| (at - self.part.start) * parts >= self.part.len();
        self.paragraph
            .filter(|at| filled(at, 2))
            .or(self.line.filter(|at| filled(at, 4)))
            .or(self.indented.filter(|at| filled(at, 4)))
            .or(self.word)
            .or(self.character.filter(|at| at + LONGEST_CHARACTER > self.part.end))
            .unwrap_or(self.part.end)
    }
}

/// What ends a part of a sentence in writing without blanks.
fn ends_clause(char: char) -> bool {
    matches!(char, '。' | '！' | '？' | '；' | '，' | '、' | '：')
}
