//! The calls of Discord's API that are made, by name.

use crate::error::CallError;
use crate::rest::{Call, File, Rest};
use crate::snowflake::Snowflake;
use crate::wire::{Account, Channel, Interaction, Pressed};
use reqwest::Method;
use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Value, json};
use std::time::Duration;

/// The application that the token belongs to.
#[derive(Debug, Deserialize)]
pub(crate) struct Application {
    pub(crate) id: Snowflake,
    pub(crate) name: String,
    #[serde(default)]
    pub(crate) flags: u64,
    #[serde(default)]
    pub(crate) approximate_guild_count: usize,
}

#[derive(Deserialize)]
struct Gateway {
    url: String,
}

impl Rest {
    pub(crate) async fn me(&self) -> Result<Account, CallError> {
        self.ask(Call::new(Method::GET, "users/@me".to_owned(), "users/@me")).await
    }

    pub(crate) async fn application(&self) -> Result<Application, CallError> {
        self.ask(Call::new(Method::GET, "applications/@me".to_owned(), "applications/@me")).await
    }

    pub(crate) async fn gateway(&self) -> Result<String, CallError> {
        let gateway: Gateway = self.ask(Call::new(Method::GET, "gateway/bot".to_owned(), "gateway/bot")).await?;
        Ok(gateway.url)
    }

    pub(crate) async fn channel(&self, id: Snowflake) -> Result<Channel, CallError> {
        let path = format!("channels/{id}");
        self.ask(Call::new(Method::GET, path.clone(), &path)).await
    }

    pub(crate) async fn commands(&self, application: Snowflake) -> Result<Vec<Value>, CallError> {
        let path = format!("applications/{application}/commands");
        self.ask(Call::new(Method::GET, path.clone(), &path)).await
    }

    pub(crate) async fn put_commands(&self, application: Snowflake, commands: Value) -> Result<(), CallError> {
        let path = format!("applications/{application}/commands");
        self.call(Call::new(Method::PUT, path.clone(), &path).json(commands)).await.map(drop)
    }

    /// Messages of a channel after this one: the hundred oldest of them, in no order.
    pub(crate) async fn messages_after(
        &self,
        channel: Snowflake,
        after: Snowflake,
    ) -> Result<Vec<Box<RawValue>>, CallError> {
        let path = format!("channels/{channel}/messages");
        self.ask(Call::new(Method::GET, format!("{path}?after={after}&limit=100"), &path)).await
    }

    /// Shows that we are at it. It is a courtesy: where there is no room for it, it is left out.
    pub(crate) async fn typing(&self, channel: Snowflake) -> Result<(), CallError> {
        let path = format!("channels/{channel}/typing");
        self.call(Call::new(Method::POST, path.clone(), &path).waits(Duration::ZERO)).await.map(drop)
    }

    /// Posts a message.
    pub(crate) async fn post(&self, channel: Snowflake, body: Value, files: Vec<File>) -> Result<Pressed, CallError> {
        let path = format!("channels/{channel}/messages");
        self.ask(Call::new(Method::POST, path.clone(), &path).files(body, files)).await
    }

    /// Replaces a message, waiting at most so long for room.
    pub(crate) async fn replace(
        &self,
        channel: Snowflake,
        message: Snowflake,
        body: Value,
        waits: Duration,
    ) -> Result<(), CallError> {
        let path = format!("channels/{channel}/messages/{message}");
        let route = format!("channels/{channel}/messages/-");
        self.call(Call::new(Method::PATCH, path, &route).json(body).waits(waits)).await.map(drop)
    }

    /// Starts a thread from a message.
    pub(crate) async fn start_thread(
        &self,
        channel: Snowflake,
        message: Snowflake,
        body: Value,
    ) -> Result<Channel, CallError> {
        let path = format!("channels/{channel}/messages/{message}/threads");
        self.ask(Call::new(Method::POST, path, &format!("channels/{channel}/threads")).json(body)).await
    }

    /// The first answer to an interaction; it has to come within three seconds.
    pub(crate) async fn answer(&self, to: &Interaction, body: Value) -> Result<(), CallError> {
        let path = format!("interactions/{}/{}/callback", to.id, token(to)?);
        self.call(Call::free(Method::POST, path).json(body)).await.map(drop)
    }

    /// Replaces the first answer.
    pub(crate) async fn replace_answer(&self, to: &Interaction, body: Value) -> Result<Pressed, CallError> {
        self.ask(Call::free(Method::PATCH, original(to)?).json(body)).await
    }

    /// Takes the first answer back.
    pub(crate) async fn delete_answer(&self, to: &Interaction) -> Result<(), CallError> {
        self.call(Call::free(Method::DELETE, original(to)?)).await.map(drop)
    }

    /// Says something to the one person who did it.
    pub(crate) async fn whisper(&self, to: &Interaction, mut body: Value) -> Result<(), CallError> {
        body["flags"] = json!(EPHEMERAL | NO_EMBEDS);
        let path = format!("webhooks/{}/{}", to.application_id, token(to)?);
        self.call(Call::free(Method::POST, path).json(body)).await.map(drop)
    }
}

/// Seen by one person only.
pub(crate) const EPHEMERAL: u64 = 1 << 6;
/// Links are not unfolded: what they show is not what was decided on.
pub(crate) const NO_EMBEDS: u64 = 1 << 2;

/// A message that pings nobody, whatever stands in it.
pub(crate) fn silent(content: &str) -> Value {
    json!({"content": content, "allowed_mentions": {"parse": []}})
}

fn original(to: &Interaction) -> Result<String, CallError> {
    Ok(format!("webhooks/{}/{}/messages/@original", to.application_id, token(to)?))
}

/// The interaction's token, as it may stand in an address.
fn token(to: &Interaction) -> Result<&str, CallError> {
    let sound = !to.token.is_empty() && to.token.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_=".contains(&b));
    let odd = || CallError::Refused { status: 400, code: 0, message: "the interaction has no token".to_owned() };
    if sound { Ok(&to.token) } else { Err(odd()) }
}
