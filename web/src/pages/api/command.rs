//! How a route is asked from a shell.

use super::shape::resolved;
use crate::rights::Need;
use serde_json::Value;
use utoipa::openapi::path::{Operation, Parameter, ParameterIn};
use utoipa::openapi::{Content, OpenApi, RefOr, Schema};

/// What a browser says when it asks for a WebSocket.
const UPGRADE: &str = " --http1.1 --include --no-buffer --header 'Connection: Upgrade' --header 'Upgrade: websocket' \
                       --header 'Sec-WebSocket-Version: 13' --header \"Sec-WebSocket-Key: $(head -c 16 /dev/urandom | base64)\"";

/// A line for a shell in which `HUB` is the hub's address, and `TOKEN` a token.
pub(super) fn command(
    document: &OpenApi,
    method: &str,
    path: &str,
    operation: &Operation,
    need: Option<Need>,
) -> String {
    let mut line = "curl".to_owned();
    if method != "GET" {
        line.push_str(&format!(" --request {method}"));
    }
    line.push_str(&format!(" \"$HUB{}\"", address(path, operation)));
    line.push_str(match need {
        None => "",
        Some(Need::Presence) => " --cookie \"__Host-signalbox=$SESSION\" --header \"Origin: $HUB\"",
        Some(Need::Scope(_) | Need::AnyProof | Need::Socket) => " --header \"Authorization: Bearer $TOKEN\"",
    });
    if operation.responses.responses.contains_key("101") {
        line.push_str(UPGRADE);
    }
    if let Some(body) = sent(document, operation) {
        let body = body.to_string().replace('\'', "'\\''");
        line.push_str(&format!(" --header 'Content-Type: application/json' --data '{body}'"));
    }
    line
}

/// The path with an example for each name in it.
fn address(path: &str, operation: &Operation) -> String {
    let named = operation.parameters.iter().flatten().filter_map(|parameter| match parameter {
        RefOr::T(parameter) if parameter.parameter_in == ParameterIn::Path => Some(parameter),
        RefOr::T(_) | RefOr::Ref(_) => None,
    });
    named.fold(path.to_owned(), |path, parameter| path.replace(&format!("{{{}}}", parameter.name), &example(parameter)))
}

fn example(parameter: &Parameter) -> String {
    let Some(RefOr::T(Schema::Object(text))) = &parameter.schema else { return String::new() };
    let example = text.examples.first().and_then(Value::as_str);
    example.unwrap_or_default().to_owned()
}

/// An example of what the route takes.
pub(super) fn sent(document: &OpenApi, operation: &Operation) -> Option<Value> {
    let RefOr::T(body) = operation.request_body.as_ref()? else { return None };
    let RefOr::T(Content { schema, .. }) = body.content.get("application/json")? else { return None };
    shown(document, schema.as_ref()?)
}

fn shown(document: &OpenApi, schema: &RefOr<Schema>) -> Option<Value> {
    match resolved(document, schema)? {
        Schema::Object(object) => object.examples.first().or(object.example.as_ref()).cloned(),
        Schema::AllOf(all) => all.examples.first().or(all.example.as_ref()).cloned(),
        Schema::OneOf(one) => {
            let own = one.examples.first().or(one.example.as_ref()).cloned();
            own.or_else(|| one.items.iter().find_map(|item| shown(document, item)))
        }
        _ => None,
    }
}
