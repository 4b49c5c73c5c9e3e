//! Puts the layers of the configuration together: defaults, file, environment.
//!
//! The commented default is the schema: a key that is not in it is unknown, and a value must be of the default's type.
//! All faults are collected, so that a person mends them in one go.

use super::providers;
use std::collections::BTreeMap;
use toml::{Table, Value};

/// The commented default configuration, as `signalbox config print-default` prints it.
pub(crate) const DEFAULT: &str = include_str!("../../config/default.toml");

/// Tables whose keys are the operator's own (names of models), so that only their values have a shape.
const OPEN_TABLES: &[&str] = &["model.prices"];

/// Keys that hold secrets and can be read from a file named by `…_FILE`.
const SECRETS: &[&str] = &[
    "model.api_key",
    "model.oauth_token",
    "database.url",
    "redis.url",
    "web.metrics_token",
    "telegram.token",
    "telegram.webhook_secret",
    "discord.token",
    "github.private_key",
    "github.token",
    "github.webhook_secret",
    "git.signing_key",
];

/// Variables that are no configuration keys but belong to the product.
const OTHER_VARIABLES: &[&str] = &["SIGNALBOX_HOME", "SIGNALBOX_CONFIG", "SIGNALBOX_MASTER_KEY_FILE"];

/// The merged layers and what was wrong with them.
#[derive(Debug, Default)]
pub(crate) struct Layers {
    /// Defaults, overlaid by file and environment where those were sound.
    pub(crate) merged: Table,
    /// What was wrong, each with the place and how to mend it.
    pub(crate) faults: Vec<String>,
}

/// Merges the default, the text of a file and the environment.
pub(crate) fn merge(file: Option<(&str, &str)>, environment: &BTreeMap<String, String>) -> Layers {
    let mut layers = Layers::default();
    match DEFAULT.parse::<Table>() {
        Ok(table) => layers.merged = table,
        Err(error) => layers.faults.push(format!("the built-in default is damaged: {error}")),
    }
    add_providers(&mut layers.merged, &providers::named_by(environment));
    if let Some((name, text)) = file {
        match text.parse::<Table>() {
            Ok(table) => {
                add_providers(&mut layers.merged, &providers::named_in(&table));
                overlay_file(&mut layers, name, "", &table);
            }
            Err(error) => layers.faults.push(format!("{name} is no TOML: {}", error.to_string().trim_end())),
        }
    }
    overlay_environment(&mut layers, environment);
    layers
}

/// Each provider has the same keys, with the same defaults; which ones there are is for the operator to say.
fn add_providers(merged: &mut Table, names: &[String]) {
    let Some(Value::Table(all)) = merged.get_mut(providers::SECTION) else { return };
    for name in names {
        all.entry(name.clone()).or_insert_with(|| Value::Table(providers::default_of(name)));
    }
}

fn overlay_file(layers: &mut Layers, name: &str, prefix: &str, table: &Table) {
    for (key, value) in table {
        let path = join(prefix, key);
        match (lookup(&layers.merged, &path).cloned(), value) {
            (None, _) => {
                let hint = nearest(&path, &known_keys(&layers.merged));
                layers.faults.push(format!("{name}: `{path}` is no key of the configuration{hint}"));
            }
            (Some(Value::Table(_)), Value::Table(own)) if OPEN_TABLES.contains(&path.as_str()) => {
                replace(&mut layers.merged, &path, Value::Table(own.clone()));
            }
            (Some(Value::Table(_)), Value::Table(inner)) => overlay_file(layers, name, &path, inner),
            (Some(default), own) => match conform(own, &default) {
                Ok(own) => replace(&mut layers.merged, &path, own),
                Err(wanted) => {
                    layers.faults.push(format!("{name}: `{path}` must be {wanted}, not {}", own.type_str()));
                }
            },
        }
    }
}

