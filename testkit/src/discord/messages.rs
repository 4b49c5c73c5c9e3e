//! The routes of messages.

use serde_json::Value;

use super::Snowflake;
use super::dispatch::{Outcome, Reply};
use super::draft::{Draft, Purpose};
use super::form::Faults;
use super::message::Message;
use super::posting::{self, Post, check_may_write, check_open, written_before};
use super::refusal::{Reason, Refusal};
use super::request::{Request, id_in};
use super::room::Permission;
use super::view::message_json;
use super::world::World;

/// Writes a message.
pub(crate) fn create_message(world: &mut World, channel: Snowflake, request: &Request) -> Outcome {
    world.room(channel)?;
    let draft = Draft::read(world, (&request.body, ""), &request.files, Purpose::Message)?;
    check_may_write(world, channel, &draft)?;
    if let Some(first) = written_before(world, channel, &draft) {
        return Ok(Reply::ok(message_json(world, &first)));
    }
    let post = Post::new(channel, world.application.bot, draft);
    let message = posting::write(world, post)?;
    Ok(Reply::ok(message_json(world, &message)))
}

/// Changes a message of the bot's own.
pub(crate) fn edit_message(world: &mut World, channel: Snowflake, id: Snowflake, request: &Request) -> Outcome {
    let room = world.room(channel)?;
    let from_bot = room.message(id)?.from_bot;
    check_open(room)?;
    let draft = Draft::read(world, (&request.body, ""), &request.files, Purpose::Edit)?;
    if !from_bot {
        return Err(Reason::NotOwnMessage.into());
    }
    let message = posting::change(world, channel, id, draft)?;
    Ok(Reply::ok(message_json(world, &message)))
}

/// Removes a message: the bot's own, or anybody's if it may.
pub(crate) fn delete_message(world: &mut World, channel: Snowflake, id: Snowflake) -> Outcome {
    let room = world.room(channel)?;
    if !room.message(id)?.from_bot {
        room.require(Permission::ManageMessages)?;
    }
    check_open(room)?;
    posting::remove(world, channel, id)?;
    Ok(Reply::nothing())
}

/// Reads one message.
pub(crate) fn get_message(world: &World, channel: Snowflake, id: Snowflake) -> Outcome {
    let room = world.room(channel)?;
    room.require(Permission::ReadHistory)?;
    Ok(Reply::ok(seen(world, room.message(id)?)))
}

/// Reads messages, the newest first: before one, after one, or the last.
pub(crate) fn list_messages(world: &World, channel: Snowflake, request: &Request) -> Outcome {
    let room = world.room(channel)?;
    let Listing { before, after, limit } = Listing::read(request)?;
    if room.require(Permission::ReadHistory).is_err() {
        return Ok(Reply::ok(Value::Array(Vec::new())));
    }
    let shown = room.messages.values().filter(|message| message.ephemeral_to.is_none());
    let within = |message: &&Message| {
        before.is_none_or(|before| message.id < before) && after.is_none_or(|after| message.id > after)
    };
    let mut found: Vec<_> = shown.filter(within).collect();
    match after {
        Some(_) => found.truncate(limit),
        None => drop(found.drain(..found.len().saturating_sub(limit))),
    }
    Ok(Reply::ok(found.into_iter().rev().map(|message| seen(world, message)).collect()))
}

/// A message as the bot reads it: what people wrote is veiled without the privilege, as in events.
fn seen(world: &World, message: &Message) -> Value {
    let mut json = message_json(world, message);
    let direct = world.rooms.get(&message.channel).is_some_and(|room| room.guild().is_none());
    let meant = message.from_bot || direct || message.pings.users.contains(&world.application.bot);
    if !meant && !world.settings.message_content {
        json["content"] = Value::from("");
        json["attachments"] = Value::Array(Vec::new());
    }
    json
}

struct Listing {
    before: Option<Snowflake>,
    after: Option<Snowflake>,
    limit: usize,
}

impl Listing {
    fn read(request: &Request) -> Result<Self, Refusal> {
        let id = |name: &str| request.query.get(name).map(|part| id_in(part)).transpose();
        let mut faults = Faults::default();
        for name in request.query.keys().filter(|name| !["before", "after", "limit"].contains(&name.as_str())) {
            faults.add(name, "UNKNOWN_FIELD", "Discord knows no such field here");
        }
        let limit = request.query.get("limit").map_or(Some(50), |limit| limit.parse().ok());
        let limit = limit.filter(|limit| (1..=100).contains(limit)).unwrap_or_else(|| {
            faults.add("limit", "NUMBER_TYPE_MAX", "int value should be between 1 and 100.");
            0
        });
        faults.refuse()?;
        Ok(Self { before: id("before")?, after: id("after")?, limit })
    }
}
