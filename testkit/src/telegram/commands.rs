//! `setMyCommands` and `getMyCommands`: the menu of commands, by scope and language.

use serde_json::{Map, Value, json};

use super::params::Params;
use super::refusal::Refusal;
use super::world::World;

const MOST: usize = 100;
const LONGEST_NAME: usize = 32;
const LONGEST_DESCRIPTION: usize = 256;

/// Scopes, and whether each names a chat and a user.
const SCOPES: [(&str, &[&str]); 7] = [
    ("default", &[]),
    ("all_private_chats", &[]),
    ("all_group_chats", &[]),
    ("all_chat_administrators", &[]),
    ("chat", &["chat_id"]),
    ("chat_administrators", &["chat_id"]),
    ("chat_member", &["chat_id", "user_id"]),
];

/// Puts a list in place of the one before.
pub(crate) fn set_my_commands(world: &mut World, params: &Params) -> Result<Value, Refusal> {
    let commands = params.list("commands").unwrap_or_default();
    if commands.len() > MOST {
        return Err(Refusal::bad("BOT_COMMANDS_TOO_MUCH"));
    }
    commands.iter().try_for_each(check)?;
    let key = key(params)?;
    world.commands.insert(key, json!(commands));
    Ok(json!(true))
}

/// Gives the list of exactly this scope and language.
pub(crate) fn get_my_commands(world: &World, params: &Params) -> Result<Value, Refusal> {
    Ok(world.commands.get(&key(params)?).cloned().unwrap_or(json!([])))
}

fn check(command: &Value) -> Result<(), Refusal> {
    let field = |name: &str| command[name].as_str().unwrap_or_default();
    let (name, description) = (field("command"), field("description"));
    let allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
    if name.is_empty() || name.len() > LONGEST_NAME || !name.bytes().all(allowed) {
        return Err(Refusal::bad("BOT_COMMAND_INVALID"));
    }
    if description.is_empty() || description.chars().count() > LONGEST_DESCRIPTION {
        return Err(Refusal::bad("BOT_COMMAND_DESCRIPTION_INVALID"));
    }
    match command.as_object().is_some_and(|fields| fields.len() == 2) {
        true => Ok(()),
        false => Err(Refusal::bad("can't parse BotCommand: unknown field")),
    }
}

fn key(params: &Params) -> Result<String, Refusal> {
    let default = Map::from_iter([("type".to_owned(), json!("default"))]);
    let scope = params.object("scope").unwrap_or(&default);
    let named = scope.get("type").and_then(Value::as_str).unwrap_or_default();
    let known = SCOPES.iter().find(|(name, _)| *name == named);
    let (_, needed) = known.ok_or_else(|| Refusal::bad("unsupported bot command scope type"))?;
    let ids = needed.iter().map(|name| scope.get(*name).and_then(Value::as_i64).map(|id| id.to_string()));
    let ids = ids.collect::<Option<Vec<_>>>().filter(|ids| ids.len() + 1 == scope.len());
    let ids = ids.ok_or_else(|| Refusal::bad("can't parse BotCommandScope"))?;
    Ok(format!("{named} {} {}", ids.join(" "), params.text("language_code").unwrap_or_default()))
}
