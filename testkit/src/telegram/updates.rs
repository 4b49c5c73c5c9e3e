//! The updates that wait for the bot, and how they are handed out.

use std::collections::{BTreeMap, VecDeque};
use std::time::Instant;

use serde_json::{Value, json};

use super::faults::{Fault, Faults};

const FIRST: i64 = 500_000_001;

/// Kinds that are sent only to bots that ask for them.
const ON_REQUEST: &[&str] = &["chat_member", "message_reaction", "message_reaction_count"];

/// What a bot may ask for.
const KINDS: &[&str] = &[
    "message",
    "edited_message",
    "channel_post",
    "edited_channel_post",
    "business_connection",
    "business_message",
    "edited_business_message",
    "deleted_business_messages",
    "message_reaction",
    "message_reaction_count",
    "inline_query",
    "chosen_inline_result",
    "callback_query",
    "shipping_query",
    "pre_checkout_query",
    "purchased_paid_media",
    "poll",
    "poll_answer",
    "my_chat_member",
    "chat_member",
    "chat_join_request",
    "chat_boost",
    "removed_chat_boost",
];

/// Whether there is such a kind of update.
pub(crate) fn is_kind(name: &str) -> bool {
    KINDS.contains(&name)
}

/// An update.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Update {
    pub(crate) id: i64,
    pub(crate) body: Value,
}

/// The queue of one bot.
#[derive(Debug, Default)]
pub(crate) struct Updates {
    last: i64,
    pub(crate) pending: VecDeque<Update>,
    /// Handed out once more with the next answer.
    again: Option<Update>,
    pub(crate) allowed: Vec<String>,
    handed_out: BTreeMap<i64, Instant>,
    /// Which update told of a message, by chat and number; the latest one.
    told: BTreeMap<(i64, i64), i64>,
    pub(crate) paused: bool,
    /// The number of the latest request for updates: an older one is ended.
    pub(crate) poll: u64,
    /// Requests up to this one are cut off.
    pub(crate) cut_through: u64,
}

impl Updates {
    /// Queues an update, if the bot wants its kind. Gives its id.
    pub(crate) fn push(&mut self, kind: &str, content: Value) -> Option<i64> {
        let wanted = match self.allowed.as_slice() {
            [] => !ON_REQUEST.contains(&kind),
            allowed => allowed.iter().any(|allowed| allowed == kind),
        };
        if !wanted {
            return None;
        }
        self.last = self.last.max(FIRST - 1) + 1;
        if let (Some(chat), Some(message)) = (content["chat"]["id"].as_i64(), content["message_id"].as_i64()) {
            self.told.insert((chat, message), self.last);
        }
        self.pending.push_back(Update { id: self.last, body: json!({"update_id": self.last, kind: content}) });
        Some(self.last)
    }

    /// Forgets what is confirmed; a negative offset keeps only the latest ones.
    pub(crate) fn confirm(&mut self, offset: i64, faults: &mut Faults) {
        let confirmed = match usize::try_from(-offset) {
            Ok(kept) if offset < 0 => self.pending.len().saturating_sub(kept),
            _ => self.pending.iter().take_while(|update| update.id < offset).count(),
        };
        if confirmed > 0 && !faults.strike_updates(Fault::IgnoreOffset) {
            self.pending.drain(..confirmed);
        }
    }

    /// The next answer: at most so many updates, none if there are none.
    pub(crate) fn hand_out(&mut self, limit: usize, faults: &mut Faults) -> Vec<Value> {
        if self.paused {
            return Vec::new();
        }
        let mut updates: Vec<Update> = self.pending.iter().take(limit).cloned().collect();
        if updates.len() > 1 && faults.strike_updates(Fault::ReorderUpdates) {
            updates.reverse();
        }
        let again = self.again.take();
        if let Some(first) = updates.first().cloned() {
            if faults.strike_updates(Fault::RepeatInNextAnswer) {
                self.again = Some(first.clone());
            }
            if faults.strike_updates(Fault::RepeatUpdate) {
                updates.insert(1, first);
            }
        }
        updates.splice(0..0, again);
        updates.iter().for_each(|update| self.mark(update.id));
        updates.into_iter().map(|update| update.body).collect()
    }

    /// Notes that an update leaves now.
    pub(crate) fn mark(&mut self, id: i64) {
        self.handed_out.entry(id).or_insert_with(Instant::now);
    }

    pub(crate) fn handed_out(&self, id: i64) -> Option<Instant> {
        self.handed_out.get(&id).copied()
    }

    pub(crate) fn told_of(&self, chat: i64, message: i64) -> Option<i64> {
        self.told.get(&(chat, message)).copied()
    }
}
