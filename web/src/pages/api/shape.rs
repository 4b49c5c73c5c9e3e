//! A type that has a name: its fields, its words, or what it is one of.

use super::super::markdown::markdown;
use super::super::markup::Markup;
use super::field::{Field, description};
use super::form::{form, name_of};
use serde_json::Value;
use utoipa::openapi::{OpenApi, RefOr, Schema};

/// A type.
#[derive(Debug, Clone)]
pub(super) struct Shape {
    pub(super) name: String,
    pub(super) description: Markup,
    /// What it is, where that is no object of its own.
    pub(super) form: Option<Markup>,
    pub(super) fields: Vec<Field>,
    pub(super) words: Vec<String>,
    pub(super) variants: Vec<Variant>,
}

/// One of what a value can be.
#[derive(Debug, Clone)]
pub(super) struct Variant {
    pub(super) name: Markup,
    pub(super) description: Markup,
    pub(super) fields: Vec<Field>,
}

impl Shape {
    /// Whether nothing is told of it.
    #[cfg(test)]
    pub(super) fn is_empty(&self) -> bool {
        self.form.is_none() && self.fields.is_empty() && self.words.is_empty() && self.variants.is_empty()
    }
}

/// Every type that has a name.
pub(super) fn all(document: &OpenApi) -> Vec<Shape> {
    let schemas = document.components.iter().flat_map(|components| &components.schemas);
    schemas.map(|(name, schema)| shape(document, name, schema)).collect()
}

fn shape(document: &OpenApi, name: &str, schema: &RefOr<Schema>) -> Shape {
    let fields = fields(document, schema);
    let (words, variants) = (words(schema), variants(document, schema));
    let told = !fields.is_empty() || !words.is_empty() || !variants.is_empty();
    let form = (!told).then(|| Markup::written(form(schema)));
    Shape { name: name.to_owned(), description: markdown(&description(schema)), form, fields, words, variants }
}

/// The fields of a value, with those of what it contains whole.
pub(super) fn fields(document: &OpenApi, schema: &RefOr<Schema>) -> Vec<Field> {
    match resolved(document, schema) {
        Some(Schema::Object(object)) => Field::all(object),
        Some(Schema::AllOf(all)) => all.items.iter().flat_map(|item| fields(document, item)).collect(),
        _ => Vec::new(),
    }
}

/// A schema itself, where a name may stand for it.
pub(super) fn resolved<'a>(document: &'a OpenApi, schema: &'a RefOr<Schema>) -> Option<&'a Schema> {
    match schema {
        RefOr::T(schema) => Some(schema),
        RefOr::Ref(link) => {
            let named = document.components.as_ref()?.schemas.get(name_of(&link.ref_location))?;
            resolved(document, named)
        }
    }
}

fn words(schema: &RefOr<Schema>) -> Vec<String> {
    let RefOr::T(Schema::Object(object)) = schema else { return Vec::new() };
    let words = object.enum_values.iter().flatten();
    words.map(|word| word.as_str().map_or_else(|| word.to_string(), str::to_owned)).collect()
}

/// What a value is one of, also where that is only a part of it.
fn variants(document: &OpenApi, schema: &RefOr<Schema>) -> Vec<Variant> {
    match schema {
        RefOr::T(Schema::OneOf(one)) => one.items.iter().map(|item| variant(document, item)).collect(),
        RefOr::T(Schema::AllOf(all)) => {
            let parts = all.items.iter().filter_map(|item| resolved(document, item));
            parts.flat_map(|part| variants(document, &RefOr::T(part.clone()))).collect()
        }
        RefOr::T(_) | RefOr::Ref(_) => Vec::new(),
    }
}

fn variant(document: &OpenApi, schema: &RefOr<Schema>) -> Variant {
    let fields = match schema {
        RefOr::Ref(_) => Vec::new(),
        RefOr::T(_) => fields(document, schema),
    };
    let name = tag(document, schema).unwrap_or_else(|| form(schema));
    Variant { name: Markup::written(name), description: markdown(&description(schema)), fields }
}

/// The word by which a variant is told from the others.
fn tag(document: &OpenApi, schema: &RefOr<Schema>) -> Option<String> {
    let RefOr::T(schema) = schema else { return None };
    let objects = match schema {
        Schema::AllOf(all) => all.items.iter().filter_map(|item| resolved(document, item)).collect(),
        other => vec![other],
    };
    let properties = objects.into_iter().filter_map(|schema| match schema {
        Schema::Object(object) => Some(&object.properties),
        _ => None,
    });
    properties.flatten().find_map(|(name, property)| {
        let RefOr::T(Schema::Object(object)) = property else { return None };
        match object.enum_values.as_deref() {
            Some([Value::String(word)]) => Some(format!("<code>{name}: {word}</code>")),
            _ => None,
        }
    })
}
