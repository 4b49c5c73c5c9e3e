//! Somebody on Telegram as a test holds it: what people do.

use bytes::Bytes;

use super::chat::{Chat, Place};
use super::message::AttachmentKind;
use super::params::Upload;
use super::room::{RoomKind, Standing};
use super::server::TelegramServer;
use super::speaking::Utterance;
use super::stage::Shared;
use super::world::World;

/// Somebody on Telegram.
#[derive(Debug, Clone)]
pub struct User {
    id: i64,
    name: String,
    username: String,
    pub(crate) stage: Shared,
}

/// A file that somebody sends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutgoingFile {
    name: String,
    mime: String,
    bytes: Bytes,
}

impl OutgoingFile {
    /// A file of this name, type and content.
    pub fn new(name: &str, mime: &str, bytes: impl Into<Bytes>) -> Self {
        Self { name: name.to_owned(), mime: mime.to_owned(), bytes: bytes.into() }
    }

    /// Pictures of an album are shown as such, all else as a document.
    fn kind(&self) -> AttachmentKind {
        if self.mime.starts_with("image/") { AttachmentKind::Photo } else { AttachmentKind::Document }
    }
}

impl TelegramServer {
    /// Somebody new, with an id and a user name.
    pub fn user(&self, name: &str) -> User {
        let id = self.stage.change(|world| world.add_person(name));
        let username = self.stage.look(|world| world.people.get(id).map(|person| person.username.clone()));
        User { id, name: name.to_owned(), username: username.unwrap_or_default(), stage: self.stage.clone() }
    }
}

impl User {
    /// The user's id.
    pub fn id(&self) -> i64 {
        self.id
    }

    /// The first name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The user name, without the `@`.
    pub fn username(&self) -> &str {
        &self.username
    }

    /// Opens a private chat by pressing Start, which says `/start`. A bot that was blocked is not any more.
    pub fn starts(&self, server: &TelegramServer) -> Chat {
        let known = self.stage.look(|world| world.rooms.get(&self.id).map(|room| room.bot));
        let chat = match known {
            Some(_) => Chat::known(self.id, &self.stage),
            None => server.private(self),
        };
        if known == Some(Standing::Kicked) {
            self.unblocks_bot();
        }
        self.says(&chat, "/start");
        chat
    }

    /// Says something. Gives the message's number, as do all that follow.
    pub fn says(&self, place: &impl Place, text: &str) -> i64 {
        self.speak(self.utterance(place, text))
    }

    /// Says something to the bot by name.
    pub fn mentions(&self, place: &impl Place, text: &str) -> i64 {
        let bot = self.stage.look(|world| world.settings.bot_name.clone());
        self.says(place, &format!("@{bot} {text}"))
    }

    /// Answers a message. In a forum the answer lies in that message's topic.
    pub fn replies(&self, chat: &Chat, message: i64, text: &str) -> i64 {
        self.speak(Utterance { reply_to: Some(message), ..self.utterance(chat, text) })
    }

    /// Answers a message with a file.
    pub fn replies_with(&self, chat: &Chat, message: i64, file: OutgoingFile, caption: &str) -> i64 {
        let utterance = Utterance { reply_to: Some(message), ..self.utterance(chat, caption) };
        self.carry(utterance, AttachmentKind::Document, file)
    }

    /// Sends a picture.
    pub fn sends_photo(&self, place: &impl Place, bytes: impl Into<Bytes>, caption: &str) -> i64 {
        let file = OutgoingFile::new("photo.jpg", "image/jpeg", bytes);
        self.carry(self.utterance(place, caption), AttachmentKind::Photo, file)
    }

    /// Sends a file.
    pub fn sends_document(&self, place: &impl Place, file: OutgoingFile, caption: &str) -> i64 {
        self.carry(self.utterance(place, caption), AttachmentKind::Document, file)
    }

    /// Sends several files as one; each is a message of its own, and the first one has the caption.
    pub fn sends_album(&self, place: &impl Place, files: Vec<OutgoingFile>, caption: &str) -> Vec<i64> {
        let album = self.stage.change(World::next_album);
        let mut caption = caption;
        let mut send = |file: OutgoingFile| {
            let text = std::mem::take(&mut caption);
            let utterance = Utterance { album: Some(album.clone()), ..self.utterance(place, text) };
            self.carry(utterance, file.kind(), file)
        };
        files.into_iter().map(&mut send).collect()
    }

    /// Changes what was said.
    ///
    /// # Panics
    /// When it is somebody else's message.
    pub fn edits(&self, chat: &Chat, message: i64, text: &str) {
        let found = chat.message(message).filter(|message| message.from == self.id);
        assert!(found.is_some(), "{} has not written message {message} of {}", self.name, chat.id());
        self.stage.change(|world| world.correct(chat.id(), message, text));
    }

    /// Takes back a message. The bot is not told.
    pub fn deletes(&self, chat: &Chat, message: i64) {
        self.stage.change(|world| world.remove(chat.id(), message));
    }

    /// Blocks the bot.
    pub fn blocks_bot(&self) {
        self.stage.change(|world| {
            if !world.rooms.contains_key(&self.id) {
                world.add_room(RoomKind::Private, &self.name, vec![self.id]);
            }
            world.place_bot(self.id, self.id, Standing::Kicked);
        });
    }

    /// Does not block the bot any more.
    pub fn unblocks_bot(&self) {
        self.stage.change(|world| world.place_bot(self.id, self.id, Standing::Member));
    }

    fn utterance(&self, place: &impl Place, text: &str) -> Utterance {
        let (room, thread) = (place.chat().id(), place.thread());
        Utterance { person: self.id, room, thread, text: text.to_owned(), ..Utterance::default() }
    }

    fn carry(&self, utterance: Utterance, kind: AttachmentKind, file: OutgoingFile) -> i64 {
        let upload = Upload { name: Some(file.name), mime: Some(file.mime), bytes: file.bytes };
        let attachment = self.stage.change(|world| world.files.add(kind, upload));
        self.speak(Utterance { attachment: Some(attachment), ..utterance })
    }

    fn speak(&self, utterance: Utterance) -> i64 {
        self.stage.change(|world| world.speak(utterance))
    }
}
