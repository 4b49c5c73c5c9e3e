//! Where something is said: a chat, or a topic of a forum, as the address of a place.

use crate::KIND;
use signalbox_core::place::Place;
use std::fmt;
use std::str::FromStr;
use teloxide_core::types::{ChatId, MessageId, Recipient, ThreadId};

/// A chat, or a topic in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Address {
    pub(crate) chat: i64,
    pub(crate) topic: Option<i32>,
}

impl Address {
    /// The address of a place of ours; none where it is somebody else's.
    pub(crate) fn of(place: &Place) -> Option<Self> {
        (place.kind() == KIND).then(|| place.address().parse().ok()).flatten()
    }

    /// The whole chat.
    pub(crate) fn of_chat(chat: i64) -> Self {
        Self { chat, topic: None }
    }

    pub(crate) fn place(self) -> Option<Place> {
        Place::new(KIND, &self.to_string()).ok()
    }

    /// The chat that a topic is part of.
    pub(crate) fn parent(self) -> Option<Place> {
        self.topic.and_then(|_| Self::of_chat(self.chat).place())
    }

    /// Groups have negative ids.
    pub(crate) fn is_group(self) -> bool {
        self.chat < 0
    }

    pub(crate) fn recipient(self) -> Recipient {
        Recipient::Id(ChatId(self.chat))
    }

    pub(crate) fn thread(self) -> Option<ThreadId> {
        self.topic.map(|topic| ThreadId(MessageId(topic)))
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.topic {
            Some(topic) => write!(f, "{}/{topic}", self.chat),
            None => write!(f, "{}", self.chat),
        }
    }
}

impl FromStr for Address {
    type Err = std::num::ParseIntError;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.split_once('/') {
            Some((chat, topic)) => Ok(Self { chat: chat.parse()?, topic: Some(topic.parse()?) }),
            None => Ok(Self { chat: text.parse()?, topic: None }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_topic_is_part_of_its_chat() {
        let address: Address = "-100123/7".parse().unwrap();
        assert_eq!(address, Address { chat: -100_123, topic: Some(7) });
        assert_eq!(address.place().unwrap().to_string(), "telegram:-100123/7");
        assert_eq!(address.parent().unwrap().to_string(), "telegram:-100123");
        assert_eq!(Address::of_chat(5).parent(), None);
    }

    #[test]
    fn other_places_have_no_address_here() {
        for place in ["discord:5", "telegram:x", "telegram:5/", "telegram:/5", "telegram:5/6/7"] {
            assert_eq!(Address::of(&place.parse().unwrap()), None, "{place}");
        }
    }
}
