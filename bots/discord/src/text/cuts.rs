//! Where a text with Discord's markup can be cut.
//!
//! The text is read mark by mark: a cut never parts a backslash from what it escapes, and each place knows which styles are
//! open there, so that they can be closed before the cut and opened again behind it.

use signalbox_core::text::width::hold_together;

/// The marks that style what is between two of them. Longer ones come first.
const MARKS: &[&str] = &["**", "~~", "||", "__", "*", "_"];

/// A place where a text can be cut.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Cut {
    /// The place, in bytes.
    pub(super) at: usize,
    /// What closes the open styles before it.
    pub(super) close: String,
    /// What opens them again behind it.
    pub(super) open: String,
}

/// What a cut at a place would part, from the best to the worst.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Rank {
    Paragraph,
    Line,
    /// The next line is set in, which would not be seen at the beginning of a message.
    Indented,
    Word,
    Character,
    /// Within code or a link, between words.
    InsideWord,
    /// Within code or a link.
    Inside,
    /// What is seen as one character, or a style around nothing.
    Torn,
}

const RANKS: usize = 8;

/// No label or address of a link is longer.
const LONGEST_LINK: usize = 3000;

/// The best cut of a text with markup, with all that is before it in at most `room` characters, its closing marks counted.
/// The first `lead` bytes are never parted from what follows.
pub(super) fn cut_prose(text: &str, room: usize, lead: usize) -> Cut {
    let mut scan = Scan::new(text, room, lead);
    while scan.count <= room && scan.at < text.len() {
        scan.step();
    }
    scan.best()
}

/// The same for code, in which no mark means anything.
pub(super) fn cut_code(text: &str, room: usize) -> Cut {
    let mut scan = Scan::new(text, room, 0);
    while scan.count <= room && scan.at < text.len() {
        scan.pass_char(Rank::Character);
    }
    scan.best()
}

#[derive(Debug)]
struct Scan<'t> {
    text: &'t str,
    room: usize,
    lead: usize,
    /// How far it was read, in bytes and in characters.
    at: usize,
    count: usize,
    /// The styles that are open.
    open: Vec<&'static str>,
    /// For so many backticks nothing in the rest of the text closes code.
    unclosed: [bool; 3],
    /// The last place of each rank.
    found: [Option<Cut>; RANKS],
}

impl<'t> Scan<'t> {
    fn new(text: &'t str, room: usize, lead: usize) -> Self {
        Self {
            text,
            room,
            lead,
            at: 0,
            count: 0,
            open: Vec::new(),
            unclosed: [false; 3],
            found: [const { None }; RANKS],
        }
    }

    /// Reads the next mark or character.
    fn step(&mut self) {
        let rest = &self.text[self.at..];
        if let Some(length) = escape_length(rest) {
            self.pass(length);
            self.note(Rank::Character, None);
        } else if let Some((ticks, length)) = self.code(rest) {
            self.pass_code(ticks, length);
        } else if let Some(length) = link_length(rest) {
            self.pass_whole(length, None);
        } else if let Some(mark) = self.mark(rest) {
            self.pass_mark(mark);
        } else {
            self.pass_char(Rank::Character);
        }
    }

    /// Code that begins here: how many backticks it has on each side, and how long it is with them.
    fn code(&mut self, rest: &str) -> Option<(usize, usize)> {
        let ticks = rest.bytes().take(3).take_while(|byte| *byte == b'`').count();
        if !(1..=2).contains(&ticks) || self.unclosed[ticks] {
            return None;
        }
        let length = code_length(rest, ticks);
        self.unclosed[ticks] = length.is_none();
        length.map(|length| (ticks, length))
    }

    fn pass(&mut self, length: usize) {
        self.count += self.text[self.at..self.at + length].chars().count();
        self.at += length;
    }

    fn pass_char(&mut self, rank: Rank) {
        let char = self.text[self.at..].chars().next().map_or(1, char::len_utf8);
        self.pass(char);
        if self.text[..self.at].ends_with("\n\n") {
            self.open.clear();
        }
        self.note(rank, None);
    }

    /// Code is left whole if it can be; else each part of it is code.
    fn pass_code(&mut self, ticks: usize, length: usize) {
        let end = self.at + length;
        self.pass(ticks);
        self.pass_whole(length - 2 * ticks, Some(ticks));
        self.pass(end - self.at);
        self.note(Rank::Character, None);
    }

    fn pass_whole(&mut self, length: usize, ticks: Option<usize>) {
        let end = self.at + length;
        while self.at < end && self.count <= self.room {
            self.pass(self.text[self.at..].chars().next().map_or(1, char::len_utf8));
            let (before, after) = self.text.split_at(self.at);
            let is_by_tick = ticks.is_some() && (before.ends_with('`') || after.starts_with('`'));
            self.note(if is_by_tick { Rank::Torn } else { Rank::Inside }, ticks);
        }
        if ticks.is_none() && self.at == end {
            self.note(Rank::Character, None);
        }
    }

    fn pass_mark(&mut self, mark: &'static str) {
        self.pass(mark.len());
        if let Some(place) = self.open.iter().position(|open| *open == mark) {
            self.open.remove(place);
            self.note(Rank::Character, None);
        } else {
            self.open.push(mark);
            self.note(Rank::Torn, None);
        }
    }

