//! Something that a person did with a command, a component or a form, and what the bot answered.

use std::time::Duration;

use super::Snowflake;
use super::channel::Channel;
use super::exchange::{ANSWER_WITHIN, Exchange, Response};
use super::message::Message;
use super::user::User;

/// How much longer than Discord a test waits for an answer, so that one that is just in time is seen.
const MARGIN: Duration = Duration::from_secs(2);

/// An interaction.
#[derive(Clone)]
pub struct Interaction {
    user: User,
    channel: Channel,
    id: Snowflake,
}

impl From<&Interaction> for Snowflake {
    fn from(interaction: &Interaction) -> Self {
        interaction.id
    }
}

impl Interaction {
    pub(crate) fn new(user: User, channel: Channel, id: Snowflake) -> Self {
        Self { user, channel, id }
    }

    /// Its id.
    pub fn id(&self) -> Snowflake {
        self.id
    }

    /// The token that it is answered by.
    pub fn token(&self) -> String {
        self.look(|exchange| exchange.token.clone())
    }

    pub(crate) fn channel(&self) -> &Channel {
        &self.channel
    }

    fn look<T: Default>(&self, look: impl FnOnce(&Exchange) -> T) -> T {
        self.user.shared.look(|world| world.exchanges.get(&self.id).map(look)).unwrap_or_default()
    }

    /// The answer if there is one, and the message whose component was used.
    pub(crate) fn now(&self) -> (Option<Response>, Option<Snowflake>) {
        self.look(|exchange| (exchange.response.clone(), exchange.source))
    }

    /// Waits for the bot's first answer.
    ///
    /// # Panics
    /// When it does not answer in time: "This interaction failed".
    pub async fn response(&self) -> Response {
        let answer = self.answer().await;
        answer.unwrap_or_else(|failure| {
            let transcript = self.user.shared.look(|world| world.transcript(self.channel.id()));
            panic!("{}'s interaction failed: {failure}\n{transcript}", self.user.name())
        })
    }

    /// Waits for the bot's first answer, or for the interaction to fail.
    ///
    /// # Errors
    /// Why it failed.
    pub async fn answer(&self) -> Result<Response, String> {
        let shared = &self.user.shared;
        let within = shared.look(|world| world.clock.real(ANSWER_WITHIN)) + MARGIN;
        let answered = shared.wait(|world| {
            let exchange = world.exchanges.get(&self.id)?;
            let failure = || exchange.failure.clone().map(Err);
            exchange.response.clone().map(Ok).or_else(failure)
        });
        match tokio::time::timeout(within, answered).await {
            Ok(answer) => answer,
            Err(_) => Err("the application did not respond".to_owned()),
        }
    }

    /// The message that the answer is in, as it is now.
    pub fn message(&self) -> Option<Message> {
        self.channel.message(self.look(|exchange| exchange.original)?)
    }

    /// Waits until the answer is in a message that is as wanted.
    ///
    /// # Panics
    /// When the time is over.
    pub async fn wait_for(&self, mut wanted: impl FnMut(&Message) -> bool, within: Duration) -> Message {
        let shared = &self.user.shared;
        let seen = shared.wait(|world| {
            let message = world.exchanges.get(&self.id)?.original?;
            let message = world.rooms.get(&self.channel.id())?.messages.get(&message)?;
            wanted(message).then(|| message.clone())
        });
        match tokio::time::timeout(within, seen).await {
            Ok(message) => message,
            Err(_) => {
                let transcript = shared.look(|world| world.transcript(self.channel.id()));
                panic!("the answer did not become what was waited for within {within:?}:\n{transcript}")
            }
        }
    }

    /// The further messages.
    pub fn followups(&self) -> Vec<Message> {
        let ids = self.look(|exchange| exchange.followups.clone());
        ids.into_iter().filter_map(|id| self.channel.message(id)).collect()
    }
}
