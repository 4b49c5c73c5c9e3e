//! How the adapter is set up.

use crate::error::TelegramError;
use secrecy::{ExposeSecret, SecretString};

/// How the adapter is set up.
#[derive(Debug, Clone)]
pub struct TelegramSettings {
    /// The bot's token, as BotFather gave it.
    pub token: SecretString,
    /// Where the Bot API is: `https://api.telegram.org`, or a server of one's own.
    pub api_url: String,
    /// How updates come in.
    pub mode: Mode,
    /// How much is sent at most.
    pub pace: Pace,
}

/// How updates come in.
#[derive(Debug, Clone)]
pub enum Mode {
    /// We ask for them.
    Polling,
    /// Telegram brings them.
    Webhook {
        /// Our route as Telegram reaches it: `https://hub.example.org/hooks/telegram`.
        public_url: String,
        /// What Telegram says along with every update, so that nobody else can bring one: 16 to 256 of `A`-`Z`, `a`-`z`,
        /// `0`-`9`, `_` and `-`.
        secret: SecretString,
    },
}

/// How much is sent at most. The default is what Telegram takes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Pace {
    /// Messages a second in a chat; a few may come at once after a pause.
    pub chat_per_second: f64,
    /// Messages a minute in a group.
    pub group_per_minute: f64,
    /// Messages a second in all.
    pub all_per_second: f64,
}

impl Default for Pace {
    fn default() -> Self {
        Self { chat_per_second: 1.0, group_per_minute: 20.0, all_per_second: 30.0 }
    }
}

impl TelegramSettings {
    /// The bot's id: the part of its token before the colon.
    ///
    /// # Errors
    /// [`TelegramError::Token`] when this is no token.
    pub fn bot_id(&self) -> Result<i64, TelegramError> {
        let (id, rest) = self.token.expose_secret().split_once(':').ok_or(TelegramError::Token)?;
        let sound = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
        if rest.is_empty() || !rest.chars().all(sound) {
            return Err(TelegramError::Token);
        }
        id.parse().map_err(|_| TelegramError::Token)
    }

    /// What cannot work in the way that updates come in.
    pub(crate) fn check_mode(&self) -> Result<(), TelegramError> {
        let Mode::Webhook { public_url, secret } = &self.mode else { return Ok(()) };
        reqwest::Url::parse(public_url).map_err(|_| TelegramError::PublicUrl(public_url.clone()))?;
        let sound = |b: u8| b.is_ascii_alphanumeric() || b == b'_' || b == b'-';
        let secret = secret.expose_secret();
        if !(16..=256).contains(&secret.len()) || !secret.bytes().all(sound) {
            return Err(TelegramError::WebhookSecret);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(token: &str, mode: Mode) -> TelegramSettings {
        let api_url = "https://api.telegram.org".to_owned();
        TelegramSettings { token: token.into(), api_url, mode, pace: Pace::default() }
    }

    #[test]
    fn the_bots_id_stands_in_its_token() {
        assert_eq!(with("7001:abc-DEF_1", Mode::Polling).bot_id().unwrap(), 7001);
        for token in ["", "7001", "7001:", ":abc", "x:abc", "7001:a/../b", "7001:a b"] {
            assert!(with(token, Mode::Polling).bot_id().is_err(), "{token}");
        }
    }

    #[test]
    fn a_webhook_needs_an_address_and_a_secret_that_telegram_takes() {
        let webhook = |url: &str, secret: &str| Mode::Webhook { public_url: url.to_owned(), secret: secret.into() };
        assert!(
            with("1:a", webhook("https://hub.example.org/hooks/telegram", "s3cret_s3cret_-s")).check_mode().is_ok()
        );
        for (url, secret) in [
            ("hub", "s3cret-s3cret-s3cret"),
            ("https://hub.example.org", "fifteen-letters"),
            ("https://hub.example.org", "sixteen letters and more"),
        ] {
            assert!(with("1:a", webhook(url, secret)).check_mode().is_err(), "{url} {secret}");
        }
    }

    #[test]
    fn nothing_that_is_printed_holds_the_token() {
        let printed = format!("{:?}", with("7001:very-secret", Mode::Polling));
        assert!(!printed.contains("very-secret"), "{printed}");
    }
}
