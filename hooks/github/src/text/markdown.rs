//! Claude's Markdown as GitHub's. It is read by the rules that it was written by and written anew, so that every block of it
//! is closed and every character of it is what it seems to be. HTML is shown as it is written, pictures by their address.

use super::code::{fence, inline_code};
use super::escape::{At, BREAK, escape};
use super::link::{Target, bare, pieces, target};
use super::page::{Nest, Page};
use pulldown_cmark::{Alignment, CodeBlockKind, Event, Options, Parser, Tag, TagEnd, TextMergeStream};
use signalbox_core::text::clean::prose;

const OPTIONS: Options = Options::ENABLE_TABLES.union(Options::ENABLE_STRIKETHROUGH);

/// The text as GitHub takes it, without anything blank around it.
pub(crate) fn markdown(markdown: &str) -> String {
    let source = markdown.replace("\r\n", "\n");
    let mut writer = Writer::default();
    let events: Vec<_> = TextMergeStream::new(Parser::new_ext(&source, OPTIONS)).collect();
    for (number, event) in events.iter().enumerate() {
        // Where a link leads is judged by what it says.
        if let Event::Start(Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. }) = event {
            writer.target = Some(target(&label(&events[number + 1..]), dest_url));
        }
        writer.take(event.clone());
    }
    writer.page.text.trim().to_owned()
}

