//! Buttons and menus: at most five rows, five buttons a row, a menu has a row to itself.

use crate::interaction::OWN_WORDS;
use serde_json::{Value, json};
use signalbox_core::sheet::{Button, ButtonLook, Menu, Sheet};

/// How many rows a message can have.
const ROWS: usize = 5;
/// How many buttons a row can have.
const COLUMNS: usize = 5;
/// How many options a menu can have.
const OPTIONS: usize = 25;
/// What opens a form for words of one's own.
const WORDS: &str = "✍ Own words";

/// The rows of a sheet. Words of one's own have buttons where there is room for a row of them, else an option in each
/// menu.
pub(crate) fn components(sheet: &Sheet) -> Vec<Value> {
    let menus: Vec<_> = sheet.menus.iter().filter(|menu| !menu.options.is_empty()).collect();
    let below = sheet.rows.iter().flat_map(|row| row.chunks(COLUMNS)).map(|buttons| row(buttons.iter().map(button)));
    let below: Vec<_> = below.collect();
    let words: Vec<_> = own_words(&sheet.menus);
    let asked = usize::from(!words.is_empty());
    let room = words.len() <= COLUMNS && menus.len() + asked + below.len() <= ROWS;
    let mut rows: Vec<_> = menus.iter().map(|one| row([menu(one, !room)])).collect();
    if room && asked > 0 {
        rows.push(row(words));
    }
    rows.extend(below);
    rows.truncate(ROWS);
    rows
}

fn row(parts: impl IntoIterator<Item = Value>) -> Value {
    json!({"type": 1, "components": parts.into_iter().collect::<Vec<_>>()})
}

fn button(button: &Button) -> Value {
    let style = match button.look {
        ButtonLook::Good => 3,
        ButtonLook::Bad => 4,
        ButtonLook::Plain => 2,
    };
    json!({"type": 2, "style": style, "label": button.label, "custom_id": button.press.to_string()})
}

fn own_words(menus: &[Menu]) -> Vec<Value> {
    let many = menus.len() > 1;
    let label = |number: usize| if many { format!("{WORDS}: {number}") } else { WORDS.to_owned() };
    let words = menus.iter().zip(1..).map(
        |(menu, number)| json!({"type": 2, "style": 2, "label": label(number), "custom_id": menu.other.to_string()}),
    );
    words.collect()
}

fn menu(menu: &Menu, with_words: bool) -> Value {
    let room = OPTIONS - usize::from(with_words);
    let mut options: Vec<_> = menu.options.iter().take(room).zip(0_u8..).map(option).collect();
    if with_words {
        options.push(json!({"label": WORDS, "value": OWN_WORDS}));
    }
    let (least, most) = if menu.several { (0, options.len()) } else { (1, 1) };
    json!({
        "type": 3, "custom_id": menu.options[0].press.to_string(), "placeholder": menu.question,
        "min_values": least, "max_values": most, "options": options,
    })
}

fn option((option, number): (&signalbox_core::sheet::MenuOption, u8)) -> Value {
    let label = if option.label.is_empty() { format!("{}", number + 1) } else { option.label.clone() };
    let mut shown = json!({"label": label, "value": number.to_string(), "default": option.chosen});
    if !option.description.is_empty() {
        shown["description"] = json!(option.description);
    }
    shown
}
