//! Claude's Markdown as Discord's.
//!
//! It is read by the rules that it was written by and written anew by Discord's. What Discord lacks is drawn: small
//! headings are bold, tables stand in columns, pictures are links. HTML and addresses that are not of the web are shown as
//! they are written.

use super::code::{block, inline_code};
use super::link::{bare_link, shown};
use super::page::{Addresses, Break, Nest, Page};
use pulldown_cmark::{Alignment, CodeBlockKind, Event, HeadingLevel, Options, Parser, Tag, TagEnd, TextMergeStream};
use reqwest::Url;
use signalbox_core::text::clean::exact;
use signalbox_core::text::link::Shown;
use signalbox_core::text::table::{Side, Table};

const OPTIONS: Options = Options::ENABLE_TABLES.union(Options::ENABLE_STRIKETHROUGH).union(Options::ENABLE_TASKLISTS);

/// A longer label does not become a link, which could not be cut.
const LONGEST_LABEL: usize = 300;

/// The text as Discord takes it, without anything blank around it.
pub(crate) fn markdown(markdown: &str) -> String {
    let source = markdown.replace("\r\n", "\n");
    let mut writer = Writer::default();
    for event in TextMergeStream::new(Parser::new_ext(&source, OPTIONS)) {
        writer.take(event);
    }
    writer.page.text.trim().to_owned()
}

#[derive(Debug, Default)]
struct Writer {
    page: Page,
    /// The marks that are open, and where they stand; an empty one where it would say nothing new.
    open: Vec<(usize, &'static str)>,
    links: Vec<Link>,
    /// What the labels of open links say, without markup.
    label: String,
    /// A block of code that is being read: its language, its text.
    code: Option<(String, String)>,
    table: Option<Table>,
    is_in_heading: bool,
}

/// A link that is open.
#[derive(Debug)]
struct Link {
    target: String,
    /// Where its label begins in what is written.
    start: usize,
    /// Where its label begins in what is said.
    said: usize,
}

impl Writer {
    fn take(&mut self, event: Event<'_>) {
        match event {
            Event::Start(tag) => self.start(tag),
            Event::End(tag) => self.end(tag),
            Event::Text(text)
            | Event::Html(text)
            | Event::InlineHtml(text)
            | Event::InlineMath(text)
            | Event::DisplayMath(text)
            | Event::FootnoteReference(text) => self.write(&text),
            Event::Code(code) => self.write_code(&code),
            Event::SoftBreak | Event::HardBreak => self.break_line(),
            Event::TaskListMarker(done) => self.page.tick(done),
            Event::Rule => {
                self.page.set_apart();
                self.page.write_markup("———");
                self.page.set_apart();
            }
        }
    }

    fn start(&mut self, tag: Tag<'_>) {
        match tag {
            Tag::Heading { level, .. } => self.begin_heading(level),
            Tag::BlockQuote(_) => self.page.enter(Nest::Quote),
            Tag::CodeBlock(kind) => self.code = Some((language(&kind), String::new())),
            Tag::List(first) => self.page.enter(Nest::List(first)),
            Tag::Item => self.page.begin_item(),
            Tag::Table(alignments) => self.table = Some(Table::new(alignments.into_iter().map(side).collect())),
            Tag::TableHead | Tag::TableRow => self.in_table(Table::row),
            Tag::TableCell => self.in_table(Table::cell),
            Tag::Emphasis => self.begin_style(if self.page.text.ends_with('*') { "_" } else { "*" }),
            Tag::Strong => self.begin_style("**"),
            Tag::Strikethrough => self.begin_style("~~"),
            Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. } => self.begin_link(dest_url.into_string()),
            _ => self.page.set_apart(),
        }
    }

