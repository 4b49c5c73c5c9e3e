//! Replies, put together line by line.

use signalbox_core::button::Press;
use signalbox_core::card::{ReplyCard, TextFile};
use signalbox_core::sheet::{Button, Part};

/// A reply.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Reply {
    parts: Vec<Part>,
    file: Option<TextFile>,
    rows: Vec<Vec<Button>>,
    wants: Option<Press>,
    /// The message that it answers instead of the person's own.
    answers: Option<String>,
}

impl Reply {
    pub(super) fn new() -> Self {
        Self::default()
    }

    pub(super) fn title(self, text: &str) -> Self {
        self.part(Part::Title(text.to_owned()))
    }

    /// A line of ours, in which backticks mark code.
    pub(super) fn line(self, text: &str) -> Self {
        self.part(Part::Line(text.to_owned()))
    }

    pub(super) fn faint(self, text: &str) -> Self {
        self.part(Part::Faint(text.to_owned()))
    }

    pub(super) fn part(mut self, part: Part) -> Self {
        self.parts.push(part);
        self
    }

    pub(super) fn row(mut self, buttons: Vec<Button>) -> Self {
        if !buttons.is_empty() {
            self.rows.push(buttons);
        }
        self
    }

    pub(super) fn file(mut self, name: &str, text: String) -> Self {
        self.file = Some(TextFile { name: name.to_owned(), text });
        self
    }

    /// Words are wanted in return, for this button.
    pub(super) fn wants(mut self, press: Press) -> Self {
        self.wants = Some(press);
        self
    }

    pub(super) fn answering(mut self, message: Option<String>) -> Self {
        self.answers = message;
        self
    }

    /// Whether it can be shown to one person in passing: a file is for everybody, and words in return belong to a message.
    pub(super) fn may_pass(&self) -> bool {
        self.file.is_none() && self.wants.is_none()
    }

    pub(super) fn into_card(self, to: &str, message: Option<String>) -> ReplyCard {
        let Self { parts, file, rows, wants, answers } = self;
        // The key of a card is part of a database's key.
        let to = to.chars().take(120).collect();
        ReplyCard { to, message: answers.or(message), parts, file, rows, wants }
    }
}
