//! From a sheet to messages: what is said, what comes as a file, and on which message the buttons are. Pure.
//!
//! What is decided on is shown whole, in the card or as a file before it; where neither is possible, nobody can say yes.

use crate::components::components;
use crate::rest::File;
use crate::text::{escape, fence, inline_code, markdown, split};
use bytes::Bytes;
use serde_json::Value;
use signalbox_core::card::{Card, TextFile};
use signalbox_core::sheet::{Part, Sheet};

/// How many characters a message holds.
pub(crate) const LENGTH: usize = 2000;
/// How many bytes a file may have.
pub(crate) const LARGEST: usize = 10 << 20;
/// How many files a message can carry.
const FILES: usize = 10;
/// How many messages a long text may become.
const PAGES: usize = 3;

/// One message.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Page {
    /// What is said.
    pub(crate) content: String,
    /// What goes along.
    pub(crate) files: Vec<File>,
    /// Buttons and menus.
    pub(crate) components: Vec<Value>,
}

/// The messages that a sheet becomes; the last one is the card. `kept` are the files that go along, read already.
pub(crate) fn pages(card: &Card, sheet: Sheet, kept: Vec<File>) -> Vec<Page> {
    let mut before = Vec::new();
    let mut sheet = sheet;
    let shown = sheet.exhibit.take().map(|exhibit| exhibited(&mut sheet, exhibit, &mut before));
    let mut files = kept;
    let mut said = said(&sheet.parts, shown.as_deref(), &mut files);
    files.extend(sheet.file.as_ref().map(file));
    let (files_that_fit, others): (Vec<_>, Vec<_>) = files.into_iter().partition(|file| file.content.len() <= LARGEST);
    said.extend(others.iter().map(large));
    let mut files = files_that_fit;
    let texts = match card {
        Card::Task(_) => vec![squeezed(&said)],
        Card::Approval(_) | Card::Outcome(_) | Card::Reply(_) | Card::Event(_) => texts(said, &sheet.parts, &mut files),
    };
    assemble(before, texts, files, components(&sheet))
}

fn assemble(before: Vec<File>, mut texts: Vec<String>, mut files: Vec<File>, components: Vec<Value>) -> Vec<Page> {
    let mut pages = Vec::new();
    if !before.is_empty() {
        pages.push(Page { files: before, ..Page::default() });
    }
    while files.len() > FILES {
        let surplus = files.drain(..FILES).collect();
        pages.push(Page { files: surplus, ..Page::default() });
    }
    let last = texts.pop().unwrap_or_default();
    pages.extend(texts.into_iter().map(|content| Page { content, ..Page::default() }));
    pages.push(Page { content: last, files, components });
    pages
}

/// Where the exhibit fits it stands in the card, else it goes before; too large for that, it takes the yes with it.
fn exhibited(sheet: &mut Sheet, exhibit: TextFile, before: &mut Vec<File>) -> String {
    let inline = match exhibit.name.strip_suffix(".md") {
        Some(_) => Some(markdown(&exhibit.text)),
        None => fence(language(&exhibit.name), &exhibit.text),
    };
    let fits = |shown: &String| length(&said(&sheet.parts, Some(shown), &mut Vec::new())) <= LENGTH;
    if let Some(shown) = inline.filter(fits) {
        return shown;
    }
    let (name, bytes) = (inline_code(&exhibit.name), exhibit.text.len());
    if bytes > LARGEST {
        *sheet = std::mem::take(sheet).without_yes();
        return format!("It is too large to be shown here ({}), so nobody can say yes here.", size(bytes));
    }
    before.push(file(&exhibit));
    let lines = exhibit.text.lines().count();
    format!("The whole of it is in the file above: {name}, {}, {lines} line{}.", size(bytes), plural(lines))
}

fn language(name: &str) -> &'static str {
    match name.rsplit_once('.') {
        Some((_, "sh")) => "sh",
        Some((_, "diff")) => "diff",
        _ => "",
    }
}

/// What each part says; code that no fence can hold becomes a file.
fn said(parts: &[Part], exhibit: Option<&str>, files: &mut Vec<File>) -> Vec<String> {
    parts.iter().map(|part| say(part, exhibit, files)).collect()
}

