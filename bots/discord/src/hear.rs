//! From a message to what was heard: whether it is for us, and how it is to be read. Pure.
//!
//! Heard are direct messages, what is written in threads that we began, commands, mentions, and answers to our messages.
//! Everything else is passed over, and so is whatever a bot or a webhook writes.

use crate::channels::Setting;
use crate::place::place;
use crate::snowflake::Snowflake;
use crate::wire::{Channel, Message};
use signalbox_core::command::{Command, Manner, parse};
use signalbox_core::desk::{Heard, Privacy, Said};
use signalbox_core::people::Identity;
use signalbox_core::place::Place;

/// Who we are to Discord.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Me {
    /// The application.
    pub(crate) application: Snowflake,
    /// Its bot's account.
    pub(crate) bot: Snowflake,
}

/// The messages that people write: an ordinary one, and one that answers another.
const WRITTEN: [u8; 2] = [0, 19];

/// A message that is for us.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Hearing {
    /// How it is to be read.
    pub(crate) manner: Manner,
    /// The message that it answers.
    pub(crate) answers: Option<Snowflake>,
    /// The name of the thread that is to be started from it.
    pub(crate) thread: Option<String>,
}

impl Me {
    /// The adapter's name for its account at the platform.
    pub(crate) fn source(self) -> String {
        format!("{}:{}", crate::KIND, self.application)
    }

    fn private(self) -> Manner {
        Manner::discord_private(&self.bot.to_string())
    }

    fn channel(self) -> Manner {
        Manner::discord_channel(&self.bot.to_string())
    }

    /// How a place addresses us.
    pub(crate) fn manner(self, setting: Setting) -> Manner {
        match setting {
            Setting::Direct | Setting::Thread { ours: true, .. } => self.private(),
            Setting::Thread { ours: false, .. } | Setting::Room { .. } => self.channel(),
        }
    }
}

/// Reads a message.
pub(crate) fn hear(message: &Message, setting: Setting, me: Me) -> Option<Hearing> {
    if message.author.bot || message.webhook_id.is_some() || !WRITTEN.contains(&message.kind) {
        return None;
    }
    let to_us = message.referenced_message.as_ref().is_some_and(|referenced| referenced.author.id == me.bot);
    let manner = if to_us { me.private() } else { me.manner(setting) };
    let parsed = parse(&message.content, &manner);
    let files_alone = !message.attachments.is_empty() && manner == me.private();
    if matches!(parsed, Ok(None)) && !files_alone {
        return None;
    }
    let asks = matches!(parsed, Ok(Some(Command::SubmitTask { .. } | Command::StartConversation { prompt: Some(_) })));
    let begins = asks && !to_us && setting == Setting::Room { threads: true };
    let thread = begins.then(|| thread_name(&message.content, me));
    Some(Hearing { manner, answers: answered(message), thread })
}

/// Whether a message might be for us, before it is known what its channel is: what is sure not to be is not stored.
pub(crate) fn may_be_for_us(message: &Message, setting: Option<Setting>, me: Me) -> bool {
    let unknown = Setting::Thread { ours: true, parent: None };
    let guess = match (setting, message.guild_id) {
        (Some(setting), _) => setting,
        (None, None) => Setting::Direct,
        (None, Some(_)) => unknown,
    };
    hear(message, guess, me).is_some()
}

/// The message in the same channel that it answers.
fn answered(message: &Message) -> Option<Snowflake> {
    let reference = message.message_reference.as_ref().filter(|_| message.kind == 19)?;
    let here = reference.channel_id.is_none_or(|channel| channel == message.channel_id);
    reference.message_id.filter(|_| here)
}

/// What a thread about this is called: the beginning of the text, on one line, without our name.
pub(crate) fn thread_name(text: &str, me: Me) -> String {
    let text = text.replace(&format!("<@{}>", me.bot), " ").replace(&format!("<@!{}>", me.bot), " ");
    let words: Vec<_> = text.split_whitespace().filter(|word| *word != "/task" && *word != "/new").collect();
    match signalbox_core::sheet::brief(&words.join(" "), 60) {
        name if name.is_empty() => "Task".to_owned(),
        name => name,
    }
}

/// Where something was done.
pub(crate) struct Where {
    /// The place.
    pub(crate) place: Place,
    /// The place that it is part of.
    pub(crate) parent: Option<Place>,
    /// Who sees what is said there.
    pub(crate) privacy: Privacy,
    /// Whether the whole place is one conversation.
    pub(crate) one_conversation: bool,
}

impl Where {
    /// A channel as a place.
    pub(crate) fn of(channel: Snowflake, setting: Setting) -> Option<Self> {
        let (parent, privacy, one_conversation) = match setting {
            Setting::Direct => (None, Privacy::Private, true),
            Setting::Thread { parent, .. } => (parent, Privacy::Shared, true),
            Setting::Room { .. } => (None, Privacy::Shared, false),
        };
        Some(Self { place: place(channel)?, parent: parent.and_then(place), privacy, one_conversation })
    }

    /// A thread of ours, in a channel.
    pub(crate) fn of_thread(thread: &Channel, channel: Snowflake) -> Option<Self> {
        Self::of(thread.id, Setting::Thread { ours: true, parent: Some(channel) })
    }
}

/// What somebody did, wherever it was.
pub(crate) struct Doing {
    /// The update's id.
    pub(crate) id: String,
    /// Who did it.
    pub(crate) sender: Identity,
    /// How the place addresses us.
    pub(crate) manner: Manner,
    /// The message in this place that it is, or that it was done at.
    pub(crate) message: Option<Snowflake>,
    /// What was done.
    pub(crate) what: Said,
}

impl Where {
    /// What was done here, as the desk hears it.
    pub(crate) fn heard(self, me: Me, doing: Doing) -> Heard {
        Heard {
            at_most: None,
            ground: None,
            about: None,
            source: me.source(),
            id: doing.id,
            place: self.place,
            parent: self.parent,
            privacy: self.privacy,
            one_conversation: self.one_conversation,
            sender: doing.sender,
            manner: doing.manner,
            message: doing.message.map(|id| id.to_string()),
            what: doing.what,
        }
    }
}

/// An account as the desk knows it.
pub(crate) fn identity(account: Snowflake) -> Identity {
    Identity { platform: crate::KIND.to_owned(), account: account.to_string() }
}
