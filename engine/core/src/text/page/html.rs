//! The HTML that stands in a page: which of its text the page shows, and whether that is the author's plain talk.
//!
//! Tags are read by the tokenizer of the HTML standard. The tree is not built: whatever is not nested well within something
//! hidden keeps the rest hidden, and where two readers of HTML might disagree on where a comment ends, nothing more is shown.

use crate::text::clean::prose;
use html5gum::{Error, StartTag, Token, Tokenizer};

/// Elements whose content a browser does not show, or shows something else instead of, or that GitHub throws away.
const HIDDEN: [&str; 30] = [
    "applet",
    "audio",
    "canvas",
    "datalist",
    "dialog",
    "frameset",
    "head",
    "iframe",
    "math",
    "meter",
    "noembed",
    "noframes",
    "noscript",
    "object",
    "option",
    "picture",
    "plaintext",
    "progress",
    "rp",
    "script",
    "select",
    "style",
    "svg",
    "template",
    "textarea",
    "title",
    "video",
    "xmp",
    "optgroup",
    "portal",
];

/// Elements whose content is shown, but is code, a quotation, struck through, folded away or in another order.
const SET_APART: [&str; 20] = [
    "bdo",
    "blockquote",
    "cite",
    "code",
    "del",
    "details",
    "kbd",
    "listing",
    "pre",
    "q",
    "ruby",
    "s",
    "samp",
    "strike",
    "table",
    "tt",
    "var",
    "ins",
    "figure",
    "caption",
];

/// Elements that have no content and no end.
const VOID: [&str; 14] =
    ["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track", "wbr"];

/// Elements that part what stands before them from what stands in them.
const PARTING: [&[u8]; 7] = [b"br", b"div", b"hr", b"img", b"li", b"p", b"td"];

/// Attributes by which an element can be hidden.
const VEILS: [&[u8]; 3] = [b"hidden", b"style", b"aria-hidden"];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shown {
    Plainly,
    SetApart,
    Hidden,
}

/// What is open where a reader of the page has come to.
#[derive(Debug, Default)]
pub(super) struct Html {
    open: Vec<(Vec<u8>, Shown)>,
    lost: bool,
}

impl Html {
    /// Whether text is shown here.
    pub(super) fn shows(&self) -> bool {
        !self.lost && self.open.iter().all(|(_, shown)| *shown != Shown::Hidden)
    }

    /// Whether text is shown here as plain talk.
    pub(super) fn is_plain(&self) -> bool {
        !self.lost && self.open.iter().all(|(_, shown)| *shown == Shown::Plainly)
    }

    /// Whether it can no longer be told what is shown.
    pub(super) fn is_lost(&self) -> bool {
        self.lost
    }

    /// Reads on; gives the text in it that is shown.
    pub(super) fn read(&mut self, html: &str) -> String {
        let mut text = String::new();
        self.lost |= is_ambiguous(html);
        if self.lost {
            return text;
        }
        for Ok(token) in Tokenizer::new(html) {
            match token {
                Token::StartTag(tag) => {
                    self.enter(&tag);
                    if self.shows() && PARTING.contains(&&tag.name[..]) {
                        text.push(' ');
                    }
                }
                Token::EndTag(tag) => self.leave(&tag.name),
                Token::String(said) if self.shows() => text.push_str(&prose(&String::from_utf8_lossy(&said))),
                Token::Error(error) => self.lost |= is_cut_off(&error),
                Token::String(_) | Token::Comment(_) | Token::Doctype(_) => {}
            }
        }
        text
    }

    fn enter(&mut self, tag: &StartTag<()>) {
        let is_one_of = |names: &[&str]| names.iter().any(|name| name.as_bytes() == &tag.name[..]);
        if is_one_of(&VOID) {
            return;
        }
        let veiled = tag.attributes.keys().any(|name| VEILS.contains(&&name[..]));
        let shown = match () {
            () if veiled || is_one_of(&HIDDEN) => Shown::Hidden,
            () if is_one_of(&SET_APART) || tag.attributes.keys().any(|name| &name[..] == b"dir") => Shown::SetApart,
            () => Shown::Plainly,
        };
        self.open.push((tag.name.to_vec(), shown));
    }

    fn leave(&mut self, name: &[u8]) {
        let is_innermost = self.open.last().is_some_and(|(open, _)| open == name);
        match self.open.iter().rposition(|(open, _)| open == name) {
            Some(at) if is_innermost || self.shows() => self.open.truncate(at),
            _ => {}
        }
    }
}

/// Whether older readers of HTML and the standard's see a comment, or what stands in its place, end in different places.
fn is_ambiguous(html: &str) -> bool {
    let ends_elsewhere = |start: &str, before_end: char| {
        html.match_indices(start).any(|(at, _)| {
            let inside = &html[at + start.len()..];
            inside.split_once('>').is_none_or(|(inside, _)| !inside.ends_with(before_end))
        })
    };
    ["<!-->", "<!--->", "--!>"].iter().any(|mark| html.contains(mark))
        || ends_elsewhere("<?", '?')
        || ends_elsewhere("<![", ']')
}

fn is_cut_off(error: &Error) -> bool {
    matches!(
        error,
        Error::EofInTag | Error::EofInComment | Error::EofInDoctype | Error::EofInCdata | Error::EofBeforeTagName
    )
}
