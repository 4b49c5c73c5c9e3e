//! A channel as a person reads it, in plain text.

use super::Snowflake;
use super::message::Message;
use super::world::World;

impl World {
    /// The channel's name, its messages with their buttons, and its threads.
    pub(crate) fn transcript(&self, channel: Snowflake) -> String {
        let Some(room) = self.rooms.get(&channel) else { return "(the channel is gone)".to_owned() };
        let mut lines = vec![self.title(room)];
        if let Some(thread) = room.thread().filter(|thread| thread.archived || thread.locked) {
            lines.push(format!("(archived: {}, locked: {})", thread.archived, thread.locked));
        }
        lines.extend(room.messages.values().map(|message| self.line(message)));
        let within = |room: &&super::room::Room| room.thread().is_some_and(|thread| thread.parent == channel);
        lines.extend(self.rooms.values().filter(within).map(|room| format!("thread: {}", room.name)));
        lines.join("\n")
    }

    fn line(&self, message: &Message) -> String {
        let mut line = message.author_name.clone();
        if let Some(only) = message.ephemeral_to {
            line.push_str(&format!(" (to {} alone)", self.name_of(only)));
        }
        if let Some(answered) = message.reply_to {
            line.push_str(&format!(" (answers {})", self.beginning(message.channel, answered)));
        }
        line.push_str(": ");
        line.push_str(if message.thinking { "…" } else { &message.content });
        for file in &message.attachments {
            line.push_str(&format!(" <{}, {} bytes>", file.name, file.bytes.len()));
        }
        for label in message.labels() {
            line.push_str(&format!(" [{label}]"));
        }
        for select in message.selects() {
            let labels: Vec<_> = select.options.iter().map(|(label, _)| label.as_str()).collect();
            line.push_str(&format!(" [{} ▾ {}]", select.placeholder, labels.join(" | ")));
        }
        for (emoji, user) in &message.reactions {
            line.push_str(&format!(" {emoji} {}", self.name_of(*user)));
        }
        line
    }

    fn beginning(&self, channel: Snowflake, message: Snowflake) -> String {
        let found = self.rooms.get(&channel).and_then(|room| room.messages.get(&message));
        found.map_or_else(|| "?".to_owned(), |message| message.content.chars().take(20).collect())
    }
}
