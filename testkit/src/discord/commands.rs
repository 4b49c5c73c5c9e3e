//! Application commands, checked as Discord checks them when they are registered.

use std::collections::BTreeSet;

use serde_json::Value;

use super::form::{Faults, Field, Kind, items, join, may, must};
use super::refusal::Refusal;

/// The command that is typed into the chat; the others are in the menus of users and messages.
pub(crate) const CHAT_INPUT: i64 = 1;
pub(crate) const SUBCOMMAND: i64 = 1;
pub(crate) const SUBCOMMAND_GROUP: i64 = 2;
/// Options that suggestions can be made for: text, whole numbers, numbers.
const SUGGESTED: [i64; 3] = [3, 4, 10];
/// How many characters a command's names, descriptions and values may have together.
const MOST_CHARACTERS: usize = 8000;

const COMMAND_FIELDS: &[Field] = &[
    must("name", Kind::Text(1, 32)),
    may("description", Kind::Text(0, 100)),
    may("type", Kind::OneOf(&[1, 2, 3])),
    may("options", Kind::List(0, 25)),
    may("name_localizations", Kind::Object),
    may("description_localizations", Kind::Object),
    may("default_member_permissions", Kind::Any),
    may("dm_permission", Kind::Flag),
    may("nsfw", Kind::Flag),
    may("contexts", Kind::List(0, 3)),
    may("integration_types", Kind::List(0, 2)),
    may("id", Kind::Id),
    may("application_id", Kind::Id),
    may("guild_id", Kind::Id),
    may("version", Kind::Id),
];

const OPTION_FIELDS: &[Field] = &[
    must("type", Kind::Integer(1, 11)),
    must("name", Kind::Text(1, 32)),
    must("description", Kind::Text(1, 100)),
    may("required", Kind::Flag),
    may("options", Kind::List(0, 25)),
    may("choices", Kind::List(0, 25)),
    may("autocomplete", Kind::Flag),
    may("channel_types", Kind::List(0, 25)),
    may("min_value", Kind::Any),
    may("max_value", Kind::Any),
    may("min_length", Kind::Integer(0, 6000)),
    may("max_length", Kind::Integer(1, 6000)),
    may("name_localizations", Kind::Object),
    may("description_localizations", Kind::Object),
    may("file_types", Kind::List(0, 25)),
];

const CHOICE_FIELDS: &[Field] =
    &[must("name", Kind::Text(1, 100)), must("value", Kind::Any), may("name_localizations", Kind::Object)];

/// Checks the commands that are to replace all others.
pub(crate) fn check_commands(commands: &Value) -> Result<(), Refusal> {
    let mut faults = Faults::default();
    let Some(list) = commands.as_array() else {
        faults.add("", "LIST_TYPE_CONVERT", "Only iterables may be used in a ListType");
        return faults.refuse();
    };
    if list.len() > 100 {
        faults.add("", "BASE_TYPE_BAD_LENGTH", "Must be between 0 and 100 in length.");
    }
    let mut known = BTreeSet::new();
    for (index, command) in list.iter().enumerate() {
        check_command(command, &index.to_string(), &mut faults);
        let key = (kind_of(command), command["name"].as_str().unwrap_or_default());
        if !known.insert(key) {
            let message = "Application command names must be unique";
            faults.add(&index.to_string(), "APPLICATION_COMMANDS_DUPLICATE_NAME", message);
        }
    }
    faults.refuse()
}

/// A command's type.
pub(crate) fn kind_of(command: &Value) -> i64 {
    command["type"].as_i64().unwrap_or(CHAT_INPUT)
}

fn check_command(command: &Value, path: &str, faults: &mut Faults) {
    faults.check(command, path, COMMAND_FIELDS);
    let described = !command["description"].as_str().unwrap_or_default().is_empty();
    if kind_of(command) == CHAT_INPUT {
        check_name(command, path, faults);
        if !described {
            faults.add(&join(path, "description"), "BASE_TYPE_REQUIRED", "This field is required");
        }
        check_options(command, path, 0, faults);
    } else if described || !items(&command["options"]).is_empty() {
        let message = "Context menu commands have neither description nor options";
        faults.add(path, "APPLICATION_COMMAND_INVALID_NAME", message);
    }
    if characters(command) > MOST_CHARACTERS {
        let message = format!("Command exceeds maximum size ({MOST_CHARACTERS})");
        faults.add(path, "APPLICATION_COMMAND_TOO_LARGE", message);
    }
}

