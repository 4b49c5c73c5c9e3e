//! What a value looks like, in a few words with links to the types that have a name.

use super::super::markup::escaped;
use utoipa::openapi::schema::{AdditionalProperties, Array, ArrayItems, Object, SchemaFormat, SchemaType, Type};
use utoipa::openapi::{RefOr, Schema};

/// The form of a value, as HTML.
pub(super) fn form(schema: &RefOr<Schema>) -> String {
    match schema {
        RefOr::Ref(link) => linked(name_of(&link.ref_location)),
        RefOr::T(Schema::Array(array)) => list(array),
        RefOr::T(Schema::Object(object)) => plain(object),
        RefOr::T(Schema::OneOf(one)) => joined(&one.items, " or "),
        RefOr::T(Schema::AnyOf(any)) => joined(&any.items, " or "),
        RefOr::T(Schema::AllOf(all)) => joined(&all.items, " with "),
        // Kinds of schemas that this hub describes nothing by.
        RefOr::T(_) => "value".to_owned(),
    }
}

/// The name of a type that is referred to.
pub(super) fn name_of(reference: &str) -> &str {
    reference.rsplit('/').next().unwrap_or(reference)
}

fn linked(name: &str) -> String {
    let name = escaped(name);
    format!("<a href=\"#type-{name}\">{name}</a>")
}

fn joined(items: &[RefOr<Schema>], between: &str) -> String {
    // What may be missing is named last.
    let (none, some): (Vec<_>, Vec<_>) = items.iter().map(form).partition(|form| form == "null");
    some.into_iter().chain(none).collect::<Vec<_>>().join(between)
}

fn list(array: &Array) -> String {
    let each = match &array.items {
        ArrayItems::RefOrSchema(each) => format!("array of {}", form(each)),
        ArrayItems::False => {
            let items: Vec<_> = array.prefix_items.iter().map(|item| form(&RefOr::T(item.clone()))).collect();
            format!("array [{}]", items.join(", "))
        }
    };
    if is_optional(&array.schema_type) { format!("{each} or null") } else { each }
}

fn plain(object: &Object) -> String {
    if let Some(AdditionalProperties::RefOr(each)) = object.additional_properties.as_deref() {
        return format!("object of {}", form(each));
    }
    let words = match &object.schema_type {
        SchemaType::Type(kind) => word(kind).to_owned(),
        SchemaType::Array(kinds) => kinds.iter().map(word).collect::<Vec<_>>().join(" or "),
        SchemaType::AnyValue => "any value".to_owned(),
    };
    match &object.format {
        Some(SchemaFormat::Custom(format)) => format!("{words} ({})", escaped(format)),
        _ => words,
    }
}

fn word(kind: &Type) -> &'static str {
    match kind {
        Type::Object => "object",
        Type::String => "string",
        Type::Integer => "integer",
        Type::Number => "number",
        Type::Boolean => "boolean",
        Type::Array => "array",
        Type::Null => "null",
    }
}

fn is_optional(kind: &SchemaType) -> bool {
    matches!(kind, SchemaType::Array(kinds) if kinds.contains(&Type::Null))
}
