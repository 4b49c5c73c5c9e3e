//! Gateway sessions: which events one gets, numbered and kept for a resume.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::Snowflake;
use super::faults::{Fault, Faults};

/// The intents that matter here, as bits.
pub(crate) mod intent {
    pub(crate) const GUILDS: u64 = 1;
    pub(crate) const MEMBERS: u64 = 1 << 1;
    pub(crate) const PRESENCES: u64 = 1 << 8;
    pub(crate) const GUILD_MESSAGES: u64 = 1 << 9;
    pub(crate) const GUILD_REACTIONS: u64 = 1 << 10;
    pub(crate) const DIRECT_MESSAGES: u64 = 1 << 12;
    pub(crate) const DIRECT_REACTIONS: u64 = 1 << 13;
    pub(crate) const MESSAGE_CONTENT: u64 = 1 << 15;
    /// All that there are.
    pub(crate) const KNOWN: u64 = (1 << 26) - 1;
}

/// Something that happened, before it is known who hears of it.
#[derive(Debug, Clone)]
pub(crate) struct Event {
    pub(crate) name: &'static str,
    /// The intent that it takes to hear of it; 0 for what all hear.
    pub(crate) intent: u64,
    pub(crate) data: Value,
    /// Whether what was written is only for those with the intent for it.
    pub(crate) veiled: bool,
}

impl Event {
    pub(crate) fn new(name: &'static str, intent: u64, data: Value) -> Self {
        Self { name, intent, data, veiled: false }
    }

    /// What it is about: the thing's own id, or the message's that was reacted to.
    fn subject(&self) -> Option<Snowflake> {
        let id = ["id", "message_id"].iter().find_map(|field| self.data[*field].as_str());
        id?.parse().ok()
    }

    fn seen_with(&self, intents: u64) -> Value {
        let mut data = self.data.clone();
        if self.veiled && intents & intent::MESSAGE_CONTENT == 0 {
            data["content"] = json!("");
            for list in ["attachments", "components", "embeds"] {
                data[list] = json!([]);
            }
        }
        data
    }
}

/// An event that a bot was handed, by the gateway or over HTTP.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HandedOut {
    /// The event's name.
    pub name: String,
    /// The id of what it is about: a message, a thread, an interaction.
    pub subject: Option<Snowflake>,
    /// Its number in the session; none if it went out over HTTP.
    pub sequence: Option<u64>,
    /// When it was handed out.
    pub at: Instant,
}

/// An event in a session's sequence.
#[derive(Debug, Clone)]
pub(crate) struct Numbered {
    pub(crate) sequence: u64,
    pub(crate) name: &'static str,
    pub(crate) subject: Option<Snowflake>,
    data: Value,
}

impl Numbered {
    pub(crate) fn to_text(&self) -> String {
        json!({"op": 0, "t": self.name, "s": self.sequence, "d": self.data}).to_string()
    }

    pub(crate) fn handed_out(&self) -> HandedOut {
        let (name, sequence) = (self.name.to_owned(), Some(self.sequence));
        HandedOut { name, subject: self.subject, sequence, at: Instant::now() }
    }
}

/// What a connection is told to do besides handing out events.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Order {
    /// The connection ends without a word.
    Cut,
    /// The connection is closed with this code.
    Close(u16),
    /// The session is no longer valid; whether it can be resumed.
    Invalid(Resumable),
    /// The bot should connect anew and resume.
    Reconnect,
}

/// Whether a session can be taken up again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Resumable {
    /// It can, with all that was missed.
    Yes,
    /// It cannot; what was missed is lost.
    No,
}

/// A bot's session, which outlives its connections.
#[derive(Debug)]
pub(crate) struct Session {
    pub(crate) id: String,
    pub(crate) intents: u64,
    pub(crate) sequence: u64,
    pub(crate) kept: VecDeque<Numbered>,
    /// The connection that it is served by.
    pub(crate) connection: Option<usize>,
    /// When the last connection was lost, in virtual time.
    pub(crate) lost: Option<Duration>,
    pub(crate) orders: VecDeque<Order>,
    held: Option<Event>,
}

impl Session {
    pub(crate) fn new(id: String, intents: u64, connection: usize) -> Self {
        Self {
            id,
            intents,
            sequence: 0,
            kept: VecDeque::new(),
            connection: Some(connection),
            lost: None,
            orders: VecDeque::new(),
            held: None,
        }
    }

    /// Adds an event, as faults would have it, if the session's intents cover it.
    pub(crate) fn hear(&mut self, event: &Event, keep: usize, faults: &mut Faults) {
        if event.intent & self.intents != event.intent {
            return;
        }
        if self.held.is_none() && faults.strike_gateway(Fault::SwapEvents, event.name) {
            self.held = Some(event.clone());
            return;
        }
        self.tell(event, keep);
        if faults.strike_gateway(Fault::RepeatEvent, event.name) {
            self.tell(event, keep);
        }
        if let Some(held) = self.held.take() {
            self.tell(&held, keep);
        }
    }

    /// Adds an event as it is, without asking for intents: what concerns this session alone.
    pub(crate) fn tell(&mut self, event: &Event, keep: usize) {
        self.sequence += 1;
        let (sequence, data) = (self.sequence, event.seen_with(self.intents));
        self.kept.push_back(Numbered { sequence, name: event.name, subject: event.subject(), data });
        while self.kept.len() > keep {
            self.kept.pop_front();
        }
    }

    /// Whether all events after this one are still there.
    pub(crate) fn reaches_back_to(&self, sequence: u64) -> bool {
        let first = self.kept.front().map_or(self.sequence + 1, |event| event.sequence);
        first <= sequence + 1
    }

    /// The events after this one.
    pub(crate) fn after(&self, sequence: u64) -> Vec<Numbered> {
        self.kept.iter().filter(|event| event.sequence > sequence).cloned().collect()
    }
}
