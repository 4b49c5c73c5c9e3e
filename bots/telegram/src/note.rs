//! Short words for one person: what pops up when they press a button, or a line in their private chat. Nothing waits for
//! them, and what is lost of them is not said again.

use crate::address::Address;
use crate::bot::Bot;
use crate::fault::Fault;
use crate::text::Rich;
use crate::wire::Posted;
use teloxide_core::payloads::{AnswerCallbackQuery, AnswerCallbackQuerySetters, SendMessage, SendMessageSetters};
use teloxide_core::types::CallbackQueryId;

/// A longer note stays until it is put away.
const TOAST: usize = 60;
/// The longest note that Telegram takes.
const LONGEST: usize = 200;

/// Answers a press, so that the button stops glowing. A press that is too old cannot be answered, and need not be.
pub(crate) async fn answered(bot: &Bot, query: &str, words: Option<&str>) {
    let mut answer = AnswerCallbackQuery::new(CallbackQueryId(query.to_owned()));
    if let Some(words) = words.filter(|words| !words.trim().is_empty()) {
        answer = answer.text(words.chars().take(LONGEST).collect::<String>());
        answer = answer.show_alert(words.chars().count() > TOAST);
    }
    match bot.call::<_, bool>(&answer).await {
        Ok(_) => {}
        Err(fault @ Fault::Said { .. }) => tracing::debug!(%fault, "a press was not answered"),
        Err(fault) => tracing::info!(%fault, "a press could not be answered"),
    }
}

/// Says it in a private chat; in a group others would read it.
pub(crate) async fn said(bot: &Bot, address: Option<Address>, words: &str) {
    let Some(address) = address.filter(|address| !address.is_group()) else { return };
    let (text, entities) = Rich::default().plain(words).into_parts();
    let message = SendMessage::new(address.recipient(), text).entities(entities);
    if let Err(fault) = bot.call::<_, Posted>(&message).await {
        tracing::info!(%fault, "a note could not be said");
    }
}