    /// The mark that stands here: one that ends a style, or begins one before something that is not blank.
    fn mark(&self, rest: &str) -> Option<&'static str> {
        let mark = MARKS.iter().find(|mark| rest.starts_with(**mark))?;
        let begins_or_ends = |char: Option<char>| char.is_some_and(|char| !char.is_whitespace());
        let before = self.text[..self.at].chars().next_back();
        let after = rest[mark.len()..].chars().next();
        let is_letter = |char: Option<char>| char.is_some_and(char::is_alphanumeric);
        let is_in_word = *mark == "_" && is_letter(before) && is_letter(after);
        let fits = if self.open.contains(mark) { begins_or_ends(before) } else { begins_or_ends(after) };
        (fits && !is_in_word).then_some(*mark)
    }

    /// Notes the place that was reached.
    fn note(&mut self, usual: Rank, ticks: Option<usize>) {
        let close = self.close(ticks);
        if self.at <= self.lead || self.count + close.chars().count() > self.room {
            return;
        }
        let rank = self.rank(usual);
        self.found[rank as usize] = Some(Cut { at: self.at, close, open: self.reopen(ticks) });
    }

    fn rank(&self, usual: Rank) -> Rank {
        let (before, after) = self.text.split_at(self.at);
        let (Some(last), Some(next)) = (before.chars().next_back(), after.chars().next()) else { return usual };
        if self.open.iter().any(|mark| after.starts_with(*mark)) || hold_together(before, next) {
            return Rank::Torn;
        }
        match usual {
            Rank::Character if last == '\n' || next == '\n' => line_rank(before, after),
            Rank::Inside if last.is_whitespace() || next.is_whitespace() => Rank::InsideWord,
            Rank::Character if last.is_whitespace() || next.is_whitespace() || ends_clause(last) => Rank::Word,
            _ => usual,
        }
    }

    fn close(&self, ticks: Option<usize>) -> String {
        let code = ticks.map_or("", |ticks| if ticks == 1 { "`" } else { " ``" });
        self.open.iter().rev().fold(code.to_owned(), |close, mark| close + mark)
    }

    /// A quotation goes on if the cut is within its line; on other lines it has its mark anyway.
    fn reopen(&self, ticks: Option<usize>) -> String {
        let (before, after) = self.text.split_at(self.at);
        let line = before.rsplit('\n').next().unwrap_or_default();
        let is_in_line = !before.ends_with('\n') && !after.starts_with('\n');
        let quote = if is_in_line && line.starts_with("> ") { "> " } else { "" };
        let code = ticks.map_or("", |ticks| if ticks == 1 { "`" } else { "`` " });
        format!("{quote}{}{code}", self.open.concat())
    }

    /// A better place is taken if it does not leave too much of the piece empty.
    fn best(mut self) -> Cut {
        let reach = self.found.iter().flatten().map(|cut| cut.at).max().unwrap_or_default();
        let share = [(Rank::Paragraph, 2), (Rank::Line, 4), (Rank::Indented, 4)];
        let filled = |(rank, parts): &(Rank, usize)| {
            self.found[*rank as usize].as_ref().is_some_and(|cut| cut.at * parts >= reach)
        };
        let first = share.iter().find(|share| filled(share)).map(|(rank, _)| *rank as usize);
        let others = [Rank::Word as usize, Rank::Line as usize, Rank::Paragraph as usize, Rank::Indented as usize];
        let any = others.into_iter().chain(Rank::Character as usize..RANKS);
        let chosen = first.into_iter().chain(any).find_map(|rank| self.found[rank].take());
        chosen.unwrap_or_else(|| self.forced())
    }

    /// Nowhere can it be cut well, as where marks alone fill the room.
    fn forced(&self) -> Cut {
        let least = self.text[..self.lead].chars().count() + 1;
        let at = self.text.char_indices().nth(self.room.max(least)).map_or(self.text.len(), |(at, _)| at);
        Cut { at, close: String::new(), open: String::new() }
    }
}

fn line_rank(before: &str, after: &str) -> Rank {
    let is_paragraph = before.ends_with("\n\n") || after.starts_with("\n\n");
    let is_indented = after.trim_start_matches('\n').starts_with([' ', '\t']);
    match (is_indented, is_paragraph) {
        (true, _) => Rank::Indented,
        (false, true) => Rank::Paragraph,
        (false, false) => Rank::Line,
    }
}

/// A backslash and what it escapes.
fn escape_length(rest: &str) -> Option<usize> {
    let escaped = rest.strip_prefix('\\')?.chars().next()?;
    (!escaped.is_whitespace() && !escaped.is_ascii_alphanumeric()).then(|| 1 + escaped.len_utf8())
}

/// The length of code within so many backticks, up to the next run of as many.
fn code_length(rest: &str, ticks: usize) -> Option<usize> {
    let mut at = ticks;
    for run in rest[ticks..].split_inclusive(|char| char != '`') {
        if run.bytes().take_while(|byte| *byte == b'`').count() == ticks {
            return Some(at + ticks);
        }
        at += run.len();
    }
    None
}

/// `<address>`, or a label and `(address)` behind it.
fn link_length(rest: &str) -> Option<usize> {
    let address = |at: usize, end: char| {
        let mut chars = rest[at..].char_indices().take(LONGEST_LINK);
        let (length, last) = chars.find(|(_, char)| *char == end || char.is_whitespace())?;
        (last == end).then_some(at + length + 1)
    };
    if rest.starts_with('<') {
        return address(1, '>');
    }
    if !rest.starts_with('[') {
        return None;
    }
    let mut label = rest.char_indices().take(LONGEST_LINK).take_while(|(_, char)| *char != '\n');
    let (at, _) = label.find(|(at, _)| rest[*at..].starts_with("]("))?;
    address(at + 2, ')')
}

/// What ends a part of a sentence in writing without blanks.
fn ends_clause(char: char) -> bool {
    matches!(char, '。' | '！' | '？' | '；' | '，' | '、' | '：')
}
