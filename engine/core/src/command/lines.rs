//! Which lines of a message are its author's own words. Only such a line may hold a command: a quotation repeats what
//! somebody else said, code is shown and not meant, and an HTML comment is seen by nobody. In doubt a line is not own.

use super::code_span::CodeSpan;
use super::manner::Markup;

/// An own line that is not blank, as bytes of the message; the line feed is not part of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Line {
    /// Where it begins.
    pub(super) start: usize,
    /// Where it ends.
    pub(super) end: usize,
}

/// The author's own lines, in order.
pub(super) fn own_lines(text: &str, markup: Markup) -> Vec<Line> {
    let mut reader = Reader {
        markup,
        within: Within::Talk,
        items: Vec::new(),
        bare_item: false,
        quote_goes_on: false,
        hidden: false,
        paragraph: false,
        code: CodeSpan::default(),
    };
    let mut own = Vec::new();
    let mut start = 0;
    for line in text.split('\n') {
        let end = start + line.len();
        let plain = line.chars().all(super::values::is_blank);
        let below = text.get(end + 1..).unwrap_or_default();
        if reader.is_own(line, below) && !plain {
            own.push(Line { start, end });
        }
        start = end + 1;
    }
    own
}

/// HTML whose content is code or a quotation, when it begins a line.
const ELEMENTS: [(&str, &str); 6] = [
    ("<pre", "</pre>"),
    ("<code", "</code>"),
    ("<blockquote", "</blockquote>"),
    ("<script", "</script>"),
    ("<style", "</style>"),
    ("<textarea", "</textarea>"),
];

/// What the next line stands in.
#[derive(Debug, Clone, Copy)]
enum Within {
    /// Nothing.
    Talk,
    /// A fenced code block.
    Fence(Fence),
    /// HTML up to this text, in a list item that begins at this column.
    Html(&'static str, usize),
    /// A quotation up to the end of the message.
    LongQuote,
}

#[derive(Debug, Clone, Copy)]
struct Fence {
    mark: char,
    length: usize,
    /// The column at which the list item begins that it stands in.
    column: usize,
}

struct Reader {
    markup: Markup,
    within: Within,
    /// The columns at which the content of the open list items begins.
    items: Vec<usize>,
    /// The innermost of them has nothing in it yet: a blank line ends it.
    bare_item: bool,
    /// A paragraph of a quotation goes on, as Markdown has it, on lines without `>`.
    quote_goes_on: bool,
    /// The line before is of a paragraph, which the next goes on.
    paragraph: bool,
    /// A comment was opened amid a paragraph.
    hidden: bool,
    /// Inline code that may have been opened amid a paragraph.
    code: CodeSpan,
}

impl Reader {
    fn is_own(&mut self, line: &str, below: &str) -> bool {
        match self.markup {
            Markup::Beside => true,
            Markup::Discord => self.is_own_in_discord(line),
            Markup::Github => self.is_own_in_github(&in_one_spelling(line), below),
        }
    }

    /// Discord's code blocks begin and end anywhere in a line, and a quotation never runs on by itself.
    fn is_own_in_discord(&mut self, line: &str) -> bool {
        let in_code = matches!(self.within, Within::Fence(_));
        if !in_code && line.trim_start().starts_with(">>> ") {
            self.within = Within::LongQuote;
        }
        if matches!(self.within, Within::LongQuote) {
            return false;
        }
        if line.matches("```").count() % 2 == 1 {
            let fence = Fence { mark: '`', length: 3, column: 0 };
            self.within = if in_code { Within::Talk } else { Within::Fence(fence) };
        }
        !in_code && !line.trim_start().starts_with('>')
    }

    fn is_own_in_github(&mut self, line: &str, below: &str) -> bool {
        match self.within {
            Within::Talk => self.is_own_talk(line, below),
            Within::Fence(Fence { column, .. }) | Within::Html(_, column) if leaves_item(line, column) => {
                self.within = Within::Talk;
                self.is_own_talk(line, below)
            }
            Within::Fence(fence) => {
                if fence.is_closed_by(line) {
                    self.within = Within::Talk;
                }
                false
            }
            Within::Html(end, _) => {
                if let Some(at) = line.find(end) {
                    self.within = Within::Talk;
                    self.hidden = opens_comment(&line[at + end.len()..]);
                }
                false
            }
            Within::LongQuote => false,
        }
    }

