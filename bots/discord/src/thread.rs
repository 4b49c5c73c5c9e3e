//! A thread for a conversation. A message has one thread at most, whose id is the message's: starting it again finds it.

use crate::discord::Shared;
use crate::error::CallError;
use crate::hear::Where;
use crate::snowflake::Snowflake;
use crate::wire::Channel;
use serde_json::json;

/// Discord's code for a message that has a thread already.
const HAS_ONE: u64 = 160_004;
/// A thread falls asleep after a week without a word. Words wake it up; but nobody tells of threads that sleep.
const MINUTES: u32 = 7 * 24 * 60;

/// Starts a thread from a message, or finds the one that was started. None where there can be none.
pub(crate) async fn thread(
    shared: &Shared,
    channel: Snowflake,
    message: Snowflake,
    name: &str,
) -> Result<Option<Where>, CallError> {
    let body = json!({"name": name, "auto_archive_duration": MINUTES});
    let thread = match shared.rest.start_thread(channel, message, body).await {
        Ok(thread) => thread,
        Err(error) if error.code() == HAS_ONE => shared.rest.channel(message).await?,
        Err(error) if error.passes() => return Err(error),
        Err(error) => {
            tracing::info!(channel = %channel, code = error.code(), "no thread can be started in {channel}: it goes without");
            return Ok(None);
        }
    };
    learn(shared, &thread, channel);
    Ok(Where::of_thread(&thread, channel))
}

fn learn(shared: &Shared, thread: &Channel, parent: Snowflake) {
    let mut thread = thread.clone();
    thread.parent_id = Some(parent);
    shared.channels.learn(&thread, None);
}
