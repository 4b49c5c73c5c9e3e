//! Reactions to messages.

use serde_json::{Value, json};

use super::Snowflake;
use super::dispatch::{Outcome, Reply};
use super::posting::check_open;
use super::refusal::{Reason, Refusal};
use super::room::Permission;
use super::session::{Event, intent};
use super::world::World;

/// Adds a reaction of the bot's.
pub(crate) fn add_reaction(world: &mut World, channel: Snowflake, message: Snowflake, emoji: &str) -> Outcome {
    let room = world.room(channel)?;
    room.message(message)?;
    room.require(Permission::React)?;
    room.require(Permission::ReadHistory)?;
    check_open(room)?;
    check_emoji(emoji)?;
    let bot = world.application.bot;
    react(world, (channel, message), bot, emoji)?;
    Ok(Reply::nothing())
}

/// Takes a reaction of the bot's away.
pub(crate) fn remove_reaction(world: &mut World, channel: Snowflake, message: Snowflake, emoji: &str) -> Outcome {
    world.room(channel)?.message(message)?;
    check_emoji(emoji)?;
    let bot = world.application.bot;
    if let Some(message) = world.room_mut(channel)?.messages.get_mut(&message) {
        message.reactions.retain(|(other, user)| (other.as_str(), *user) != (emoji, bot));
    }
    tell(world, "MESSAGE_REACTION_REMOVE", (channel, message), (bot, emoji));
    Ok(Reply::nothing())
}

/// Adds anybody's reaction.
pub(crate) fn react(
    world: &mut World,
    (channel, message): (Snowflake, Snowflake),
    user: Snowflake,
    emoji: &str,
) -> Result<(), Refusal> {
    let room = world.rooms.get_mut(&channel).ok_or(Reason::UnknownChannel)?;
    let found = room.messages.get_mut(&message).ok_or(Reason::UnknownMessage)?;
    let reaction = (emoji.to_owned(), user);
    if !found.reactions.contains(&reaction) {
        found.reactions.push(reaction);
        tell(world, "MESSAGE_REACTION_ADD", (channel, message), (user, emoji));
    }
    Ok(())
}

fn tell(world: &mut World, name: &'static str, at: (Snowflake, Snowflake), (user, emoji): (Snowflake, &str)) {
    let Some(room) = world.rooms.get(&at.0) else { return };
    let mut data = json!({
        "user_id": user, "channel_id": at.0, "message_id": at.1, "emoji": {"id": null, "name": emoji},
        "burst": false, "type": 0,
    });
    let mut needed = intent::DIRECT_REACTIONS;
    if let Some(guild) = room.guild().and_then(|guild| world.guilds.get(&guild)) {
        needed = intent::GUILD_REACTIONS;
        data["guild_id"] = json!(guild.id);
        let member = world.users.get(&user).and_then(|account| guild.full_member_json(account));
        data["member"] = member.unwrap_or(Value::Null);
    }
    if world.sees(room) {
        world.emit(&Event::new(name, needed, data));
    }
}

/// Names are no emoji: a bot has to send the character itself, or a custom emoji that there is; here there are none.
fn check_emoji(emoji: &str) -> Result<(), Refusal> {
    let plain = emoji.is_empty() || emoji.chars().any(|letter| letter.is_alphabetic() || letter == ':');
    if plain { Err(Reason::UnknownEmoji.into()) } else { Ok(()) }
}
