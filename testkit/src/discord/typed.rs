//! A command as a person's client sends it: what they typed, fitted into the options that the bot registered.

use serde_json::{Value, json};

use super::Snowflake;
use super::commands::{CHAT_INPUT, is_subcommand, kind_of};
use super::form::items;

const INTEGER: i64 = 4;
const BOOLEAN: i64 = 5;
const NUMBER: i64 = 10;

/// What a person typed behind a slash.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Typed<'a> {
    /// The command, then its group and subcommand, with blanks between them.
    pub(crate) name: &'a str,
    pub(crate) values: &'a [(&'a str, &'a str)],
    /// The option that the cursor is in, while a person is still typing.
    pub(crate) focused: Option<&'a str>,
}

/// The data of the interaction.
///
/// # Panics
/// When a client would not send it: an unknown command or option, one that is missing, a value of a wrong type.
pub(crate) fn data(commands: &[Value], guild: Option<Snowflake>, typed: Typed<'_>) -> Value {
    let mut words = typed.name.split_whitespace();
    let name = words.next().unwrap_or_default();
    let here =
        |command: &&Value| command["guild_id"].is_null() || guild.is_some_and(|id| command["guild_id"] == json!(id));
    let named = |command: &&Value| kind_of(command) == CHAT_INPUT && command["name"] == name;
    let command = commands.iter().filter(here).find(named);
    let Some(command) = command else { panic!("the bot has no command /{name} here: {}", known(commands)) };
    let mut data = json!({"id": command["id"], "name": name, "type": CHAT_INPUT});
    data["options"] = options(command, &words.collect::<Vec<_>>(), typed);
    data
}

fn known(commands: &[Value]) -> String {
    commands.iter().filter_map(|command| command["name"].as_str()).collect::<Vec<_>>().join(", ")
}

fn options(of: &Value, path: &[&str], typed: Typed<'_>) -> Value {
    let registered = items(&of["options"]);
    let Some((word, rest)) = path.split_first() else {
        assert!(!registered.iter().any(is_subcommand), "/{} wants a subcommand", typed.name);
        return values(registered, typed);
    };
    let chosen = registered.iter().find(|option| is_subcommand(option) && option["name"] == *word);
    let Some(chosen) = chosen else { panic!("/{} has no subcommand {word}", typed.name) };
    json!([{"name": word, "type": chosen["type"], "options": options(chosen, rest, typed)}])
}

fn values(registered: &[Value], typed: Typed<'_>) -> Value {
    let named = |name: &str| registered.iter().find(|option| option["name"] == name);
    if typed.focused.is_none() {
        let missing = |option: &&Value| {
            option["required"] == true && typed.values.iter().all(|(name, _)| option["name"] != *name)
        };
        if let Some(option) = registered.iter().find(missing) {
            panic!("/{} wants its option {}", typed.name, option["name"]);
        }
    }
    let value = |(name, value): &(&str, &str)| match named(name) {
        Some(option) => entry(option, value, typed.focused == Some(*name)),
        None => panic!("/{} has no option {name}", typed.name),
    };
    typed.values.iter().map(value).collect()
}

fn entry(option: &Value, text: &str, focused: bool) -> Value {
    let mut entry = json!({"name": option["name"], "type": option["type"], "value": text});
    if focused {
        assert!(option["autocomplete"] == true, "the option {} has no autocomplete", option["name"]);
        entry["focused"] = json!(true);
        return entry;
    }
    check_text(option, text);
    let parsed = match option["type"].as_i64() {
        Some(INTEGER) => text.parse::<i64>().ok().map(Value::from),
        Some(NUMBER) => text.parse::<f64>().ok().map(Value::from),
        Some(BOOLEAN) => text.parse::<bool>().ok().map(Value::from),
        _ => Some(Value::from(text)),
    };
    let Some(parsed) = parsed else { panic!("the option {} does not take {text:?}", option["name"]) };
    entry["value"] = parsed;
    entry
}

fn check_text(option: &Value, text: &str) {
    let (name, length) = (&option["name"], text.chars().count() as u64);
    assert!(length <= option["max_length"].as_u64().unwrap_or(6000), "the option {name} is too long");
    assert!(length >= option["min_length"].as_u64().unwrap_or(0), "the option {name} is too short");
    let choices = items(&option["choices"]);
    let said = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let offered = choices.iter().any(|choice| said(&choice["value"]) == text);
    assert!(choices.is_empty() || offered, "the option {name} does not offer {text:?}");
}
