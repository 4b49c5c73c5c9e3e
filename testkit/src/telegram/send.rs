//! `sendMessage`, and what all messages of the bot have in common.

use serde_json::{Value, json};

use super::entity::{Entity, parse_entities, units};
use super::keyboard::parse_markup;
use super::message::Message;
use super::params::Params;
use super::refusal::Refusal;
use super::target::Target;
use super::world::World;

const LONGEST_TEXT: usize = 4096;
const LONGEST_CAPTION: usize = 1024;

/// Sends a text.
pub(crate) fn send_message(world: &mut World, params: &Params) -> Result<Value, Refusal> {
    let (text, entities) = parse_text(params, "message is too long")?;
    let markup = parse_markup(params.object("reply_markup"))?;
    let target = world.target(params)?;
    world.charge(target.room, 1)?;
    let mut message = world.draft(world.bot, &text);
    message.entities = entities;
    message.buttons = markup.rows;
    message.forces_reply = markup.forces_reply;
    Ok(world.send(target, message))
}

impl World {
    /// Puts a message of the bot where it goes, and gives it as the API does.
    pub(crate) fn send(&mut self, target: Target, mut message: Message) -> Value {
        message.thread = target.thread;
        message.reply_to = target.reply_to;
        message.silent = target.silent;
        let id = self.add_message(target.room, message);
        self.shown(target.room, id)
    }

    /// A message as the API gives it.
    pub(crate) fn shown(&self, room: i64, id: i64) -> Value {
        let room = self.rooms.get(&room);
        room.and_then(|room| room.messages.get(&id).map(|message| self.message_json(room, message)))
            .unwrap_or(json!({}))
    }
}

/// The text and its entities.
pub(crate) fn parse_text(params: &Params, too_long: &str) -> Result<(String, Vec<Entity>), Refusal> {
    refuse_parse_mode(params)?;
    let text = params.text("text").unwrap_or_default();
    if text.trim().is_empty() {
        return Err(Refusal::bad("message text is empty"));
    }
    if units(text) > LONGEST_TEXT {
        return Err(Refusal::bad(too_long));
    }
    Ok((text.to_owned(), parse_entities(text, params.list("entities").unwrap_or_default())?))
}

/// The caption and its entities; both may be absent.
pub(crate) fn parse_caption(params: &Params) -> Result<(String, Vec<Entity>), Refusal> {
    refuse_parse_mode(params)?;
    caption(params.text("caption").unwrap_or_default(), params.list("caption_entities").unwrap_or_default())
}

/// Checks a caption.
pub(crate) fn caption(text: &str, entities: &[Value]) -> Result<(String, Vec<Entity>), Refusal> {
    if units(text) > LONGEST_CAPTION {
        return Err(Refusal::bad("message caption is too long"));
    }
    Ok((text.to_owned(), parse_entities(text, entities)?))
}

/// Markup in the text is not read here: it is a second way to say what entities say, and one to be tricked by.
fn refuse_parse_mode(params: &Params) -> Result<(), Refusal> {
    match params.text("parse_mode") {
        Some(mode) => Err(Refusal::bad(format!("can't parse entities: parse_mode \"{mode}\" is not read here"))),
        None => Ok(()),
    }
}
