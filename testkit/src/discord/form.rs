//! What a body may hold: a table of fields per route, and the faults found, each under the path of its field.
//!
//! The real API ignores fields that it does not know. Here they are refused, so that a misspelt one is found.

use serde_json::{Value, json};

use super::refusal::Refusal;

/// What a field holds.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Kind {
    /// Text of so many characters.
    Text(usize, usize),
    /// An integer within bounds.
    Integer(i64, i64),
    /// One of these integers.
    OneOf(&'static [i64]),
    Flag,
    /// An id, as text or number.
    Id,
    /// A list of so many.
    List(usize, usize),
    Object,
    /// Checked elsewhere.
    Any,
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

/// The faults of a body.
#[derive(Debug, Default)]
pub(crate) struct Faults(Value);

impl Faults {
    /// Notes a fault under a path whose parts have dots between them; empty for the body itself.
    pub(crate) fn add(&mut self, path: &str, code: &str, message: impl Into<String>) {
        let mut at = &mut self.0;
        for part in path.split('.').filter(|part| !part.is_empty()) {
            at = &mut at[part];
        }
        let fault = json!({"code": code, "message": message.into()});
        match at["_errors"].as_array_mut() {
            Some(list) => list.push(fault),
            None => at["_errors"] = json!([fault]),
        }
    }

    pub(crate) fn refuse(self) -> Result<(), Refusal> {
        if self.0.is_null() { Ok(()) } else { Err(Refusal::invalid(self.0)) }
    }

    /// Checks an object against a table. What it says of its fields' insides is for the caller to check.
    pub(crate) fn check(&mut self, value: &Value, path: &str, fields: &[Field]) {
        let Some(object) = value.as_object() else {
            return self.add(path, "MODEL_TYPE_CONVERT", "Only dictionaries may be used in a ModelType");
        };
        for name in object.keys().filter(|name| fields.iter().all(|field| field.name != **name)) {
            self.add(&join(path, name), "UNKNOWN_FIELD", "Discord knows no such field here");
        }
        for field in fields {
            self.check_field(&value[field.name], &join(path, field.name), *field);
        }
    }

    fn check_field(&mut self, value: &Value, path: &str, field: Field) {
        match (value.is_null(), field.needed) {
            (true, Need::May) => {}
            (true, Need::Must) => self.add(path, "BASE_TYPE_REQUIRED", "This field is required"),
            (false, _) => self.check_kind(value, path, field.kind),
        }
    }

    fn check_kind(&mut self, value: &Value, path: &str, kind: Kind) {
        match kind {
            Kind::Text(least, most) => match value.as_str() {
                Some(text) => self.check_length(text.chars().count(), path, least, most),
                None => self.add(path, "STRING_TYPE_CONVERT", "Could not interpret value as string."),
            },
            Kind::List(least, most) => match value.as_array() {
                Some(list) => self.check_count(list.len(), path, least, most),
                None => self.add(path, "LIST_TYPE_CONVERT", "Only iterables may be used in a ListType"),
            },
            Kind::Integer(least, most) => self.check_integer(value, path, |number| (least..=most).contains(&number)),
            Kind::OneOf(numbers) => self.check_integer(value, path, |number| numbers.contains(&number)),
            Kind::Flag if !value.is_boolean() => {
                self.add(path, "BOOLEAN_TYPE_CONVERT", "Must be either true or false.")
            }
            Kind::Id if id(value).is_none() => {
                self.add(path, "NUMBER_TYPE_COERCE", format!("Value {value} is not snowflake."));
            }
            Kind::Object if !value.is_object() => {
                self.add(path, "DICT_TYPE_CONVERT", "Only dictionaries may be used in a DictType");
            }
            Kind::Flag | Kind::Id | Kind::Object | Kind::Any => {}
        }
    }

    fn check_length(&mut self, length: usize, path: &str, least: usize, most: usize) {
        if length > most {
            self.add(path, "BASE_TYPE_MAX_LENGTH", format!("Must be {most} or fewer in length."));
        } else if length < least {
            self.add(path, "BASE_TYPE_MIN_LENGTH", format!("Must be {least} or more in length."));
        }
    }

    fn check_count(&mut self, count: usize, path: &str, least: usize, most: usize) {
        if !(least..=most).contains(&count) {
            self.add(path, "BASE_TYPE_BAD_LENGTH", format!("Must be between {least} and {most} in length."));
        }
    }

    fn check_integer(&mut self, value: &Value, path: &str, suits: impl Fn(i64) -> bool) {
        match value.as_i64() {
            Some(number) if suits(number) => {}
            Some(_) => self.add(path, "BASE_TYPE_CHOICES", "This value is not one that Discord takes."),
            None => self.add(path, "NUMBER_TYPE_COERCE", format!("Value {value} is not int.")),
        }
    }
}

/// An id, as text or number.
pub(crate) fn id(value: &Value) -> Option<super::Snowflake> {
    match value {
        Value::String(text) => text.parse().ok(),
        value => value.as_u64().map(super::Snowflake::from),
    }
}

/// The items of a list; none if it is no list.
pub(crate) fn items(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

/// The path of a field within another.
pub(crate) fn join(path: &str, name: impl std::fmt::Display) -> String {
    if path.is_empty() { name.to_string() } else { format!("{path}.{name}") }
}
