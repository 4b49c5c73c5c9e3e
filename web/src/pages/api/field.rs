//! A field of a type, or what is told beside a body.

use super::super::markdown::markdown;
use super::super::markup::Markup;
use super::form::form;
use utoipa::openapi::path::{Parameter, ParameterIn};
use utoipa::openapi::schema::Object;
use utoipa::openapi::{RefOr, Required, Schema};

/// A field.
#[derive(Debug, Clone)]
pub(super) struct Field {
    pub(super) name: String,
    pub(super) form: Markup,
    pub(super) required: bool,
    /// Where it is told, if not in a body.
    pub(super) place: Option<&'static str>,
    pub(super) description: Markup,
}

impl Field {
    fn new(name: &str, schema: &RefOr<Schema>, required: bool) -> Self {
        let form = Markup::written(form(schema));
        let description = markdown(&description(schema));
        Self { name: name.to_owned(), form, required, place: None, description }
    }

    /// The fields of an object.
    pub(super) fn all(object: &Object) -> Vec<Self> {
        let field = |(name, schema): (&String, &RefOr<Schema>)| Self::new(name, schema, object.required.contains(name));
        object.properties.iter().map(field).collect()
    }

    /// What is told in the address or a header.
    pub(super) fn of(parameter: &Parameter) -> Self {
        let required = matches!(parameter.required, Required::True);
        let place = match parameter.parameter_in {
            ParameterIn::Path => "path",
            ParameterIn::Query | ParameterIn::QueryString => "query",
            ParameterIn::Header => "header",
            ParameterIn::Cookie => "cookie",
        };
        let form = parameter.schema.as_ref().map(form).unwrap_or_default();
        let description = markdown(parameter.description.as_deref().unwrap_or_default());
        Self { name: parameter.name.clone(), form: Markup::written(form), required, place: Some(place), description }
    }
}

/// What a schema says of itself.
pub(super) fn description(schema: &RefOr<Schema>) -> String {
    let said = match schema {
        RefOr::Ref(link) => Some(link.description.clone()),
        RefOr::T(Schema::Object(object)) => object.description.clone(),
        RefOr::T(Schema::Array(array)) => array.description.clone(),
        RefOr::T(Schema::OneOf(one)) => one.description.clone(),
        RefOr::T(Schema::AllOf(all)) => all.description.clone(),
        RefOr::T(Schema::AnyOf(any)) => any.description.clone(),
        RefOr::T(_) => None,
    };
    said.unwrap_or_default()
}
