//! `createForumTopic` and `closeForumTopic`, and what they do.

use serde_json::{Value, json};

use super::message::Service;
use super::params::Params;
use super::refusal::Refusal;
use super::render::ICON_COLOR;
use super::room::{RoomKind, Standing, TopicState};
use super::world::World;

const LONGEST_NAME: usize = 128;

/// Opens a topic.
pub(crate) fn create_forum_topic(world: &mut World, params: &Params) -> Result<Value, Refusal> {
    let name = params.text("name").unwrap_or_default();
    if name.trim().is_empty() || name.chars().count() > LONGEST_NAME {
        return Err(Refusal::bad("TOPIC_TITLE_EMPTY"));
    }
    let room = managed_forum(world, params)?;
    let thread = world.open_topic(room, world.bot, name);
    Ok(json!({"message_thread_id": thread, "name": name, "icon_color": ICON_COLOR}))
}

/// Closes a topic.
pub(crate) fn close_forum_topic(world: &mut World, params: &Params) -> Result<Value, Refusal> {
    let room = managed_forum(world, params)?;
    let thread = params.integer("message_thread_id").unwrap_or_default();
    let topic = world.rooms.get(&room).and_then(|room| room.topics.get(&thread));
    match topic {
        None => Err(Refusal::bad("message thread not found")),
        Some(topic) if topic.closed => Err(Refusal::bad("TOPIC_NOT_MODIFIED")),
        Some(_) => {
            world.close_topic(room, thread, world.bot, true);
            Ok(json!(true))
        }
    }
}

fn managed_forum(world: &World, params: &Params) -> Result<i64, Refusal> {
    let room = world.open_room(params)?;
    if room.kind != RoomKind::Forum {
        return Err(Refusal::bad("the chat is not a forum"));
    }
    if room.bot != Standing::Administrator {
        return Err(Refusal::bad("not enough rights to manage topics"));
    }
    Ok(room.id)
}

impl World {
    /// Opens a topic; its thread is the message that says so.
    pub(crate) fn open_topic(&mut self, room: i64, by: i64, name: &str) -> i64 {
        let mut message = self.draft(by, "");
        message.service = Some(Service::TopicCreated(name.to_owned()));
        let thread = self.add_message(room, message);
        if let Some(room) = self.rooms.get_mut(&room) {
            room.topics.insert(thread, TopicState { name: name.to_owned(), closed: false });
            if let Some(message) = room.messages.get_mut(&thread) {
                message.thread = Some(thread);
            }
        }
        self.tell(room, thread);
        thread
    }

    /// Closes a topic, or opens it again.
    pub(crate) fn close_topic(&mut self, room: i64, thread: i64, by: i64, closed: bool) {
        if let Some(topic) = self.rooms.get_mut(&room).and_then(|room| room.topics.get_mut(&thread)) {
            topic.closed = closed;
        }
        let mut message = self.draft(by, "");
        message.thread = Some(thread);
        message.service = Some(if closed { Service::TopicClosed } else { Service::TopicReopened });
        let id = self.add_message(room, message);
        self.tell(room, id);
    }
}
