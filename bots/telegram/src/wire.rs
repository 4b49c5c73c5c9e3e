//! What Telegram sends, as far as it means anything to us. Everything else in an update is passed over, so that what
//! Telegram adds to its messages tomorrow does not make one of them unreadable.

use serde::Deserialize;
use serde::de::IgnoredAny;

/// An update.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Update {
    pub(crate) update_id: i64,
    pub(crate) message: Option<Message>,
    pub(crate) callback_query: Option<CallbackQuery>,
    pub(crate) my_chat_member: Option<MemberUpdate>,
}

/// Only its id: what makes a text an update at all.
#[derive(Debug, Clone, Copy, Deserialize)]
pub(crate) struct UpdateId {
    pub(crate) update_id: i64,
}

/// A message.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Message {
    pub(crate) message_id: i32,
    pub(crate) message_thread_id: Option<i32>,
    #[serde(default)]
    pub(crate) is_topic_message: bool,
    pub(crate) from: Option<User>,
    pub(crate) sender_chat: Option<Chat>,
    pub(crate) chat: Chat,
    pub(crate) text: Option<String>,
    #[serde(default)]
    pub(crate) entities: Vec<Entity>,
    pub(crate) caption: Option<String>,
    #[serde(default)]
    pub(crate) caption_entities: Vec<Entity>,
    pub(crate) reply_to_message: Option<Box<RepliedTo>>,
    pub(crate) media_group_id: Option<String>,
    pub(crate) forward_origin: Option<IgnoredAny>,
    pub(crate) via_bot: Option<IgnoredAny>,
    #[serde(default)]
    pub(crate) photo: Vec<PhotoSize>,
    pub(crate) document: Option<File>,
    pub(crate) animation: Option<File>,
    pub(crate) video: Option<File>,
    pub(crate) video_note: Option<File>,
    pub(crate) audio: Option<File>,
    pub(crate) voice: Option<File>,
    pub(crate) migrate_to_chat_id: Option<i64>,
    pub(crate) forum_topic_closed: Option<IgnoredAny>,
    pub(crate) forum_topic_reopened: Option<IgnoredAny>,
}

/// The message that another one answers.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct RepliedTo {
    pub(crate) message_id: i32,
    pub(crate) from: Option<User>,
}

/// An account.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct User {
    pub(crate) id: i64,
    #[serde(default)]
    pub(crate) is_bot: bool,
}

/// A chat.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Chat {
    pub(crate) id: i64,
    #[serde(rename = "type")]
    pub(crate) kind: String,
    pub(crate) username: Option<String>,
}

/// A part of a text that is something special; in UTF-16 units.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Entity {
    #[serde(rename = "type")]
    pub(crate) kind: String,
    pub(crate) offset: usize,
    pub(crate) length: usize,
}

/// A picture in one of the sizes that Telegram made of it.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct PhotoSize {
    pub(crate) file_id: String,
    #[serde(default)]
    pub(crate) width: u64,
    #[serde(default)]
    pub(crate) height: u64,
    pub(crate) file_size: Option<u64>,
}

/// Any other file.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct File {
    pub(crate) file_id: String,
    pub(crate) file_name: Option<String>,
    pub(crate) mime_type: Option<String>,
    pub(crate) file_size: Option<u64>,
}

/// A press of a button.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct CallbackQuery {
    pub(crate) id: String,
    pub(crate) from: User,
    pub(crate) message: Option<Pressed>,
    pub(crate) data: Option<String>,
}

/// The message whose button was pressed, which Telegram may have forgotten all about but this.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Pressed {
    pub(crate) message_id: i32,
    pub(crate) chat: Chat,
    pub(crate) message_thread_id: Option<i32>,
    #[serde(default)]
    pub(crate) is_topic_message: bool,
}

/// What became of us in a chat.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct MemberUpdate {
    pub(crate) chat: Chat,
    pub(crate) new_chat_member: Member,
}

/// What somebody is in a chat.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Member {
    pub(crate) status: String,
    pub(crate) is_member: Option<bool>,
}

/// Who we are, as Telegram knows us.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Me {
    pub(crate) id: i64,
    pub(crate) username: String,
    #[serde(default)]
    pub(crate) can_join_groups: bool,
    #[serde(default)]
    pub(crate) can_read_all_group_messages: bool,
}

/// A message that we sent.
#[derive(Debug, Clone, Copy, Deserialize)]
pub(crate) struct Posted {
    pub(crate) message_id: i32,
}

/// Where a file can be fetched.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Fetchable {
    pub(crate) file_path: Option<String>,
}

/// How updates are brought to a webhook.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct WebhookInfo {
    #[serde(default)]
    pub(crate) url: String,
    #[serde(default)]
    pub(crate) pending_update_count: u64,
    pub(crate) last_error_message: Option<String>,
    pub(crate) last_error_date: Option<i64>,
}

impl Chat {
    pub(crate) fn is_private(&self) -> bool {
        self.kind == "private"
    }

    pub(crate) fn is_group(&self) -> bool {
        matches!(self.kind.as_str(), "group" | "supergroup")
    }
}

impl Message {
    /// Whether its words are not the sender's own.
    pub(crate) fn is_passed_on(&self) -> bool {
        self.forward_origin.is_some() || self.via_bot.is_some()
    }

    /// What is written in it: a text, or what stands below a picture.
    pub(crate) fn words(&self) -> (&str, &[Entity]) {
        match (&self.text, &self.caption) {
            (Some(text), _) => (text, &self.entities),
            (None, Some(caption)) => (caption, &self.caption_entities),
            (None, None) => ("", &[]),
        }
    }

    /// The message that it answers. In a topic every message "answers" the one that opened it; that is no answer.
    pub(crate) fn answers(&self) -> Option<&RepliedTo> {
        let answered = self.reply_to_message.as_deref()?;
        (!self.is_topic_message || self.message_thread_id != Some(answered.message_id)).then_some(answered)
    }
}
