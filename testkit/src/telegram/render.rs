//! The API's JSON of people, chats and messages.

use serde_json::{Map, Value, json};

use super::keyboard;
use super::message::{Attachment, AttachmentKind, Message, Service};
use super::room::{Room, RoomKind};
use super::world::World;

/// The colour of a topic's icon, for those who ask for none.
pub(crate) const ICON_COLOR: u32 = 0x006F_B9F0;

impl World {
    /// A user.
    pub(crate) fn user_json(&self, id: i64) -> Value {
        match self.people.get(id) {
            Some(person) if person.is_bot => {
                json!({"id": id, "is_bot": true, "first_name": person.name, "username": person.username})
            }
            Some(person) => json!({
                "id": id,
                "is_bot": false,
                "first_name": person.name,
                "username": person.username,
                "language_code": "en",
            }),
            None => json!({"id": id, "is_bot": false, "first_name": "Deleted Account"}),
        }
    }

    /// A message, with the one that it answers.
    pub(crate) fn message_json(&self, room: &Room, message: &Message) -> Value {
        let mut json = self.bare_message_json(room, message);
        let topic = if room.kind == RoomKind::Forum { message.thread } else { None };
        // In a topic Telegram makes what answers nothing an answer to the message that opened the topic.
        let answered = message.reply_to.or(topic).filter(|id| *id != message.id);
        if let Some(answered) = answered.and_then(|id| room.messages.get(&id)) {
            json["reply_to_message"] = self.bare_message_json(room, answered);
        }
        json
    }

    fn bare_message_json(&self, room: &Room, message: &Message) -> Value {
        let mut json = Map::new();
        json.insert("message_id".into(), message.id.into());
        json.insert("from".into(), self.user_json(message.from));
        json.insert("chat".into(), self.chat_json(room));
        json.insert("date".into(), message.date.into());
        if let Some(thread) = message.thread {
            json.insert("message_thread_id".into(), thread.into());
            if room.kind == RoomKind::Forum {
                json.insert("is_topic_message".into(), true.into());
            }
        }
        if let Some(date) = message.edit_date {
            json.insert("edit_date".into(), date.into());
        }
        if let Some(album) = &message.album {
            json.insert("media_group_id".into(), album.as_str().into());
        }
        self.add_content(&mut json, message);
        if !message.buttons.is_empty() {
            json.insert("reply_markup".into(), keyboard::to_json(&message.buttons));
        }
        Value::Object(json)
    }

    fn add_content(&self, json: &mut Map<String, Value>, message: &Message) {
        if let Some(service) = &message.service {
            let (name, content) = self.service_json(service);
            json.insert(name.into(), content);
            return;
        }
        let (text, entities) = match &message.attachment {
            Some(attachment) => {
                let (name, content) = self.attachment_json(attachment);
                json.insert(name.into(), content);
                ("caption", "caption_entities")
            }
            None => ("text", "entities"),
        };
        if !message.text.is_empty() {
            json.insert(text.into(), message.text.as_str().into());
        }
        if !message.entities.is_empty() {
            let given = message.entities.iter().map(|entity| entity.to_json(entity.user.map(|id| self.user_json(id))));
            json.insert(entities.into(), given.collect());
        }
    }

    fn attachment_json(&self, attachment: &Attachment) -> (&'static str, Value) {
        match attachment.kind {
            AttachmentKind::Photo => ("photo", self.files.sizes_json(&attachment.file)),
            AttachmentKind::Document => {
                let mut json = self.files.meta_json(&attachment.file);
                json["mime_type"] = attachment.mime.as_str().into();
                if let Some(name) = &attachment.name {
                    json["file_name"] = name.as_str().into();
                }
                ("document", json)
            }
        }
    }

    fn service_json(&self, service: &Service) -> (&'static str, Value) {
        match service {
            Service::TopicCreated(name) => ("forum_topic_created", json!({"name": name, "icon_color": ICON_COLOR})),
            Service::TopicClosed => ("forum_topic_closed", json!({})),
            Service::TopicReopened => ("forum_topic_reopened", json!({})),
            Service::Joined(user) => ("new_chat_members", json!([self.user_json(*user)])),
            Service::Left(user) => ("left_chat_member", self.user_json(*user)),
            Service::MigratedTo(chat) => ("migrate_to_chat_id", json!(chat)),
            Service::MigratedFrom(chat) => ("migrate_from_chat_id", json!(chat)),
        }
    }

    /// A chat.
    pub(crate) fn chat_json(&self, room: &Room) -> Value {
        let mut json = json!({"id": room.id, "type": room.kind.word()});
        if room.kind == RoomKind::Private {
            if let Some(person) = self.people.get(room.id) {
                json["first_name"] = person.name.as_str().into();
                json["username"] = person.username.as_str().into();
            }
        } else {
            json["title"] = room.title.as_str().into();
            if let Some(username) = &room.username {
                json["username"] = username.as_str().into();
            }
        }
        if room.kind == RoomKind::Forum {
            json["is_forum"] = true.into();
        }
        json
    }
}
