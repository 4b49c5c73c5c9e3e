//! What was said while nobody listened, read from the channels' histories. A message has the same id by either way, so
//! that what was heard already is not heard twice.

use crate::discord::Shared;
use crate::error::CallError;
use crate::hear::{Me, may_be_for_us};
use crate::inbox::{Arrival, store};
use crate::snowflake::Snowflake;
use crate::wire::Message;
use futures::StreamExt as _;
use serde_json::value::{RawValue, to_raw_value};
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::Duration;

/// How many channels are read at once.
const AT_ONCE: usize = 4;
/// How many pages of a hundred messages are read of each.
const PAGES: usize = 10;
/// How often a page is tried.
const TRIES: u32 = 5;

/// A channel to be read.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Unread {
    /// The channel.
    pub(crate) channel: Snowflake,
    /// Its guild; none for a direct conversation.
    pub(crate) guild: Option<Snowflake>,
}

/// Reads what was said in these channels since then, and stores what is for us.
pub(crate) async fn catch_up(shared: Arc<Shared>, me: Me, channels: Vec<Unread>, since: Snowflake) {
    let reading = channels.into_iter().map(|unread| {
        let shared = shared.clone();
        async move {
            if let Err(error) = read(&shared, me, unread, since).await {
                let channel = unread.channel;
                tracing::warn!(channel = %channel, error = %error, "what was said in {channel} meanwhile could not be read");
            }
        }
    });
    futures::stream::iter(reading).buffer_unordered(AT_ONCE).collect::<()>().await;
}

async fn read(shared: &Arc<Shared>, me: Me, unread: Unread, since: Snowflake) -> Result<(), CallError> {
    let mut after = since;
    for _ in 0..PAGES {
        let page = page(shared, unread.channel, after).await?;
        let full = page.len() >= 100;
        let mut messages: Vec<_> = page.iter().filter_map(|raw| whole(raw, unread.guild)).collect();
        messages.sort_by_key(|(message, _)| message.id);
        after = messages.last().map_or(after, |(message, _)| message.id);
        keep(shared, me, messages).await;
        if !full {
            return Ok(());
        }
    }
    let channel = unread.channel;
    tracing::warn!(channel = %channel, "more was said in {channel} meanwhile than is read: the rest is left out");
    Ok(())
}

async fn page(shared: &Shared, channel: Snowflake, after: Snowflake) -> Result<Vec<Box<RawValue>>, CallError> {
    let mut tried = 0;
    loop {
        match shared.rest.messages_after(channel, after).await {
            Err(error) if error.passes() && tried < TRIES => {
                tried += 1;
                tokio::time::sleep(Duration::from_secs(1 << tried)).await;
            }
            // The channel is gone, or its history is not for us.
            Err(CallError::Refused { .. }) => return Ok(Vec::new()),
            other => return other,
        }
    }
}

/// A message of a history, with the guild that histories leave out.
fn whole(raw: &RawValue, guild: Option<Snowflake>) -> Option<(Message, Box<RawValue>)> {
    let mut value: Value = serde_json::from_str(raw.get()).ok()?;
    if let (Value::Object(fields), Some(guild)) = (&mut value, guild) {
        fields.insert("guild_id".to_owned(), json!(guild));
    }
    let raw = to_raw_value(&value).ok()?;
    Some((serde_json::from_str(raw.get()).ok()?, raw))
}

async fn keep(shared: &Arc<Shared>, me: Me, messages: Vec<(Message, Box<RawValue>)>) {
    let for_us = |message: &Message| may_be_for_us(message, shared.channels.known(message.channel_id, me.bot), me);
    let arrivals = || {
        let ours = messages.iter().filter(|(message, _)| for_us(message));
        ours.filter_map(|(_, raw)| Arrival::message(raw)).collect::<Vec<_>>()
    };
    if arrivals().is_empty() {
        return;
    }
    while let Err(refusal) = store(shared, me, arrivals(), false).await {
        tracing::warn!(error = %refusal, "what was said meanwhile cannot be stored now");
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
}
