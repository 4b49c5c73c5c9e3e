//! What can go wrong in setting the adapter up or asking about it.

use crate::fault::Fault;

/// Why the adapter cannot be set up, or Telegram did not answer.
#[derive(Debug, thiserror::Error)]
pub enum TelegramError {
    /// The token is none.
    #[error("this is no token of a Telegram bot: one looks like 123456:ABC-DEF, and BotFather has it")]
    Token,
    /// The address of the Bot API is none.
    #[error("`{0}` is no address of a Bot API: use https://api.telegram.org, or a server of your own")]
    ApiUrl(String),
    /// The address of the webhook is none.
    #[error("`{0}` is no address that Telegram could bring updates to")]
    PublicUrl(String),
    /// The webhook's secret cannot be used.
    #[error("the webhook's secret must be 16 to 256 of A-Z, a-z, 0-9, _ and -")]
    WebhookSecret,
    /// There is no HTTP client.
    #[error("no HTTP client could be set up")]
    Client(#[source] reqwest::Error),
    /// Telegram did not do what was asked.
    #[error("Telegram did not answer as hoped")]
    Call(#[from] Fault),
}
