//! An interaction as the server keeps it: who did what, and what the bot answered.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::Snowflake;
use super::refusal::{Reason, Refusal};
use super::view::{message_json, room_json};
use super::world::{World, secret};

/// How long the bot may take for its first answer, in virtual time.
pub(crate) const ANSWER_WITHIN: Duration = Duration::from_secs(3);
/// How long it may answer further.
pub(crate) const TOKEN_LIFE: Duration = Duration::from_secs(15 * 60);

/// What a person did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Deed {
    Command,
    Component,
    Typing,
    Submission,
}

impl Deed {
    /// Discord's number for it.
    pub(crate) fn number(self) -> i64 {
        match self {
            Self::Command => 2,
            Self::Component => 3,
            Self::Typing => 4,
            Self::Submission => 5,
        }
    }
}

/// How a bot answered first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ResponseKind {
    /// With a message.
    Message,
    /// With the promise of a message.
    Deferred,
    /// Without a word: the message with the component stays, and may be changed later.
    DeferredUpdate,
    /// By changing the message with the component.
    Update,
    /// With suggestions.
    Suggestions,
    /// With a form to fill in.
    Modal,
}

/// A bot's first answer to an interaction.
#[derive(Debug, Clone, PartialEq)]
pub struct Response {
    /// How it answered.
    pub kind: ResponseKind,
    /// What with: the body's `data`.
    pub data: Value,
    /// How long it took, in real time.
    pub after: Duration,
}

/// An interaction.
#[derive(Debug, Clone)]
pub(crate) struct Exchange {
    pub(crate) id: Snowflake,
    pub(crate) token: String,
    pub(crate) kind: Deed,
    pub(crate) user: Snowflake,
    pub(crate) channel: Snowflake,
    /// The message whose component was used, by the person or before the form.
    pub(crate) source: Option<Snowflake>,
    pub(crate) data: Value,
    made: Duration,
    at: Instant,
    pub(crate) response: Option<Response>,
    /// The message that the answer is in.
    pub(crate) original: Option<Snowflake>,
    pub(crate) followups: Vec<Snowflake>,
    /// Why the bot's endpoint did not answer.
    pub(crate) failure: Option<String>,
}

impl Exchange {
    pub(crate) fn is_command(&self) -> bool {
        self.kind == Deed::Command
    }

    /// Notes the first answer.
    pub(crate) fn answer(&mut self, kind: ResponseKind, data: Value, original: Option<Snowflake>) {
        self.response = Some(Response { kind, data, after: self.at.elapsed() });
        self.original = original;
    }
}

/// Something that a person does, before the server has numbered it.
#[derive(Debug)]
pub(crate) struct Start {
    pub(crate) kind: Deed,
    pub(crate) user: Snowflake,
    pub(crate) channel: Snowflake,
    pub(crate) source: Option<Snowflake>,
    pub(crate) data: Value,
}

impl World {
    /// Numbers an interaction and gives what the bot is to be told of it.
    pub(crate) fn start(&mut self, start: Start) -> (Snowflake, Value) {
        let Start { kind, user, channel, source, data } = start;
        let exchange = Exchange {
            id: self.ids.next(),
            token: secret(64),
            kind,
            user,
            channel,
            source,
            data,
            made: self.clock.now(),
            at: Instant::now(),
            response: None,
            original: None,
            followups: Vec::new(),
            failure: None,
        };
        let (id, json) = (exchange.id, self.interaction_json(&exchange));
        self.exchanges.insert(id, exchange);
        (id, json)
    }

    fn interaction_json(&self, exchange: &Exchange) -> Value {
        let room = self.rooms.get(&exchange.channel);
        let guild = room.and_then(super::room::Room::guild).and_then(|guild| self.guilds.get(&guild));
        let owner = guild.map_or_else(|| "0".to_owned(), |guild| guild.id.to_string());
        let mut json = json!({
            "id": exchange.id, "application_id": self.application.id, "type": exchange.kind.number(), "version": 1,
            "token": exchange.token, "channel_id": exchange.channel, "data": exchange.data, "locale": "en-US",
            "channel": room.map(|room| room_json(self, room)), "entitlements": [], "attachment_size_limit": 10_485_760,
            "app_permissions": room.map(|room| room.permissions().to_string()),
            "authorizing_integration_owners": {"0": owner}, "context": i32::from(guild.is_none()),
        });
        let account = self.users.get(&exchange.user);
        match guild {
            Some(guild) => {
                json["guild_id"] = json!(guild.id);
                json["guild_locale"] = json!("en-US");
                json["guild"] = json!({"id": guild.id, "locale": "en-US", "features": []});
                json["member"] = account.and_then(|account| guild.full_member_json(account)).unwrap_or_default();
                json["member"]["permissions"] = json!(super::room::ALL_PERMISSIONS.to_string());
            }
            None => json["user"] = account.map(super::account::Account::to_json).unwrap_or_default(),
        }
        let source = exchange.source.and_then(|source| room?.messages.get(&source));
        if let Some(source) = source {
            json["message"] = message_json(self, source);
        }
        json
    }

    /// An interaction that waits for its first answer.
    pub(crate) fn unanswered(&self, id: Snowflake, token: &str) -> Result<&Exchange, Refusal> {
        let exchange = self.exchanges.get(&id).filter(|exchange| exchange.token == token);
        let exchange = exchange.ok_or(Reason::UnknownInteraction)?;
        if exchange.response.is_some() {
            return Err(Reason::AlreadyAcknowledged.into());
        }
        let late = self.clock.now() > exchange.made + ANSWER_WITHIN;
        if late { Err(Reason::UnknownInteraction.into()) } else { Ok(exchange) }
    }

    /// An interaction that was answered and may be answered further.
    pub(crate) fn answered(&self, token: &str) -> Result<&Exchange, Refusal> {
        let exchange = self.exchanges.values().find(|exchange| exchange.token == token);
        let exchange = exchange.ok_or(Reason::InvalidWebhookToken)?;
        if self.clock.now() > exchange.made + TOKEN_LIFE {
            return Err(Reason::InvalidWebhookToken.into());
        }
        if exchange.response.is_none() { Err(Reason::UnknownWebhook.into()) } else { Ok(exchange) }
    }
}
