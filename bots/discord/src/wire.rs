//! What Discord sends, as far as it is used here; everything else in it is passed over.

use crate::snowflake::Snowflake;
use serde::Deserialize;

/// An event of the gateway.
#[derive(Debug, Deserialize)]
pub(crate) struct Event<'a> {
    /// Its name, where it is a dispatch.
    pub(crate) t: Option<String>,
    /// Its number in the session.
    pub(crate) s: Option<u64>,
    /// Its data.
    #[serde(borrow)]
    pub(crate) d: Option<&'a serde_json::value::RawValue>,
}

/// `READY`.
#[derive(Debug, Deserialize)]
pub(crate) struct Ready {
    pub(crate) session_id: String,
    pub(crate) resume_gateway_url: String,
    #[serde(default)]
    pub(crate) guilds: Vec<Guild>,
}

/// A guild, as `READY`, `GUILD_CREATE` and `GUILD_DELETE` tell of it.
#[derive(Debug, Deserialize)]
pub(crate) struct Guild {
    pub(crate) id: Snowflake,
    /// It is there, but its server is down.
    #[serde(default)]
    pub(crate) unavailable: bool,
    #[serde(default)]
    pub(crate) channels: Vec<Channel>,
    #[serde(default)]
    pub(crate) threads: Vec<Channel>,
}

/// A channel or a thread.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Channel {
    pub(crate) id: Snowflake,
    #[serde(default, rename = "type")]
    pub(crate) kind: u8,
    pub(crate) guild_id: Option<Snowflake>,
    pub(crate) parent_id: Option<Snowflake>,
    pub(crate) owner_id: Option<Snowflake>,
    pub(crate) last_message_id: Option<Snowflake>,
    pub(crate) thread_metadata: Option<ThreadState>,
}

/// Whether a thread is open.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct ThreadState {
    #[serde(default)]
    pub(crate) archived: bool,
    #[serde(default)]
    pub(crate) locked: bool,
}

/// Somebody, or a bot.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Account {
    pub(crate) id: Snowflake,
    #[serde(default)]
    pub(crate) bot: bool,
}

/// `MESSAGE_CREATE`, or a message of a channel's history.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Message {
    pub(crate) id: Snowflake,
    pub(crate) channel_id: Snowflake,
    pub(crate) guild_id: Option<Snowflake>,
    #[serde(default, rename = "type")]
    pub(crate) kind: u8,
    pub(crate) author: Account,
    pub(crate) webhook_id: Option<Snowflake>,
    #[serde(default)]
    pub(crate) content: String,
    #[serde(default)]
    pub(crate) attachments: Vec<Attached>,
    pub(crate) referenced_message: Option<Box<Referenced>>,
    pub(crate) message_reference: Option<Reference>,
}

/// A file of a message.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Attached {
    pub(crate) filename: String,
    #[serde(default)]
    pub(crate) size: u64,
    pub(crate) url: String,
    pub(crate) content_type: Option<String>,
}

/// The message that another one answers.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Referenced {
    pub(crate) author: Account,
}

/// Which message another one points to.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Reference {
    pub(crate) message_id: Option<Snowflake>,
    pub(crate) channel_id: Option<Snowflake>,
}

/// `INTERACTION_CREATE`.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Interaction {
    pub(crate) id: Snowflake,
    pub(crate) application_id: Snowflake,
    #[serde(rename = "type")]
    pub(crate) kind: u8,
    #[serde(default)]
    pub(crate) token: String,
    pub(crate) guild_id: Option<Snowflake>,
    pub(crate) channel_id: Option<Snowflake>,
    pub(crate) channel: Option<Channel>,
    pub(crate) member: Option<Member>,
    pub(crate) user: Option<Account>,
    pub(crate) message: Option<Pressed>,
    #[serde(default)]
    pub(crate) data: InteractionData,
}

/// Somebody in a guild.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Member {
    pub(crate) user: Account,
}

/// The message whose button was pressed.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Pressed {
    pub(crate) id: Snowflake,
}

/// What was done: a command, a button, a menu, a form.
#[derive(Debug, Clone, Default, Deserialize)]
pub(crate) struct InteractionData {
    #[serde(default)]
    pub(crate) name: String,
    #[serde(default)]
    pub(crate) options: Vec<FilledOption>,
    #[serde(default)]
    pub(crate) custom_id: String,
    #[serde(default)]
    pub(crate) component_type: u8,
    #[serde(default)]
    pub(crate) values: Vec<String>,
    #[serde(default)]
    pub(crate) components: Vec<FilledComponent>,
}

/// An option of a command.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct FilledOption {
    pub(crate) name: String,
    #[serde(default)]
    pub(crate) value: serde_json::Value,
    #[serde(default)]
    pub(crate) focused: bool,
}

/// A field of a form, in a row or under a label.
#[derive(Debug, Clone, Default, Deserialize)]
pub(crate) struct FilledComponent {
    pub(crate) value: Option<String>,
    #[serde(default)]
    pub(crate) components: Vec<FilledComponent>,
    pub(crate) component: Option<Box<FilledComponent>>,
}

impl Interaction {
    /// Who did it.
    pub(crate) fn account(&self) -> Option<&Account> {
        self.member.as_ref().map(|member| &member.user).or(self.user.as_ref())
    }

    /// Where it was done.
    pub(crate) fn channel_id(&self) -> Option<Snowflake> {
        self.channel_id.or_else(|| self.channel.as_ref().map(|channel| channel.id))
    }
}

impl FilledComponent {
    /// The first text that was filled in.
    pub(crate) fn text(&self) -> Option<&str> {
        let below = || self.components.iter().find_map(Self::text);
        self.value.as_deref().or_else(below).or_else(|| self.component.as_deref().and_then(Self::text))
    }
}
