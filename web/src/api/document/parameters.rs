//! What is told in addresses and headers.

use super::Facts;
use utoipa::openapi::path::{Operation, Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::{Components, ObjectBuilder, Ref, RefOr, Required, Type};

/// Each name in an address: what it is, and one for an example.
const NAMES: &[(&str, &str, &str)] = &[
    ("approval", "The approval's code.", "7d3k5w9x2m4n6p8q"),
    ("delivery", "The delivery's id.", "0199f0c2-7d3b-7c11-9d53-6f0f2e9a3b4c"),
    ("grant", "The grant's id.", "0199f0c2-7d3b-7c11-9d53-6f0f2e9a3b4c"),
    ("hook", "The hook's name.", "pager"),
    ("person", "The person's name or id.", "ann"),
    ("place", "The place, as KIND:ADDRESS.", "telegram:-1001234567890"),
    ("project", "The project's name or id.", "site"),
    ("provider", "The provider's name.", "company"),
    ("schedule", "The schedule's name.", "nightly"),
    ("session", "The session's id.", "0199f0c2-7d3b-7c11-9d53-6f0f2e9a3b4c"),
    ("source", "Who sent it, as the list of updates has it.", "telegram:12345"),
    ("subscription", "The subscription's name.", "dashboard"),
    ("task", "The task's id, or an unambiguous beginning of it.", "7d3k5w9x2m4n"),
    ("token", "The token's id.", "0199f0c2-7d3b-7c11-9d53-6f0f2e9a3b4c"),
    ("update", "The sender's id of it, as the list of updates has it.", "904712"),
];

const KEY: &str = "Idempotency-Key";
const KNOWN: &str = "If-None-Match";

/// Describes the headers that many routes take.
pub(super) fn lay_out(components: &mut Components) {
    let key = "Makes the request safe to send again: with the same key, which the program chooses for each request, it is done \
               once, and a repetition within a day gets the same answer.";
    let form = ObjectBuilder::new().schema_type(Type::String).pattern(Some("^[!-~]{1,190}$"));
    components.parameters.insert(KEY.to_owned(), header(KEY, key, form).into());
    let known = "The `ETag` of what the program has already.";
    let form = ObjectBuilder::new().schema_type(Type::String);
    components.parameters.insert(KNOWN.to_owned(), header(KNOWN, known, form).into());
}

fn header(name: &str, description: &str, form: ObjectBuilder) -> Parameter {
    let header = ParameterBuilder::new().name(name).parameter_in(ParameterIn::Header).required(Required::False);
    header.description(Some(description)).schema(Some(form)).build()
}

/// Says what a route takes beside its body.
pub(super) fn tell(operation: &mut Operation, facts: &Facts<'_>) {
    let parameters = operation.parameters.get_or_insert_default();
    let named = NAMES.iter().filter(|(name, ..)| facts.path.contains(&format!("{{{name}}}")));
    parameters.splice(0..0, named.map(in_path));
    if facts.changes && facts.need.is_some() {
        parameters.push(taken(KEY));
    }
    if facts.reads {
        parameters.push(taken(KNOWN));
    }
    if parameters.is_empty() {
        operation.parameters = None;
    }
}

fn in_path((name, description, example): &(&str, &str, &str)) -> RefOr<Parameter> {
    let text = ObjectBuilder::new().schema_type(Type::String).min_length(Some(1)).examples([*example]);
    let parameter = ParameterBuilder::new().name(*name).parameter_in(ParameterIn::Path).required(Required::True);
    parameter.description(Some(*description)).schema(Some(text)).build().into()
}

fn taken(name: &str) -> RefOr<Parameter> {
    RefOr::Ref(Ref::new(format!("#/components/parameters/{name}")))
}
