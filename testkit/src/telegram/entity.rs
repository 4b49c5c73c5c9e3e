//! Parts of a text that look or act differently, counted in UTF-16 units as Telegram counts.

use serde_json::{Map, Value, json};

use super::nesting::check_nesting;
use super::refusal::Refusal;

/// The real API silently leaves out what is beyond.
const MOST: usize = 100;

const KINDS: &[&str] = &[
    "mention",
    "hashtag",
    "cashtag",
    "bot_command",
    "url",
    "email",
    "phone_number",
    "bold",
    "italic",
    "underline",
    "strikethrough",
    "spoiler",
    "blockquote",
    "expandable_blockquote",
    "code",
    "pre",
    "text_link",
    "text_mention",
];

/// A part of a text that looks or acts differently.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entity {
    /// `bold`, `pre`, `text_link`, `bot_command` and so on.
    pub kind: String,
    /// Where it begins, in UTF-16 units.
    pub offset: usize,
    /// How long it is, in UTF-16 units.
    pub length: usize,
    /// Where a `text_link` leads.
    pub url: Option<String>,
    /// The language of a `pre`.
    pub language: Option<String>,
    /// The user of a `text_mention`, by its id.
    pub user: Option<i64>,
}

impl Entity {
    pub(crate) fn plain(kind: &str, offset: usize, length: usize) -> Self {
        Self { kind: kind.to_owned(), offset, length, url: None, language: None, user: None }
    }

    /// Where it ends, in UTF-16 units.
    pub fn end(&self) -> usize {
        self.offset + self.length
    }

    /// The part of the text that it covers.
    pub fn of(&self, text: &str) -> String {
        let units: Vec<u16> = text.encode_utf16().skip(self.offset).take(self.length).collect();
        String::from_utf16_lossy(&units)
    }

    pub(crate) fn to_json(&self, user: Option<Value>) -> Value {
        let mut json = json!({"type": self.kind, "offset": self.offset, "length": self.length});
        for (name, value) in [("url", &self.url), ("language", &self.language)] {
            if let Some(value) = value {
                json[name] = value.as_str().into();
            }
        }
        if let Some(user) = user {
            json["user"] = user;
        }
        json
    }
}

/// How many UTF-16 units a text has.
pub(crate) fn units(text: &str) -> usize {
    text.encode_utf16().count()
}

/// Reads the entities that a bot gives to a text, and refuses any that could not be shown as meant.
pub(crate) fn parse_entities(text: &str, given: &[Value]) -> Result<Vec<Entity>, Refusal> {
    if given.len() > MOST {
        return Err(Refusal::bad(format!("there are more than {MOST} entities, and the rest would not be shown")));
    }
    let entities = given.iter().map(parse).collect::<Result<Vec<_>, _>>()?;
    let starts = starts(text);
    for entity in &entities {
        check_bounds(entity, &starts)?;
    }
    check_nesting(&entities)?;
    Ok(entities)
}

/// Whether a character begins at each unit; one more for the end.
fn starts(text: &str) -> Vec<bool> {
    let mut starts = Vec::new();
    for character in text.chars() {
        starts.push(true);
        starts.extend((1..character.len_utf16()).map(|_| false));
    }
    starts.push(true);
    starts
}

fn parse(value: &Value) -> Result<Entity, Refusal> {
    let wrong = |what: &str| Refusal::bad(format!("can't parse MessageEntity: {what}"));
    let fields = value.as_object().ok_or_else(|| wrong("it must be an object"))?;
    let kind =
        fields.get("type").and_then(Value::as_str).ok_or_else(|| wrong("field \"type\" must be of type String"))?;
    if !KINDS.contains(&kind) {
        return Err(wrong(&format!("unsupported type \"{kind}\"")));
    }
    let number = |name: &str| {
        let number = fields.get(name).and_then(Value::as_u64).and_then(|number| usize::try_from(number).ok());
        number.ok_or_else(|| wrong(&format!("field \"{name}\" must be a number that is not negative")))
    };
    let mut entity = Entity::plain(kind, number("offset")?, number("length")?);
    add_details(&mut entity, fields).map_err(|what| wrong(&what))?;
    Ok(entity)
}

fn add_details(entity: &mut Entity, fields: &Map<String, Value>) -> Result<(), String> {
    let text = |value: &Value| value.as_str().filter(|text| !text.is_empty()).map(str::to_owned);
    for (name, value) in fields {
        match (entity.kind.as_str(), name.as_str()) {
            (_, "type" | "offset" | "length") => {}
            ("text_link", "url") => entity.url = text(value),
            ("pre", "language") => entity.language = text(value),
            ("text_mention", "user") => entity.user = value["id"].as_i64(),
            (kind, name) => return Err(format!("field \"{name}\" does not belong to \"{kind}\"")),
        }
    }
    match entity.kind.as_str() {
        "text_link" if entity.url.is_none() => Err("field \"url\" is required".to_owned()),
        "text_mention" if entity.user.is_none() => Err("field \"user\" is required".to_owned()),
        _ => Ok(()),
    }
}

fn check_bounds(entity: &Entity, starts: &[bool]) -> Result<(), Refusal> {
    let end_of_text = starts.len() - 1;
    let wrong = |what: String| {
        let Entity { offset, kind, .. } = entity;
        Err(Refusal::bad(format!("entity \"{kind}\" beginning at UTF-16 offset {offset} {what}")))
    };
    if entity.length == 0 {
        return wrong("has no length".to_owned());
    }
    if entity.offset.saturating_add(entity.length) > end_of_text {
        return wrong(format!("ends after the end of the text at UTF-16 offset {end_of_text}"));
    }
    if !starts[entity.offset] || !starts[entity.end()] {
        return wrong("begins or ends in the middle of a UTF-16 symbol".to_owned());
    }
    Ok(())
}
