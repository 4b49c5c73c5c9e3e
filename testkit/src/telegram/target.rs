//! Where a message of the bot goes, and whether it may go there.

use super::params::Params;
use super::refusal::Refusal;
use super::reply::parse_reply;
use super::room::{Room, RoomKind, Standing};
use super::world::World;

/// A place to send to.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Target {
    pub(crate) room: i64,
    pub(crate) thread: Option<i64>,
    pub(crate) reply_to: Option<i64>,
    pub(crate) silent: bool,
}

impl World {
    /// The chat that is named, if it is there and the bot is in it.
    pub(crate) fn open_room(&self, params: &Params) -> Result<&Room, Refusal> {
        let room = self.find_room(params)?;
        match (room.bot, room.kind) {
            (Standing::Member | Standing::Administrator, _) => Ok(room),
            (Standing::Kicked, RoomKind::Private) => Err(Refusal::forbidden("bot was blocked by the user")),
            (Standing::Kicked, kind) => {
                Err(Refusal::forbidden(format!("bot was kicked from the {} chat", kind.word())))
            }
        }
    }

    /// The chat that is named, if it is there.
    pub(crate) fn find_room(&self, params: &Params) -> Result<&Room, Refusal> {
        let id = params.chat().unwrap_or_default();
        match self.rooms.get(&id) {
            Some(room) => room.migrated_to.map_or(Ok(room), |to| Err(Refusal::migrated(to))),
            None if self.people.get(id).is_some() => {
                Err(Refusal::forbidden("bot can't initiate conversation with a user"))
            }
            None => Err(Refusal::bad("chat not found")),
        }
    }

    /// Chat, topic and answered message of what is to be sent.
    pub(crate) fn target(&self, params: &Params) -> Result<Target, Refusal> {
        let room = self.open_room(params)?;
        let topic = open_topic(room, params)?;
        let reply_to = parse_reply(room, params)?;
        let thread = topic.or_else(|| reply_to.and_then(|to| room.thread_of_reply(to)));
        if thread.and_then(|thread| room.topics.get(&thread)).is_some_and(|topic| topic.closed) {
            return Err(Refusal::bad("TOPIC_CLOSED"));
        }
        Ok(Target { room: room.id, thread, reply_to, silent: params.flag("disable_notification") })
    }
}

/// The topic that is named, if it is there and open.
pub(crate) fn open_topic(room: &Room, params: &Params) -> Result<Option<i64>, Refusal> {
    let Some(thread) = params.integer("message_thread_id") else { return Ok(None) };
    match room.topics.get(&thread) {
        Some(topic) if topic.closed => Err(Refusal::bad("TOPIC_CLOSED")),
        Some(_) => Ok(Some(thread)),
        None => Err(Refusal::bad("message thread not found")),
    }
}
