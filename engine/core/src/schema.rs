//! What the API's description says of values that are one text on the wire, whatever they are made of here.

use utoipa::openapi::schema::{ObjectBuilder, Type};
use utoipa::openapi::{RefOr, Schema};

/// A text of a form.
pub(crate) fn text(description: &str, pattern: &str, example: &str) -> RefOr<Schema> {
    let text = ObjectBuilder::new().schema_type(Type::String).description(Some(description));
    text.pattern(Some(pattern)).examples([example]).into()
}

/// One word of a closed list.
pub(crate) fn word(description: &str, words: impl IntoIterator<Item = &'static str>) -> RefOr<Schema> {
    let word = ObjectBuilder::new().schema_type(Type::String).description(Some(description));
    word.enum_values(Some(words)).into()
}
