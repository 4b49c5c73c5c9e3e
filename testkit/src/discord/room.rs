//! A channel as the server keeps it: a text channel, a thread, or a direct one.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Instant;

use serde_json::{Value, json};

use super::Snowflake;
use super::message::Message;
use super::refusal::{Reason, Refusal};
use super::snowflake::iso;

/// What the bot may be denied in a channel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Permission {
    /// To see the channel at all.
    View,
    /// To write in it.
    Send,
    /// To write in its threads.
    SendInThreads,
    /// To attach files.
    Attach,
    /// To add reactions.
    React,
    /// To open threads.
    CreateThreads,
    /// To rename, lock, archive and delete threads.
    ManageThreads,
    /// To rename the channel.
    ManageChannel,
    /// To delete what others wrote.
    ManageMessages,
    /// To read what was written before.
    ReadHistory,
}

impl Permission {
    const ALL: [Self; 10] = [
        Self::View,
        Self::Send,
        Self::SendInThreads,
        Self::Attach,
        Self::React,
        Self::CreateThreads,
        Self::ManageThreads,
        Self::ManageChannel,
        Self::ManageMessages,
        Self::ReadHistory,
    ];

    /// The bit in Discord's numbers.
    fn bit(self) -> u64 {
        1 << match self {
            Self::View => 10,
            Self::Send => 11,
            Self::SendInThreads => 38,
            Self::Attach => 15,
            Self::React => 6,
            Self::CreateThreads => 35,
            Self::ManageThreads => 34,
            Self::ManageChannel => 4,
            Self::ManageMessages => 13,
            Self::ReadHistory => 16,
        }
    }
}

/// Those above, commands and mentions.
pub(crate) const ALL_PERMISSIONS: u64 =
    1 << 4 | 1 << 6 | 1 << 10 | 1 << 11 | 1 << 13 | 1 << 15 | 1 << 16 | 1 << 17 | 1 << 31 | 1 << 34 | 1 << 35 | 1 << 38;

/// A thread's own state.
#[derive(Debug, Clone)]
pub(crate) struct ThreadState {
    pub(crate) guild: Snowflake,
    pub(crate) parent: Snowflake,
    pub(crate) owner: Snowflake,
    pub(crate) archived: bool,
    pub(crate) locked: bool,
    pub(crate) archive_after: i64,
    /// 11 if everyone who sees the channel sees it, 12 if it is private.
    pub(crate) number: i64,
}

/// What sort of channel it is.
#[derive(Debug, Clone)]
pub(crate) enum RoomKind {
    Text { guild: Snowflake },
    Thread(ThreadState),
    Direct { user: Snowflake },
}

/// A channel.
#[derive(Debug, Clone)]
pub(crate) struct Room {
    pub(crate) id: Snowflake,
    pub(crate) name: String,
    pub(crate) topic: Option<String>,
    pub(crate) kind: RoomKind,
    pub(crate) denied: BTreeSet<Permission>,
    pub(crate) messages: BTreeMap<Snowflake, Message>,
    pub(crate) deleted: Vec<Message>,
    pub(crate) typing: Vec<Instant>,
}

impl Room {
    pub(crate) fn new(id: Snowflake, name: &str, kind: RoomKind) -> Self {
        Self {
            id,
            name: name.to_owned(),
            topic: None,
            kind,
            denied: BTreeSet::new(),
            messages: BTreeMap::new(),
            deleted: Vec::new(),
            typing: Vec::new(),
        }
    }

    pub(crate) fn guild(&self) -> Option<Snowflake> {
        match &self.kind {
            RoomKind::Text { guild } => Some(*guild),
            RoomKind::Thread(thread) => Some(thread.guild),
            RoomKind::Direct { .. } => None,
        }
    }

    pub(crate) fn thread(&self) -> Option<&ThreadState> {
        match &self.kind {
            RoomKind::Thread(thread) => Some(thread),
            RoomKind::Text { .. } | RoomKind::Direct { .. } => None,
        }
    }

    pub(crate) fn thread_mut(&mut self) -> Option<&mut ThreadState> {
        match &mut self.kind {
            RoomKind::Thread(thread) => Some(thread),
            RoomKind::Text { .. } | RoomKind::Direct { .. } => None,
        }
    }

    /// Discord's number for the sort of channel.
    pub(crate) fn number(&self) -> i64 {
        match &self.kind {
            RoomKind::Text { .. } => 0,
            RoomKind::Direct { .. } => 1,
            RoomKind::Thread(thread) => thread.number,
        }
    }

    pub(crate) fn require(&self, permission: Permission) -> Result<(), Refusal> {
        if self.denied.contains(&permission) { Err(Reason::MissingPermissions.into()) } else { Ok(()) }
    }

    /// What the bot may do here, as Discord's number.
    pub(crate) fn permissions(&self) -> u64 {
        let denied = Permission::ALL.iter().filter(|permission| self.denied.contains(permission));
        denied.fold(ALL_PERMISSIONS, |left, permission| left & !permission.bit())
    }

    /// A message by id; ephemeral ones cannot be reached this way.
    pub(crate) fn message(&self, id: Snowflake) -> Result<&Message, Refusal> {
        let message = self.messages.get(&id).filter(|message| message.ephemeral_to.is_none());
        message.ok_or_else(|| Reason::UnknownMessage.into())
    }

    pub(crate) fn to_json(&self) -> Value {
        let mut json = json!({
            "id": self.id, "type": self.number(), "name": self.name, "topic": self.topic, "flags": 0,
            "last_message_id": self.messages.keys().next_back(),
        });
        match &self.kind {
            RoomKind::Text { guild } => {
                json["guild_id"] = json!(guild);
                json["permission_overwrites"] = json!([]);
                json["position"] = json!(0);
                json["nsfw"] = json!(false);
            }
            RoomKind::Thread(thread) => self.add_thread(thread, &mut json),
            RoomKind::Direct { .. } => json["name"] = Value::Null,
        }
        json
    }

    fn add_thread(&self, thread: &ThreadState, json: &mut Value) {
        json["guild_id"] = json!(thread.guild);
        json["parent_id"] = json!(thread.parent);
        json["owner_id"] = json!(thread.owner);
        json["message_count"] = json!(self.messages.len());
        json["total_message_sent"] = json!(self.messages.len());
        json["member_count"] = json!(1);
        json["rate_limit_per_user"] = json!(0);
        let made = iso(self.id.made());
        json["thread_metadata"] = json!({
            "archived": thread.archived, "locked": thread.locked, "auto_archive_duration": thread.archive_after,
            "archive_timestamp": made, "create_timestamp": made,
        });
    }
}
