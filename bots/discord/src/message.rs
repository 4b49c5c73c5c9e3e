//! A message that may be for us: a sign that it was heard, its thread, its files, and then the desk.

use crate::calls::{NO_EMBEDS, silent};
use crate::channels::Setting;
use crate::discord::Shared;
use crate::files::{Brought, bring};
use crate::handle::Trouble;
use crate::hear::{Doing, Hearing, Me, Where, hear, identity};
use crate::layout::line;
use crate::place::channel;
use crate::snowflake::Snowflake;
use crate::thread::thread;
use crate::wire::Message;
use serde_json::json;
use sha2::{Digest, Sha256};
use signalbox_core::desk::{Answered, Said};
use signalbox_core::tool::hex;
use std::sync::Arc;

/// Handles one message.
pub(crate) async fn on_message(shared: &Arc<Shared>, me: Me, id: &str, message: &Message) -> Result<(), Trouble> {
    let setting = match message.guild_id {
        None => Setting::Direct,
        Some(_) => shared.channels.setting(&shared.rest, message.channel_id, me.bot).await?,
    };
    let (Some(hearing), Some(here)) = (hear(message, setting, me), Where::of(message.channel_id, setting)) else {
        return Ok(shared.desk.pass_over(&me.source(), vec![id.to_owned()]).await?);
    };
    let (here, brought) = begin(shared, message, &hearing, here).await?;
    let at = channel(&here.place).unwrap_or(message.channel_id);
    shared.channels.use_one(at);
    let heard = here.heard(
        me,
        Doing {
            id: id.to_owned(),
            sender: identity(message.author.id),
            manner: hearing.manner,
            // A message of the channel cannot be answered in a thread.
            message: Some(message.id).filter(|_| at == message.channel_id),
            what: Said::Words {
                text: message.content.clone(),
                answers: hearing.answers.map(|id| id.to_string()),
                files: brought.files,
                missing: brought.missing,
            },
        },
    );
    if let Answered::Note(note) = shared.desk.hear(heard).await? {
        reply(shared, at, message.id, &note).await;
    }
    Ok(())
}

/// Gives the first sign, starts the thread and fetches the files. Nothing is begun and nothing fetched for strangers.
async fn begin(
    shared: &Arc<Shared>,
    message: &Message,
    hearing: &Hearing,
    here: Where,
) -> Result<(Where, Brought), Trouble> {
    let sender = identity(message.author.id);
    if !shared.desk.knows(&sender).await? {
        return Ok((here, Brought::default()));
    }
    shared.show_typing(message.channel_id);
    let begun = match &hearing.thread {
        Some(name) => thread(shared, message.channel_id, message.id, name).await?,
        None => None,
    };
    Ok((begun.unwrap_or(here), bring(shared, &sender, &message.attachments).await?))
}

/// Answers a message at once. It is a courtesy: where it fails it is left out.
async fn reply(shared: &Shared, channel: Snowflake, message: Snowflake, note: &str) {
    let mut body = silent(&line(note));
    body["flags"] = json!(NO_EMBEDS);
    let nonce = hex(&Sha256::digest(format!("note {message}")));
    body["nonce"] = json!(nonce[..25]);
    body["enforce_nonce"] = json!(true);
    body["message_reference"] = json!({"message_id": message, "fail_if_not_exists": false});
    if let Err(error) = shared.rest.post(channel, body, Vec::new()).await {
        tracing::info!(channel = %channel, error = %error, "a note could not be shown in {channel}");
    }
}
