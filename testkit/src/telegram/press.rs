//! Pressing buttons, and what comes of it.

use std::time::Duration;

use super::callbacks::Pressing;
use super::chat::Chat;
use super::stage::Shared;
use super::user::User;

/// How long a press waits for its answer. People give up earlier.
const PATIENCE: Duration = Duration::from_secs(10);

/// A button that somebody has pressed.
#[derive(Debug, Clone)]
pub struct Press {
    query: String,
    update: Option<i64>,
    chat: Chat,
    stage: Shared,
}

/// What the bot answered to a press.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallbackAnswer {
    /// What was shown; nothing just ends the waiting.
    pub text: Option<String>,
    /// Whether it was shown in a window to close, rather than for a moment.
    pub show_alert: bool,
    /// How long after the press.
    pub after: Duration,
}

impl User {
    /// Presses the button with this text.
    ///
    /// # Panics
    /// When there is no such button that tells the bot.
    pub fn presses(&self, chat: &Chat, message: i64, text: &str) -> Press {
        let found = chat.message(message).and_then(|message| message.button(text)?.data().map(str::to_owned));
        match found {
            Some(data) => self.presses_data(chat, message, &data),
            None => panic!("there is no button {text:?} under message {message}\n{}", chat.transcript()),
        }
    }

    /// Sends any data as if a button with it had been pressed, also under a message that is gone.
    pub fn presses_data(&self, chat: &Chat, message: i64, data: &str) -> Press {
        let pressing = Pressing { person: self.id(), room: chat.id(), message, data };
        let (query, update) = self.stage.change(|world| world.press(pressing));
        Press { query, update, chat: chat.clone(), stage: self.stage.clone() }
    }
}

impl Press {
    /// The id of the callback query.
    pub fn query(&self) -> &str {
        &self.query
    }

    /// The update that tells of it, unless the bot has not asked for such.
    pub fn update(&self) -> Option<i64> {
        self.update
    }

    /// What the bot has answered, if it has.
    pub fn answered(&self) -> Option<CallbackAnswer> {
        self.stage.look(|world| world.queries.get(&self.query).and_then(|query| query.answer.clone()))
    }

    /// Waits for the bot's answer.
    ///
    /// # Panics
    /// When there is none for ten seconds.
    pub async fn answer(&self) -> CallbackAnswer {
        match self.stage.wait(|| self.answered(), PATIENCE).await {
            Some(answer) => answer,
            None => panic!("no answer to the press for {PATIENCE:?}\n{}", self.chat.transcript()),
        }
    }
}
