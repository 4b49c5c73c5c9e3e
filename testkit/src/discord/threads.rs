//! Threads: opened, changed and listed by the bot.

use serde_json::{Value, json};

use super::Snowflake;
use super::dispatch::{Outcome, Reply};
use super::form::{Faults, Field, Kind, may, must};
use super::refusal::{Reason, Refusal};
use super::request::Request;
use super::room::{Permission, Room, RoomKind, ThreadState};
use super::session::{Event, intent};
use super::snowflake::iso;
use super::world::World;

/// After how many minutes of silence a thread may be archived.
const ARCHIVE_AFTER: Kind = Kind::OneOf(&[60, 1440, 4320, 10_080]);
const PUBLIC: i64 = 11;
const PRIVATE: i64 = 12;

const AT_MESSAGE: &[Field] = &[
    must("name", Kind::Text(1, 100)),
    may("auto_archive_duration", ARCHIVE_AFTER),
    may("rate_limit_per_user", Kind::Integer(0, 21_600)),
];

const ALONE: &[Field] = &[
    must("name", Kind::Text(1, 100)),
    may("auto_archive_duration", ARCHIVE_AFTER),
    may("rate_limit_per_user", Kind::Integer(0, 21_600)),
    may("type", Kind::OneOf(&[PUBLIC, PRIVATE])),
    may("invitable", Kind::Flag),
];

const CHANGES: &[Field] = &[
    may("name", Kind::Text(1, 100)),
    may("archived", Kind::Flag),
    may("locked", Kind::Flag),
    may("auto_archive_duration", ARCHIVE_AFTER),
    may("rate_limit_per_user", Kind::Integer(0, 21_600)),
    may("invitable", Kind::Flag),
];

/// Opens a thread at a message, whose id becomes the thread's.
pub(crate) fn open_at_message(world: &mut World, channel: Snowflake, at: Snowflake, request: &Request) -> Outcome {
    let guild = check_may_open(world, channel)?;
    let taken = world.room(channel)?.message(at)?.thread.is_some();
    check(&request.body, AT_MESSAGE)?;
    if taken || world.rooms.contains_key(&at) {
        return Err(Reason::ThreadExists.into());
    }
    if let Some(message) = world.room_mut(channel)?.messages.get_mut(&at) {
        message.thread = Some(at);
    }
    Ok(open_for_bot(world, at, (guild, channel), PUBLIC, &request.body))
}

/// Opens a thread of its own. As with the real API it is private unless its type says otherwise.
pub(crate) fn open_alone(world: &mut World, channel: Snowflake, request: &Request) -> Outcome {
    let guild = check_may_open(world, channel)?;
    check(&request.body, ALONE)?;
    let id = world.ids.next();
    let number = request.body["type"].as_i64().unwrap_or(PRIVATE);
    Ok(open_for_bot(world, id, (guild, channel), number, &request.body))
}

fn check_may_open(world: &World, channel: Snowflake) -> Result<Snowflake, Refusal> {
    let room = world.room(channel)?;
    let RoomKind::Text { guild } = room.kind else { return Err(Reason::NotOnThisChannel.into()) };
    room.require(Permission::CreateThreads)?;
    Ok(guild)
}

fn check(body: &Value, fields: &[Field]) -> Result<(), Refusal> {
    let mut faults = Faults::default();
    faults.check(body, "", fields);
    faults.refuse()
}

/// A thread to be opened.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Opening {
    pub(crate) id: Snowflake,
    pub(crate) guild: Snowflake,
    pub(crate) parent: Snowflake,
    pub(crate) owner: Snowflake,
    pub(crate) number: i64,
}

/// Opens a thread and lets sessions hear of it.
pub(crate) fn open(world: &mut World, opening: Opening, name: &str, archive_after: i64) -> Value {
    let Opening { id, guild, parent, owner, number } = opening;
    let thread = ThreadState { guild, parent, owner, archived: false, locked: false, archive_after, number };
    let room = Room::new(id, name, RoomKind::Thread(thread));
    let json = room.to_json();
    let mut event = json.clone();
    event["newly_created"] = json!(true);
    let seen = world.sees(&room);
    world.rooms.insert(id, room);
    if seen {
        world.emit(&Event::new("THREAD_CREATE", intent::GUILDS, event));
    }
    json
}

fn open_for_bot(
    world: &mut World,
    id: Snowflake,
    (guild, parent): (Snowflake, Snowflake),
    number: i64,
    body: &Value,
) -> Reply {
    let opening = Opening { id, guild, parent, owner: world.application.bot, number };
    let archive_after = body["auto_archive_duration"].as_i64().unwrap_or(4320);
    let body = open(world, opening, body["name"].as_str().unwrap_or_default(), archive_after);
    Reply { status: 201, body }
}

/// Changes a thread: its name, whether it is archived or locked.
pub(crate) fn change_thread(world: &mut World, id: Snowflake, request: &Request) -> Outcome {
    let body = &request.body;
    check(body, CHANGES)?;
    let bot = world.application.bot;
    let room = world.room_mut(id)?;
    let own = room.thread().is_some_and(|thread| thread.owner == bot);
    if !own || body["locked"].is_boolean() {
        room.require(Permission::ManageThreads)?;
    }
    let reopens = body["archived"] == false;
    if room.thread().is_some_and(|thread| thread.archived) && !reopens {
        return Err(Reason::ThreadArchived.into());
    }
    if let Some(name) = body["name"].as_str() {
        name.clone_into(&mut room.name);
    }
    if let Some(thread) = room.thread_mut() {
        thread.archived = body["archived"].as_bool().unwrap_or(thread.archived);
        thread.locked = body["locked"].as_bool().unwrap_or(thread.locked);
        thread.archive_after = body["auto_archive_duration"].as_i64().unwrap_or(thread.archive_after);
    }
    let json = room.to_json();
    world.emit_room("THREAD_UPDATE", id);
    Ok(Reply::ok(json))
}

/// Joins a thread.
pub(crate) fn join_thread(world: &World, id: Snowflake) -> Outcome {
    let thread = world.room(id)?.thread().ok_or(Reason::NotOnThisChannel)?;
    if thread.archived { Err(Reason::ThreadArchived.into()) } else { Ok(Reply::nothing()) }
}

/// The threads of a guild that are not archived.
pub(crate) fn list_active(world: &World, guild: Snowflake) -> Outcome {
    let in_guild = |room: &&Room| room.guild() == Some(guild) && world.sees(room);
    let active = |room: &&Room| room.thread().is_some_and(|thread| !thread.archived);
    let threads: Vec<_> = world.rooms.values().filter(in_guild).filter(active).collect();
    let bot = world.application.bot;
    let joined = |room: &&Room| iso(room.id.made());
    let member = |room: &&Room| json!({"id": room.id, "user_id": bot, "join_timestamp": joined(room), "flags": 0});
    let members: Vec<_> = threads.iter().map(member).collect();
    let threads: Vec<_> = threads.into_iter().map(Room::to_json).collect();
    Ok(Reply::ok(json!({"threads": threads, "members": members})))
}
