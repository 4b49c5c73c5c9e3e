//! A channel, thread or direct channel, as a test holds it.

use std::sync::Arc;

use super::Snowflake;
use super::message::Message;
use super::posting;
use super::room::{Permission, Room, ThreadState};
use super::shared::Shared;

/// A channel, a thread, or a direct channel.
#[derive(Clone)]
pub struct Channel {
    pub(crate) shared: Arc<Shared>,
    id: Snowflake,
}

impl From<&Channel> for Snowflake {
    fn from(channel: &Channel) -> Self {
        channel.id
    }
}

impl Channel {
    pub(crate) fn new(shared: Arc<Shared>, id: Snowflake) -> Self {
        Self { shared, id }
    }

    /// Its id.
    pub fn id(&self) -> Snowflake {
        self.id
    }

    fn look<T: Default>(&self, look: impl FnOnce(&Room) -> T) -> T {
        self.shared.look(|world| world.rooms.get(&self.id).map(look)).unwrap_or_default()
    }

    /// Its name; empty if it is gone.
    pub fn name(&self) -> String {
        self.look(|room| room.name.clone())
    }

    /// Whether it is still there.
    pub fn exists(&self) -> bool {
        self.look(|_| true)
    }

    /// Its messages, oldest first; those that one user sees are among them.
    pub fn messages(&self) -> Vec<Message> {
        self.look(|room| room.messages.values().cloned().collect())
    }

    /// A message by id.
    pub fn message(&self, id: impl Into<Snowflake>) -> Option<Message> {
        let id = id.into();
        self.look(|room| room.messages.get(&id).cloned())
    }

    /// The messages that were deleted, in that order.
    pub fn deleted(&self) -> Vec<Message> {
        self.look(|room| room.deleted.clone())
    }

    /// How often the bot showed that it was typing.
    pub fn typing(&self) -> usize {
        self.look(|room| room.typing.len())
    }

    /// Whether it is an archived thread.
    pub fn is_archived(&self) -> bool {
        self.look(|room| room.thread().is_some_and(|thread: &ThreadState| thread.archived))
    }

    /// Whether it is a locked thread.
    pub fn is_locked(&self) -> bool {
        self.look(|room| room.thread().is_some_and(|thread: &ThreadState| thread.locked))
    }

    /// The bot may no longer do this here.
    pub fn denies(&self, permission: Permission) {
        self.shared.change(|world| world.rooms.get_mut(&self.id).map(|room| room.denied.insert(permission)));
    }

    /// The bot may do this here again.
    pub fn allows(&self, permission: Permission) {
        self.shared.change(|world| world.rooms.get_mut(&self.id).map(|room| room.denied.remove(&permission)));
    }

    /// Somebody archives the thread.
    pub fn archives(&self) {
        self.shared.change(|world| world.set_thread(self.id, Some(true), None));
    }

    /// Somebody opens the thread again.
    pub fn unarchives(&self) {
        self.shared.change(|world| world.set_thread(self.id, Some(false), None));
    }

    /// Somebody locks the thread.
    pub fn locks(&self) {
        self.shared.change(|world| world.set_thread(self.id, None, Some(true)));
    }

    /// Somebody unlocks the thread.
    pub fn unlocks(&self) {
        self.shared.change(|world| world.set_thread(self.id, None, Some(false)));
    }

    /// Somebody deletes a message.
    pub fn deletes_message(&self, message: impl Into<Snowflake>) {
        let message = message.into();
        // One that is gone already may be deleted once more.
        let _ = self.shared.change(|world| posting::remove(world, self.id, message));
    }

    /// Somebody deletes the channel with its threads, or the thread.
    pub fn deletes(&self) {
        self.shared.change(|world| world.remove_room(self.id));
    }
}
