//! How the bot is set up.

use crate::error::DiscordError;
use secrecy::SecretString;

/// How the bot is set up.
#[derive(Debug, Clone)]
pub struct DiscordSettings {
    /// The bot's token, without `Bot` before it.
    pub token: SecretString,
    /// Scheme and host of the REST API: `https://discord.com`. Plain http means a test, or a proxy of one's own.
    pub api_url: String,
    /// The gateway's address (`wss://…`); empty asks the API for it.
    pub gateway_url: String,
    /// How interactions reach us.
    pub mode: Mode,
}

/// How interactions reach us.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Mode {
    /// By the gateway, with messages, so that a mention and plain text in threads are heard as well.
    Gateway,
    /// By signed requests to `POST /hooks/discord`: commands, buttons and forms only.
    Http {
        /// The application's public key, 64 hexadecimal digits.
        public_key: String,
    },
}

impl DiscordSettings {
    /// The API's address, checked: an origin, nothing behind it.
    pub(crate) fn origin(&self) -> Result<reqwest::Url, DiscordError> {
        let bad = || DiscordError::ApiAddress(self.api_url.clone());
        let url: reqwest::Url = self.api_url.parse().map_err(|_| bad())?;
        let plain = url.path() == "/" && url.query().is_none() && url.username().is_empty() && url.password().is_none();
        let sound = matches!(url.scheme(), "http" | "https") && url.host_str().is_some() && plain;
        if sound { Ok(url) } else { Err(bad()) }
    }

    /// The gateway's address, if it is set.
    pub(crate) fn gateway(&self) -> Result<Option<String>, DiscordError> {
        let address = self.gateway_url.trim_end_matches('/');
        match address.split_once("://") {
            None if address.is_empty() => Ok(None),
            Some(("ws" | "wss", host)) if !host.is_empty() => Ok(Some(address.to_owned())),
            _ => Err(DiscordError::GatewayAddress(self.gateway_url.clone())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(api: &str, gateway: &str) -> DiscordSettings {
        let token = SecretString::from("token");
        DiscordSettings { token, api_url: api.to_owned(), gateway_url: gateway.to_owned(), mode: Mode::Gateway }
    }

    #[test]
    fn addresses_are_checked_before_anything_is_sent_there() {
        for sound in ["https://discord.com", "http://127.0.0.1:8080/"] {
            assert!(settings(sound, "").origin().is_ok(), "{sound}");
        }
        for odd in ["", "discord.com", "ftp://discord.com", "https://discord.com/api", "https://me@discord.com"] {
            assert!(settings(odd, "").origin().is_err(), "{odd}");
        }
        assert_eq!(settings("", "").gateway().unwrap(), None);
        assert_eq!(settings("", "wss://g.example/").gateway().unwrap().as_deref(), Some("wss://g.example"));
        assert!(settings("", "https://g.example").gateway().is_err() && settings("", "g.example").gateway().is_err());
    }
}
