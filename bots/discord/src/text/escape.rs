//! Plain text in which Discord finds no markup, no mention, no link and no emoji code, and which looks as it was written.

use signalbox_core::text::clean::prose;

/// Whether a text begins a line, where more characters mean something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Begin {
    Line,
    Middle,
}

/// Plain text that begins a line.
pub(crate) fn escape(text: &str) -> String {
    escaped(text, Begin::Line)
}

/// Plain text that begins a line or goes on in one.
pub(super) fn escaped(text: &str, begin: Begin) -> String {
    let text = prose(text);
    let mut shown = String::with_capacity(text.len() + text.len() / 8);
    let mut line = match begin {
        Begin::Line => Line::Blank,
        Begin::Middle => Line::Begun,
    };
    let mut chars = text.chars().peekable();
    while let Some(char) = chars.next() {
        if has_meaning(char, chars.peek().copied(), line) {
            shown.push('\\');
        }
        shown.push(char);
        line = line.then(char);
    }
    shown
}

/// What stands on a line so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Line {
    Blank,
    Number,
    Begun,
}

impl Line {
    fn then(self, char: char) -> Self {
        match self {
            _ if char == '\n' => Self::Blank,
            Self::Blank if char.is_whitespace() => Self::Blank,
            Self::Blank | Self::Number if char.is_ascii_digit() => Self::Number,
            _ => Self::Begun,
        }
    }
}

fn has_meaning(char: char, next: Option<char>, line: Line) -> bool {
    match char {
        '\\' | '*' | '_' | '~' | '`' | '|' | '[' | ']' | '(' | ')' | '<' | '@' => true,
        '#' | '>' | '-' | '+' => line == Line::Blank,
        '.' => line == Line::Number,
        // An emoji's code or an address; a colon in a sentence is left alone.
        ':' => next.is_some_and(|next| next.is_alphanumeric() || "/_+-".contains(next)),
        _ => false,
    }
}
