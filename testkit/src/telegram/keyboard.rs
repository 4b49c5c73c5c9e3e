//! What hangs under a message: inline buttons, or the wish for a reply.

use serde_json::{Map, Value, json};

use super::refusal::Refusal;

const MOST_BUTTONS: usize = 100;
const MOST_IN_A_ROW: usize = 8;
const LONGEST_DATA: usize = 64;
const LONGEST_PLACEHOLDER: usize = 64;
const LONGEST_COPY: usize = 256;

/// A button under a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Button {
    /// What is written on it.
    pub text: String,
    /// What it does.
    pub kind: ButtonKind,
}

/// What a button does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ButtonKind {
    /// Sends this to the bot.
    Data(String),
    /// Opens this address.
    Url(String),
    /// Copies this.
    Copy(String),
}

impl Button {
    /// What it sends to the bot, if it does.
    pub fn data(&self) -> Option<&str> {
        match &self.kind {
            ButtonKind::Data(data) => Some(data),
            ButtonKind::Url(_) | ButtonKind::Copy(_) => None,
        }
    }

    fn to_json(&self) -> Value {
        match &self.kind {
            ButtonKind::Data(data) => json!({"text": self.text, "callback_data": data}),
            ButtonKind::Url(url) => json!({"text": self.text, "url": url}),
            ButtonKind::Copy(text) => json!({"text": self.text, "copy_text": {"text": text}}),
        }
    }
}

/// The rows as a bot gets to see them.
pub(crate) fn to_json(rows: &[Vec<Button>]) -> Value {
    let rows: Vec<Vec<Value>> = rows.iter().map(|row| row.iter().map(Button::to_json).collect()).collect();
    json!({ "inline_keyboard": rows })
}

/// What a `reply_markup` comes to.
#[derive(Debug, Default)]
pub(crate) struct Markup {
    pub(crate) rows: Vec<Vec<Button>>,
    pub(crate) forces_reply: bool,
}

/// Reads any `reply_markup` that is shown here. Keyboards in place of the phone's own are not.
pub(crate) fn parse_markup(markup: Option<&Map<String, Value>>) -> Result<Markup, Refusal> {
    let Some(fields) = markup else { return Ok(Markup::default()) };
    let only = |known: &[&str]| match fields.keys().find(|name| !known.contains(&name.as_str())) {
        Some(name) => Err(Refusal::bad(format!("unknown field \"{name}\" of reply_markup"))),
        None => Ok(()),
    };
    if fields.contains_key("inline_keyboard") {
        return Ok(Markup { rows: parse_inline(fields)?, forces_reply: false });
    }
    if fields.get("force_reply") == Some(&Value::Bool(true)) {
        only(&["force_reply", "selective", "input_field_placeholder"])?;
        let placeholder = fields.get("input_field_placeholder").and_then(Value::as_str).unwrap_or("-");
        if placeholder.is_empty() || placeholder.chars().count() > LONGEST_PLACEHOLDER {
            return Err(Refusal::bad("input field placeholder must have 1 to 64 characters"));
        }
        return Ok(Markup { rows: Vec::new(), forces_reply: true });
    }
    if fields.get("remove_keyboard") == Some(&Value::Bool(true)) {
        only(&["remove_keyboard", "selective"])?;
        return Ok(Markup::default());
    }
    Err(Refusal::bad("object expected as reply markup"))
}

/// Reads the inline keyboard: the only markup that an edit takes.
pub(crate) fn parse_inline(fields: &Map<String, Value>) -> Result<Vec<Vec<Button>>, Refusal> {
    if let Some(name) = fields.keys().find(|name| *name != "inline_keyboard") {
        return Err(Refusal::bad(format!("unknown field \"{name}\" of reply_markup")));
    }
    let wrong = || Refusal::bad("field \"inline_keyboard\" of the InlineKeyboardMarkup must be an Array of Arrays");
    let rows = fields.get("inline_keyboard").and_then(Value::as_array).ok_or_else(wrong)?;
    let mut parsed = Vec::new();
    for row in rows {
        let row = row.as_array().ok_or_else(wrong)?;
        if row.len() > MOST_IN_A_ROW {
            return Err(Refusal::bad("too many inline keyboard buttons in a row"));
        }
        parsed.push(row.iter().map(parse_button).collect::<Result<Vec<_>, _>>()?);
    }
    parsed.retain(|row| !row.is_empty());
    if parsed.iter().map(Vec::len).sum::<usize>() > MOST_BUTTONS {
        return Err(Refusal::bad("too many inline keyboard buttons"));
    }
    Ok(parsed)
}

fn parse_button(button: &Value) -> Result<Button, Refusal> {
    let wrong = |what: &str| Refusal::bad(format!("can't parse inline keyboard button: {what}"));
    let fields = button.as_object().ok_or_else(|| wrong("it must be an object"))?;
    let text = fields.get("text").and_then(Value::as_str).unwrap_or_default();
    if text.is_empty() {
        return Err(wrong("field \"text\" must be a non-empty string"));
    }
    let mut others = fields.iter().filter(|(name, _)| *name != "text");
    let (Some((name, value)), None) = (others.next(), others.next()) else {
        return Err(wrong("it must do exactly one thing"));
    };
    let kind = match name.as_str() {
        // The data of a button is counted in bytes, all else in characters.
        "callback_data" => ButtonKind::Data(fitting(value, |text| text.len() <= LONGEST_DATA, "BUTTON_DATA_INVALID")?),
        "url" => ButtonKind::Url(fitting(value, is_address, "BUTTON_URL_INVALID")?),
        "copy_text" => ButtonKind::Copy(fitting(
            &value["text"],
            |text| text.chars().count() <= LONGEST_COPY,
            "BUTTON_COPY_TEXT_INVALID",
        )?),
        name => return Err(wrong(&format!("unknown field \"{name}\""))),
    };
    Ok(Button { text: text.to_owned(), kind })
}

fn fitting(value: &Value, fits: impl Fn(&str) -> bool, refusal: &str) -> Result<String, Refusal> {
    let text = value.as_str().filter(|text| !text.is_empty() && fits(text));
    text.map(str::to_owned).ok_or_else(|| Refusal::bad(refusal))
}

fn is_address(url: &str) -> bool {
    ["http://", "https://", "tg://"].into_iter().any(|scheme| url.starts_with(scheme))
}
