//! Modals: forms that a person fills in.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::components::{LABEL, ROW, ROW_FIELDS, STRING_SELECT, TEXT_INPUT, check_select, check_unique, numbered};
use super::form::{Faults, Field, Kind, items, join, may, must};

const MODAL_FIELDS: &[Field] =
    &[must("custom_id", Kind::Text(1, 100)), must("title", Kind::Text(1, 45)), must("components", Kind::List(1, 5))];

const LABEL_FIELDS: &[Field] = &[
    must("type", Kind::Any),
    may("id", Kind::Integer(0, i32::MAX as i64)),
    must("label", Kind::Text(1, 45)),
    may("description", Kind::Text(0, 100)),
    must("component", Kind::Object),
];

const INPUT_FIELDS: &[Field] = &[
    must("type", Kind::Any),
    may("id", Kind::Integer(0, i32::MAX as i64)),
    must("custom_id", Kind::Text(1, 100)),
    must("style", Kind::Integer(1, 2)),
    may("label", Kind::Text(1, 45)),
    may("min_length", Kind::Integer(0, 4000)),
    may("max_length", Kind::Integer(1, 4000)),
    may("required", Kind::Flag),
    may("value", Kind::Text(0, 4000)),
    may("placeholder", Kind::Text(0, 100)),
];

/// Checks a modal.
pub(crate) fn check_modal(modal: &Value, faults: &mut Faults) {
    faults.check(modal, "data", MODAL_FIELDS);
    let mut known = BTreeSet::new();
    for (index, component) in items(&modal["components"]).iter().enumerate() {
        let path = join("data.components", index);
        match component["type"].as_i64() {
            Some(ROW) => check_row(component, &path, &mut known, faults),
            Some(LABEL) => check_label(component, &path, &mut known, faults),
            _ => {
                let message = "Value of field \"type\" must be one of (1, 18).";
                faults.add(&join(&path, "type"), "UNION_TYPE_CHOICES", message);
            }
        }
    }
}

fn check_row(row: &Value, path: &str, known: &mut BTreeSet<String>, faults: &mut Faults) {
    faults.check(row, path, ROW_FIELDS);
    let inputs = items(&row["components"]);
    let path = join(path, "components");
    if inputs.len() > 1 {
        faults.add(&path, "COMPONENT_LAYOUT_WIDTH_EXCEEDED", "Components displayed are too wide to fit");
    }
    for (index, input) in inputs.iter().enumerate() {
        let path = join(&path, index);
        check_input(input, &path, known, faults);
        if input["label"].is_null() {
            faults.add(&join(&path, "label"), "BASE_TYPE_REQUIRED", "This field is required");
        }
    }
}

fn check_label(label: &Value, path: &str, known: &mut BTreeSet<String>, faults: &mut Faults) {
    faults.check(label, path, LABEL_FIELDS);
    let (component, path) = (&label["component"], join(path, "component"));
    if component["type"] == STRING_SELECT {
        check_select(component, &path, faults);
        check_unique(component, &path, known, faults);
    } else {
        check_input(component, &path, known, faults);
    }
}

fn check_input(input: &Value, path: &str, known: &mut BTreeSet<String>, faults: &mut Faults) {
    if input["type"] != TEXT_INPUT {
        let message = "Value of field \"type\" must be one of (4,).";
        return faults.add(&join(path, "type"), "UNION_TYPE_CHOICES", message);
    }
    faults.check(input, path, INPUT_FIELDS);
    check_unique(input, path, known, faults);
    let least = input["min_length"].as_u64().unwrap_or(0);
    if least > input["max_length"].as_u64().unwrap_or(4000) {
        faults.add(&join(path, "min_length"), "TEXT_INPUT_BAD_RANGE", "min_length <= max_length must hold");
    }
}

/// A field of a modal as a person sees it.
struct Entry<'a> {
    input: &'a Value,
    label: &'a str,
}

fn entries(modal: &Value) -> Vec<Entry<'_>> {
    let of = |component: &'_ Value| component["type"] == LABEL;
    let entry = |component| match of(component) {
        true => Entry { input: &component["component"], label: component["label"].as_str().unwrap_or_default() },
        false => {
            let input = &component["components"][0];
            Entry { input, label: input["label"].as_str().unwrap_or_default() }
        }
    };
    items(&modal["components"]).iter().map(entry).collect()
}

/// What a person's client submits: each value under its field, which is named by custom id or label.
///
/// # Panics
/// When the client would not let them: a field that is not there, a text that is missing, too short or too long.
pub(crate) fn filled(modal: &Value, values: &[(&str, &str)]) -> Value {
    let entries = entries(modal);
    for (name, _) in values {
        assert!(entries.iter().any(|entry| names(entry, name)), "the modal has no field {name:?}: {modal}");
    }
    let rows = numbered(items(&modal["components"]));
    let answered = entries.iter().zip(rows).map(|(entry, row)| {
        let given = values.iter().find(|(name, _)| names(entry, name)).map(|(_, value)| *value);
        answer(&row, entry, given)
    });
    json!({"custom_id": modal["custom_id"], "components": answered.collect::<Vec<_>>()})
}

fn names(entry: &Entry<'_>, name: &str) -> bool {
    entry.label == name || entry.input["custom_id"] == name
}

fn answer(row: &Value, entry: &Entry<'_>, given: Option<&str>) -> Value {
    let input = entry.input;
    let within = if row["type"] == LABEL { &row["component"] } else { &row["components"][0] };
    let mut answer = json!({"type": input["type"], "id": within["id"], "custom_id": input["custom_id"]});
    if input["type"] == STRING_SELECT {
        answer["values"] = json!(given.into_iter().collect::<Vec<_>>());
    } else {
        let text = given.or(input["value"].as_str()).unwrap_or_default();
        check_text(input, text);
        answer["value"] = json!(text);
    }
    match row["type"] == LABEL {
        true => json!({"type": LABEL, "id": row["id"], "component": answer}),
        false => json!({"type": ROW, "id": row["id"], "components": [answer]}),
    }
}

fn check_text(input: &Value, text: &str) {
    let (length, name) = (text.chars().count() as u64, &input["custom_id"]);
    let needed = input["required"] != false;
    assert!(length > 0 || !needed, "field {name} must be filled in");
    assert!(length <= input["max_length"].as_u64().unwrap_or(4000), "field {name} takes no {length} characters");
    let least = input["min_length"].as_u64().unwrap_or(0);
    assert!(length == 0 || length >= least, "field {name} wants more than {length} characters");
}
