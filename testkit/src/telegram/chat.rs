//! A chat as a test holds it.

use serde_json::json;

use super::message::{Message, Service};
use super::room::{RoomKind, Standing};
use super::server::TelegramServer;
use super::stage::Shared;
use super::topic::Topic;
use super::user::User;
use super::world::{World, unix_time};

/// A chat.
#[derive(Debug, Clone)]
pub struct Chat {
    id: i64,
    pub(crate) stage: Shared,
}

/// Where something can be said: a chat, or a topic of one.
pub trait Place {
    /// The chat.
    fn chat(&self) -> &Chat;

    /// The topic's thread, if it is one.
    fn thread(&self) -> Option<i64> {
        None
    }
}

impl Place for Chat {
    fn chat(&self) -> &Chat {
        self
    }
}

impl TelegramServer {
    /// A private chat that somebody has started with the bot. The bot is not told: it was before the test.
    pub fn private(&self, user: &User) -> Chat {
        self.open(RoomKind::Private, user.name(), &[user])
    }

    /// A group with the bot in it. The first one made it.
    pub fn group(&self, title: &str, members: &[&User]) -> Chat {
        self.open(RoomKind::Group, title, members)
    }

    /// A supergroup with the bot in it. The first one made it.
    pub fn supergroup(&self, title: &str, members: &[&User]) -> Chat {
        self.open(RoomKind::Supergroup, title, members)
    }

    /// A supergroup with topics, and with the bot as an administrator. The first one made it.
    pub fn forum(&self, title: &str, members: &[&User]) -> Chat {
        self.open(RoomKind::Forum, title, members)
    }

    fn open(&self, kind: RoomKind, title: &str, members: &[&User]) -> Chat {
        let members = members.iter().map(|user| user.id()).collect();
        let id = self.stage.change(|world| world.add_room(kind, title, members));
        Chat::known(id, &self.stage)
    }
}

impl Chat {
    /// The chat of a number.
    pub(crate) fn known(id: i64, stage: &Shared) -> Self {
        Self { id, stage: stage.clone() }
    }

    /// Its number.
    pub fn id(&self) -> i64 {
        self.id
    }

    /// What is in it now, oldest first.
    pub fn messages(&self) -> Vec<Message> {
        let messages =
            |world: &World| world.rooms.get(&self.id).map(|room| room.messages.values().cloned().collect::<Vec<_>>());
        self.stage.look(messages).unwrap_or_default()
    }

    /// A message, if it is still there.
    pub fn message(&self, id: i64) -> Option<Message> {
        self.stage.look(|world| world.message(self.id, id).cloned())
    }

    /// A topic that its first member opens.
    pub fn topic(&self, name: &str) -> Topic {
        let thread = self.stage.change(|world| {
            let by = world.rooms.get(&self.id).and_then(|room| room.members.first().copied());
            world.open_topic(self.id, by.unwrap_or_default(), name)
        });
        self.topic_at(thread)
    }

    /// The topic of a thread, such as one that the bot has opened.
    pub fn topic_at(&self, thread: i64) -> Topic {
        Topic::new(self.clone(), thread)
    }

    /// Somebody joins.
    pub fn adds(&self, user: &User) {
        self.stage.change(|world| {
            if let Some(room) = world.rooms.get_mut(&self.id) {
                room.members.push(user.id());
            }
            world.announce(self.id, user.id(), Service::Joined(user.id()));
        });
    }

    /// Somebody leaves.
    pub fn removes(&self, user: &User) {
        self.stage.change(|world| {
            if let Some(room) = world.rooms.get_mut(&self.id) {
                room.members.retain(|member| *member != user.id());
            }
            world.announce(self.id, user.id(), Service::Left(user.id()));
        });
    }

    /// Somebody removes the bot.
    pub fn removes_bot(&self, by: &User) {
        self.stage.change(|world| world.place_bot(self.id, by.id(), Standing::Kicked));
    }

    /// Somebody adds the bot again.
    pub fn adds_bot(&self, by: &User) {
        self.stage.change(|world| {
            world.place_bot(self.id, by.id(), Standing::Member);
            world.announce(self.id, by.id(), Service::Joined(world.bot));
        });
    }

    /// Somebody makes the bot an administrator.
    pub fn promotes_bot(&self, by: &User) {
        self.stage.change(|world| world.place_bot(self.id, by.id(), Standing::Administrator));
    }

    /// The supergroup gets a public name: anybody can read along.
    pub fn publishes(&self, username: &str) {
        self.stage.change(|world| {
            if let Some(room) = world.rooms.get_mut(&self.id) {
                room.username = Some(username.to_owned());
            }
        });
    }

    /// The group goes on as a supergroup, with a new number and without its old messages.
    pub fn migrates(&self) -> Chat {
        let id = self.stage.change(|world| world.migrate(self.id));
        Self::known(id, &self.stage)
    }
}

impl World {
    /// Changes how the bot stands in a chat, and tells it.
    pub(crate) fn place_bot(&mut self, room: i64, by: i64, standing: Standing) {
        let Some(found) = self.rooms.get_mut(&room) else { return };
        let before = std::mem::replace(&mut found.bot, standing);
        let chat = self.rooms.get(&room).map(|room| self.chat_json(room));
        let update = json!({
            "chat": chat,
            "from": self.user_json(by),
            "date": unix_time(),
            "old_chat_member": self.bot_json(before),
            "new_chat_member": self.bot_json(standing),
        });
        self.updates.push("my_chat_member", update);
    }

    /// Puts a message of Telegram's own into a chat.
    pub(crate) fn announce(&mut self, room: i64, by: i64, service: Service) {
        let mut message = self.draft(by, "");
        message.service = Some(service);
        let id = self.add_message(room, message);
        self.tell(room, id);
    }

    fn migrate(&mut self, from: i64) -> i64 {
        let old = self.rooms.get(&from).map(|room| (room.title.clone(), room.members.clone()));
        let (title, members) = old.unwrap_or_default();
        let by = members.first().copied().unwrap_or_default();
        let to = self.add_room(RoomKind::Supergroup, &title, members);
        self.announce(from, by, Service::MigratedTo(to));
        if let Some(room) = self.rooms.get_mut(&from) {
            room.migrated_to = Some(to);
        }
        self.announce(to, by, Service::MigratedFrom(from));
        to
    }
}
