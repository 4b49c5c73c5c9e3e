//! A card as Telegram's messages: files first, then what is said, with the buttons on the last message. That last one is the
//! card, and the only one that is edited later.
//!
//! What is decided on is shown whole: in the message where it fits, else as a file before it. What cannot be shown whole
//! has no button that says yes. The same card gives the same messages in the same order, so that a try that broke can be
//! continued.

use crate::keyboard::Keyboard;
use crate::paragraphs::{Paragraphs, paragraphs};
use crate::text::Rich;
use signalbox_core::card::{Card, TextFile};
use signalbox_core::sheet::{Part, Sheet, View, sheet};
use signalbox_core::task::Attachment;

/// How long a message may be, in UTF-16 units.
pub(crate) const LIMIT: usize = 4096;
/// How many messages an answer may become before it goes as a file.
const MESSAGES: usize = 3;
/// How much of what goes as a file is shown in the message, too.
const GLIMPSE: usize = 800;
/// The largest file that goes out.
pub(crate) const LARGEST_OUT: usize = 49 << 20;

/// One message.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Item {
    /// A text as a file.
    Text(TextFile),
    /// A file that is kept.
    Kept(Attachment),
    /// Something said.
    Said { rich: Rich, keyboard: Keyboard },
}

/// The messages that a card becomes.
pub(crate) fn layout(card: &Card, view: View) -> Vec<Item> {
    let sheet = sheet(card, view);
    let mut items: Vec<_> = sheet.file.clone().map(Item::Text).into_iter().collect();
    items.extend(sheet.files.iter().cloned().map(Item::Kept));
    items.extend(match (card, &sheet.exhibit) {
        (Card::Task(_), _) => short(&sheet),
        (_, Some(exhibit)) => exhibited(&sheet, exhibit),
        (_, None) => told(&sheet),
    });
    items
}

/// One message, however long Claude's text in it is.
fn short(sheet: &Sheet) -> Vec<Item> {
    let rich = paragraphs(&sheet.parts, &Paragraphs::default());
    let rich = if fits(&rich) { rich } else { cut(&sheet.parts, None, LIMIT) };
    vec![said(rich, sheet)]
}

/// What is decided on, and the rest.
fn exhibited(sheet: &Sheet, exhibit: &TextFile) -> Vec<Item> {
    // Three bytes are at least one unit: what is longer is not laid out only to see that it does not fit.
    if exhibit.text.len() <= 3 * LIMIT {
        let whole = paragraphs(&sheet.parts, &Paragraphs { exhibit: Some(shown(exhibit)), markdown: None });
        if fits(&whole) {
            return vec![said(whole, sheet)];
        }
    }
    if sheet.rows.is_empty() && sheet.menus.is_empty() {
        let note = "Cut short here; it was shown whole when it was asked.";
        return vec![said(beginning(sheet, exhibit, note, LIMIT), sheet)];
    }
    if exhibit.text.len() > LARGEST_OUT {
        let note = "It is too large to be shown, so it cannot be allowed here.";
        return vec![said(beginning(sheet, exhibit, note, GLIMPSE), &sheet.clone().without_yes())];
    }
    let note = "The whole of it is in the file above.";
    vec![Item::Text(exhibit.clone()), said(beginning(sheet, exhibit, note, GLIMPSE), sheet)]
}

/// Everything else: one message or a few, or a file and its beginning.
fn told(sheet: &Sheet) -> Vec<Item> {
    let whole = paragraphs(&sheet.parts, &Paragraphs::default());
    let mut pieces = whole.clone().split(LIMIT);
    if pieces.len() <= MESSAGES {
        let last = pieces.pop().unwrap_or_else(|| Rich::default().plain("…"));
        let before = pieces.into_iter().map(|rich| Item::Said { rich, keyboard: Keyboard::None });
        return before.chain([said(last, sheet)]).collect();
    }
    let file = match markdown(&sheet.parts) {
        Some(text) => TextFile { name: "answer.md".to_owned(), text },
        None => TextFile { name: "message.txt".to_owned(), text: whole.into_parts().0 },
    };
    let rich = cut(&sheet.parts, Some("The whole of it is in the file above."), LIMIT);
    vec![Item::Text(file), said(rich, sheet)]
}

fn said(rich: Rich, sheet: &Sheet) -> Item {
    Item::Said { rich, keyboard: Keyboard::of(sheet) }
}

/// Whether it is one message; Telegram also counts entities.
fn fits(rich: &Rich) -> bool {
    rich.utf16_len() <= LIMIT && rich.clone().split(LIMIT).len() <= 1
}

/// The exhibit as it stands in a message.
fn shown(exhibit: &TextFile) -> Rich {
    match exhibit.name.rsplit('.').next() {
        Some("md") => Rich::default().markdown(&exhibit.text),
        Some("sh") => Rich::default().pre("bash", &exhibit.text),
        Some("diff") => Rich::default().pre("diff", &exhibit.text),
        _ => Rich::default().pre("", &exhibit.text),
    }
}

/// The sheet with the beginning of its exhibit, at most so much of it, and a note behind that.
fn beginning(sheet: &Sheet, exhibit: &TextFile, note: &str, most: usize) -> Rich {
    let noted = |rich: Rich| rich.line().italic(note).line();
    let rest = paragraphs(&sheet.parts, &Paragraphs { exhibit: Some(noted(Rich::default())), markdown: None });
    let room = LIMIT.saturating_sub(rest.utf16_len() + 16).min(most);
    // A text of millions of characters is not laid out whole for the sake of its beginning.
    let enough: String = exhibit.text.chars().take(most + 1).collect();
    let begun = shown(&TextFile { name: exhibit.name.clone(), text: enough }).begin(room).0;
    let whole = paragraphs(&sheet.parts, &Paragraphs { exhibit: Some(noted(begun)), markdown: None });
    if fits(&whole) { whole } else { whole.begin(LIMIT).0 }
}

/// The parts with so much less of Claude's text that they fit.
fn cut(parts: &[Part], note: Option<&str>, limit: usize) -> Rich {
    let noted = |rich: Rich| note.iter().fold(rich, |rich, note| rich.line().italic(note).line());
    let rest = paragraphs(parts, &Paragraphs { exhibit: None, markdown: Some(noted(Rich::default())) });
    let room = limit.saturating_sub(rest.utf16_len() + 16);
    let text: String = markdown(parts).unwrap_or_default().chars().take(4 * limit).collect();
    let begun = Rich::default().markdown(&text).begin(room).0;
    let whole = paragraphs(parts, &Paragraphs { exhibit: None, markdown: Some(noted(begun)) });
    if fits(&whole) { whole } else { whole.begin(limit).0 }
}

/// What Claude wrote.
fn markdown(parts: &[Part]) -> Option<String> {
    let texts = parts.iter().filter_map(|part| match part {
        Part::Markdown(text) => Some(text.as_str()),
        Part::Title(_) | Part::Line(_) | Part::Faint(_) | Part::Warning(_) | Part::Code { .. } | Part::Exhibit => None,
    });
    let texts: Vec<_> = texts.collect();
    (!texts.is_empty()).then(|| texts.join("\n\n"))
}
