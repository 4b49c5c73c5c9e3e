//! What the server knows of a chat.

use std::collections::BTreeMap;

use super::actions::Action;
use super::message::Message;

/// What kind of chat it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RoomKind {
    Private,
    Group,
    Supergroup,
    Forum,
}

impl RoomKind {
    pub(crate) fn is_group(self) -> bool {
        self != Self::Private
    }

    /// The API's word for it.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Private => "private",
            Self::Group => "group",
            Self::Supergroup | Self::Forum => "supergroup",
        }
    }
}

/// How the bot stands in a chat.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Standing {
    Member,
    Administrator,
    /// Removed; in a private chat: blocked.
    Kicked,
}

/// A topic of a forum.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct TopicState {
    pub(crate) name: String,
    pub(crate) closed: bool,
}

/// A chat.
#[derive(Debug)]
pub(crate) struct Room {
    pub(crate) id: i64,
    pub(crate) kind: RoomKind,
    pub(crate) title: String,
    /// The name under which anybody finds it and reads along.
    pub(crate) username: Option<String>,
    /// The first one made the chat.
    pub(crate) members: Vec<i64>,
    pub(crate) bot: Standing,
    pub(crate) migrated_to: Option<i64>,
    pub(crate) topics: BTreeMap<i64, TopicState>,
    pub(crate) messages: BTreeMap<i64, Message>,
    pub(crate) last_message: i64,
    pub(crate) actions: Vec<Action>,
    /// The bot's reactions, by message.
    pub(crate) reactions: BTreeMap<i64, Vec<String>>,
}

impl Room {
    pub(crate) fn new(id: i64, kind: RoomKind, title: &str, members: Vec<i64>) -> Self {
        Self {
            id,
            kind,
            title: title.to_owned(),
            username: None,
            members,
            bot: if kind == RoomKind::Forum { Standing::Administrator } else { Standing::Member },
            migrated_to: None,
            topics: BTreeMap::new(),
            messages: BTreeMap::new(),
            last_message: 0,
            actions: Vec::new(),
            reactions: BTreeMap::new(),
        }
    }

    /// The thread that an answer to a message comes to lie in.
    ///
    /// In a forum it is the message's topic. In other supergroups Telegram names the message that the chain began with,
    /// which is no topic and cannot be sent to.
    pub(crate) fn thread_of_reply(&self, to: i64) -> Option<i64> {
        let message = self.messages.get(&to)?;
        match self.kind {
            RoomKind::Forum => message.thread,
            RoomKind::Supergroup => Some(message.thread.unwrap_or(to)),
            RoomKind::Private | RoomKind::Group => None,
        }
    }
}
