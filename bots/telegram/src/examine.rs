//! What an operator wants to know of the bot.

use crate::bot::Bot;
use crate::error::TelegramError;
use crate::settings::TelegramSettings;
use crate::wire::{Me, WebhookInfo};
use teloxide_core::payloads::{GetMe, GetWebhookInfo};

/// The bot as Telegram knows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct About {
    /// Its id.
    pub id: i64,
    /// Its user name, without the `@`.
    pub username: String,
    /// Whether it can be added to groups.
    pub can_join_groups: bool,
    /// Whether it is told of every message in its groups, rather than of commands, mentions and answers: Telegram's privacy
    /// mode is off.
    pub can_read_all_group_messages: bool,
    /// Where updates are brought; none while they are asked for.
    pub webhook: Option<AboutWebhook>,
    /// How many updates wait for us.
    pub pending: u64,
}

/// Where updates are brought, and how that goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AboutWebhook {
    /// The address.
    pub url: String,
    /// The last failure in Telegram's words.
    pub last_error: Option<String>,
    /// When that was, in seconds since 1970.
    pub last_error_at: Option<i64>,
}

/// Asks Telegram about the bot.
///
/// # Errors
/// [`TelegramError`] when the settings cannot work, or Telegram does not answer or does not know the token.
pub async fn examine(settings: &TelegramSettings) -> Result<About, TelegramError> {
    settings.check_mode()?;
    let bot = Bot::new(settings)?;
    let me: Me = bot.call(&GetMe::new()).await?;
    let info: WebhookInfo = bot.call(&GetWebhookInfo::new()).await?;
    let webhook =
        AboutWebhook { url: info.url, last_error: info.last_error_message, last_error_at: info.last_error_date };
    Ok(About {
        id: me.id,
        username: me.username,
        can_join_groups: me.can_join_groups,
        can_read_all_group_messages: me.can_read_all_group_messages,
        webhook: Some(webhook).filter(|webhook| !webhook.url.is_empty()),
        pending: info.pending_update_count,
    })
}
