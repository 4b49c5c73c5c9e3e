//! All that the server knows, and how what happens in it becomes known.

use std::collections::BTreeMap;
use std::time::Duration;

use rand::RngExt;
use serde_json::{Value, json};

use super::account::{Account, Application};
use super::call::Call;
use super::clock::Clock;
use super::connection::Connection;
use super::exchange::Exchange;
use super::faults::Faults;
use super::guild::GuildState;
use super::limits::Limits;
use super::message::Message;
use super::refusal::{Reason, Refusal};
use super::room::{Permission, Room, RoomKind};
use super::session::{Event, HandedOut, Session, intent};
use super::settings::DiscordSettings;
use super::snowflake::{Ids, Snowflake};
use super::view;

/// The state, all of it behind one mutex.
pub(crate) struct World {
    pub(crate) settings: DiscordSettings,
    pub(crate) host: String,
    pub(crate) clock: Clock,
    pub(crate) ids: Ids,
    pub(crate) application: Application,
    pub(crate) users: BTreeMap<Snowflake, Account>,
    pub(crate) guilds: BTreeMap<Snowflake, GuildState>,
    pub(crate) rooms: BTreeMap<Snowflake, Room>,
    pub(crate) commands: Vec<Value>,
    pub(crate) exchanges: BTreeMap<Snowflake, Exchange>,
    pub(crate) sessions: Vec<Session>,
    pub(crate) connections: Vec<Connection>,
    pub(crate) limits: Limits,
    pub(crate) faults: Faults,
    pub(crate) calls: Vec<Call>,
    pub(crate) handed_out: Vec<HandedOut>,
    /// Where interactions are sent instead of the gateway.
    pub(crate) endpoint: Option<String>,
    /// The messages that were sent under a nonce that is enforced: channel, nonce, when, which.
    pub(crate) nonces: Vec<(Snowflake, String, Duration, Snowflake)>,
}

impl World {
    pub(crate) fn new(settings: DiscordSettings, host: String) -> Result<Self, ring::error::Unspecified> {
        let mut ids = Ids::default();
        let application = Application::new(ids.next(), ids.next())?;
        let name = settings.bot_name.clone();
        let bot = Account { id: application.bot, name, bot: true, takes_messages: false };
        Ok(Self {
            clock: Clock::new(settings.clock_rate),
            settings,
            host,
            ids,
            users: BTreeMap::from([(bot.id, bot)]),
            application,
            guilds: BTreeMap::new(),
            rooms: BTreeMap::new(),
            commands: Vec::new(),
            exchanges: BTreeMap::new(),
            sessions: Vec::new(),
            connections: Vec::new(),
            limits: Limits::default(),
            faults: Faults::default(),
            calls: Vec::new(),
            handed_out: Vec::new(),
            endpoint: None,
            nonces: Vec::new(),
        })
    }

    /// Lets all sessions hear of something.
    pub(crate) fn emit(&mut self, event: &Event) {
        for session in &mut self.sessions {
            session.hear(event, self.settings.replayed, &mut self.faults);
        }
    }

    /// Lets sessions hear of a message, which is veiled unless it is meant for the bot.
    pub(crate) fn emit_message(&mut self, name: &'static str, message: &Message) {
        let Some(room) = self.rooms.get(&message.channel) else { return };
        if message.ephemeral_to.is_some() || !self.sees(room) {
            return;
        }
        let direct = room.guild().is_none();
        let intent = if direct { intent::DIRECT_MESSAGES } else { intent::GUILD_MESSAGES };
        let mentions_bot = message.pings.users.contains(&self.application.bot);
        let veiled = !direct && !message.from_bot && !mentions_bot;
        let data = view::message_event(self, message);
        self.emit(&Event { name, intent, data, veiled });
    }

    /// Lets sessions hear that a message is gone.
    pub(crate) fn emit_removal(&mut self, message: &Message) {
        let Some(room) = self.rooms.get(&message.channel) else { return };
        if message.ephemeral_to.is_some() || !self.sees(room) {
            return;
        }
        let mut data = json!({"id": message.id, "channel_id": message.channel});
        let mut needed = intent::DIRECT_MESSAGES;
        if let Some(guild) = room.guild() {
            needed = intent::GUILD_MESSAGES;
            data["guild_id"] = json!(guild);
        }
        self.emit(&Event::new("MESSAGE_DELETE", needed, data));
    }

    /// Lets sessions hear of a channel or thread.
    pub(crate) fn emit_room(&mut self, name: &'static str, id: Snowflake) {
        let Some(room) = self.rooms.get(&id) else { return };
        if room.guild().is_some() && self.sees(room) {
            self.emit(&Event::new(name, intent::GUILDS, room.to_json()));
        }
    }

    /// Whether the bot is in a guild.
    pub(crate) fn is_in(&self, guild: Snowflake) -> bool {
        self.guilds.get(&guild).is_some_and(|guild| guild.members.contains_key(&self.application.bot))
    }

    /// Whether the bot sees a channel; for a thread, whether it sees the channel that it is in.
    pub(crate) fn sees(&self, room: &Room) -> bool {
        let parent = room.thread().and_then(|thread| self.rooms.get(&thread.parent));
        let hidden = |room: &Room| room.denied.contains(&Permission::View);
        room.guild().is_none_or(|guild| self.is_in(guild)) && !hidden(room) && !parent.is_some_and(hidden)
    }

    /// A channel that the bot may look at.
    pub(crate) fn room(&self, id: Snowflake) -> Result<&Room, Refusal> {
        let room = self.rooms.get(&id).ok_or(Reason::UnknownChannel)?;
        if self.sees(room) { Ok(room) } else { Err(Reason::MissingAccess.into()) }
    }

    /// The same, to change it.
    pub(crate) fn room_mut(&mut self, id: Snowflake) -> Result<&mut Room, Refusal> {
        self.room(id)?;
        self.rooms.get_mut(&id).ok_or_else(|| Reason::UnknownChannel.into())
    }

    /// A channel's name as a person reads it.
    pub(crate) fn title(&self, room: &Room) -> String {
        match &room.kind {
            RoomKind::Direct { user } => format!("@{}", self.name_of(*user)),
            RoomKind::Text { .. } => format!("#{}", room.name),
            RoomKind::Thread(thread) => {
                let parent = self.rooms.get(&thread.parent).map_or("?", |parent| parent.name.as_str());
                format!("#{parent} > {}", room.name)
            }
        }
    }

    pub(crate) fn name_of(&self, user: Snowflake) -> String {
        self.users.get(&user).map_or_else(|| user.to_string(), |account| account.name.clone())
    }
}

/// A text that nobody can guess.
pub(crate) fn secret(length: usize) -> String {
    const LETTERS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    let mut random = rand::rng();
    (0..length).map(|_| char::from(LETTERS[random.random_range(0..LETTERS.len())])).collect()
}
