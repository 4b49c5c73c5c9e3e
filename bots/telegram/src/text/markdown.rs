//! Claude's Markdown as text with entities.
//!
//! What Telegram has no entity for is drawn with characters: headings are bold, lists have dots and numbers, tables stand
//! in columns. HTML and addresses that are not of the web are shown as they are written.

use super::link::shown;
use super::page::{Break, Nest, Page};
use super::rich::{Rich, Style, is_long, language_name};
use pulldown_cmark::{Alignment, CodeBlockKind, Event, Options, Parser, Tag, TagEnd, TextMergeStream};
use reqwest::Url;
use signalbox_core::text::clean::exact;
use signalbox_core::text::link::Shown;
use signalbox_core::text::table::{Side, Table};

const OPTIONS: Options = Options::ENABLE_TABLES.union(Options::ENABLE_STRIKETHROUGH).union(Options::ENABLE_TASKLISTS);

/// The text, without anything blank around it.
pub(super) fn render(markdown: &str) -> Rich {
    let source = markdown.replace("\r\n", "\n");
    let mut writer = Writer::default();
    for event in TextMergeStream::new(Parser::new_ext(&source, OPTIONS)) {
        writer.take(event);
    }
    writer.page.rich.tidy()
}

#[derive(Debug, Default)]
struct Writer {
    page: Page,
    /// Where the styles that are open began.
    open: Vec<usize>,
    /// The links that are open: where their labels began, and where they lead.
    links: Vec<(usize, String)>,
    /// A block of code that is being read: its language, its text.
    code: Option<(String, String)>,
    table: Option<Table>,
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
                self.page.write("———");
                self.page.set_apart();
            }
        }
    }

    fn start(&mut self, tag: Tag<'_>) {
        match tag {
            Tag::Heading { .. } => {
                self.page.set_apart();
                self.begin_style();
            }
            Tag::BlockQuote(_) => {
                self.page.enter(Nest::Quote);
                self.begin_style();
            }
            Tag::CodeBlock(kind) => self.code = Some((language(&kind), String::new())),
            Tag::List(first) => self.page.enter(Nest::List(first)),
            Tag::Item => self.page.begin_item(),
            Tag::Table(alignments) => self.table = Some(Table::new(alignments.into_iter().map(side).collect())),
            Tag::TableHead | Tag::TableRow => self.in_table(Table::row),
            Tag::TableCell => self.in_table(Table::cell),
            Tag::Emphasis | Tag::Strong | Tag::Strikethrough => self.begin_style(),
            Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. } => {
                self.page.settle_marker();
                let start = self.buffer().len();
                self.links.push((start, dest_url.into_string()));
            }
            _ => self.page.set_apart(),
        }
    }

    fn end(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::Heading(_) => {
                self.end_style(Style::Strong);
                self.page.set_apart();
            }
            TagEnd::BlockQuote(_) => self.end_quote(),
            TagEnd::CodeBlock => self.end_code(),
            TagEnd::List(_) => self.page.leave(),
            TagEnd::Item => self.page.end_item(),
            TagEnd::Table => self.end_table(),
            TagEnd::TableHead | TagEnd::TableRow | TagEnd::TableCell => {}
            TagEnd::Emphasis => self.end_style(Style::Italic),
            TagEnd::Strong => self.end_style(Style::Strong),
            TagEnd::Strikethrough => self.end_style(Style::Struck),
            TagEnd::Link | TagEnd::Image => self.end_link(),
            _ => self.page.set_apart(),
        }
    }

    fn write(&mut self, text: &str) {
        if let Some((_, code)) = &mut self.code {
            code.push_str(text);
        } else if let Some(cell) = self.cell() {
            cell.push_str(&exact(text).replace('\n', " "));
        } else {
            self.page.write(text);
        }
    }

    fn write_code(&mut self, code: &str) {
        if code.trim().is_empty() || self.cell().is_some() {
            self.write(code);
        } else {
            self.page.write_styled(Style::Code, &exact(code));
        }
    }

    fn break_line(&mut self) {
        match self.cell() {
            Some(cell) => cell.push(' '),
            None => self.page.ask(Break::Line),
        }
    }

    /// A style covers what is asked for but not written yet, such as a break; tidying takes blanks away again.
    fn begin_style(&mut self) {
        if self.table.is_none() {
            self.page.settle_marker();
            self.open.push(self.page.rich.text.len());
        }
    }

    fn end_style(&mut self, style: Style) {
        if self.table.is_none()
            && let Some(start) = self.open.pop()
        {
            self.page.rich.mark(style, start);
        }
    }

    fn end_quote(&mut self) {
        let start = self.open.pop().unwrap_or_default();
        if self.page.is_in_one_quote() {
            let folded = is_long(&self.page.rich.text[start..]);
            self.page.rich.mark(Style::Quote { folded }, start);
        }
        self.page.leave();
    }

    fn end_code(&mut self) {
        let Some((language, text)) = self.code.take() else { return };
        self.page.write_block(Style::Pre { language }, &exact(text.trim_end_matches('\n')));
    }

    fn end_table(&mut self) {
        let Some(table) = self.table.take() else { return };
        self.page.write_block(Style::Pre { language: String::new() }, &table.lines());
    }

    /// A picture in a link is only its description, for a link cannot lie in another.
    fn end_link(&mut self) {
        let Some((start, target)) = self.links.pop() else { return };
        if !self.links.is_empty() {
            return;
        }
        let label = self.buffer()[start..].trim().to_owned();
        match shown(&label, &target) {
            Shown::Linked(url) if self.table.is_none() => self.link(start, &label, url),
            Shown::Linked(url) if label != target => self.write(&beside(&label, url.as_str())),
            Shown::Unmasked(url) => self.write(&beside(&label, url.as_str())),
            Shown::Beside(target) => self.write(&beside(&label, &target)),
            Shown::Linked(_) | Shown::Alone => {}
        }
    }

    fn link(&mut self, start: usize, label: &str, url: Url) {
        if label.is_empty() {
            self.page.write(url.as_str());
        }
        self.page.rich.mark(Style::Link(url), start);
    }

    /// Where text goes at the moment.
    fn buffer(&mut self) -> &str {
        match self.table.as_mut().and_then(Table::text) {
            Some(cell) => cell,
            None => &self.page.rich.text,
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

fn beside(label: &str, target: &str) -> String {
    if label.is_empty() { target.to_owned() } else { format!(" ({target})") }
}

fn language(kind: &CodeBlockKind<'_>) -> String {
    match kind {
        CodeBlockKind::Fenced(info) => language_name(info),
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