    fn end(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::Heading(_) => self.end_heading(),
            TagEnd::BlockQuote(_) | TagEnd::List(_) => self.page.leave(),
            TagEnd::CodeBlock => self.end_code(),
            TagEnd::Item => self.page.end_item(),
            TagEnd::Table => self.end_table(),
            TagEnd::TableHead | TagEnd::TableRow | TagEnd::TableCell => {}
            TagEnd::Emphasis | TagEnd::Strong | TagEnd::Strikethrough => self.end_style(),
            TagEnd::Link | TagEnd::Image => self.end_link(),
            _ => self.page.set_apart(),
        }
    }

    fn write(&mut self, text: &str) {
        if let Some((_, code)) = &mut self.code {
            code.push_str(text);
        } else if let Some(cell) = self.cell() {
            cell.push_str(&exact(text).replace('\n', " "));
        } else if self.links.is_empty() {
            self.page.write(text, Addresses::Lead);
        } else {
            self.label.push_str(text);
            self.page.write(text, Addresses::Text);
        }
    }

    fn write_code(&mut self, code: &str) {
        if code.trim().is_empty() || self.cell().is_some() {
            return self.write(code);
        }
        self.page.write_markup(&inline_code(code));
        if !self.links.is_empty() {
            self.label.push_str(code);
        }
    }

    /// Discord's headings end with their line.
    fn break_line(&mut self) {
        if self.table.is_some() || self.is_in_heading {
            self.write(" ");
        } else {
            self.page.ask(Break::Line);
        }
    }

    /// Discord has three sizes, and none of them in lists.
    fn begin_heading(&mut self, level: HeadingLevel) {
        self.page.set_apart();
        self.is_in_heading = true;
        match level {
            _ if self.page.is_in_list() => self.begin_style("**"),
            HeadingLevel::H1 => self.begin_style("# "),
            HeadingLevel::H2 => self.begin_style("## "),
            HeadingLevel::H3 => self.begin_style("### "),
            HeadingLevel::H4 | HeadingLevel::H5 | HeadingLevel::H6 => self.begin_style("**"),
        }
    }

    fn end_heading(&mut self) {
        self.end_style();
        self.is_in_heading = false;
        self.page.set_apart();
    }

    fn begin_style(&mut self, mark: &'static str) {
        if self.table.is_some() {
            return;
        }
        let is_open = |other: &str| other == mark || (is_slant(other) && is_slant(mark));
        let mark = if self.open.iter().any(|(_, other)| is_open(other)) { "" } else { mark };
        self.open.push((self.page.here(), mark));
        self.page.text.push_str(mark);
    }

    /// Marks around nothing would be seen, so they are taken back.
    fn end_style(&mut self) {
        if self.table.is_some() {
            return;
        }
        let Some((start, mark)) = self.open.pop() else { return };
        if self.page.text.len() == start + mark.len() {
            self.page.text.truncate(start);
        } else if !mark.ends_with(' ') {
            self.page.text.push_str(mark);
        }
    }

    fn end_code(&mut self) {
        let Some((language, text)) = self.code.take() else { return };
        if !text.trim().is_empty() {
            self.page.write_block(&block(&language, &text));
        }
    }

    fn end_table(&mut self) {
        let Some(table) = self.table.take() else { return };
        self.page.write_block(&block("", &table.lines()));
    }

    fn begin_link(&mut self, target: String) {
        let (start, said) = match self.cell() {
            Some(cell) => (cell.len(), cell.len()),
            None => (self.page.here(), self.label.len()),
        };
        self.links.push(Link { target, start, said });
    }

    /// A picture in a link is only its description, for a link cannot lie in another.
    fn end_link(&mut self) {
        let Some(link) = self.links.pop() else { return };
        if !self.links.is_empty() {
            return;
        }
        if self.table.is_some() {
            return self.end_link_in_table(&link);
        }
        let label = std::mem::take(&mut self.label)[link.said..].trim().to_owned();
        match shown(&label, &link.target) {
            Shown::Linked(url) => self.link(link.start, label == link.target || label.is_empty(), &url),
            Shown::Unmasked(url) => self.page.text.push_str(&format!(" ({})", bare_link(&url))),
            Shown::Beside(target) => self.page.write(&beside(&label, &target), Addresses::Text),
            Shown::Alone => {}
        }
    }

    fn link(&mut self, start: usize, is_itself: bool, url: &Url) {
        let address = bare_link(url);
        let written = &self.page.text[start..];
        let is_label = !written.contains(['[', ']', '\n']) && written.len() <= LONGEST_LABEL;
        if is_itself {
            self.page.text.truncate(start);
            self.page.text.push_str(&address);
        } else if is_label {
            self.page.text.insert(start, '[');
            self.page.text.push_str(&format!("]({address})"));
        } else {
            self.page.text.push_str(&format!(" ({address})"));
        }
    }

    /// There are no links in the fence that a table becomes.
    fn end_link_in_table(&mut self, link: &Link) {
        let label = self.cell().map(|cell| cell[link.start..].trim().to_owned()).unwrap_or_default();
        match shown(&label, &link.target) {
            Shown::Linked(url) | Shown::Unmasked(url) if label != link.target => {
                self.write(&beside(&label, url.as_str()))
            }
            Shown::Beside(target) => self.write(&beside(&label, &target)),
            Shown::Linked(_) | Shown::Unmasked(_) | Shown::Alone => {}
        }
    }

    fn cell(&mut self) -> Option<&mut String> {
        self.table.as_mut().and_then(Table::text)
    }

    fn in_table(&mut self, act: fn(&mut Table)) {
        if let Some(table) = &mut self.table {
            act(table);
        }
    }
}

fn is_slant(mark: &str) -> bool {
    matches!(mark, "*" | "_")
}

fn beside(label: &str, target: &str) -> String {
    if label.is_empty() { target.to_owned() } else { format!(" ({target})") }
}

fn language(kind: &CodeBlockKind<'_>) -> String {
    match kind {
        CodeBlockKind::Fenced(info) => info.to_string(),
        CodeBlockKind::Indented => String::new(),
    }
}

/// On which side of its column a cell stands.
fn side(alignment: Alignment) -> Side {
    match alignment {
        Alignment::None | Alignment::Left => Side::Left,
        Alignment::Center => Side::Center,
        Alignment::Right => Side::Right,
    }
}
