//! A person, as a test speaks as one.

use std::sync::Arc;

use bytes::Bytes;
use serde_json::{Value, json};

use super::Snowflake;
use super::account::Account;
use super::channel::Channel;
use super::draft::{Answered, Draft};
use super::exchange::{Deed, Start};
use super::interaction::Interaction;
use super::message::{Attachment, Message};
use super::posting::{self, Post};
use super::reactions::react;
use super::room::RoomKind;
use super::shared::Shared;
use super::threads::{Opening, open};
use super::world::World;

/// A person.
#[derive(Clone)]
pub struct User {
    pub(crate) shared: Arc<Shared>,
    id: Snowflake,
    name: String,
}

impl From<&User> for Snowflake {
    fn from(user: &User) -> Self {
        user.id
    }
}

impl User {
    pub(crate) fn new(shared: Arc<Shared>, name: &str) -> Self {
        let id = shared.change(|world| {
            let id = world.ids.next();
            let account = Account { id, name: name.to_owned(), bot: false, takes_messages: true };
            world.users.insert(id, account);
            id
        });
        Self { shared, id, name: name.to_owned() }
    }

    /// Their id.
    pub fn id(&self) -> Snowflake {
        self.id
    }

    /// Their name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Writes a message.
    pub fn says(&self, channel: &Channel, text: &str) -> Message {
        self.writes(channel, draft(text))
    }

    /// Writes a message that begins with a mention of the bot.
    pub fn mentions(&self, channel: &Channel, text: &str) -> Message {
        let bot = self.shared.look(|world| world.application.bot);
        self.says(channel, &format!("<@{bot}> {text}"))
    }

    /// Answers a message, without ringing up its author.
    pub fn replies(&self, channel: &Channel, message: impl Into<Snowflake>, text: &str) -> Message {
        let answers = Some(Answered { message: message.into(), must_exist: true });
        self.writes(channel, Draft { answers, allowed: json!({"parse": ["users", "roles"]}), ..draft(text) })
    }

    /// Sends a file with a message.
    pub fn attaches(
        &self,
        channel: &Channel,
        (name, content_type): (&str, &str),
        bytes: impl Into<Bytes>,
        text: &str,
    ) -> Message {
        let id = self.shared.change(|world| world.ids.next());
        let (name, content_type) = (name.to_owned(), Some(content_type.to_owned()));
        let file = Attachment { id, name, content_type, description: None, bytes: bytes.into() };
        self.writes(channel, Draft { added: vec![file], ..draft(text) })
    }

    /// Changes a message.
    pub fn edits(&self, message: &Message, text: &str) -> Message {
        let changed = self.shared.change(|world| {
            let pings = super::mentions::mentioned(text);
            if let Some(message) =
                world.rooms.get_mut(&message.channel).and_then(|room| room.messages.get_mut(&message.id))
            {
                message.pings = pings;
            }
            posting::change(world, message.channel, message.id, draft(text))
        });
        changed.unwrap_or_else(|refusal| panic!("{} cannot edit this: {}", self.name, refusal.to_json()))
    }

    /// Deletes a message.
    pub fn deletes(&self, message: &Message) {
        let removed = self.shared.change(|world| posting::remove(world, message.channel, message.id));
        removed.unwrap_or_else(|refusal| panic!("{} cannot delete this: {}", self.name, refusal.to_json()));
    }

    /// Reacts to a message.
    pub fn reacts(&self, message: &Message, emoji: &str) {
        let reacted = self.shared.change(|world| react(world, (message.channel, message.id), self.id, emoji));
        reacted.unwrap_or_else(|refusal| panic!("{} cannot react to this: {}", self.name, refusal.to_json()));
    }

    /// Opens a thread that is at no message.
    pub fn opens_thread(&self, channel: &Channel, name: &str) -> Channel {
        let id = self.shared.change(|world| {
            let id = world.ids.next();
            let Some(RoomKind::Text { guild }) = world.rooms.get(&channel.id()).map(|room| &room.kind) else {
                panic!("threads are opened in text channels");
            };
            let opening = Opening { id, guild: *guild, parent: channel.id(), owner: self.id, number: 11 };
            open(world, opening, name, 4320);
            id
        });
        Channel::new(self.shared.clone(), id)
    }

    /// Takes no more direct messages from the bot.
    pub fn blocks_bot(&self) {
        self.set_takes_messages(false);
    }

    /// Takes direct messages from the bot again.
    pub fn unblocks_bot(&self) {
        self.set_takes_messages(true);
    }

    fn set_takes_messages(&self, takes: bool) {
        self.shared.change(|world| world.users.get_mut(&self.id).map(|account| account.takes_messages = takes));
    }

    fn writes(&self, channel: &Channel, draft: Draft) -> Message {
        self.shared.change(|world| {
            self.check_is_in(world, channel);
            let written = posting::write(world, Post::new(channel.id(), self.id, draft));
            written.unwrap_or_else(|refusal| panic!("{} cannot write this: {}", self.name, refusal.to_json()))
        })
    }

    /// # Panics
    /// When the person could not see the channel.
    fn check_is_in(&self, world: &World, channel: &Channel) {
        let Some(room) = world.rooms.get(&channel.id()) else { panic!("the channel is gone") };
        let member = match &room.kind {
            RoomKind::Direct { user } => *user == self.id,
            RoomKind::Text { guild } => world.guilds[guild].members.contains_key(&self.id),
            RoomKind::Thread(thread) => world.guilds[&thread.guild].members.contains_key(&self.id),
        };
        assert!(member, "{} is not in {}", self.name, world.title(room));
    }

    /// Does something that the bot is told of as an interaction.
    pub(crate) fn interacts(
        &self,
        channel: &Channel,
        kind: Deed,
        source: Option<Snowflake>,
        data: Value,
    ) -> Interaction {
        let (id, interaction) = self.shared.change(|world| {
            self.check_is_in(world, channel);
            world.start(Start { kind, user: self.id, channel: channel.id(), source, data })
        });
        super::endpoint::deliver(&self.shared, id, interaction);
        Interaction::new(self.clone(), channel.clone(), id)
    }
}

fn draft(text: &str) -> Draft {
    Draft { content: Some(text.to_owned()), ..Draft::default() }
}
