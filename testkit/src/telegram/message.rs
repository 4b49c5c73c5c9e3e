//! A message as people see it in a chat.

use std::time::{Duration, Instant};

use super::entity::Entity;
use super::keyboard::Button;

/// A message.
#[derive(Debug, Clone, PartialEq)]
pub struct Message {
    /// Its number in its chat.
    pub id: i64,
    /// Who wrote it, by the user's id.
    pub from: i64,
    /// Who wrote it, by the first name.
    pub author: String,
    /// Whether the bot wrote it.
    pub from_bot: bool,
    /// Its text, or its file's caption.
    pub text: String,
    /// What looks or acts differently in the text.
    pub entities: Vec<Entity>,
    /// The rows of buttons under it.
    pub buttons: Vec<Vec<Button>>,
    /// Whether it asks the phone to open a reply.
    pub forces_reply: bool,
    /// The message that it answers.
    pub reply_to: Option<i64>,
    /// The thread that it is in: in a forum the topic, in another supergroup the message that a chain of replies began with.
    pub thread: Option<i64>,
    /// The file that it carries.
    pub attachment: Option<Attachment>,
    /// What the messages of one album have in common.
    pub album: Option<String>,
    /// What it tells of, if it is Telegram's own.
    pub service: Option<Service>,
    /// What it was and is, oldest first; the last one is what it is now.
    pub versions: Vec<Version>,
    /// Whether it came without a sound.
    pub silent: bool,
    /// When it came.
    pub at: Instant,
    pub(crate) virtual_time: Duration,
    /// Seconds since 1970, as the API tells them.
    pub(crate) date: u64,
    pub(crate) edit_date: Option<u64>,
}

/// A state of a message that was edited.
#[derive(Debug, Clone, PartialEq)]
pub struct Version {
    /// Since when.
    pub at: Instant,
    /// Its text then.
    pub text: String,
    /// Its buttons then.
    pub buttons: Vec<Vec<Button>>,
}

/// A file of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attachment {
    /// How it is shown.
    pub kind: AttachmentKind,
    /// Its id, for `TelegramServer::file`.
    pub file: String,
    /// Its name; pictures have none.
    pub name: Option<String>,
    /// Its type.
    pub mime: String,
    /// Its size in bytes.
    pub size: usize,
}

/// How a file is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AttachmentKind {
    /// As a picture.
    Photo,
    /// As a file to open.
    Document,
}

/// What a message of Telegram itself tells of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Service {
    /// A topic was opened, under this name.
    TopicCreated(String),
    /// A topic was closed.
    TopicClosed,
    /// A topic was opened again.
    TopicReopened,
    /// Somebody was added, by the user's id.
    Joined(i64),
    /// Somebody left, by the user's id.
    Left(i64),
    /// The group goes on as this supergroup.
    MigratedTo(i64),
    /// The supergroup was this group.
    MigratedFrom(i64),
}

impl Message {
    /// How often it was edited.
    pub fn edits(&self) -> usize {
        self.versions.len().saturating_sub(1)
    }

    /// The button with this text.
    pub fn button(&self, text: &str) -> Option<&Button> {
        self.buttons.iter().flatten().find(|button| button.text == text)
    }

    /// The parts of the text that an entity of this kind covers.
    pub fn parts(&self, kind: &str) -> Vec<String> {
        self.entities.iter().filter(|entity| entity.kind == kind).map(|entity| entity.of(&self.text)).collect()
    }

    /// The document or picture's name, or how it is shown.
    pub(crate) fn attachment_name(&self) -> Option<String> {
        let attachment = self.attachment.as_ref()?;
        Some(match (attachment.kind, &attachment.name) {
            (AttachmentKind::Photo, _) => "photo".to_owned(),
            (AttachmentKind::Document, name) => format!("document {}", name.as_deref().unwrap_or("without a name")),
        })
    }
}
