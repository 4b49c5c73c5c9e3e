//! A message, as a test looks at it.

use std::time::{Instant, SystemTime};

use bytes::Bytes;
use serde_json::Value;

use super::Snowflake;
use super::components::{BUTTON, STRING_SELECT};
use super::form::items;
use super::mentions::Pings;

/// A file at a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attachment {
    /// Its id.
    pub id: Snowflake,
    /// The file's name.
    pub name: String,
    /// What it is, if the sender said so.
    pub content_type: Option<String>,
    /// What the sender says of it.
    pub description: Option<String>,
    /// What is in it.
    pub bytes: Bytes,
}

/// A button under a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Button {
    /// What is written on it.
    pub label: String,
    /// What the bot knows it by; a link has none.
    pub custom_id: Option<String>,
    /// Where it leads, if it is a link.
    pub url: Option<String>,
    /// Whether it is greyed out.
    pub disabled: bool,
}

/// A menu under a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Select {
    /// What is written on it while nothing is chosen.
    pub placeholder: String,
    /// What the bot knows it by.
    pub custom_id: String,
    /// The options: label and value.
    pub options: Vec<(String, String)>,
    /// Whether it is greyed out.
    pub disabled: bool,
}

/// What a message said before it was edited.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Version {
    /// The text.
    pub content: String,
    /// When it came to an end.
    pub until: Instant,
}

/// A message.
#[derive(Debug, Clone, PartialEq)]
pub struct Message {
    /// Its id.
    pub id: Snowflake,
    /// The channel, thread or direct channel that it is in.
    pub channel: Snowflake,
    /// Who wrote it.
    pub author: Snowflake,
    /// Their name.
    pub author_name: String,
    /// Whether the bot wrote it.
    pub from_bot: bool,
    /// The text.
    pub content: String,
    /// Buttons and menus, as the bot sent them, with their ids.
    pub components: Vec<Value>,
    /// Files.
    pub attachments: Vec<Attachment>,
    /// The message that it answers.
    pub reply_to: Option<Snowflake>,
    /// The bot's nonce.
    pub nonce: Option<String>,
    /// Whom it rang up when it was written.
    pub pings: Pings,
    /// Reactions: the emoji and who added it, in order.
    pub reactions: Vec<(String, Snowflake)>,
    /// The only user who sees it.
    pub ephemeral_to: Option<Snowflake>,
    /// Whether the bot has promised it, but not written it yet.
    pub thinking: bool,
    /// The thread that was opened at it.
    pub thread: Option<Snowflake>,
    /// The interaction that it answers.
    pub interaction: Option<Snowflake>,
    /// Discord's flags but those that the fields above stand for.
    pub flags: u64,
    /// What it said before, oldest first.
    pub versions: Vec<Version>,
    /// When it was written.
    pub written: Instant,
    /// When it was last edited.
    pub edited: Option<SystemTime>,
}

impl From<&Message> for Snowflake {
    fn from(message: &Message) -> Self {
        message.id
    }
}

impl Message {
    /// The buttons, row by row.
    pub fn buttons(&self) -> Vec<Vec<Button>> {
        let row = |row: &Value| items(&row["components"]).iter().filter_map(button).collect::<Vec<_>>();
        self.components.iter().map(row).filter(|row| !row.is_empty()).collect()
    }

    /// What is written on the buttons, in order.
    pub fn labels(&self) -> Vec<String> {
        self.buttons().into_iter().flatten().map(|button| button.label).collect()
    }

    /// A button by what is written on it.
    pub fn button(&self, label: &str) -> Option<Button> {
        self.buttons().into_iter().flatten().find(|button| button.label == label)
    }

    /// The menus.
    pub fn selects(&self) -> Vec<Select> {
        self.components.iter().flat_map(|row| items(&row["components"])).filter_map(select).collect()
    }

    /// A component by its custom id.
    pub(crate) fn component(&self, custom_id: &str) -> Option<&Value> {
        let mut all = self.components.iter().flat_map(|row| items(&row["components"]));
        all.find(|component| component["custom_id"] == custom_id)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.content.trim().is_empty() && self.attachments.is_empty() && self.components.is_empty()
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

fn button(component: &Value) -> Option<Button> {
    (component["type"] == BUTTON).then(|| Button {
        label: component["label"].as_str().map_or_else(|| text(&component["emoji"]["name"]), str::to_owned),
        custom_id: component["custom_id"].as_str().map(str::to_owned),
        url: component["url"].as_str().map(str::to_owned),
        disabled: component["disabled"] == true,
    })
}

fn select(component: &Value) -> Option<Select> {
    let option = |option: &Value| (text(&option["label"]), text(&option["value"]));
    (component["type"] == STRING_SELECT).then(|| Select {
        placeholder: text(&component["placeholder"]),
        custom_id: text(&component["custom_id"]),
        options: items(&component["options"]).iter().map(option).collect(),
        disabled: component["disabled"] == true,
    })
}
