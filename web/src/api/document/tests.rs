use super::*;
use crate::rights::all;
use serde_json::Value;
use std::collections::BTreeSet;

#[test]
fn every_route_that_is_listed_is_described_and_none_else() {
    let mut document = document();
    let mut described = BTreeSet::new();
    for (path, item) in &mut document.paths.paths {
        described.extend(operations(item).map(|(method, _)| (path.clone(), method.to_string())));
    }
    // What needs the hub's own socket is for our own command line.
    let listed = all().into_iter().filter(|route| route.need != Need::Socket);
    let mut listed: BTreeSet<_> = listed.map(|route| (route.path.to_owned(), route.method.to_string())).collect();
    listed.extend(crate::rights::OPEN.iter().map(|(path, method)| ((*path).to_owned(), method.to_string())));
    assert_eq!(described, listed);
}

/// Every place where the document refers to another part of itself.
fn references(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(fields) => fields.iter().for_each(|(name, field)| match field {
            Value::String(reference) if name == "$ref" => drop(found.insert(reference.clone())),
            other => references(other, found),
        }),
        Value::Array(items) => items.iter().for_each(|item| references(item, found)),
        _ => {}
    }
}

#[test]
fn the_document_is_whole() {
    let document = serde_json::to_value(document()).unwrap();
    assert_eq!(document["openapi"], "3.1.0");
    let mut found = BTreeSet::new();
    references(&document, &mut found);
    assert!(found.len() > 60, "{found:?}");
    assert!(!document.to_string().contains("[`"), "a link that only our own source has is told to programs");
    for reference in found {
        let pointer = reference.strip_prefix('#').unwrap();
        assert!(document.pointer(pointer).is_some(), "nothing is at {reference}");
    }
}

#[test]
fn whatever_is_refused_is_a_problem_and_every_name_in_a_path_is_told_of() {
    let document = serde_json::to_value(document()).unwrap();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let told = operation["parameters"].as_array().into_iter().flatten();
            let names = told.filter(|parameter| parameter["in"] == "path").count();
            assert_eq!(names, path.matches('{').count(), "{method} {path}");
            for (status, response) in operation["responses"].as_object().unwrap() {
                let shared = response["$ref"].as_str().and_then(|link| document.pointer(&link[1..]));
                let response = shared.unwrap_or(response);
                let is_problem = !response["content"]["application/problem+json"].is_null();
                assert_eq!(is_problem, status.starts_with(['4', '5']), "{method} {path} {status}: {response}");
            }
        }
    }
}
