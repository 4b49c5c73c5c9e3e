//! One message on its way out.

use crate::address::Address;
use crate::bot::{Bot, Upload};
use crate::fault::Fault;
use crate::keyboard::Keyboard;
use crate::text::Rich;
use crate::wire::Posted;
use serde_json::json;
use teloxide_core::payloads::{
    EditMessageReplyMarkup, EditMessageText, EditMessageTextSetters, SendMessage, SendMessageSetters,
};
use teloxide_core::types::{LinkPreviewOptions, MessageId, ReplyParameters};

/// What all messages of a delivery have in common.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Envelope {
    pub(crate) to: Address,
    /// The message that it answers.
    pub(crate) answers: Option<i32>,
    /// Whether it makes no sound.
    pub(crate) quiet: bool,
}

/// Says something. What Telegram does not like about its entities is said once more without them.
pub(crate) async fn say(bot: &Bot, envelope: Envelope, rich: &Rich, keyboard: &Keyboard) -> Result<i32, Fault> {
    let (text, entities) = rich.clone().into_parts();
    let message = message(envelope, text, keyboard);
    let posted = match bot.call::<_, Posted>(&message.clone().entities(entities)).await {
        Err(fault) if fault.is_about_entities() => {
            tracing::warn!(%fault, "a message goes out as plain text");
            bot.call::<_, Posted>(&message).await
        }
        posted => posted,
    };
    posted.map(|posted| posted.message_id)
}

/// Says something else in a message that is there.
pub(crate) async fn say_instead(
    bot: &Bot,
    to: Address,
    message: i32,
    rich: &Rich,
    keyboard: &Keyboard,
) -> Result<(), Fault> {
    let (text, entities) = rich.clone().into_parts();
    let mut edit = EditMessageText::new(to.recipient(), MessageId(message), text).link_preview_options(no_preview());
    if let Some(buttons) = keyboard.buttons() {
        edit = edit.reply_markup(buttons);
    }
    match bot.call::<_, serde_json::Value>(&edit.clone().entities(entities)).await {
        Err(fault) if fault.is_unchanged() => Ok(()),
        Err(fault) if fault.is_about_entities() => {
            tracing::warn!(%fault, "a message is edited to plain text");
            bot.call::<_, serde_json::Value>(&edit).await.map(|_| ())
        }
        outcome => outcome.map(|_| ()),
    }
}

/// Takes the buttons away from a message that is there.
pub(crate) async fn strip(bot: &Bot, to: Address, message: i32) -> Result<(), Fault> {
    match bot.call::<_, Posted>(&EditMessageReplyMarkup::new(to.recipient(), MessageId(message))).await {
        Err(fault) if fault.is_unchanged() => Ok(()),
        outcome => outcome.map(|_| ()),
    }
}

/// Hands over a file.
pub(crate) async fn hand_over(bot: &Bot, envelope: Envelope, file: Upload) -> Result<i32, Fault> {
    let posted: Posted = bot.upload("SendDocument", fields(envelope), vec![("document".to_owned(), file)]).await?;
    Ok(posted.message_id)
}

/// Hands over several files at once: 2 to 10.
pub(crate) async fn hand_over_all(bot: &Bot, envelope: Envelope, files: Vec<Upload>) -> Result<Vec<i32>, Fault> {
    let names = (0..files.len()).map(|number| format!("file{number}"));
    let named: Vec<_> = names.zip(files).collect();
    let media = named.iter().map(|(name, _)| json!({"type": "document", "media": format!("attach://{name}")}));
    let mut fields = fields(envelope);
    fields.push(("media", serde_json::Value::Array(media.collect()).to_string()));
    let posted: Vec<Posted> = bot.upload("SendMediaGroup", fields, named).await?;
    Ok(posted.into_iter().map(|posted| posted.message_id).collect())
}

fn message(envelope: Envelope, text: String, keyboard: &Keyboard) -> SendMessage {
    let mut message = SendMessage::new(envelope.to.recipient(), text).link_preview_options(no_preview());
    if let Some(thread) = envelope.to.thread() {
        message = message.message_thread_id(thread);
    }
    if let Some(answered) = envelope.answers {
        message = message.reply_parameters(reply(answered));
    }
    if envelope.quiet {
        message = message.disable_notification(true);
    }
    match keyboard.markup() {
        Some(markup) => message.reply_markup(markup),
        None => message,
    }
}

fn fields(envelope: Envelope) -> Vec<(&'static str, String)> {
    let mut fields = vec![("chat_id", envelope.to.chat.to_string())];
    fields.extend(envelope.to.topic.map(|topic| ("message_thread_id", topic.to_string())));
    let answered = envelope.answers.and_then(|answered| serde_json::to_string(&reply(answered)).ok());
    fields.extend(answered.map(|answered| ("reply_parameters", answered)));
    if envelope.quiet {
        fields.push(("disable_notification", "true".to_owned()));
    }
    fields
}

fn reply(answered: i32) -> ReplyParameters {
    // What was answered may be gone by now; what is said about it is not.
    ReplyParameters { allow_sending_without_reply: Some(true), ..ReplyParameters::new(MessageId(answered)) }
}

fn no_preview() -> LinkPreviewOptions {
    LinkPreviewOptions {
        is_disabled: true,
        url: None,
        prefer_small_media: false,
        prefer_large_media: false,
        show_above_text: false,
    }
}