/// What a link says, given what follows its beginning.
fn label(events: &[Event<'_>]) -> String {
    let (mut label, mut depth) = (String::new(), 1);
    for event in events {
        match event {
            Event::Start(Tag::Link { .. } | Tag::Image { .. }) => depth += 1,
            Event::End(TagEnd::Link | TagEnd::Image) => depth -= 1,
            Event::Text(text) | Event::Code(text) | Event::InlineHtml(text) => label.push_str(text),
            Event::SoftBreak | Event::HardBreak => label.push(' '),
            _ => {}
        }
        if depth == 0 {
            break;
        }
    }
    label
}

#[derive(Debug, Default)]
struct Writer {
    page: Page,
    /// A block of code that is being read: its language, its text.
    code: Option<(String, String)>,
    /// The addresses of open links and pictures.
    links: Vec<Target>,
    /// Where the link leads that begins next.
    target: Option<Target>,
    table: Option<Vec<Alignment>>,
    in_heading: bool,
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
            Event::SoftBreak => self.break_line(""),
            Event::HardBreak => self.break_line("\\"),
            Event::TaskListMarker(_) => {}
            Event::Rule => {
                self.page.end_block();
                self.page.write("---");
                self.page.end_block();
            }
        }
    }

    fn start(&mut self, tag: Tag<'_>) {
        match tag {
            Tag::Heading { level, .. } => {
                self.page.begin_block();
                // Titles of ours are of the third size.
                self.page.write(&format!("{} ", "#".repeat((level as usize).max(4))));
                self.in_heading = true;
            }
            Tag::BlockQuote(_) => self.page.enter(Nest::Quote),
            Tag::CodeBlock(kind) => self.code = Some((language(&kind), String::new())),
            Tag::List(first) => self.page.enter(Nest::List(first)),
            Tag::Item => self.page.begin_item(),
            Tag::Table(alignments) => {
                self.page.begin_block();
                self.table = Some(alignments);
            }
            Tag::TableHead | Tag::TableRow => self.page.write("|"),
            Tag::TableCell => self.page.write(" "),
            Tag::Emphasis => self.page.write("*"),
            Tag::Strong => self.page.write("**"),
            Tag::Strikethrough => self.page.write("~~"),
            Tag::Link { .. } => self.begin_link(),
            Tag::Image { .. } => {
                self.page.write("🖼 ");
                self.begin_link();
            }
            _ => self.page.begin_block(),
        }
    }

    fn end(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::Heading(_) => {
                self.in_heading = false;
                self.page.end_block();
            }
            TagEnd::BlockQuote(_) | TagEnd::List(_) => self.page.leave(),
            TagEnd::CodeBlock => self.end_code(),
            TagEnd::Item => self.page.end_item(),
            TagEnd::TableCell => self.page.write(" |"),
            TagEnd::TableRow => self.page.end_line(),
            TagEnd::TableHead => self.end_table_head(),
            TagEnd::Table => {
                self.table = None;
                self.page.end_block();
            }
            TagEnd::Emphasis => self.page.write("*"),
            TagEnd::Strong => self.page.write("**"),
            TagEnd::Strikethrough => self.page.write("~~"),
            TagEnd::Link | TagEnd::Image => self.end_link(),
            _ => self.page.end_block(),
        }
    }

    fn write(&mut self, text: &str) {
        if let Some((_, code)) = &mut self.code {
            return code.push_str(text);
        }
        let mut lines = text.split('\n').peekable();
        while let Some(line) = lines.next() {
            self.write_line(&prose(line));
            if lines.peek().is_some() {
                self.break_line("");
            }
        }
    }

    fn write_line(&mut self, line: &str) {
        for (piece, is_address) in pieces(line) {
            let at = if self.page.is_at_line_start() { At::LineStart } else { At::Within };
            // Blanks at the beginning of a line would make it code.
            let piece = if at == At::LineStart { piece.trim_start() } else { piece };
            match (is_address, bare(piece)) {
                (true, Some(address)) if self.may_lead() => self.page.write(address),
                (true, _) if self.links.is_empty() => self.write_code(piece),
                _ => self.page.write(&escape(piece, at)),
            }
        }
    }

    /// Whether GitHub makes a link of a bare address that is written next.
    fn may_lead(&self) -> bool {
        let free = self.page.is_at_line_start() || self.page.text.ends_with([' ', '(']);
        free && self.links.is_empty() && self.table.is_none()
    }

    /// Bars end a cell even in code. Marks that meet would be others.
    fn write_code(&mut self, code: &str) {
        if self.page.text.ends_with('`') && !self.page.is_at_line_start() {
            self.page.write(BREAK);
        }
        let code = inline_code(code);
        let code = if self.table.is_some() { code.replace('|', "\\|") } else { code };
        self.page.write(&code);
    }

    fn break_line(&mut self, mark: &str) {
        if self.table.is_some() || self.in_heading {
            self.page.write(" ");
        } else {
            self.page.write(mark);
            self.page.end_line();
        }
    }

    fn begin_link(&mut self) {
        self.links.extend(self.target.take());
        if self.leads() {
            self.page.write("[");
        }
    }

    fn end_link(&mut self) {
        let leads = self.leads();
        match self.links.pop() {
            Some(Target::Followed(address)) if leads => self.page.write(&format!("]({address})")),
            Some(Target::Followed(address)) => self.page.write(&format!(" ({})", inline_code(&address))),
            Some(Target::Shown(code)) if !code.is_empty() => self.page.write(&format!(" ({code})")),
            _ => {}
        }
    }

    /// Whether the innermost link becomes one: links hold no links, and bars in an address would end a cell.
    fn leads(&self) -> bool {
        self.links.len() == 1 && self.table.is_none() && matches!(self.links.last(), Some(Target::Followed(_)))
    }

    fn end_code(&mut self) {
        let Some((language, text)) = self.code.take() else { return };
        self.page.begin_block();
        self.page.write_lines(&fence(&language, &text));
        self.page.end_block();
    }

    fn end_table_head(&mut self) {
        self.page.end_line();
        let marks = self.table.iter().flatten().map(|alignment| match alignment {
            Alignment::None => " --- |",
            Alignment::Left => " :-- |",
            Alignment::Center => " :-: |",
            Alignment::Right => " --: |",
        });
        let line: String = std::iter::once("|").chain(marks).collect();
        self.page.write(&line);
        self.page.end_line();
    }
}

fn language(kind: &CodeBlockKind<'_>) -> String {
    match kind {
        CodeBlockKind::Fenced(info) => info.split_whitespace().next().unwrap_or_default().to_owned(),
        CodeBlockKind::Indented => String::new(),
    }
}
