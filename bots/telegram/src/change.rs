//! What becomes of places: we are let in or thrown out, a group becomes a supergroup, a topic is closed.

use crate::address::Address;
use crate::wire::{MemberUpdate, Message};
use signalbox_core::desk::PlaceChange;
use signalbox_core::place::Place;

/// What became of us in a chat.
pub(crate) fn of_membership(update: &MemberUpdate) -> Option<(Place, PlaceChange)> {
    let place = Address::of_chat(update.chat.id).place()?;
    let member = &update.new_chat_member;
    let out = match member.status.as_str() {
        "left" | "kicked" => true,
        "restricted" => member.is_member == Some(false),
        _ => false,
    };
    let why =
        if update.chat.is_private() { "the person has blocked the bot" } else { "the bot was removed from the group" };
    Some((place, if out { PlaceChange::Lost(why.to_owned()) } else { PlaceChange::Back }))
}

/// What a message of Telegram's own tells of its place.
pub(crate) fn of_message(message: &Message) -> Option<(Place, PlaceChange)> {
    if let Some(moved) = message.migrate_to_chat_id {
        let place = Address::of_chat(message.chat.id).place()?;
        return Some((place, PlaceChange::Moved(Address::of_chat(moved).place()?)));
    }
    let topic = Address { chat: message.chat.id, topic: Some(message.message_thread_id?) }.place()?;
    if message.forum_topic_closed.is_some() {
        return Some((topic, PlaceChange::Lost("the topic is closed".to_owned())));
    }
    message.forum_topic_reopened.is_some().then_some((topic, PlaceChange::Back))
}
