//! What happens to guilds and channels, by people's doing or the bot's, and who hears of it.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::Snowflake;
use super::guild::{GuildState, Role};
use super::room::{Room, RoomKind};
use super::session::{Event, intent};
use super::view;
use super::world::World;

impl World {
    /// The gateway's address.
    pub(crate) fn gateway_url(&self) -> String {
        format!("ws://{}/gateway", self.host)
    }

    /// A guild comes to be, with the bot in it.
    pub(crate) fn add_guild(&mut self, name: &str, members: &[Snowflake]) -> Snowflake {
        let id = self.ids.next();
        let everyone = Role { id, name: "@everyone".to_owned() };
        let bot = self.application.bot;
        let members: BTreeMap<_, _> = members.iter().chain([&bot]).map(|user| (*user, Vec::new())).collect();
        let owner = members.keys().copied().find(|user| *user != bot).unwrap_or(bot);
        let guild = GuildState { id, name: name.to_owned(), owner, members, roles: vec![everyone] };
        self.guilds.insert(id, guild);
        self.emit(&Event::new("GUILD_CREATE", intent::GUILDS, view::guild_event(self, id)));
        id
    }

    /// A channel comes to be in a guild.
    pub(crate) fn add_channel(&mut self, guild: Snowflake, name: &str) -> Snowflake {
        let id = self.ids.next();
        self.rooms.insert(id, Room::new(id, name, RoomKind::Text { guild }));
        self.emit_room("CHANNEL_CREATE", id);
        id
    }

    /// A role comes to be and is given to members.
    pub(crate) fn add_role(&mut self, guild: Snowflake, name: &str, to: &[Snowflake]) -> Snowflake {
        let id = self.ids.next();
        let role = Role { id, name: name.to_owned() };
        let Some(state) = self.guilds.get_mut(&guild) else { return id };
        let data = json!({"guild_id": guild, "role": role.to_json()});
        state.roles.push(role);
        self.emit(&Event::new("GUILD_ROLE_CREATE", intent::GUILDS, data));
        for user in to {
            self.give_role(guild, *user, id);
        }
        id
    }

    fn give_role(&mut self, guild: Snowflake, user: Snowflake, role: Snowflake) {
        let Some(roles) = self.guilds.get_mut(&guild).and_then(|state| state.members.get_mut(&user)) else { return };
        roles.push(role);
        self.emit_member("GUILD_MEMBER_UPDATE", guild, user);
    }

    /// Somebody becomes a member. If it is the bot, it hears of the guild.
    pub(crate) fn join(&mut self, guild: Snowflake, user: Snowflake) {
        let Some(state) = self.guilds.get_mut(&guild) else { return };
        state.members.entry(user).or_default();
        if user == self.application.bot {
            self.emit(&Event::new("GUILD_CREATE", intent::GUILDS, view::guild_event(self, guild)));
        } else {
            self.emit_member("GUILD_MEMBER_ADD", guild, user);
        }
    }

    /// Somebody is no longer a member. If it is the bot, it hears no more of the guild.
    pub(crate) fn leave(&mut self, guild: Snowflake, user: Snowflake) {
        let gone = self.guilds.get_mut(&guild).and_then(|state| state.members.remove(&user));
        if gone.is_none() {
            return;
        }
        if user == self.application.bot {
            return self.emit(&Event::new("GUILD_DELETE", intent::GUILDS, json!({"id": guild})));
        }
        let account = self.users.get(&user).map(super::account::Account::to_json);
        let data = json!({"guild_id": guild, "user": account});
        self.emit(&Event::new("GUILD_MEMBER_REMOVE", intent::MEMBERS, data));
    }

    fn emit_member(&mut self, name: &'static str, guild: Snowflake, user: Snowflake) {
        let account = self.users.get(&user);
        let member = self.guilds.get(&guild).and_then(|state| state.full_member_json(account?));
        let Some(mut data) = member.filter(|_| self.is_in(guild)) else { return };
        data["guild_id"] = json!(guild);
        self.emit(&Event::new(name, intent::MEMBERS, data));
    }

    /// A channel is gone with its threads, or a thread alone.
    pub(crate) fn remove_room(&mut self, id: Snowflake) {
        let within = |room: &Room| room.thread().is_some_and(|thread| thread.parent == id);
        self.rooms.retain(|_, room| !within(room));
        let Some(room) = self.rooms.get(&id).filter(|room| self.sees(room)) else {
            self.rooms.remove(&id);
            return;
        };
        let event = match room.thread() {
            Some(thread) => {
                let (guild, parent) = (thread.guild, thread.parent);
                let data = json!({"id": id, "guild_id": guild, "parent_id": parent, "type": thread.number});
                Event::new("THREAD_DELETE", intent::GUILDS, data)
            }
            None => Event::new("CHANNEL_DELETE", intent::GUILDS, room.to_json()),
        };
        self.rooms.remove(&id);
        self.emit(&event);
    }

    /// A thread is archived, opened, locked or unlocked; what is `None` stays.
    pub(crate) fn set_thread(&mut self, id: Snowflake, archived: Option<bool>, locked: Option<bool>) {
        let Some(thread) = self.rooms.get_mut(&id).and_then(Room::thread_mut) else { return };
        thread.archived = archived.unwrap_or(thread.archived);
        thread.locked = locked.unwrap_or(thread.locked);
        self.emit_room("THREAD_UPDATE", id);
    }

    /// The direct channel of the bot and a user.
    pub(crate) fn direct(&mut self, user: Snowflake) -> Snowflake {
        let with = |room: &&Room| matches!(room.kind, RoomKind::Direct { user: other } if other == user);
        if let Some(room) = self.rooms.values().find(with) {
            return room.id;
        }
        let id = self.ids.next();
        self.rooms.insert(id, Room::new(id, "", RoomKind::Direct { user }));
        id
    }

    /// What a session is greeted with.
    pub(crate) fn ready(&self, session: &str, shard: &Value) -> Value {
        let guilds = self.guilds.keys().filter(|guild| self.is_in(**guild));
        let guilds: Vec<_> = guilds.map(|guild| json!({"id": guild, "unavailable": true})).collect();
        let mut user = self.users.get(&self.application.bot).map(super::account::Account::to_json).unwrap_or_default();
        user["mfa_enabled"] = json!(true);
        user["verified"] = json!(true);
        let flags = super::places::application_flags(self);
        json!({
            "v": 10, "user": user, "guilds": guilds, "session_id": session, "shard": shard, "private_channels": [],
            "resume_gateway_url": format!("{}/resume", self.gateway_url()),
            "application": {"id": self.application.id, "flags": flags},
        })
    }
}
