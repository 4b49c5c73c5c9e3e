//! Follows a parser of Markdown through the text and writes down what is shown.

use super::Page;
use super::html::Html;
use super::written::{Voice, Written};
use crate::text::clean::prose;
use pulldown_cmark::{CodeBlockKind, Event, LinkType, Options, Parser, Tag, TagEnd};
use std::collections::HashSet;
use std::fmt::Write as _;
use std::ops::Range;

/// Blocks of code that are drawn as pictures.
const DRAWN: [&str; 5] = ["geojson", "math", "mermaid", "stl", "topojson"];

pub(super) fn read(markdown: &str) -> Page {
    let mut reader = Reader {
        source: markdown,
        at: 0,
        written: Written::default(),
        html: Html::default(),
        block: String::new(),
        open: Vec::new(),
        hidden: 0,
        foreign: 0,
        notes: Notes::of(markdown),
    };
    for (event, range) in parser(markdown).into_offset_iter() {
        reader.read(event, range);
    }
    reader.marks_up_to(markdown.len());
    reader.written.end()
}

fn parser(markdown: &str) -> Parser<'_> {
    let options = Options::ENABLE_TABLES
        | Options::ENABLE_FOOTNOTES
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_TASKLISTS
        | Options::ENABLE_MATH
        | Options::ENABLE_GFM;
    Parser::new_ext(markdown, options)
}

/// Footnotes, by their labels: one that the page does not refer to is not shown.
#[derive(Default)]
struct Notes {
    defined: HashSet<String>,
    referred: HashSet<String>,
}

impl Notes {
    fn of(markdown: &str) -> Self {
        let mut this = Self::default();
        let mut inside = 0_usize;
        for event in parser(markdown) {
            match event {
                Event::Start(Tag::FootnoteDefinition(label)) => {
                    inside += 1;
                    this.defined.insert(label.to_lowercase());
                }
                Event::End(TagEnd::FootnoteDefinition) => inside -= 1,
                Event::FootnoteReference(label) if inside == 0 => _ = this.referred.insert(label.to_lowercase()),
                _ => {}
            }
        }
        this
    }
}

/// Something open.
struct Open {
    /// Its content is not shown.
    hidden: bool,
    /// Its content is not the author's plain talk.
    foreign: bool,
    /// The address that is shown behind it.
    address: Option<String>,
    /// How long the text was when it began.
    start: usize,
}

struct Reader<'t> {
    source: &'t str,
    /// How far it is read.
    at: usize,
    written: Written,
    html: Html,
    /// The block of HTML that is being read.
    block: String,
    open: Vec<Open>,
    /// How many of the open things hide their content, and in how many it is not plain talk.
    hidden: usize,
    foreign: usize,
    notes: Notes,
}

