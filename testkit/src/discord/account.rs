//! Users, the bot's among them, and the application that the bot belongs to.

use ring::signature::{Ed25519KeyPair, KeyPair};
use serde_json::{Value, json};

use super::Snowflake;

/// A user.
#[derive(Debug, Clone)]
pub(crate) struct Account {
    pub(crate) id: Snowflake,
    pub(crate) name: String,
    pub(crate) bot: bool,
    /// Whether they take direct messages from the bot.
    pub(crate) takes_messages: bool,
}

impl Account {
    pub(crate) fn to_json(&self) -> Value {
        json!({
            "id": self.id, "username": self.name.to_lowercase(), "global_name": self.name, "discriminator": "0",
            "avatar": null, "bot": self.bot, "public_flags": 0, "flags": 0,
        })
    }
}

/// The bot's application. Its key signs interactions that are sent over HTTP.
pub(crate) struct Application {
    pub(crate) id: Snowflake,
    pub(crate) bot: Snowflake,
    key: Ed25519KeyPair,
}

impl Application {
    /// With a key of its own.
    pub(crate) fn new(id: Snowflake, bot: Snowflake) -> Result<Self, ring::error::Unspecified> {
        let document = Ed25519KeyPair::generate_pkcs8(&ring::rand::SystemRandom::new())?;
        let key = Ed25519KeyPair::from_pkcs8(document.as_ref()).map_err(|_| ring::error::Unspecified)?;
        Ok(Self { id, bot, key })
    }

    /// The public key, in hexadecimal.
    pub(crate) fn public_key(&self) -> String {
        hexadecimal(self.key.public_key().as_ref())
    }

    /// The signature of a body sent at this time, in hexadecimal.
    pub(crate) fn sign(&self, timestamp: &str, body: &[u8]) -> String {
        hexadecimal(self.key.sign(&[timestamp.as_bytes(), body].concat()).as_ref())
    }
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
