//! All that the server knows.

use std::collections::BTreeMap;
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use serde_json::Value;

use super::call::Call;
use super::callbacks::Query;
use super::clock::Clock;
use super::faults::Faults;
use super::files::Files;
use super::limits::{Cost, Limits};
use super::message::{Message, Version};
use super::people::People;
use super::refusal::Refusal;
use super::room::{Room, RoomKind};
use super::settings::TelegramSettings;
use super::updates::Updates;
use super::webhook::Webhook;

/// People's ids begin here, supergroups' end like this.
const FIRST_PERSON: i64 = 10_001;
const SUPERGROUPS: i64 = -1_000_000_000_000;

/// All that the server knows.
#[derive(Debug)]
pub(crate) struct World {
    pub(crate) settings: TelegramSettings,
    pub(crate) clock: Clock,
    pub(crate) bot: i64,
    pub(crate) people: People,
    pub(crate) rooms: BTreeMap<i64, Room>,
    pub(crate) files: Files,
    pub(crate) queries: BTreeMap<String, Query>,
    pub(crate) commands: BTreeMap<String, Value>,
    pub(crate) updates: Updates,
    pub(crate) webhook: Option<Webhook>,
    pub(crate) limits: Limits,
    pub(crate) faults: Faults,
    pub(crate) calls: Vec<Call>,
    pub(crate) albums: u64,
    next_id: i64,
}

impl World {
    pub(crate) fn new(settings: TelegramSettings) -> Self {
        let bot = settings.bot_id();
        Self {
            clock: Clock::new(settings.clock_rate),
            bot,
            people: People::with_bot(bot, &settings.bot_name),
            rooms: BTreeMap::new(),
            files: Files::default(),
            queries: BTreeMap::new(),
            commands: BTreeMap::new(),
            updates: Updates::default(),
            webhook: None,
            limits: Limits::new(settings.burst),
            faults: Faults::default(),
            calls: Vec::new(),
            albums: 0,
            next_id: FIRST_PERSON,
            settings,
        }
    }

    pub(crate) fn add_person(&mut self, name: &str) -> i64 {
        let id = self.next_id;
        self.next_id += 1;
        self.people.add(id, name);
        id
    }

    /// Opens a chat; a private one has its person's id.
    pub(crate) fn add_room(&mut self, kind: RoomKind, title: &str, members: Vec<i64>) -> i64 {
        self.next_id += 1;
        let id = match kind {
            RoomKind::Private => members.first().copied().unwrap_or(self.next_id),
            RoomKind::Group => -self.next_id,
            RoomKind::Supergroup | RoomKind::Forum => SUPERGROUPS - self.next_id,
        };
        self.rooms.insert(id, Room::new(id, kind, title, members));
        id
    }

    /// The next album's id, which its messages have in common.
    pub(crate) fn next_album(&mut self) -> String {
        self.albums += 1;
        format!("{}", 13_000_000_000_000_000_u64 + self.albums)
    }

    /// A message that nobody has seen yet, by this person.
    pub(crate) fn draft(&self, from: i64, text: &str) -> Message {
        Message {
            id: 0,
            from,
            author: self.people.name(from).to_owned(),
            from_bot: from == self.bot,
            text: text.to_owned(),
            entities: Vec::new(),
            buttons: Vec::new(),
            forces_reply: false,
            reply_to: None,
            thread: None,
            attachment: None,
            album: None,
            service: None,
            versions: Vec::new(),
            silent: false,
            at: Instant::now(),
            virtual_time: self.clock.now(),
            date: unix_time(),
            edit_date: None,
        }
    }

    /// Puts a message into a chat and gives its number there.
    pub(crate) fn add_message(&mut self, room: i64, mut message: Message) -> i64 {
        let Some(room) = self.rooms.get_mut(&room) else { return 0 };
        room.last_message += 1;
        message.id = room.last_message;
        let (at, text, buttons) = (message.at, message.text.clone(), message.buttons.clone());
        message.versions = vec![Version { at, text, buttons }];
        room.messages.insert(message.id, message);
        room.last_message
    }

    pub(crate) fn message(&self, room: i64, id: i64) -> Option<&Message> {
        self.rooms.get(&room)?.messages.get(&id)
    }

    /// Counts messages of the bot against the limits.
    pub(crate) fn charge(&mut self, room: i64, messages: usize) -> Result<(), Refusal> {
        if !self.settings.limits {
            return Ok(());
        }
        let group = self.rooms.get(&room).is_some_and(|room| room.kind.is_group());
        let cost = Cost { chat: room, group, messages: u32::try_from(messages).unwrap_or(u32::MAX) };
        let wait = self.limits.charge(cost, self.clock.now());
        wait.map_err(|wait| Refusal::too_many(self.clock.real_seconds(wait)))
    }
}

/// Seconds since 1970. Dates are told in real time: it is what a bot compares them with.
pub(crate) fn unix_time() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}
