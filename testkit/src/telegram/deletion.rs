//! `deleteMessage`.

use std::time::Duration;

use serde_json::{Value, json};

use super::params::Params;
use super::refusal::Refusal;
use super::room::{RoomKind, Standing};
use super::world::World;

/// What is older stays.
const DELETABLE: Duration = Duration::from_secs(48 * 60 * 60);

/// Deletes a message: the bot's own, anybody's in a private chat, and anybody's where the bot is an administrator.
pub(crate) fn delete_message(world: &mut World, params: &Params) -> Result<Value, Refusal> {
    let (now, id) = (world.clock.now(), params.integer("message_id").unwrap_or_default());
    let room = world.open_room(params)?;
    let message = room.messages.get(&id).ok_or_else(|| Refusal::bad("message to delete not found"))?;
    let may = message.from_bot || room.kind == RoomKind::Private || room.bot == Standing::Administrator;
    if !may || now.saturating_sub(message.virtual_time) > DELETABLE {
        return Err(Refusal::bad("message can't be deleted"));
    }
    let room = room.id;
    world.remove(room, id);
    Ok(json!(true))
}

impl World {
    /// Takes a message out of its chat.
    pub(crate) fn remove(&mut self, room: i64, id: i64) {
        if let Some(room) = self.rooms.get_mut(&room) {
            room.messages.remove(&id);
            room.reactions.remove(&id);
        }
    }
}
