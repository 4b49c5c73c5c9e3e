//! Messages and guilds as the API and the gateway show them.

use serde_json::{Value, json};

use super::Snowflake;
use super::message::{Attachment, Message};
use super::room::RoomKind;
use super::snowflake::iso;
use super::world::World;

/// Set while the bot has promised a message, but not written it yet.
const LOADING: u64 = 1 << 7;
/// Set for a message that one user sees.
pub(crate) const EPHEMERAL: u64 = 1 << 6;
const HAS_THREAD: u64 = 1 << 5;
/// The types of messages: plain, an answer to another, an answer to a slash command.
const PLAIN: u64 = 0;
const ANSWER: u64 = 19;
const COMMAND: u64 = 20;

/// A message as the API returns it.
pub(crate) fn message_json(world: &World, message: &Message) -> Value {
    let mut json = bare(world, message);
    let Some(answered) = message.reply_to else { return json };
    let room = world.rooms.get(&message.channel);
    let guild = room.and_then(super::room::Room::guild);
    json["message_reference"] =
        json!({"type": 0, "message_id": answered, "channel_id": message.channel, "guild_id": guild});
    let original = room.and_then(|room| room.messages.get(&answered));
    json["referenced_message"] = original.map_or(Value::Null, |original| bare(world, original));
    json
}

/// A message as the gateway shows it: with the guild, and the author as its member.
pub(crate) fn message_event(world: &World, message: &Message) -> Value {
    let mut json = message_json(world, message);
    let room = world.rooms.get(&message.channel);
    json["channel_type"] = json!(room.map(super::room::Room::number));
    let guild = room.and_then(super::room::Room::guild);
    if let Some(guild) = guild.and_then(|guild| world.guilds.get(&guild)) {
        json["guild_id"] = json!(guild.id);
        if let Some(member) = guild.member_json(message.author) {
            json["member"] = member;
        }
    }
    json
}

fn bare(world: &World, message: &Message) -> Value {
    let attachments: Vec<_> = message.attachments.iter().map(|file| attachment_json(world, message, file)).collect();
    let user = |id: &Snowflake| world.users.get(id).map(super::account::Account::to_json);
    let mut json = json!({
        "id": message.id, "channel_id": message.channel, "type": kind(world, message), "content": message.content,
        "author": user(&message.author), "attachments": attachments, "components": message.components,
        "embeds": [], "flags": flags(message), "mention_everyone": message.pings.everyone,
        "mention_roles": message.pings.roles, "pinned": false, "tts": false, "timestamp": iso(message.id.made()),
        "mentions": message.pings.users.iter().filter_map(user).collect::<Vec<_>>(),
        "edited_timestamp": message.edited.map(iso),
    });
    if !message.reactions.is_empty() {
        json["reactions"] = reactions(world, message);
    }
    if let Some(nonce) = &message.nonce {
        json["nonce"] = json!(nonce);
    }
    if let Some(thread) = message.thread.and_then(|thread| world.rooms.get(&thread)) {
        json["thread"] = thread.to_json();
    }
    add_interaction(world, message, &mut json);
    json
}

fn add_interaction(world: &World, message: &Message, json: &mut Value) {
    let Some(exchange) = message.interaction.and_then(|id| world.exchanges.get(&id)) else { return };
    json["application_id"] = json!(world.application.id);
    json["webhook_id"] = json!(world.application.id);
    json["interaction_metadata"] = json!({
        "id": exchange.id, "type": exchange.kind.number(), "authorizing_integration_owners": {"0": "0"},
        "user": world.users.get(&exchange.user).map(super::account::Account::to_json),
    });
}

fn kind(world: &World, message: &Message) -> u64 {
    let exchange = message.interaction.and_then(|id| world.exchanges.get(&id));
    let by_command = exchange.is_some_and(|exchange| exchange.original == Some(message.id) && exchange.is_command());
    match message.reply_to {
        _ if by_command => COMMAND,
        Some(_) => ANSWER,
        None => PLAIN,
    }
}

fn flags(message: &Message) -> u64 {
    let mut flags = message.flags;
    for (bit, set) in [
        (LOADING, message.thinking),
        (EPHEMERAL, message.ephemeral_to.is_some()),
        (HAS_THREAD, message.thread.is_some()),
    ] {
        flags |= if set { bit } else { 0 };
    }
    flags
}

/// A file as a message shows it: where it is to be fetched, not what is in it.
fn attachment_json(world: &World, message: &Message, file: &Attachment) -> Value {
    let url = format!("http://{}/attachments/{}/{}/{}", world.host, message.channel, file.id, encoded(&file.name));
    json!({
        "id": file.id, "filename": file.name, "content_type": file.content_type, "description": file.description,
        "size": file.bytes.len(), "url": url, "proxy_url": url, "ephemeral": message.ephemeral_to.is_some(),
    })
}

fn encoded(name: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._".contains(&byte);
    name.bytes().map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }).collect()
}

fn reactions(world: &World, message: &Message) -> Value {
    let mut emojis: Vec<&str> = Vec::new();
    for (emoji, _) in &message.reactions {
        if !emojis.contains(&emoji.as_str()) {
            emojis.push(emoji);
        }
    }
    let one = |emoji: &&str| {
        let by: Vec<_> = message.reactions.iter().filter(|(other, _)| other == emoji).map(|(_, user)| *user).collect();
        json!({
            "emoji": {"id": null, "name": emoji}, "count": by.len(), "me": by.contains(&world.application.bot),
            "count_details": {"burst": 0, "normal": by.len()}, "burst_colors": [], "me_burst": false,
        })
    };
    emojis.iter().map(one).collect()
}

/// A guild as the gateway introduces it: with its channels, active threads and members.
pub(crate) fn guild_event(world: &World, guild: Snowflake) -> Value {
    let Some(state) = world.guilds.get(&guild) else { return Value::Null };
    let mut json = state.to_json();
    let rooms = world.rooms.values().filter(|room| room.guild() == Some(guild) && world.sees(room));
    let (threads, channels): (Vec<_>, Vec<_>) = rooms.partition(|room| room.thread().is_some());
    let active = threads.into_iter().filter(|room| room.thread().is_some_and(|thread| !thread.archived));
    let members = state.members.keys().filter_map(|id| state.full_member_json(world.users.get(id)?));
    json["channels"] = channels.into_iter().map(super::room::Room::to_json).collect();
    json["threads"] = active.map(super::room::Room::to_json).collect();
    json["members"] = members.collect();
    json["member_count"] = json!(state.members.len());
    json["joined_at"] = json!(iso(state.id.made()));
    json["large"] = json!(false);
    json["unavailable"] = json!(false);
    for list in ["voice_states", "presences", "stage_instances", "guild_scheduled_events"] {
        json[list] = json!([]);
    }
    json
}

/// A channel, with whom it is shared if it is a direct one.
pub(crate) fn room_json(world: &World, room: &super::room::Room) -> Value {
    let mut json = room.to_json();
    if let RoomKind::Direct { user } = &room.kind {
        json["recipients"] = world.users.get(user).map(super::account::Account::to_json).into_iter().collect();
    }
    json
}
