//! The buttons below a message.

use signalbox_core::button::Press;
use signalbox_core::sheet::{Menu, MenuOption, Sheet};
use teloxide_core::types::{ForceReply, InlineKeyboardButton, InlineKeyboardMarkup, ReplyMarkup};

/// Options whose labels are all at most so long stand two in a row.
const SHORT: usize = 16;
/// What is written where the person is to write.
const PLACEHOLDER: &str = "In your own words";

/// What is below a message.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Keyboard {
    /// Nothing.
    None,
    /// Buttons.
    Buttons(InlineKeyboardMarkup),
    /// The person's own keyboard, opened to answer.
    Words,
}

impl Keyboard {
    /// What a sheet offers: menus as buttons, then its own.
    pub(crate) fn of(sheet: &Sheet) -> Self {
        if sheet.wants_words {
            return Self::Words;
        }
        let many = sheet.menus.len() > 1;
        let menus = sheet.menus.iter().enumerate();
        let mut rows: Vec<_> = menus.flat_map(|(at, menu)| options(menu, many.then_some(at + 1))).collect();
        rows.extend(sheet.rows.iter().map(|row| row.iter().map(|each| button(&each.label, &each.press)).collect()));
        rows.retain(|row| !row.is_empty());
        if rows.is_empty() { Self::None } else { Self::Buttons(InlineKeyboardMarkup::new(rows)) }
    }

    /// As it goes with a new message.
    pub(crate) fn markup(&self) -> Option<ReplyMarkup> {
        match self {
            Self::None => None,
            Self::Buttons(buttons) => Some(ReplyMarkup::InlineKeyboard(buttons.clone())),
            Self::Words => {
                let reply = ForceReply::new().selective().input_field_placeholder(PLACEHOLDER.to_owned());
                Some(ReplyMarkup::ForceReply(reply))
            }
        }
    }

    /// As it goes with an edited message, which can have buttons or none.
    pub(crate) fn buttons(&self) -> Option<InlineKeyboardMarkup> {
        match self {
            Self::Buttons(buttons) => Some(buttons.clone()),
            Self::None | Self::Words => None,
        }
    }
}

fn options(menu: &Menu, number: Option<usize>) -> Vec<Vec<InlineKeyboardButton>> {
    let number = number.map(|number| format!("{number}. ")).unwrap_or_default();
    let labels: Vec<_> =
        menu.options.iter().map(|option| format!("{}{number}{}", mark(menu, option), option.label)).collect();
    let wide = if labels.iter().all(|label| label.chars().count() <= SHORT) { 2 } else { 1 };
    let options: Vec<_> =
        menu.options.iter().zip(&labels).map(|(option, label)| button(label, &option.press)).collect();
    let mut rows: Vec<_> = options.chunks(wide).map(<[_]>::to_vec).collect();
    rows.push(vec![button(&format!("✍ {number}Other…"), &menu.other)]);
    rows
}

fn mark(menu: &Menu, option: &MenuOption) -> &'static str {
    match (menu.several, option.chosen) {
        (true, true) => "☑ ",
        (true, false) => "☐ ",
        (false, true) => "● ",
        (false, false) => "",
    }
}

fn button(label: &str, press: &Press) -> InlineKeyboardButton {
    let label = if label.trim().is_empty() { "…" } else { label };
    InlineKeyboardButton::callback(label, press.to_string())
}
