//! A chat as text, to be read in a failed test or kept in a snapshot.

use super::chat::Chat;
use super::message::{Message, Service};
use super::room::{Room, RoomKind};
use super::server::TelegramServer;
use super::world::World;

impl TelegramServer {
    /// What is in a chat, a line a message: `Bot: text [Once] [Deny]`.
    pub fn transcript(&self, chat: &Chat) -> String {
        chat.transcript()
    }
}

impl Chat {
    /// What is in it, a line a message.
    pub fn transcript(&self) -> String {
        self.stage.look(|world| {
            let room = world.rooms.get(&self.id());
            let lines = room.map(|room| room.messages.values().map(|message| line(world, room, message)));
            lines.map(|lines| lines.collect::<Vec<_>>().join("\n")).unwrap_or_default()
        })
    }
}

fn line(world: &World, room: &Room, message: &Message) -> String {
    let topic = message.thread.filter(|_| room.kind == RoomKind::Forum).and_then(|thread| room.topics.get(&thread));
    let topic = topic.map(|topic| format!("({}) ", topic.name)).unwrap_or_default();
    let author = if message.from_bot { "Bot" } else { &message.author };
    if let Some(service) = &message.service {
        return format!("{topic}{author} {}", told(world, service));
    }
    let file = message.attachment_name().map(|name| format!("<{name}> ")).unwrap_or_default();
    let text = message.text.replace('\n', "\n    ");
    let edited = if message.edits() > 0 { " (edited)" } else { "" };
    let rows = message.buttons.iter().flatten().map(|button| format!(" [{}]", button.text));
    let line = format!("{topic}{author}: {file}{text}{edited}{}", rows.collect::<String>());
    line.trim_end().to_owned()
}

fn told(world: &World, service: &Service) -> String {
    match service {
        Service::TopicCreated(_) => "opened this topic".to_owned(),
        Service::TopicClosed => "closed this topic".to_owned(),
        Service::TopicReopened => "opened this topic again".to_owned(),
        Service::Joined(user) => format!("saw {} join", world.people.name(*user)),
        Service::Left(user) => format!("saw {} leave", world.people.name(*user)),
        Service::MigratedTo(_) => "made this a supergroup, which goes on elsewhere".to_owned(),
        Service::MigratedFrom(_) => "made this supergroup out of a group".to_owned(),
    }
}
