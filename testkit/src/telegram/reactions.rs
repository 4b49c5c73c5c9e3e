//! `setMessageReaction`: the emoji that the bot leaves at a message.

use serde_json::{Value, json};

use super::params::Params;
use super::refusal::Refusal;
use super::world::World;

/// The reactions that are free to use, as the Bot API's page on reactions names them.
const FREE: &[&str] = &[
    "👍",
    "👎",
    "❤",
    "🔥",
    "🥰",
    "👏",
    "😁",
    "🤔",
    "🤯",
    "😱",
    "🤬",
    "😢",
    "🎉",
    "🤩",
    "🤮",
    "💩",
    "🙏",
    "👌",
    "🕊",
    "🤡",
    "🥱",
    "🥴",
    "😍",
    "🐳",
    "❤‍🔥",
    "🌚",
    "🌭",
    "💯",
    "🤣",
    "⚡",
    "🍌",
    "🏆",
    "💔",
    "🤨",
    "😐",
    "🍓",
    "🍾",
    "💋",
    "🖕",
    "😈",
    "😴",
    "😭",
    "🤓",
    "👻",
    "👨‍💻",
    "👀",
    "🎃",
    "🙈",
    "😇",
    "😨",
    "🤝",
    "✍",
    "🤗",
    "🫡",
    "🎅",
    "🎄",
    "☃",
    "💅",
    "🤪",
    "🗿",
    "🆒",
    "💘",
    "🙉",
    "🦄",
    "😘",
    "💊",
    "🙊",
    "😎",
    "👾",
    "🤷‍♂",
    "🤷",
    "🤷‍♀",
    "😡",
];

/// Puts the bot's reaction in place of the one before; none takes it away.
pub(crate) fn set_message_reaction(world: &mut World, params: &Params) -> Result<Value, Refusal> {
    let given = params.list("reaction").unwrap_or_default();
    if given.len() > 1 {
        return Err(Refusal::bad("REACTIONS_TOO_MANY"));
    }
    let emoji = given.iter().map(parse).collect::<Result<Vec<_>, _>>()?;
    let room = world.open_room(params)?;
    let (room, id) = (room.id, params.integer("message_id").unwrap_or_default());
    world.message(room, id).ok_or_else(|| Refusal::bad("message to react not found"))?;
    if let Some(room) = world.rooms.get_mut(&room) {
        room.reactions.insert(id, emoji);
    }
    Ok(json!(true))
}

fn parse(reaction: &Value) -> Result<String, Refusal> {
    let emoji = reaction["emoji"].as_str().filter(|_| reaction["type"] == "emoji");
    let emoji = emoji.filter(|emoji| FREE.contains(emoji));
    emoji.map(str::to_owned).ok_or_else(|| Refusal::bad("REACTION_INVALID"))
}
