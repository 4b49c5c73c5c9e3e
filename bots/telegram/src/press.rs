//! A pressed button.

use crate::hear::{Us, address, identity, manner, privacy};
use crate::wire::CallbackQuery;
use signalbox_core::desk::{Heard, Said};

/// A pressed button, and what is to be answered so that it stops glowing.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Pressing {
    /// Who pressed what.
    pub(crate) heard: Heard,
    /// What Telegram wants answered.
    pub(crate) query: String,
}

/// Who pressed what; nothing where the button is on no message of ours.
pub(crate) fn pressed(query: &CallbackQuery, update: i64, us: &Us) -> Option<Box<Pressing>> {
    let message = query.message.as_ref()?;
    let address = address(&message.chat, message.message_thread_id, message.is_topic_message);
    let heard = Heard {
        at_most: None,
        ground: None,
        about: None,
        source: us.source.clone(),
        id: update.to_string(),
        place: address.place()?,
        parent: address.parent(),
        privacy: privacy(&message.chat),
        one_conversation: message.chat.is_private() || address.topic.is_some(),
        sender: identity(&query.from),
        manner: manner(&message.chat, us),
        message: Some(message.message_id.to_string()),
        what: Said::Pressed { code: query.data.clone()? },
    };
    Some(Box::new(Pressing { heard, query: query.id.clone() }))
}