impl Reader<'_> {
    fn read(&mut self, event: Event<'_>, range: Range<usize>) {
        match event {
            Event::Start(tag) => self.enter(tag, range),
            Event::End(tag) => self.leave(tag, range),
            Event::Text(text) => self.text(&text, range),
            Event::Code(_) | Event::TaskListMarker(_) => self.source(range, Voice::Span),
            // A formula can draw its letters so that nobody sees them.
            Event::InlineMath(formula) | Event::DisplayMath(formula) => match formula.contains(['\\', '%']) {
                true => self.put("(a formula)", range, Voice::Other),
                false => self.source(range, Voice::Span),
            },
            Event::Html(html) => {
                self.block.push_str(&html);
                self.at = self.at.max(range.end);
            }
            Event::InlineHtml(html) => {
                self.marks_up_to(range.start);
                self.html(&html);
                self.at = self.at.max(range.end);
            }
            Event::FootnoteReference(label) => match self.notes.defined.contains(&label.to_lowercase()) {
                // The page shows a number in place of the label.
                true => self.put("", range, Voice::Other),
                false => self.source(range, Voice::Other),
            },
            // They are marks between texts.
            Event::SoftBreak | Event::HardBreak | Event::Rule => {}
        }
    }

    fn enter(&mut self, tag: Tag<'_>, range: Range<usize>) {
        self.marks_up_to(range.start);
        let hidden = match &tag {
            Tag::Image { .. } | Tag::MetadataBlock(_) => true,
            Tag::CodeBlock(CodeBlockKind::Fenced(told)) => is_drawn(told),
            Tag::FootnoteDefinition(label) => !self.notes.referred.contains(&label.to_lowercase()),
            _ => false,
        };
        match &tag {
            Tag::Image { .. } => self.put("(a picture)", range, Voice::Other),
            Tag::CodeBlock(CodeBlockKind::Fenced(_)) => self.fence(range, hidden),
            _ => {}
        }
        let foreign = is_foreign(&tag);
        self.hidden += usize::from(hidden);
        self.foreign += usize::from(foreign);
        self.open.push(Open { hidden, foreign, address: address(&tag), start: self.written.len() });
    }

    /// The words behind a fence are not shown.
    fn fence(&mut self, range: Range<usize>, drawn: bool) {
        let block = &self.source[range.clone()];
        let mark = block.len() - block.trim_start_matches(['`', '~']).len();
        self.source(range.start..range.start + mark, Voice::Other);
        self.at += block[mark..].find('\n').unwrap_or(block.len() - mark);
        if drawn && self.shows() {
            self.written.push("\n(a drawing)", Voice::Other);
        }
    }

    fn leave(&mut self, tag: TagEnd, range: Range<usize>) {
        let Some(open) = self.open.pop() else { return };
        if tag == TagEnd::FootnoteDefinition {
            self.marks_up_to(range.end);
        }
        self.hidden -= usize::from(open.hidden);
        self.foreign -= usize::from(open.foreign);
        match tag {
            TagEnd::Link => self.leave_link(&open, range.end),
            TagEnd::HtmlBlock => {
                let html = std::mem::take(&mut self.block);
                self.html(&html);
                self.written.begin_line();
            }
            TagEnd::Image => self.at = self.at.max(range.end),
            _ => self.marks_up_to(range.end),
        }
    }

    /// The address is shown where the pointer rests on the link; the title too, but nobody reads it there.
    fn leave_link(&mut self, open: &Open, end: usize) {
        self.at = self.at.max(end);
        if let Some(address) = open.address.as_ref().filter(|_| self.written.len() > open.start) {
            self.put(&format!("]({address})"), end..end, Voice::Mark);
        }
    }

    fn text(&mut self, text: &str, range: Range<usize>) {
        let written = self.source.get(range.clone()).unwrap_or_default();
        let voice = if self.foreign == 0 && self.html.is_plain() { Voice::Own } else { Voice::Other };
        match written == text || written.starts_with('&') {
            true => self.put(written, range.clone(), voice),
            false => self.put(&prose(text), range, Voice::Other),
        }
    }

    fn html(&mut self, html: &str) {
        let was_lost = self.html.is_lost();
        let text = self.html.read(html);
        if self.hidden == 0 {
            self.written.push(&text, Voice::Other);
        }
        if self.html.is_lost() && !was_lost {
            self.written.push("(what follows is left out: it stands in HTML that has no end)", Voice::Other);
        }
    }

    fn source(&mut self, range: Range<usize>, voice: Voice) {
        self.put(&self.source[range.clone()], range, voice);
    }

    /// Writes what stands in a range, if it is shown, after the marks before it.
    fn put(&mut self, text: &str, range: Range<usize>, voice: Voice) {
        self.marks_up_to(range.start);
        if self.shows() {
            self.written.push(text, voice);
        }
        self.at = self.at.max(range.end);
    }

    /// Writes what stands between texts: the marks of Markdown, and nothing that could be words.
    fn marks_up_to(&mut self, end: usize) {
        let between = self.source.get(self.at..end).unwrap_or_default();
        for line in between.split_inclusive('\n') {
            let marks = line.strip_suffix('\n').unwrap_or(line);
            if self.shows() && marks.chars().all(is_mark) {
                self.written.push(marks, Voice::Mark);
            }
            if marks.len() < line.len() {
                self.written.push("\n", Voice::Mark);
            }
        }
        self.at = self.at.max(end);
    }

    fn shows(&self) -> bool {
        self.hidden == 0 && self.html.shows()
    }
}

fn is_drawn(told: &str) -> bool {
    let language = told.split_whitespace().next().unwrap_or_default();
    DRAWN.iter().any(|drawn| language.eq_ignore_ascii_case(drawn))
}

fn is_foreign(tag: &Tag<'_>) -> bool {
    matches!(
        tag,
        Tag::BlockQuote(_)
            | Tag::CodeBlock(_)
            | Tag::FootnoteDefinition(_)
            | Tag::HtmlBlock
            | Tag::Image { .. }
            | Tag::MetadataBlock(_)
            | Tag::Strikethrough
            | Tag::Table(_)
    )
}

fn is_mark(char: char) -> bool {
    char.is_ascii_digit() || " \t\r>*_~#+-.)(`|:=\\[]!$^".contains(char)
}

/// The address that is shown behind a link: none where it is the link's text. It holds no words of ours and no marks.
fn address(tag: &Tag<'_>) -> Option<String> {
    let Tag::Link { link_type, dest_url, .. } = tag else { return None };
    if matches!(link_type, LinkType::Autolink | LinkType::Email) {
        return None;
    }
    let mut shown = String::with_capacity(dest_url.len());
    for byte in dest_url.bytes() {
        match byte.is_ascii_graphic() && !b"@()<>`\"".contains(&byte) {
            true => shown.push(char::from(byte)),
            false => _ = write!(shown, "%{byte:02X}"),
        }
    }
    Some(shown)
}
