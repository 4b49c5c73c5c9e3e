//! A card as a comment. What is decided on is shown whole, in a fence that it cannot end; what does not fit is not decided on
//! here. The same card gives the same comment.

use crate::commands::offered;
use crate::text::{fence, inline_code, markdown, plain};
use signalbox_core::card::{Card, TextFile};
use signalbox_core::sheet::{Menu, Part, Sheet, View, quoted, sheet};

/// How long a comment may be, in characters; GitHub takes 65,536.
pub(crate) const LIMIT: usize = 65_000;
/// How much of what does not fit is shown all the same.
const GLIMPSE: usize = 2_000;

/// The comment that a card becomes.
pub(crate) fn layout(card: &Card, view: View) -> String {
    let sheet = sheet(card, view);
    let whole = Page::of(&sheet, Shown::default()).text;
    if length(&whole) <= LIMIT {
        return whole;
    }
    let sheet = if sheet.exhibit.is_some() { sheet.without_yes() } else { sheet };
    cut(&sheet)
}

/// With so much less of what is long that it fits.
fn cut(sheet: &Sheet) -> String {
    let mut most = if sheet.exhibit.is_some() { GLIMPSE } else { LIMIT };
    loop {
        let text = Page::of(sheet, Shown { most: Some(most) }).text;
        if length(&text) <= LIMIT {
            return text;
        }
        if most < 100 {
            // What is left is ours, and there is too much of it all the same.
            return plain(&text.chars().take(LIMIT / 8).collect::<String>());
        }
        most = most * 3 / 4;
    }
}

fn length(text: &str) -> usize {
    text.chars().count()
}

/// How much of each long text is shown; none means all of it.
#[derive(Debug, Clone, Copy, Default)]
struct Shown {
    most: Option<usize>,
}

impl Shown {
    /// The beginning of a text, and what is to be said if that is not all of it.
    fn of<'t>(self, text: &'t str, note: &'static str) -> (&'t str, Option<&'static str>) {
        let end = self.most.and_then(|most| text.char_indices().nth(most)).map(|(at, _)| at);
        end.map_or((text, None), |end| (&text[..end], Some(note)))
    }
}

#[derive(Debug, Default)]
struct Page {
    text: String,
    /// The last part was a line, and a line may follow it.
    in_lines: bool,
}

impl Page {
    fn of(sheet: &Sheet, shown: Shown) -> Self {
        let mut page = Self::default();
        for part in &sheet.parts {
            page.part(part, sheet, shown);
        }
        if let Some(file) = &sheet.file {
            page.file(file, shown);
        }
        for file in &sheet.files {
            page.line(&format!(
                "📎 {} is kept at the hub: GitHub takes no files from programs.",
                inline_code(&file.name)
            ));
        }
        page.ways_on(sheet);
        page
    }

    fn part(&mut self, part: &Part, sheet: &Sheet, shown: Shown) {
        match part {
            Part::Title(text) => self.block(&format!("### {}", plain(text))),
            Part::Line(text) => self.line(&spans(text)),
            Part::Faint(text) => self.line(&format!("<sub>{}</sub>", spans(text))),
            Part::Warning(text) => self.line(&format!("⚠️ {}", spans(text))),
            Part::Code { language, text } => self.block(&fence(language, text)),
            Part::Markdown(text) => {
                let (text, note) = shown
                    .of(text, "Cut short here: GitHub takes no longer comment. The whole of it is kept at the hub.");
                self.block(&markdown(text));
                self.note(note);
            }
            Part::Exhibit => {
                let Some(exhibit) = &sheet.exhibit else { return };
                let note =
                    "It is too long to be shown, so it cannot be allowed here. The whole of it is kept at the hub.";
                let (text, note) = shown.of(&exhibit.text, note);
                self.block(&fence(language(exhibit), text));
                self.note(note);
            }
        }
    }

    fn file(&mut self, file: &TextFile, shown: Shown) {
        let (text, note) =
            shown.of(&file.text, "Cut short here: GitHub takes no longer comment. The whole of it is kept at the hub.");
        self.block(&format!("<details><summary>{}</summary>", in_html(&file.name)));
        self.block(&fence(language(file), text));
        self.block("</details>");
        self.note(note);
    }

    /// What can be done by writing a comment.
    fn ways_on(&mut self, sheet: &Sheet) {
        let offered = offered(sheet);
        if offered.is_empty() {
            return;
        }
        let answered = !sheet.menus.is_empty();
        if answered {
            sheet.menus.iter().for_each(|menu| self.answers(menu));
            self.block("To answer, write a comment, with your own words in the place of WORDS:");
        } else if sheet.exhibit.is_some() {
            self.block("To decide, write a comment:");
        } else {
            let words = offered.iter().map(|(what, comment)| format!("{}: {}", plain(what), inline_code(comment)));
            return self.line(&format!("<sub>{}</sub>", words.collect::<Vec<_>>().join(" · ")));
        }
        let lines = offered.iter().map(|(what, comment)| format!("- **{}**: {}", plain(what), inline_code(comment)));
        self.block(&lines.collect::<Vec<_>>().join("\n"));
    }

    fn answers(&mut self, menu: &Menu) {
        let labels: Vec<_> = menu.options.iter().map(|option| inline_code(&option.label)).collect();
        let several = if menu.several { ", several of them if you like" } else { "" };
        self.line(&format!("{} Offered: {}{several}", plain(&menu.question), labels.join(", ")));
    }

    fn note(&mut self, note: Option<&str>) {
        if let Some(note) = note {
            self.block(&format!("*{note}*"));
        }
    }

    fn line(&mut self, line: &str) {
        self.text.push_str(match (self.text.is_empty(), self.in_lines) {
            (true, _) => "",
            (false, true) => "\n",
            (false, false) => "\n\n",
        });
        self.text.push_str(line);
        self.in_lines = true;
    }

    fn block(&mut self, block: &str) {
        if block.is_empty() {
            return;
        }
        if !self.text.is_empty() {
            self.text.push_str("\n\n");
        }
        self.text.push_str(block);
        self.in_lines = false;
    }
}

/// A line of ours, in which backticks mark code. One without its other half is a character like any other.
fn spans(text: &str) -> String {
    let Some((before, rest)) = text.split_once('`') else { return plain(text) };
    let Some((code, after)) = rest.split_once('`') else { return plain(text) };
    let before = if before.is_empty() { String::new() } else { plain(before) };
    let after = if after.is_empty() { String::new() } else { spans(after) };
    format!("{before}{}{after}", inline_code(code))
}

/// A name within HTML, where Markdown's marks are none.
fn in_html(name: &str) -> String {
    quoted(name).replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('@', "")
}

fn language(file: &TextFile) -> &'static str {
    match file.name.rsplit('.').next() {
        Some("sh") => "bash",
        Some("diff") => "diff",
        Some("md") => "markdown",
        _ => "",
    }
}
