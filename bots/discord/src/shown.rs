//! What becomes of an interaction's first answer. A request for work stands there for everybody to read, and in a channel
//! it begins a thread; anything else leaves nothing behind but a note for the one who did it.

use crate::act::Act;
use crate::channels::Setting;
use crate::error::CallError;
use crate::hear::{Where, thread_name};
use crate::interaction::First;
use crate::layout::line;
use crate::snowflake::Snowflake;
use crate::text::escape;
use crate::thread::thread;
use signalbox_core::desk::Answered;
use signalbox_core::sheet::brief;
use std::time::Duration;

/// Discord's code for a first answer that it does not know of (yet).
const NOT_YET: u64 = 10_015;
/// How often the first answer is looked for: it may still be on its way when it went out with an HTTP response.
const LOOKS: u32 = 8;

/// How a request stands there.
#[derive(Default)]
pub(crate) struct Asked {
    /// Whether it can be read.
    pub(crate) shown: bool,
    /// The message that it is, where what follows is said in the same channel.
    pub(crate) message: Option<Snowflake>,
    /// The thread that it began.
    pub(crate) thread: Option<Where>,
}

/// Shows what is asked in place of "thinking…", and begins a thread where there can be one.
pub(crate) async fn asked(act: &Act<'_>, setting: Setting) -> Result<Asked, CallError> {
    let Some(prompt) = act.prompt() else { return Ok(Asked::default()) };
    let Some(message) = show(act, &format!("> {}", escape(&brief(&prompt, 300)))).await? else {
        return Ok(Asked::default());
    };
    let channel = act.interaction.channel_id().filter(|_| setting == Setting::Room { threads: true });
    let thread = match channel {
        Some(channel) => thread(act.shared, channel, message, &thread_name(&prompt, act.me)).await?,
        None => None,
    };
    Ok(Asked { shown: true, message: Some(message).filter(|_| thread.is_none()), thread })
}

async fn show(act: &Act<'_>, content: &str) -> Result<Option<Snowflake>, CallError> {
    for _ in 0..LOOKS {
        match act.shared.rest.replace_answer(act.interaction, content).await {
            Ok(message) => return Ok(Some(message.id)),
            Err(error) if error.code() == NOT_YET => tokio::time::sleep(Duration::from_millis(150)).await,
            Err(error) if error.passes() => return Err(error),
            Err(_) => return Ok(None),
        }
    }
    Ok(None)
}

/// Ends the interaction: a note is shown to this person alone, and "thinking…" does not stay. It is a courtesy: what was
/// done is done, and is seen on the cards.
pub(crate) async fn close(act: &Act<'_>, first: &First, shown: bool, answered: Answered) {
    let (rest, to) = (&act.shared.rest, act.interaction);
    let note = match answered {
        // Every card has a nonce here, so there are no stray copies.
        Answered::Note(note) | Answered::Stray(note) => Some(line(&note)),
        Answered::Owed | Answered::Silence => None,
    };
    let told = match (first, note) {
        (First::Hidden, Some(note)) => show(act, &note).await.map(drop),
        (First::Hidden, None) => take_back(act).await,
        (First::Shown, note) => {
            let taken = if shown { Ok(()) } else { take_back(act).await };
            match note {
                Some(note) => rest.whisper(to, &note).await,
                None => taken,
            }
        }
        (First::Quiet | First::Form(_), Some(note)) => rest.whisper(to, &note).await,
        (First::Quiet | First::Form(_), None) => Ok(()),
    };
    if let Err(error) = told {
        tracing::info!(update = act.id, error = %error, "the end of {} could not be shown", act.id);
    }
}

async fn take_back(act: &Act<'_>) -> Result<(), CallError> {
    for _ in 0..LOOKS {
        match act.shared.rest.delete_answer(act.interaction).await {
            Err(error) if error.code() == NOT_YET => tokio::time::sleep(Duration::from_millis(150)).await,
            other => return other,
        }
    }
    Ok(())
}
