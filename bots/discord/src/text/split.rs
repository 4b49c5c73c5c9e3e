//! Cuts a text with Discord's markup into messages.
//!
//! A fence that is cut is closed and opened again with its language; one that fits into a message of its own is not cut. A
//! cut elsewhere falls between paragraphs if it can, else between lines, else between words. Every piece has something to
//! read in it.

use super::cuts::{cut_code, cut_prose};

/// A message must have room for the marks of a fence, or of all styles, and for something between them.
const SHORTEST: usize = 40;
/// More than this before the text of a line is text itself.
const LONGEST_MARKS: usize = 16;
/// The marks of a fence without its language, and the line breaks within.
const FENCE: usize = "```\n\n```".len();

/// Pieces of at most `limit` characters, which is at least 40. A blank text has none.
pub(crate) fn split(text: &str, limit: usize) -> Vec<String> {
    let mut filler = Filler { limit: limit.max(SHORTEST), pieces: Vec::new(), piece: String::new() };
    for block in blocks(text) {
        match block {
            Block::Prose(text) => filler.add_prose(text),
            Block::Fence { language, body } => filler.add_fence(language, body),
        }
    }
    filler.end_piece();
    filler.pieces
}

#[derive(Debug, PartialEq)]
enum Block<'t> {
    Prose(&'t str),
    Fence { language: &'t str, body: &'t str },
}

/// The fences of a text, and what is between them. A fence that is left open goes to the end.
fn blocks(text: &str) -> Vec<Block<'_>> {
    let mut blocks = Vec::new();
    let (mut prose, mut at) = (0, 0);
    while at < text.len() {
        let line = text[at..].split_inclusive('\n').next().unwrap_or_default();
        let language = line.trim_end().strip_prefix("```").filter(|language| !language.contains('`'));
        let Some(language) = language else {
            at += line.len();
            continue;
        };
        blocks.push(Block::Prose(&text[prose..at]));
        let inner = &text[at + line.len()..];
        let end = inner.find("```").unwrap_or(inner.len());
        blocks.push(Block::Fence { language, body: &inner[..end] });
        at += line.len() + (end + 3).min(inner.len());
        prose = at;
    }
    blocks.push(Block::Prose(&text[prose..]));
    blocks
}

#[derive(Debug)]
struct Filler {
    limit: usize,
    pieces: Vec<String>,
    piece: String,
}

impl Filler {
    fn room(&self) -> usize {
        let breaks = usize::from(!self.piece.is_empty() && !self.piece.ends_with('\n'));
        self.limit.saturating_sub(self.piece.chars().count() + breaks)
    }

    /// Less than this is not begun with.
    fn is_nearly_full(&self) -> bool {
        !self.piece.is_empty() && self.room() < self.limit / 4
    }

    fn end_piece(&mut self) {
        let piece = std::mem::take(&mut self.piece);
        if !piece.trim().is_empty() {
            self.pieces.push(piece.trim().to_owned());
        }
    }

    fn add(&mut self, text: &str) {
        if !self.piece.is_empty() && !self.piece.ends_with('\n') && !text.starts_with('\n') {
            self.piece.push('\n');
        }
        self.piece.push_str(text);
    }

    fn add_prose(&mut self, text: &str) {
        let mut rest = text.to_owned();
        let mut lead = marks(text);
        while !rest[lead..].trim().is_empty() {
            if rest.trim_end().chars().count() <= self.room() {
                return self.add(&rest);
            }
            if self.is_nearly_full() {
                self.end_piece();
                continue;
            }
            let cut = cut_prose(&rest, self.room(), lead);
            self.add(&format!("{}{}", rest[..cut.at].trim_end(), cut.close));
            self.end_piece();
            (rest, lead) = reopened(&cut.open, &rest[cut.at..]);
        }
    }

    fn add_fence(&mut self, language: &str, body: &str) {
        let body = body.trim_matches('\n');
        let whole = fenced(language, body);
        let length = whole.chars().count();
        if body.trim().is_empty() {
            return;
        }
        if length > self.room() && length <= self.limit || self.is_nearly_full() {
            self.end_piece();
        }
        if length <= self.room() { self.add(&whole) } else { self.add_cut_fence(language, body) }
    }

    fn add_cut_fence(&mut self, language: &str, mut rest: &str) {
        let language = if language.chars().count() > self.limit / 4 { "" } else { language };
        let around = FENCE + language.chars().count();
        while !rest.trim().is_empty() {
            let room = self.room().saturating_sub(around);
            if room < self.limit / 4 && !self.piece.is_empty() {
                self.end_piece();
                continue;
            }
            let at = if rest.chars().count() <= room { rest.len() } else { cut_code(rest, room).at };
            if !rest[..at].trim().is_empty() {
                self.add(&fenced(language, rest[..at].trim_end()));
            }
            rest = rest[at..].trim_start_matches('\n');
            if !rest.trim().is_empty() {
                self.end_piece();
            }
        }
    }
}

fn fenced(language: &str, body: &str) -> String {
    format!("```{language}\n{body}\n```")
}

/// The rest of a text with what is opened again before it, and how much of it is no text yet. Styles stand behind the mark
/// of a quotation that the line has by itself.
fn reopened(open: &str, rest: &str) -> (String, usize) {
    let rest = rest.trim_start_matches('\n');
    if open.is_empty() {
        let rest = rest.trim_start();
        return (rest.to_owned(), marks(rest));
    }
    let quote = if open.starts_with('>') || !rest.starts_with("> ") { "" } else { "> " };
    let inner = rest.strip_prefix(quote).unwrap_or(rest).trim_start();
    (format!("{quote}{open}{inner}"), quote.len() + open.len())
}

/// The length of what stands before the text of a line: a cut behind it would leave a piece with nothing to read.
fn marks(text: &str) -> usize {
    let length = text.len() - text.trim_start_matches(['>', '-', '#', ' ', '\n']).len();
    if length <= LONGEST_MARKS { length } else { 0 }
}
