//! What a body or a query may hold: a table of fields per route.
//!
//! The real API ignores what it does not know. Here it is refused and complained of, so that a misspelt field is found.

use serde_json::Value;

use super::refusal::Refusal;

/// What a field holds.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Kind {
    Text,
    /// Text of at most so many characters.
    Short(usize),
    Integer,
    Flag,
    /// A list of at most so many.
    List(usize),
    Object,
    /// One of these words.
    OneOf(&'static [&'static str]),
}

/// A field: its name, what it holds, and whether it must be there.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Field {
    name: &'static str,
    kind: Kind,
    needed: Need,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Need {
    Must,
    May,
}

/// A field that has to be there.
pub(crate) const fn must(name: &'static str, kind: Kind) -> Field {
    Field { name, kind, needed: Need::Must }
}

/// A field that may be missing, or null.
pub(crate) const fn may(name: &'static str, kind: Kind) -> Field {
    Field { name, kind, needed: Need::May }
}

/// Checks an object against a table.
///
/// # Errors
/// The first fault.
pub(crate) fn check(body: &Value, fields: &[Field]) -> Result<(), Refusal> {
    let nothing = serde_json::Map::new();
    let object = match body {
        Value::Null => &nothing,
        Value::Object(object) => object,
        other => return Err(Refusal::invalid(format!("{other} is not an object."))),
    };
    if let Some(name) = object.keys().find(|name| fields.iter().all(|field| field.name != **name)) {
        return Err(Refusal::unknown("field", name));
    }
    fields.iter().try_for_each(|field| match (&body[field.name], field.needed) {
        (Value::Null, Need::May) => Ok(()),
        (Value::Null, Need::Must) => Err(Refusal::invalid(format!("\"{}\" wasn't supplied.", field.name))),
        (value, _) => check_kind(value, *field),
    })
}

fn check_kind(value: &Value, field: Field) -> Result<(), Refusal> {
    let wrong = |what: &str| Refusal::invalid(format!("For 'properties/{}', {value} is not {what}.", field.name));
    match (field.kind, value) {
        (Kind::Text, Value::String(_)) | (Kind::Flag, Value::Bool(_)) | (Kind::Object, Value::Object(_)) => Ok(()),
        (Kind::Short(most), Value::String(text)) => check_length(text, most),
        (Kind::List(most), Value::Array(list)) => check_count(list.len(), most),
        (Kind::Integer, value) if value.is_i64() || value.is_u64() => Ok(()),
        (Kind::OneOf(words), Value::String(text)) if words.contains(&text.as_str()) => Ok(()),
        (Kind::OneOf(words), _) => Err(wrong(&format!("a member of {words:?}"))),
        (Kind::Text | Kind::Short(_), _) => Err(wrong("a string")),
        (Kind::Integer, _) => Err(wrong("an integer")),
        (Kind::Flag, _) => Err(wrong("a boolean")),
        (Kind::List(_), _) => Err(wrong("an array")),
        (Kind::Object, _) => Err(wrong("an object")),
    }
}

fn check_length(text: &str, most: usize) -> Result<(), Refusal> {
    match text.chars().count() {
        length if length > most => {
            Err(Refusal::invalid(format!("Only {most} characters are allowed; {length} were supplied.")))
        }
        _ => Ok(()),
    }
}

fn check_count(count: usize, most: usize) -> Result<(), Refusal> {
    match count {
        count if count > most => {
            Err(Refusal::invalid(format!("No more than {most} items are allowed; {count} were supplied.")))
        }
        _ => Ok(()),
    }
}

/// The longest text of an issue or a comment, in characters.
const LONGEST_BODY: usize = 65_536;

/// Checks what is to become a comment or an issue's text.
pub(crate) fn check_text(resource: &str, text: &str) -> Result<(), Refusal> {
    if text.trim().is_empty() && resource != "Issue" && resource != "PullRequest" {
        return Err(Refusal::custom(resource, "unprocessable", "data", "Body can't be blank"));
    }
    if text.chars().count() > LONGEST_BODY {
        let message = format!("Body is too long (maximum is {LONGEST_BODY} characters)");
        return Err(Refusal::custom(resource, "unprocessable", "data", message));
    }
    Ok(())
}

/// The items of a list; none if it is no list.
pub(crate) fn items(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}
