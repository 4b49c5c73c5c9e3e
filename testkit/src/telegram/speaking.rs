//! What people say, and what the bot is told of it.

use super::detect::detect;
use super::edit::Change;
use super::entity::Entity;
use super::message::{Attachment, Message};
use super::room::{Room, RoomKind, Standing};
use super::world::World;

/// What somebody says, and where.
#[derive(Debug, Default)]
pub(crate) struct Utterance {
    pub(crate) person: i64,
    pub(crate) room: i64,
    pub(crate) thread: Option<i64>,
    pub(crate) reply_to: Option<i64>,
    pub(crate) text: String,
    pub(crate) attachment: Option<Attachment>,
    pub(crate) album: Option<String>,
}

impl World {
    /// Puts somebody's message into a chat, and tells the bot. Gives the message's number.
    ///
    /// # Panics
    /// When the person is not in the chat: it is the test that is wrong.
    pub(crate) fn speak(&mut self, utterance: Utterance) -> i64 {
        let Utterance { person, room, thread, reply_to, text, attachment, album } = utterance;
        let name = self.people.name(person);
        let found = self.rooms.get(&room).unwrap_or_else(|| panic!("{name} speaks in a chat that is not there"));
        assert!(found.members.contains(&person), "{name} is not in {:?}", found.title);
        let thread = thread.or_else(|| found.thread_of_reply(reply_to?));
        let mut message = self.draft(person, &text);
        message.entities = detect(&text);
        message.thread = thread;
        message.reply_to = reply_to;
        message.attachment = attachment;
        message.album = album;
        let id = self.add_message(room, message);
        self.tell(room, id);
        id
    }

    /// Changes what somebody has said, and tells the bot.
    pub(crate) fn correct(&mut self, room: i64, id: i64, text: &str) {
        let change = Change { text: text.to_owned(), entities: detect(text), buttons: Vec::new() };
        self.apply(room, id, change);
        self.push_message(room, id, "edited_message");
    }

    /// Tells the bot of a message that is not its own, if it may see it.
    pub(crate) fn tell(&mut self, room: i64, id: i64) {
        self.push_message(room, id, "message");
    }

    fn push_message(&mut self, room: i64, id: i64, kind: &str) {
        let Some(found) = self.rooms.get(&room) else { return };
        let Some(message) = found.messages.get(&id).filter(|message| !message.from_bot) else { return };
        if found.bot == Standing::Kicked || !self.may_see(found, message) {
            return;
        }
        let json = self.message_json(found, message);
        self.updates.push(kind, json);
    }

    /// Privacy mode keeps from a bot what is said in groups, unless it is said to it.
    fn may_see(&self, room: &Room, message: &Message) -> bool {
        let open = room.kind == RoomKind::Private || room.bot == Standing::Administrator || message.service.is_some();
        if open || !self.settings.privacy_mode {
            return true;
        }
        let answers = message.reply_to.and_then(|id| room.messages.get(&id)).is_some_and(|message| message.from_bot);
        answers || message.entities.iter().any(|entity| self.is_meant(entity, &message.text))
    }

    fn is_meant(&self, entity: &Entity, text: &str) -> bool {
        let part = entity.of(text);
        let bot = format!("@{}", self.settings.bot_name);
        match entity.kind.as_str() {
            "mention" => part.eq_ignore_ascii_case(&bot),
            "bot_command" => !part.contains('@') || part.to_lowercase().ends_with(&bot.to_lowercase()),
            _ => false,
        }
    }
}
