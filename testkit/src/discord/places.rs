//! What surrounds messages: users, the application, guilds, channels and commands.

use serde_json::{Value, json};

use super::Snowflake;
use super::commands::{check_commands, kind_of};
use super::dispatch::{Outcome, Reply};
use super::form::{Faults, Field, Kind, id, may, must};
use super::refusal::{Reason, Refusal};
use super::request::{Request, id_in};
use super::room::{Permission, Room, RoomKind};
use super::threads::change_thread;
use super::view::room_json;
use super::world::World;

/// Set on an application that fewer than a hundred guilds use and that may read what people write.
const READS_CONTENT: u64 = 1 << 19;

const CHANNEL_CHANGES: &[Field] = &[may("name", Kind::Text(1, 100)), may("topic", Kind::Text(0, 1024))];
const DIRECT_FIELDS: &[Field] = &[must("recipient_id", Kind::Id)];
const APPLICATION_CHANGES: &[Field] =
    &[may("interactions_endpoint_url", Kind::Text(0, 512)), may("description", Kind::Text(0, 400))];

/// Where the gateway is; sessions can be started freely.
pub(crate) fn get_gateway_bot(world: &World) -> Outcome {
    let limit = json!({"total": 1000, "remaining": 1000, "reset_after": 0, "max_concurrency": 1});
    Ok(Reply::ok(json!({"url": world.gateway_url(), "shards": 1, "session_start_limit": limit})))
}

/// The bot's user.
pub(crate) fn get_current_user(world: &World) -> Outcome {
    let mut user = world.users.get(&world.application.bot).map(super::account::Account::to_json).unwrap_or_default();
    user["mfa_enabled"] = json!(true);
    user["verified"] = json!(true);
    Ok(Reply::ok(user))
}

/// The flags of the application.
pub(crate) fn application_flags(world: &World) -> u64 {
    if world.settings.message_content { READS_CONTENT } else { 0 }
}

/// The application.
pub(crate) fn get_application(world: &World) -> Outcome {
    let bot = world.users.get(&world.application.bot).map(super::account::Account::to_json);
    Ok(Reply::ok(json!({
        "id": world.application.id, "name": world.settings.bot_name, "icon": null, "description": "", "bot": bot,
        "bot_public": false, "bot_require_code_grant": false, "team": null, "rpc_origins": [], "owner": null,
        "verify_key": world.application.public_key(), "flags": application_flags(world),
        "interactions_endpoint_url": world.endpoint, "approximate_guild_count": world.guilds.len(),
    })))
}

/// What the bot may change of its application: the address for interactions, which is set elsewhere, because it has
/// to answer first.
pub(crate) fn check_application_changes(body: &Value) -> Result<Option<String>, Refusal> {
    let mut faults = Faults::default();
    faults.check(body, "", APPLICATION_CHANGES);
    faults.refuse()?;
    Ok(body["interactions_endpoint_url"].as_str().map(str::to_owned))
}

/// Replaces the commands that hold everywhere, or those of one guild.
pub(crate) fn put_commands(world: &mut World, guild: Option<Snowflake>, body: &Value) -> Outcome {
    check_guild(world, guild)?;
    check_commands(body)?;
    let given = body.as_array().cloned().unwrap_or_default();
    let old: Vec<Value> = world.commands.extract_if(.., |command| command["guild_id"] == json!(guild)).collect();
    for mut command in given {
        let same = |other: &&Value| other["name"] == command["name"] && kind_of(other) == kind_of(&command);
        let id = old.iter().find(same).map(|other| other["id"].clone());
        command["id"] = id.unwrap_or_else(|| json!(world.ids.next()));
        command["application_id"] = json!(world.application.id);
        command["version"] = json!(world.ids.next());
        command["type"] = json!(kind_of(&command));
        command["guild_id"] = json!(guild);
        let unset = ["default_member_permissions", "description"];
        for field in unset.iter().filter(|field| command[**field].is_null()).copied().collect::<Vec<_>>() {
            command[field] = if field == "description" { json!("") } else { Value::Null };
        }
        world.commands.push(command);
    }
    get_commands(world, guild)
}

