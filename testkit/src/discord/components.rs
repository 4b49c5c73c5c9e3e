//! Rows of buttons and menus, checked as Discord checks them. Its newer layout components are refused.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::form::{Faults, Field, Kind, items, join, may, must};

pub(crate) const ROW: i64 = 1;
pub(crate) const BUTTON: i64 = 2;
pub(crate) const STRING_SELECT: i64 = 3;
pub(crate) const TEXT_INPUT: i64 = 4;
pub(crate) const LABEL: i64 = 18;

/// The menus whose options are users, roles, both, or channels.
const ENTITY_SELECTS: std::ops::RangeInclusive<i64> = 5..=8;
const LINK: i64 = 5;
const COMPONENT_ID: Field = may("id", Kind::Integer(0, i32::MAX as i64));
const CUSTOM_ID: Kind = Kind::Text(1, 100);

pub(crate) const ROW_FIELDS: &[Field] = &[must("type", Kind::Any), COMPONENT_ID, must("components", Kind::List(1, 5))];

const BUTTON_FIELDS: &[Field] = &[
    must("type", Kind::Any),
    COMPONENT_ID,
    must("style", Kind::Integer(1, 5)),
    may("label", Kind::Text(0, 80)),
    may("emoji", Kind::Object),
    may("custom_id", CUSTOM_ID),
    may("url", Kind::Text(1, 512)),
    may("disabled", Kind::Flag),
];

const SELECT_FIELDS: &[Field] = &[
    must("type", Kind::Any),
    COMPONENT_ID,
    must("custom_id", CUSTOM_ID),
    may("options", Kind::List(1, 25)),
    may("placeholder", Kind::Text(0, 150)),
    may("min_values", Kind::Integer(0, 25)),
    may("max_values", Kind::Integer(1, 25)),
    may("channel_types", Kind::List(0, 25)),
    may("default_values", Kind::List(0, 25)),
    may("disabled", Kind::Flag),
    may("required", Kind::Flag),
];

const OPTION_FIELDS: &[Field] = &[
    must("label", Kind::Text(1, 100)),
    must("value", Kind::Text(1, 100)),
    may("description", Kind::Text(0, 100)),
    may("emoji", Kind::Object),
    may("default", Kind::Flag),
];

/// Checks a message's components, which are a body's field of this path.
pub(crate) fn check_rows(rows: &[Value], path: &str, faults: &mut Faults) {
    let mut known = BTreeSet::new();
    for (index, row) in rows.iter().enumerate() {
        let path = join(path, index);
        if row["type"] != ROW {
            faults.add(&join(&path, "type"), "UNION_TYPE_CHOICES", "Value of field \"type\" must be one of (1,).");
            continue;
        }
        faults.check(row, &path, ROW_FIELDS);
        let components = items(&row["components"]);
        if components.len() > 1 && components.iter().any(|component| component["type"] != BUTTON) {
            faults.add(&path, "COMPONENT_LAYOUT_WIDTH_EXCEEDED", "Components displayed are too wide to fit");
        }
        for (index, component) in components.iter().enumerate() {
            check_component(component, &join(&join(&path, "components"), index), &mut known, faults);
        }
    }
}

fn check_component(component: &Value, path: &str, known: &mut BTreeSet<String>, faults: &mut Faults) {
    match component["type"].as_i64() {
        Some(BUTTON) => check_button(component, path, faults),
        Some(kind) if kind == STRING_SELECT || ENTITY_SELECTS.contains(&kind) => {
            check_select(component, path, faults);
        }
        _ => {
            let message = "Value of field \"type\" must be one of (2, 3, 5, 6, 7, 8).";
            faults.add(&join(path, "type"), "UNION_TYPE_CHOICES", message);
        }
    }
    check_unique(component, path, known, faults);
}

/// Notes a custom id that another component has already.
pub(crate) fn check_unique(component: &Value, path: &str, known: &mut BTreeSet<String>, faults: &mut Faults) {
    let Some(id) = component["custom_id"].as_str() else { return };
    if !known.insert(id.to_owned()) {
        let message = "Component custom id cannot be duplicated";
        faults.add(&join(path, "custom_id"), "COMPONENT_CUSTOM_ID_DUPLICATED", message);
    }
}

fn check_button(button: &Value, path: &str, faults: &mut Faults) {
    faults.check(button, path, BUTTON_FIELDS);
    let unlabelled = button["label"].as_str().unwrap_or_default().is_empty() && button["emoji"].is_null();
    if unlabelled {
        faults.add(path, "BUTTON_COMPONENT_INVALID_LABEL", "A button needs a label or an emoji");
    }
    match (button["style"] == LINK, button["custom_id"].is_null(), button["url"].as_str()) {
        (true, true, Some(url)) if ["http://", "https://", "discord://"].iter().any(|s| url.starts_with(s)) => {}
        (true, true, Some(_)) => {
            let message = "Not a well formed URL, or of a scheme other than http, https and discord.";
            faults.add(&join(path, "url"), "URL_TYPE_INVALID_SCHEME", message);
        }
        (true, _, _) => faults.add(path, "BUTTON_COMPONENT_LINK", "A link button has a url and no custom id"),
        (false, false, None) => {}
        (false, _, _) => faults.add(path, "BUTTON_COMPONENT_CUSTOM_ID_REQUIRED", "A button has a custom id and no url"),
    }
}

/// Checks a menu, in a message or in a modal.
pub(crate) fn check_select(select: &Value, path: &str, faults: &mut Faults) {
    faults.check(select, path, SELECT_FIELDS);
    let options = items(&select["options"]);
    if select["type"] == STRING_SELECT && select["options"].is_null() {
        faults.add(&join(path, "options"), "BASE_TYPE_REQUIRED", "This field is required");
    }
    let mut values = BTreeSet::new();
    for (index, option) in options.iter().enumerate() {
        let path = join(&join(path, "options"), index);
        faults.check(option, &path, OPTION_FIELDS);
        if option["value"].as_str().is_some_and(|value| !values.insert(value)) {
            let message = "The specified option value is already used";
            faults.add(&join(&path, "value"), "SELECT_COMPONENT_OPTION_VALUE_DUPLICATED", message);
        }
    }
    let least = select["min_values"].as_u64().unwrap_or(1);
    let most = select["max_values"].as_u64().unwrap_or(1);
    let enough = select["type"] != STRING_SELECT || most <= options.len() as u64;
    if least > most || !enough {
        faults.add(path, "SELECT_COMPONENT_BAD_RANGE", "min_values <= max_values <= options must hold");
    }
}

/// Gives components that have none an id: Discord counts them from 1, a row before what is in it.
pub(crate) fn numbered(rows: &[Value]) -> Vec<Value> {
    let mut next = 0_u64;
    let mut number = |component: &mut Value| {
        next += 1;
        if component["id"].as_u64().unwrap_or(0) == 0 {
            component["id"] = json!(next);
        }
    };
    let mut rows = rows.to_vec();
    for row in &mut rows {
        number(row);
        for component in row["components"].as_array_mut().into_iter().flatten() {
            number(component);
        }
        if row["component"].is_object() {
            number(&mut row["component"]);
        }
    }
    rows
}
