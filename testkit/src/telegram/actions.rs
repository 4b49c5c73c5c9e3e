//! `sendChatAction`: what the bot is shown to be doing.

use std::time::Instant;

use serde_json::{Value, json};

use super::params::Params;
use super::refusal::Refusal;
use super::target::open_topic;
use super::world::World;

const KNOWN: &[&str] = &[
    "typing",
    "upload_photo",
    "record_video",
    "upload_video",
    "record_voice",
    "upload_voice",
    "upload_document",
    "choose_sticker",
    "find_location",
    "record_video_note",
    "upload_video_note",
];

/// What the bot was shown to be doing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Action {
    /// `typing`, `upload_document` and so on.
    pub action: String,
    /// In which topic.
    pub thread: Option<i64>,
    /// Since when.
    pub at: Instant,
}

/// Shows what the bot is doing.
pub(crate) fn send_chat_action(world: &mut World, params: &Params) -> Result<Value, Refusal> {
    let action = params.text("action").unwrap_or_default();
    if !KNOWN.contains(&action) {
        return Err(Refusal::bad("wrong parameter action in request"));
    }
    let room = world.open_room(params)?;
    let (id, thread) = (room.id, open_topic(room, params)?);
    if let Some(room) = world.rooms.get_mut(&id) {
        room.actions.push(Action { action: action.to_owned(), thread, at: Instant::now() });
    }
    Ok(json!(true))
}