/// The commands that hold everywhere, or those of one guild.
pub(crate) fn get_commands(world: &World, guild: Option<Snowflake>) -> Outcome {
    check_guild(world, guild)?;
    let here = |command: &&Value| command["guild_id"] == json!(guild);
    Ok(Reply::ok(world.commands.iter().filter(here).cloned().collect()))
}

fn check_guild(world: &World, guild: Option<Snowflake>) -> Result<(), Refusal> {
    let in_all = guild.is_none_or(|guild| world.is_in(guild));
    if in_all { Ok(()) } else { Err(Reason::MissingAccess.into()) }
}

/// A guild that the bot is in.
pub(crate) fn get_guild(world: &World, guild: Snowflake) -> Outcome {
    let state = world.guilds.get(&guild).filter(|_| world.is_in(guild)).ok_or(Reason::UnknownGuild)?;
    Ok(Reply::ok(state.to_json()))
}

/// A member of a guild.
pub(crate) fn get_member(world: &World, guild: Snowflake, user: Snowflake) -> Outcome {
    let state = world.guilds.get(&guild).filter(|_| world.is_in(guild)).ok_or(Reason::UnknownGuild)?;
    let account = world.users.get(&user).ok_or(Reason::UnknownUser)?;
    let member = state.full_member_json(account).ok_or(Reason::UnknownMember)?;
    Ok(Reply::ok(member))
}

/// The channels of a guild, without its threads.
pub(crate) fn list_channels(world: &World, guild: Snowflake) -> Outcome {
    get_guild(world, guild)?;
    let here = |room: &&Room| room.guild() == Some(guild) && room.thread().is_none() && world.sees(room);
    Ok(Reply::ok(world.rooms.values().filter(here).map(Room::to_json).collect()))
}

/// A channel.
pub(crate) fn get_channel(world: &World, id: Snowflake) -> Outcome {
    Ok(Reply::ok(room_json(world, world.room(id)?)))
}

/// Changes a channel or a thread.
pub(crate) fn patch_channel(world: &mut World, id: Snowflake, request: &Request) -> Outcome {
    match world.room(id)?.kind {
        RoomKind::Thread(_) => return change_thread(world, id, request),
        RoomKind::Direct { .. } => return Err(Reason::NotOnThisChannel.into()),
        RoomKind::Text { .. } => {}
    }
    let mut faults = Faults::default();
    faults.check(&request.body, "", CHANNEL_CHANGES);
    faults.refuse()?;
    let room = world.room_mut(id)?;
    room.require(Permission::ManageChannel)?;
    if let Some(name) = request.body["name"].as_str() {
        name.clone_into(&mut room.name);
    }
    if let Some(topic) = request.body["topic"].as_str() {
        room.topic = Some(topic.to_owned());
    }
    let json = room.to_json();
    world.emit_room("CHANNEL_UPDATE", id);
    Ok(Reply::ok(json))
}

/// Removes a channel or a thread.
pub(crate) fn delete_channel(world: &mut World, id: Snowflake) -> Outcome {
    let room = world.room(id)?;
    room.require(if room.thread().is_some() { Permission::ManageThreads } else { Permission::ManageChannel })?;
    let json = room.to_json();
    world.remove_room(id);
    Ok(Reply::ok(json))
}

/// Shows the bot typing.
pub(crate) fn type_in(world: &mut World, id: Snowflake) -> Outcome {
    let room = world.room_mut(id)?;
    if room.thread().is_none() {
        room.require(Permission::Send)?;
    }
    room.typing.push(std::time::Instant::now());
    Ok(Reply::nothing())
}

/// The direct channel with a user, opened if there is none.
pub(crate) fn open_direct(world: &mut World, body: &Value) -> Outcome {
    let mut faults = Faults::default();
    faults.check(body, "", DIRECT_FIELDS);
    faults.refuse()?;
    let user =
        id(&body["recipient_id"]).filter(|user| world.users.contains_key(user) && *user != world.application.bot);
    let channel = world.direct(user.ok_or(Reason::InvalidRecipient)?);
    get_channel(world, channel)
}

/// The application that a path names, which must be the bot's own.
pub(crate) fn check_application(world: &World, part: &str) -> Result<(), Refusal> {
    let own = id_in(part)? == world.application.id;
    if own { Ok(()) } else { Err(Reason::UnknownApplication.into()) }
}
