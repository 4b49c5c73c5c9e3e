//! What a card says in its place, on a page: the same words, without anything that could be pressed.

use super::markdown::markdown;
use super::markup::{Markup, exact, prose};
use super::moment::now;
use askama::Template;
use signalbox_core::card::{Card, TextFile};
use signalbox_core::policy::Detail;
use signalbox_core::sheet::{Part, Sheet, View, sheet};

/// What a card says.
#[derive(Template)]
#[template(path = "said.html")]
pub(super) struct Said {
    pieces: Vec<Piece>,
    /// What stands on its buttons.
    buttons: Vec<String>,
    /// The names of files that go along.
    files: Vec<Markup>,
}

/// One part of it.
enum Piece {
    Title(Markup),
    Line(Markup),
    Faint(Markup),
    Warning(Markup),
    Code(Markup),
    Text(Markup),
}

impl Said {
    /// What a card says now, with so much detail.
    pub(super) fn of(card: &Card, detail: Detail) -> Self {
        let sheet = sheet(card, View { now: now(), detail });
        let exhibit = sheet.exhibit.as_ref();
        let mut pieces: Vec<Piece> = sheet.parts.iter().filter_map(|part| piece(part, exhibit)).collect();
        pieces.extend(sheet.file.as_ref().map(whole));
        Self { pieces, buttons: buttons(&sheet), files: sheet.files.iter().map(|file| exact(&file.name)).collect() }
    }
}

fn piece(part: &Part, exhibit: Option<&TextFile>) -> Option<Piece> {
    Some(match part {
        Part::Title(text) => Piece::Title(exact(text)),
        Part::Line(text) => Piece::Line(ours(text)),
        Part::Faint(text) => Piece::Faint(ours(text)),
        Part::Warning(text) => Piece::Warning(ours(text)),
        Part::Code { text, .. } => Piece::Code(exact(text)),
        Part::Markdown(text) => Piece::Text(markdown(text)),
        Part::Exhibit => whole(exhibit?),
    })
}

/// A line of ours, in which backticks mark code.
fn ours(text: &str) -> Markup {
    let parts = text.split('`').enumerate().map(|(number, part)| match number % 2 {
        0 => prose(part).to_string(),
        _ => format!("<code>{}</code>", exact(part)),
    });
    Markup::written(parts.collect())
}

fn whole(file: &TextFile) -> Piece {
    Piece::Code(exact(&file.text))
}

fn buttons(sheet: &Sheet) -> Vec<String> {
    let options = sheet.menus.iter().flat_map(|menu| menu.options.iter().map(|option| option.label.clone()));
    options.chain(sheet.rows.iter().flatten().map(|button| button.label.clone())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use signalbox_core::card::ReplyCard;

    #[test]
    fn code_in_our_lines_is_code() {
        assert_eq!(ours("task `a<b` is done").to_string(), "task <code>a&lt;b</code> is done");
    }

    #[test]
    fn what_others_wrote_is_text_in_every_part() {
        let hostile = "<img src=x onerror=alert(1)>\u{202e}";
        let texts = [
            Part::Title(hostile.to_owned()),
            Part::Line(hostile.to_owned()),
            Part::Faint(hostile.to_owned()),
            Part::Warning(hostile.to_owned()),
            Part::Code { language: hostile.to_owned(), text: hostile.to_owned() },
            Part::Markdown(hostile.to_owned()),
        ];
        let card = ReplyCard {
            to: "1".to_owned(),
            message: None,
            parts: texts.into(),
            file: Some(TextFile { name: hostile.to_owned(), text: hostile.to_owned() }),
            rows: Vec::new(),
            wants: None,
        };
        let html = Said::of(&Card::Reply(card), Detail::Full).render().unwrap();
        assert!(!html.contains("<img") && !html.contains('\u{202e}'), "{html}");
        assert_eq!(html.matches("&lt;img src=x onerror=alert(1)&gt;").count(), 7, "{html}");
    }
}
