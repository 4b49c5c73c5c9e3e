//! Editing: text, caption and buttons of what the bot has sent.

use std::time::Instant;

use serde_json::Value;

use super::entity::Entity;
use super::keyboard::{Button, parse_inline};
use super::message::{Message, Version};
use super::params::Params;
use super::refusal::Refusal;
use super::send::{parse_caption, parse_text};
use super::world::{World, unix_time};

/// What a message is to become.
#[derive(Debug)]
pub(crate) struct Change {
    pub(crate) text: String,
    pub(crate) entities: Vec<Entity>,
    pub(crate) buttons: Vec<Vec<Button>>,
}

/// `editMessageText`. Without buttons in the request, those under the message go.
pub(crate) fn edit_text(world: &mut World, params: &Params) -> Result<Value, Refusal> {
    let (text, entities) = parse_text(params, "MESSAGE_TOO_LONG")?;
    let change = Change { text, entities, buttons: buttons(params)? };
    edit(world, params, |message| match message.attachment {
        Some(_) => Err(Refusal::bad("there is no text in the message to edit")),
        None => Ok(change),
    })
}

/// `editMessageCaption`.
pub(crate) fn edit_caption(world: &mut World, params: &Params) -> Result<Value, Refusal> {
    let (text, entities) = parse_caption(params)?;
    let change = Change { text, entities, buttons: buttons(params)? };
    edit(world, params, |message| match message.attachment {
        Some(_) => Ok(change),
        None => Err(Refusal::bad("there is no caption in the message to edit")),
    })
}

/// `editMessageReplyMarkup`.
pub(crate) fn edit_markup(world: &mut World, params: &Params) -> Result<Value, Refusal> {
    let buttons = buttons(params)?;
    edit(world, params, |message| {
        Ok(Change { text: message.text.clone(), entities: message.entities.clone(), buttons })
    })
}

fn buttons(params: &Params) -> Result<Vec<Vec<Button>>, Refusal> {
    params.object("reply_markup").map_or(Ok(Vec::new()), parse_inline)
}

fn edit(
    world: &mut World,
    params: &Params,
    change: impl FnOnce(&Message) -> Result<Change, Refusal>,
) -> Result<Value, Refusal> {
    let room = world.open_room(params)?;
    let (room, id) = (room.id, params.integer("message_id").unwrap_or_default());
    let message = world.message(room, id).ok_or_else(|| Refusal::bad("message to edit not found"))?;
    if !message.from_bot || message.service.is_some() || message.forces_reply {
        return Err(Refusal::bad("message can't be edited"));
    }
    let change = change(message)?;
    let same = message.text == change.text && message.entities == change.entities && message.buttons == change.buttons;
    world.charge(room, 1)?;
    if same {
        return Err(Refusal::bad(
            "message is not modified: specified new message content and reply markup are exactly the same as a \
             current content and reply markup of the message",
        ));
    }
    world.apply(room, id, change);
    Ok(world.shown(room, id))
}

impl World {
    /// Makes a message what it is to become, and remembers what it was.
    pub(crate) fn apply(&mut self, room: i64, id: i64, change: Change) {
        let Some(message) = self.rooms.get_mut(&room).and_then(|room| room.messages.get_mut(&id)) else { return };
        message.text = change.text;
        message.entities = change.entities;
        message.buttons = change.buttons;
        message.edit_date = Some(unix_time());
        let (text, buttons) = (message.text.clone(), message.buttons.clone());
        message.versions.push(Version { at: Instant::now(), text, buttons });
    }
}
