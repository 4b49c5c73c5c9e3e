//! What many routes answer: what is refused before or around them, and what their answers carry.

use super::Facts;
use utoipa::openapi::header::{Header, HeaderBuilder};
use utoipa::openapi::path::Operation;
use utoipa::openapi::response::{Response, ResponseBuilder};
use utoipa::openapi::{Components, Content, ObjectBuilder, Ref, RefOr, Type};

const JSON: &str = "application/json";
const PROBLEM: &str = "application/problem+json";

/// An answer of many routes.
struct Common {
    name: &'static str,
    status: &'static str,
    description: &'static str,
    /// Whether a route answers so.
    holds: fn(&Facts<'_>) -> bool,
}

const COMMON: &[Common] = &[
    common("NotModified", "304", "The program has it already (`If-None-Match`).", |route| route.reads),
    common("Unreadable", "400", "The address cannot be read.", |route| route.path.contains('{')),
    common(
        "NotSignedIn",
        "401",
        "Nobody has shown who they are, or what was shown is worth nothing (any more).",
        |route| route.need.is_some(),
    ),
    common(
        "NotAllowed",
        "403",
        "The token has not the scope, or the person may not do this; or it came in the open.",
        |_| true,
    ),
    common("NotFound", "404", "There is no such thing, or the person may not know of it.", |route| {
        route.path.contains('{')
    }),
    common("Late", "408", "The body did not come in time.", |route| route.changes),
    common(
        "Conflict",
        "409",
        "It cannot be done (any more), or the Idempotency-Key was used for another request.",
        |route| route.changes && route.need.is_some(),
    ),
    common("TooLarge", "413", "The body is too large.", |route| route.changes),
    common("NotJson", "415", "The body is not said to be JSON.", |route| route.takes),
    common("Misdirected", "421", "The hub is not known by the name that was asked for.", |_| true),
    common("Invalid", "422", "What was asked makes no sense as it stands.", |route| route.told),
    common("Throttled", "429", "Too much was asked in too short a time.", |_| true),
    common("Failed", "500", "The hub failed; its log says why, under the reference.", |_| true),
    common("Unavailable", "503", "It cannot be done at the moment; trying again later may help.", |_| true),
];

const fn common(
    name: &'static str,
    status: &'static str,
    description: &'static str,
    holds: fn(&Facts<'_>) -> bool,
) -> Common {
    Common { name, status, description, holds }
}

/// Headers of answers.
const HEADERS: &[(&str, &str)] = &[
    ("ETag", "The hash of the content, to be brought again as `If-None-Match`."),
    ("Idempotency-Replayed", "`true` where this is what the same request was answered before."),
    ("Retry-After", "After how many seconds it may be tried again."),
];

/// Describes what many routes answer.
pub(super) fn lay_out(components: &mut Components) {
    for (name, description) in HEADERS {
        components.headers.insert((*name).to_owned(), header(description).into());
    }
    for answer in COMMON {
        components.responses.insert(answer.name.to_owned(), answered(answer).into());
    }
}

fn header(description: &str) -> Header {
    let text = ObjectBuilder::new().schema_type(Type::String);
    HeaderBuilder::new().schema(Some(text)).description(Some(description)).build()
}

fn answered(answer: &Common) -> Response {
    let mut response = ResponseBuilder::new().description(answer.description).build();
    let carries = match answer.status {
        "304" => Some("ETag"),
        "429" | "503" => Some("Retry-After"),
        _ => None,
    };
    response.headers.extend(carries.map(|header| (header.to_owned(), carried(header))));
    if answer.status == "304" { response } else { problem(response) }
}

/// The same answer, which is a problem document.
fn problem(mut response: Response) -> Response {
    let content = Content::new(Some(Ref::from_schema_name("Problem")));
    response.content.insert(PROBLEM.to_owned(), content.into());
    response
}

fn carried(name: &str) -> RefOr<Header> {
    RefOr::Ref(Ref::new(format!("#/components/headers/{name}")))
}

/// Whether a route answers with JSON when it does what it is asked.
pub(super) fn is_json(operation: &Operation) -> bool {
    let done = operation.responses.responses.get("200");
    matches!(done, Some(RefOr::T(response)) if response.content.contains_key(JSON))
}

/// Says what a route answers beside what it says itself.
pub(super) fn tell(operation: &mut Operation, facts: &Facts<'_>) {
    let responses = &mut operation.responses.responses;
    for (status, response) in responses.iter_mut() {
        let RefOr::T(response) = response else { continue };
        if status.starts_with(['4', '5']) {
            *response = problem(std::mem::take(response));
        } else if facts.reads {
            response.headers.insert("ETag".to_owned(), carried("ETag"));
        } else if facts.changes && facts.need.is_some() {
            response.headers.insert("Idempotency-Replayed".to_owned(), carried("Idempotency-Replayed"));
        }
    }
    for answer in COMMON.iter().filter(|answer| (answer.holds)(facts)) {
        let of_many = || RefOr::Ref(Ref::from_response_name(answer.name));
        responses.entry(answer.status.to_owned()).or_insert_with(of_many);
    }
}
