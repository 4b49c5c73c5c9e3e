//! What an update means: what a person did, or what became of a place. Pure; who the person is to us, and whether they may,
//! is not asked here.
//!
//! In groups only a mention, a reply to us or a command is for us; what is clearly not goes no further.

use crate::address::Address;
use crate::change;
use crate::press::{self, Pressing};
use crate::quoted::own_words;
use crate::sources::{Wanted, wanted};
use crate::wire::{Chat, Message, Update, User};
use signalbox_core::command::{Manner, Verb};
use signalbox_core::desk::{Heard, PlaceChange, Privacy, Said};
use signalbox_core::people::Identity;
use signalbox_core::place::Place;

/// Who we are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Us {
    /// Our id.
    pub(crate) id: i64,
    /// Our user name, without the `@`.
    pub(crate) name: String,
    /// What our updates are filed under.
    pub(crate) source: String,
}

/// What an update means.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Meaning {
    /// Nothing to us.
    Nothing,
    /// Something became of a place.
    Changed(Place, PlaceChange),
    /// Somebody wrote something.
    Written(Box<Written>),
    /// Somebody pressed a button.
    Pressed(Box<Pressing>),
}

/// Something that somebody wrote, with what is to be fetched along with it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Written {
    /// The words, still without files.
    pub(crate) heard: Heard,
    /// Whether it is for us. Only parts of albums are kept that are not: another part may say that all are.
    pub(crate) meant: bool,
    /// Whether it is so clearly for us that a person we know may see at once that we heard.
    pub(crate) clear: bool,
    /// The files that come with it.
    pub(crate) files: Vec<Wanted>,
    /// The album that it is a part of.
    pub(crate) album: Option<String>,
    /// Whether it asks to stop something, which must not wait for files.
    pub(crate) urgent: bool,
}

/// What an update means to us.
pub(crate) fn meaning(update: &Update, us: &Us) -> Meaning {
    if let Some(query) = &update.callback_query {
        return press::pressed(query, update.update_id, us).map_or(Meaning::Nothing, Meaning::Pressed);
    }
    if let Some(member) = &update.my_chat_member {
        return change::of_membership(member)
            .map_or(Meaning::Nothing, |(place, change)| Meaning::Changed(place, change));
    }
    let Some(message) = &update.message else { return Meaning::Nothing };
    if let Some((place, change)) = change::of_message(message) {
        return Meaning::Changed(place, change);
    }
    written(message, update.update_id, us).map_or(Meaning::Nothing, |written| Meaning::Written(Box::new(written)))
}

/// A person's account.
pub(crate) fn identity(user: &User) -> Identity {
    Identity { platform: crate::KIND.to_owned(), account: user.id.to_string() }
}

/// How many see what is said in a chat.
pub(crate) fn privacy(chat: &Chat) -> Privacy {
    match (chat.is_private(), &chat.username) {
        (true, _) => Privacy::Private,
        (false, Some(_)) => Privacy::Public,
        (false, None) => Privacy::Shared,
    }
}

/// How a chat addresses us.
pub(crate) fn manner(chat: &Chat, us: &Us) -> Manner {
    if chat.is_private() { Manner::telegram_private(&us.name) } else { Manner::telegram_group(&us.name) }
}

/// Where a message stands: a topic of a forum is a place of its own.
pub(crate) fn address(chat: &Chat, thread: Option<i32>, is_topic: bool) -> Address {
    Address { chat: chat.id, topic: thread.filter(|_| is_topic && chat.is_group()) }
}

fn written(message: &Message, update: i64, us: &Us) -> Option<Written> {
    let sender = message.from.as_ref().filter(|from| !from.is_bot && message.sender_chat.is_none())?;
    if !message.chat.is_private() && !message.chat.is_group() {
        return None;
    }
    let (text, entities) = message.words();
    let text = own_words(text, entities, &format!("@{}", us.name));
    // Who passes on what somebody else wrote gives no command by it.
    let text = match message.is_passed_on() && slash(text, us).is_some() {
        true => &format!("Passed on:\n{text}"),
        false => text,
    };
    let files = wanted(message);
    if text.trim().is_empty() && files.is_empty() {
        return None;
    }
    let call = call(message, text, us);
    if call == Call::None && message.media_group_id.is_none() {
        return None;
    }
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
        sender: identity(sender),
        manner: match call {
            Call::Answer => Manner::telegram_private(&us.name),
            _ => manner(&message.chat, us),
        },
        message: Some(message.message_id.to_string()),
        what: Said::Words {
            text: text.to_owned(),
            answers: message.answers().map(|answered| answered.message_id.to_string()),
            files: Vec::new(),
            missing: Vec::new(),
        },
    };
    Some(Written {
        heard,
        meant: call != Call::None,
        clear: matches!(call, Call::Private | Call::Answer | Call::Name) || slash(text, us) == Some(true),
        files,
        album: message.media_group_id.clone(),
        urgent: slash(text, us) == Some(true) && is_stop(text),
    })
}

/// What makes a message one for us.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Call {
    None,
    Private,
    Answer,
    Name,
    Slash,
}

fn call(message: &Message, text: &str, us: &Us) -> Call {
    if message.chat.is_private() {
        return Call::Private;
    }
    // What somebody else wrote calls nobody where it is passed on.
    if message.is_passed_on() {
        return Call::None;
    }
    let answers_us = message.answers().and_then(|answered| answered.from.as_ref()).is_some_and(|from| from.id == us.id);
    let named = text.to_lowercase().contains(&format!("@{}", us.name.to_lowercase()));
    match (answers_us, slash(text, us), named) {
        (true, _, _) => Call::Answer,
        (false, Some(_), _) => Call::Slash,
        (false, None, true) => Call::Name,
        (false, None, false) => Call::None,
    }
}

/// Whether a text begins with a slash, and whether that is certainly a command of ours.
fn slash(text: &str, us: &Us) -> Option<bool> {
    let word = text.trim_start().strip_prefix('/')?.split_whitespace().next().unwrap_or_default();
    let (verb, name) = word.split_once('@').unwrap_or((word, &us.name));
    Some(name.eq_ignore_ascii_case(&us.name) && verb.to_lowercase().parse::<Verb>().is_ok())
}

fn is_stop(text: &str) -> bool {
    let word = text.trim_start().trim_start_matches('/').split(|c: char| c.is_whitespace() || c == '@').next();
    word.is_some_and(|word| word.eq_ignore_ascii_case("stop"))
}
