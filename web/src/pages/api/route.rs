//! A route as people read of it.

use super::super::markdown::markdown;
use super::super::markup::Markup;
use super::command::command;
use super::field::Field;
use super::form::{form, name_of};
use super::shape::fields;
use crate::rights::{Need, need_of};
use axum::http::Method;
use std::collections::BTreeMap;
use utoipa::openapi::path::{Operation, PathItem};
use utoipa::openapi::response::Response;
use utoipa::openapi::{Content, OpenApi, RefOr, Schema};

/// A route.
#[derive(Debug, Clone)]
pub(super) struct Route {
    pub(super) id: String,
    pub(super) method: &'static str,
    pub(super) path: String,
    pub(super) chapter: String,
    pub(super) summary: String,
    pub(super) description: Option<Markup>,
    pub(super) needs: Markup,
    pub(super) beside: Vec<Field>,
    pub(super) body: Option<Body>,
    pub(super) answers: Vec<Answer>,
    pub(super) command: String,
}

/// What a route takes.
#[derive(Debug, Clone)]
pub(super) struct Body {
    pub(super) form: Markup,
    pub(super) fields: Vec<Field>,
}

/// What it may answer.
#[derive(Debug, Clone)]
pub(super) struct Answer {
    pub(super) status: String,
    pub(super) tone: &'static str,
    pub(super) description: Markup,
    pub(super) form: Option<Markup>,
}

/// Every route, in the order of their paths.
pub(super) fn all(document: &OpenApi) -> Vec<Route> {
    let of = |(path, item): (&String, &PathItem)| -> Vec<Route> {
        operations(item).into_iter().map(|(method, operation)| route(document, &method, path, operation)).collect()
    };
    document.paths.paths.iter().flat_map(of).collect()
}

fn operations(item: &PathItem) -> Vec<(Method, &Operation)> {
    let all = [
        (Method::GET, &item.get),
        (Method::POST, &item.post),
        (Method::PUT, &item.put),
        (Method::PATCH, &item.patch),
        (Method::DELETE, &item.delete),
    ];
    all.into_iter().filter_map(|(method, operation)| Some((method, operation.as_ref()?))).collect()
}

fn route(document: &OpenApi, method: &Method, path: &str, operation: &Operation) -> Route {
    let need = need_of(method, path);
    let method = word(method);
    Route {
        id: operation.operation_id.clone().unwrap_or_default().replace('_', "-"),
        method,
        path: path.to_owned(),
        chapter: operation.tags.iter().flatten().next().cloned().unwrap_or_default(),
        summary: operation.summary.clone().unwrap_or_default(),
        description: operation.description.as_deref().filter(|text| !text.is_empty()).map(markdown),
        needs: needs(need),
        beside: beside(document, operation),
        body: body(document, operation),
        answers: answers(document, operation),
        command: command(document, method, path, operation, need),
    }
}

fn word(method: &Method) -> &'static str {
    match *method {
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        _ => "GET",
    }
}

fn needs(need: Option<Need>) -> Markup {
    Markup::written(match need {
        Some(Need::Scope(scope)) => {
            format!("A token with the scope <code>{scope}</code>, or the session of a browser.")
        }
        Some(Need::AnyProof) => "Any token, or the session of a browser.".to_owned(),
        Some(Need::Presence) => "The session of a browser: no token is good for it.".to_owned(),
        Some(Need::Socket) => "The hub's own socket.".to_owned(),
        None => "Nothing: by it one shows who one is.".to_owned(),
    })
}

fn beside(document: &OpenApi, operation: &Operation) -> Vec<Field> {
    let shared = document.components.as_ref().map(|components| &components.parameters);
    operation.parameters.iter().flatten().filter_map(|told| itself(shared, told)).map(Field::of).collect()
}

/// What is described where it is used, or once for many.
fn itself<'a, T>(shared: Option<&'a BTreeMap<String, RefOr<T>>>, one: &'a RefOr<T>) -> Option<&'a T> {
    match one {
        RefOr::T(one) => Some(one),
        RefOr::Ref(link) => itself(shared, shared?.get(name_of(&link.ref_location))?),
    }
}

fn body(document: &OpenApi, operation: &Operation) -> Option<Body> {
    let RefOr::T(body) = operation.request_body.as_ref()? else { return None };
    let schema = body.content.values().next().and_then(schema)?;
    Some(Body { form: Markup::written(form(schema)), fields: fields(document, schema) })
}

fn schema(content: &RefOr<Content>) -> Option<&RefOr<Schema>> {
    match content {
        RefOr::T(content) => content.schema.as_ref(),
        RefOr::Ref(_) => None,
    }
}

fn answers(document: &OpenApi, operation: &Operation) -> Vec<Answer> {
    let shared = document.components.as_ref().map(|components| &components.responses);
    let all = &operation.responses.responses;
    all.iter().filter_map(|(status, response)| Some(answer(status, itself(shared, response)?))).collect()
}

fn answer(status: &str, response: &Response) -> Answer {
    let told = response.content.iter().next();
    let told = told.and_then(|(kind, content)| Some((kind, form(schema(content)?))));
    let form = told.map(|(kind, form)| match kind.as_str() {
        "application/json" | "application/problem+json" => form,
        other => format!("{form}, as <code>{other}</code>"),
    });
    Answer {
        status: status.to_owned(),
        tone: if status.starts_with('4') {
            "wait"
        } else if status.starts_with('5') {
            "stop"
        } else {
            "go"
        },
        description: markdown(&response.description),
        form: form.map(Markup::written),
    }
}