fn say(part: &Part, exhibit: Option<&str>, files: &mut Vec<File>) -> String {
    match part {
        Part::Title(title) => format!("**{}**", escape(title)),
        Part::Line(text) => line(text),
        Part::Faint(text) => format!("-# {}", line(text)),
        Part::Warning(text) => format!("⚠️ {}", line(text)),
        Part::Code { language, text } => fence(language, text).unwrap_or_else(|| {
            let name = format!("text-{}.txt", files.len() + 1);
            files.push(File { name: name.clone(), content: Bytes::from(text.clone()) });
            format!("In the file {}.", inline_code(&name))
        }),
        Part::Markdown(text) => markdown(text),
        Part::Exhibit => exhibit.unwrap_or_default().to_owned(),
    }
}

fn joined(said: &[String]) -> String {
    let there: Vec<_> = said.iter().map(String::as_str).filter(|text| !text.is_empty()).collect();
    there.join("\n")
}

fn length(said: &[String]) -> usize {
    joined(said).chars().count()
}

/// A line of ours: backticks mark code, all else is plain text.
pub(crate) fn line(text: &str) -> String {
    let pieces: Vec<_> = text.split('`').collect();
    let last = pieces.len() - 1;
    let piece = |(number, piece): (usize, &&str)| match number % 2 == 1 {
        true if number < last && !piece.is_empty() => inline_code(piece),
        _ => escape(piece),
    };
    pieces.iter().enumerate().map(piece).collect()
}

/// A text as so many messages as are good to read; beyond that the beginning of its longest part, and that part as a file.
fn texts(mut said: Vec<String>, parts: &[Part], files: &mut Vec<File>) -> Vec<String> {
    let pieces = pieces(&joined(&said));
    if pieces.len() <= PAGES {
        return pieces;
    }
    let Some((longest, part)) = longest(&said, parts) else { return pieces };
    let raw = match part {
        Part::Markdown(text) | Part::Code { text, .. } => text.clone(),
        _ => said[longest].clone(),
    };
    files.push(File { name: "answer.md".to_owned(), content: Bytes::from(raw) });
    let whole = std::mem::take(&mut said[longest]);
    let note = "-# … the whole of it is in the file `answer.md`.";
    let room = LENGTH.saturating_sub(length(&said) + note.chars().count() + 2).max(LENGTH / 10);
    let beginning = split(&whole, room).into_iter().next().unwrap_or_default();
    said[longest] = format!("{beginning}\n{note}");
    self::pieces(&joined(&said))
}

fn pieces(whole: &str) -> Vec<String> {
    if whole.chars().count() <= LENGTH { vec![whole.to_owned()] } else { split(whole, LENGTH) }
}

fn longest<'p>(said: &[String], parts: &'p [Part]) -> Option<(usize, &'p Part)> {
    parts.iter().enumerate().max_by_key(|(number, _)| said[*number].len())
}

/// A task's card stays one message, which is edited: of a text that grows its end is shown.
fn squeezed(said: &[String]) -> String {
    let over = length(said).saturating_sub(LENGTH);
    let Some(longest) = (0..said.len()).max_by_key(|number| said[*number].len()).filter(|_| over > 0) else {
        return joined(said);
    };
    let mut said = said.to_vec();
    let keep = said[longest].chars().count().saturating_sub(over + 16);
    // The pieces that the text would be split into have their fences closed; the last ones that fit are shown.
    let last = split(&said[longest], keep.max(1)).pop().unwrap_or_default();
    said[longest] = format!("…\n{last}");
    joined(&said).chars().take(LENGTH).collect()
}

fn file(text: &TextFile) -> File {
    File { name: text.name.clone(), content: Bytes::from(text.text.clone()) }
}

fn large(file: &File) -> String {
    format!("⚠️ {} is too large for Discord ({}).", inline_code(&file.name), size(file.content.len()))
}

/// A size as people say it.
pub(crate) fn size(bytes: usize) -> String {
    match bytes {
        0..1024 => format!("{bytes} byte{}", plural(bytes)),
        1024..1_048_576 => format!("{} KiB", bytes.div_ceil(1024)),
        _ => format!("{:.1} MiB", bytes as f64 / 1_048_576.0),
    }
}

fn plural(count: usize) -> &'static str {
    if count == 1 { "" } else { "s" }
}
