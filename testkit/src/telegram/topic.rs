//! A topic of a forum as a test holds it.

use super::chat::{Chat, Place};
use super::message::Message;

/// A topic.
#[derive(Debug, Clone)]
pub struct Topic {
    chat: Chat,
    thread: i64,
}

impl Place for Topic {
    fn chat(&self) -> &Chat {
        &self.chat
    }

    fn thread(&self) -> Option<i64> {
        Some(self.thread)
    }
}

impl Topic {
    pub(crate) fn new(chat: Chat, thread: i64) -> Self {
        Self { chat, thread }
    }

    /// Its thread: the number of the message that opened it.
    pub fn id(&self) -> i64 {
        self.thread
    }

    /// What is in it now, oldest first.
    pub fn messages(&self) -> Vec<Message> {
        self.chat.messages().into_iter().filter(|message| message.thread == Some(self.thread)).collect()
    }

    /// The forum's first member closes it.
    pub fn closes(&self) {
        self.close(true);
    }

    /// The forum's first member opens it again.
    pub fn reopens(&self) {
        self.close(false);
    }

    fn close(&self, closed: bool) {
        self.chat.stage.change(|world| {
            let by = world.rooms.get(&self.chat.id()).and_then(|room| room.members.first().copied());
            world.close_topic(self.chat.id(), self.thread, by.unwrap_or_default(), closed);
        });
    }
}