fn overlay_environment(layers: &mut Layers, environment: &BTreeMap<String, String>) {
    let keys = known_keys(&layers.merged);
    let mut used: Vec<String> = OTHER_VARIABLES.iter().map(|name| (*name).to_owned()).collect();
    for path in &keys {
        let variable = variable_of(path);
        if let Some(text) = environment.get(&variable) {
            set_from_text(layers, path, &variable, text);
        }
        if is_secret(path) {
            let file_variable = format!("{variable}_FILE");
            if let Some(file) = environment.get(&file_variable) {
                match std::fs::read_to_string(file) {
                    Ok(text) => set_from_text(layers, path, &file_variable, text.trim_end_matches(['\n', '\r'])),
                    Err(error) => {
                        layers.faults.push(format!("{file_variable} names {file}, which cannot be read: {error}"))
                    }
                }
            }
            used.push(file_variable);
        }
        used.push(variable);
    }
    for name in environment.keys().filter(|name| name.starts_with("SIGNALBOX_") && !name.starts_with("SIGNALBOX_TEST_"))
    {
        if !used.contains(name) {
            let hint = nearest(name, &used);
            layers.faults.push(format!("the environment variable {name} names no key of the configuration{hint}"));
        }
    }
}

fn is_secret(path: &str) -> bool {
    SECRETS.contains(&path) || (path.starts_with("openid.") && path.ends_with(".client_secret"))
}

fn set_from_text(layers: &mut Layers, path: &str, variable: &str, text: &str) {
    let Some(default) = lookup(&layers.merged, path).cloned() else { return };
    let parsed = match &default {
        Value::String(_) => Ok(Value::String(text.to_owned())),
        Value::Integer(_) => text.parse().map(Value::Integer).map_err(|_| "a whole number"),
        Value::Float(_) => text.parse().map(Value::Float).map_err(|_| "a number"),
        Value::Boolean(_) => text.parse().map(Value::Boolean).map_err(|_| "true or false"),
        Value::Array(_) => {
            Ok(Value::Array(text.split(',').map(|part| Value::String(part.trim().to_owned())).collect()))
        }
        Value::Table(_) | Value::Datetime(_) => Err("set in a file; it cannot be given by the environment"),
    };
    match parsed {
        Ok(value) => replace(&mut layers.merged, path, value),
        // The value itself may be a secret: it is not repeated.
        Err(wanted) => layers.faults.push(format!("{variable} must be {wanted}")),
    }
}

/// The value in the default's type; whole numbers serve as numbers with a fraction.
fn conform(own: &Value, default: &Value) -> Result<Value, &'static str> {
    match (own, default) {
        (Value::Integer(whole), Value::Float(_)) => Ok(Value::Float(*whole as f64)),
        (own, default) if own.same_type(default) => Ok(own.clone()),
        (_, default) => Err(match default {
            Value::String(_) => "a text in quotes",
            Value::Integer(_) => "a whole number",
            Value::Float(_) => "a number",
            Value::Boolean(_) => "true or false",
            Value::Array(_) => "a list",
            Value::Table(_) => "a section",
            Value::Datetime(_) => "a date",
        }),
    }
}

fn join(prefix: &str, key: &str) -> String {
    if prefix.is_empty() { key.to_owned() } else { format!("{prefix}.{key}") }
}

fn variable_of(path: &str) -> String {
    format!("SIGNALBOX_{}", path.replace('.', "_").to_uppercase())
}

fn lookup<'a>(table: &'a Table, path: &str) -> Option<&'a Value> {
    let (first, rest) = path.split_once('.').map_or((path, None), |(first, rest)| (first, Some(rest)));
    match (table.get(first)?, rest) {
        (value, None) => Some(value),
        (Value::Table(inner), Some(rest)) => lookup(inner, rest),
        _ => None,
    }
}

fn replace(table: &mut Table, path: &str, value: Value) {
    match path.split_once('.') {
        None => {
            table.insert(path.to_owned(), value);
        }
        Some((first, rest)) => {
            if let Some(Value::Table(inner)) = table.get_mut(first) {
                replace(inner, rest, value);
            }
        }
    }
}

/// Every key that holds a value, as `section.key`.
fn known_keys(table: &Table) -> Vec<String> {
    fn collect(table: &Table, prefix: &str, keys: &mut Vec<String>) {
        for (key, value) in table {
            let path = join(prefix, key);
            match value {
                Value::Table(inner) if !OPEN_TABLES.contains(&path.as_str()) => collect(inner, &path, keys),
                _ => keys.push(path),
            }
        }
    }
    let mut keys = Vec::new();
    collect(table, "", &mut keys);
    keys
}

fn nearest(wrong: &str, known: &[String]) -> String {
    let best = known.iter().map(|key| (strsim::jaro_winkler(wrong, key), key)).max_by(|a, b| a.0.total_cmp(&b.0));
    best.filter(|(likeness, _)| *likeness > 0.85)
        .map_or_else(String::new, |(_, key)| format!("; did you mean `{key}`?"))
}