fn check_name(named: &Value, path: &str, faults: &mut Faults) {
    let name = named["name"].as_str().unwrap_or_default();
    let suits = |letter: char| matches!(letter, 'a'..='z' | '0'..='9' | '-' | '_');
    if !name.chars().all(suits) {
        let message = "Command name is invalid";
        faults.add(&join(path, "name"), "APPLICATION_COMMAND_INVALID_NAME", message);
    }
}

fn check_options(of: &Value, path: &str, depth: usize, faults: &mut Faults) {
    let (mut known, mut optional_seen) = (BTreeSet::new(), false);
    let options = items(&of["options"]);
    let commands = options.iter().filter(|option| is_subcommand(option)).count();
    if commands != 0 && commands != options.len() {
        let message = "Subcommands and other options cannot be mixed";
        faults.add(&join(path, "options"), "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID", message);
    }
    for (index, option) in options.iter().enumerate() {
        let path = join(&join(path, "options"), index);
        check_option(option, &path, depth, faults);
        if !known.insert(option["name"].as_str().unwrap_or_default()) {
            let message = "Option name already used";
            faults.add(&join(&path, "name"), "APPLICATION_COMMAND_OPTIONS_NAME_ALREADY_EXISTS", message);
        }
        let required = option["required"] == true;
        if required && optional_seen {
            let message = "Required options must be placed before non-required options";
            faults.add(&path, "APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID", message);
        }
        optional_seen |= !required;
    }
}

/// Whether an option is a command of its own, or a group of them.
pub(crate) fn is_subcommand(option: &Value) -> bool {
    option["type"] == SUBCOMMAND || option["type"] == SUBCOMMAND_GROUP
}

fn check_option(option: &Value, path: &str, depth: usize, faults: &mut Faults) {
    faults.check(option, path, OPTION_FIELDS);
    check_name(option, path, faults);
    if is_subcommand(option) {
        let too_deep = depth > 1 || (depth == 1 && option["type"] == SUBCOMMAND_GROUP);
        if too_deep {
            faults.add(path, "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID", "Commands are nested too deeply");
        } else {
            check_options(option, path, depth + 1, faults);
        }
    } else if !items(&option["options"]).is_empty() {
        faults.add(&join(path, "options"), "BASE_TYPE_BAD_LENGTH", "Only subcommands have options");
    }
    check_choices(option, path, faults);
}

fn check_choices(option: &Value, path: &str, faults: &mut Faults) {
    let choices = items(&option["choices"]);
    let suggests = option["autocomplete"] == true;
    let suited = option["type"].as_i64().is_some_and(|kind| SUGGESTED.contains(&kind));
    if (suggests || !choices.is_empty()) && (!suited || (suggests && !choices.is_empty())) {
        let message = "Choices or autocomplete, not both, and for texts and numbers only";
        faults.add(path, "APPLICATION_COMMAND_OPTIONS_CHOICES_INVALID", message);
    }
    check_choice_list(choices, &join(path, "choices"), faults);
}

/// Checks choices: a registered option's, or those that are suggested while a person types.
pub(crate) fn check_choice_list(choices: &[Value], path: &str, faults: &mut Faults) {
    for (index, choice) in choices.iter().enumerate() {
        let path = join(path, index);
        faults.check(choice, &path, CHOICE_FIELDS);
        let fits = match &choice["value"] {
            Value::String(text) => (1..=100).contains(&text.chars().count()),
            value => value.is_number(),
        };
        if !fits {
            faults.add(&join(&path, "value"), "BASE_TYPE_MAX_LENGTH", "Must be 100 or fewer in length.");
        }
    }
}

fn characters(of: &Value) -> usize {
    let count = |value: &Value| value.as_str().map_or(0, |text| text.chars().count());
    let choices = items(&of["choices"]).iter().map(|choice| count(&choice["name"]) + count(&choice["value"]));
    let options = items(&of["options"]).iter().map(characters);
    count(&of["name"]) + count(&of["description"]) + choices.sum::<usize>() + options.sum::<usize>()
}