    fn is_own_talk(&mut self, line: &str, below: &str) -> bool {
        if line.trim().is_empty() {
            self.end_paragraph();
            if std::mem::take(&mut self.bare_item) {
                self.items.pop();
            }
            return false;
        }
        let after_bare_item = self.bare_item;
        let (column, content) = self.enter_items(line);
        // Code by its indentation; in a paragraph it is none, and what it opens may go on.
        let deep = indent(content) >= 4;
        if deep && !self.paragraph {
            return false;
        }
        let content = content.trim_start_matches([' ', '\t']);
        if let Some(within) = opened_by(content, column).filter(|_| !deep) {
            self.end_paragraph();
            self.within = within;
            return false;
        }
        if !deep && content.starts_with("<!--") {
            self.end_paragraph();
            return false;
        }
        self.paragraph = true;
        self.quote_goes_on |= content.starts_with('>');
        let seen = !self.hidden && !self.code.is_open();
        self.code.read(line, below);
        self.hidden = match (self.hidden, line.find("-->")) {
            (true, None) => true,
            (true, Some(end)) => opens_comment(&line[end..]),
            (false, _) => opens_comment(line),
        };
        let deep = deep || (after_bare_item && indent(line) >= 4);
        seen && !self.quote_goes_on && !deep
    }

    /// Leaves the list items that a line is not indented enough for and enters those that it begins. Gives the column
    /// of the innermost, and what stands in it.
    fn enter_items<'l>(&mut self, line: &'l str) -> (usize, &'l str) {
        self.items.retain(|item| *item <= indent(line));
        let mut column = self.items.last().copied().unwrap_or(0);
        while let Some(width) = list_mark(&line[column..]) {
            column += width;
            self.items.push(column);
        }
        self.bare_item = !self.items.is_empty() && line[column..].trim().is_empty();
        (column, &line[column..])
    }

    fn end_paragraph(&mut self) {
        (self.paragraph, self.quote_goes_on, self.hidden) = (false, false, false);
        self.code = CodeSpan::default();
    }
}

impl Fence {
    fn is_closed_by(self, line: &str) -> bool {
        let marks = line.trim().chars().take_while(|c| *c == self.mark).count();
        let only = line.trim().chars().all(|c| c == self.mark);
        only && marks >= self.length && indent(line) <= self.column + 3
    }
}

/// Whether a line stands left of a list item: it ends the item, and what is open in it.
fn leaves_item(line: &str, column: usize) -> bool {
    !line.trim().is_empty() && indent(line) < column
}

/// The block that a line opens, in lower case and without its indentation.
fn opened_by(content: &str, column: usize) -> Option<Within> {
    let mark = content.chars().next().filter(|c| matches!(c, '`' | '~'));
    if let Some(mark) = mark {
        let length = content.chars().take_while(|c| *c == mark).count();
        let fence = length >= 3 && !(mark == '`' && content[length..].contains('`'));
        return fence.then_some(Within::Fence(Fence { mark, length, column }));
    }
    if content.starts_with("<!--") {
        return (!content.contains("-->")).then_some(Within::Html("-->", column));
    }
    let ends_name = |rest: &str| !rest.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '-');
    let (_, end) = ELEMENTS.iter().find(|(start, _)| content.strip_prefix(start).is_some_and(ends_name))?;
    (!content.contains(end)).then_some(Within::Html(end, column))
}

/// Whether the last comment that is opened in a line is not closed in it.
fn opens_comment(line: &str) -> bool {
    line.rfind("<!--").is_some_and(|start| !line[start..].contains("-->"))
}

/// How wide the mark of a list item is, with the blanks that belong to it, if the text begins with one.
fn list_mark(text: &str) -> Option<usize> {
    let start = indent(text);
    let mark = text.get(start..)?;
    let digits = mark.bytes().take_while(u8::is_ascii_digit).count();
    let width = match (digits, mark.as_bytes().get(digits)?) {
        (0, b'-' | b'*' | b'+') => 1,
        (1..=9, b'.' | b')') => digits + 1,
        _ => return None,
    };
    let after = &mark[width..];
    let blanks = match after.len() - after.trim_start_matches(' ').len() {
        0 if !after.trim().is_empty() => return None,
        0 => 0,
        blanks @ 1..=4 if !after.trim().is_empty() => blanks,
        _ => 1,
    };
    (start <= 3).then_some(start + width + blanks)
}

/// The line in lower case, with blanks for the tabs before the first word.
fn in_one_spelling(line: &str) -> String {
    let content = line.trim_start_matches([' ', '\t']);
    format!("{}{}", " ".repeat(indent(line)), content.to_ascii_lowercase())
}

/// How many columns a line is indented.
fn indent(line: &str) -> usize {
    let blanks = line.chars().take_while(|c| matches!(c, ' ' | '\t'));
    blanks.fold(0, |column, c| if c == '\t' { column / 4 * 4 + 4 } else { column + 1 })
}
