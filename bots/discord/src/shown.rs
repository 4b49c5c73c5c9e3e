//! What becomes of an interaction's first answer. A request for work stands there for everybody to read, and in a channel
//! it begins a thread; anything else leaves nothing behind but a note for the one who did it.

use crate::act::Act;
use crate::calls::silent;
use crate::channels::Setting;
use crate::error::CallError;
use crate::hear::{Where, thread_name};
use crate::interaction::First;
use crate::layout::{Page, line, pages};
use crate::send::now;
use crate::snowflake::Snowflake;
use crate::text::escape;
use crate::thread::thread;
use serde_json::Value;
use signalbox_core::card::Card;
use signalbox_core::desk::Answered;
use signalbox_core::policy::Detail;
use signalbox_core::sheet::{View, brief, sheet};
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
    let Some(message) = show(act, &silent(&format!("> {}", escape(&brief(&prompt, 300))))).await? else {
        return Ok(Asked::default());
    };
    let channel = act.interaction.channel_id().filter(|_| setting == Setting::Room { threads: true });
    let thread = match channel {
        Some(channel) => thread(act.shared, channel, message, &thread_name(&prompt, act.me)).await?,
        None => None,
    };
    Ok(Asked { shown: true, message: Some(message).filter(|_| thread.is_none()), thread })
}

async fn show(act: &Act<'_>, body: &Value) -> Result<Option<Snowflake>, CallError> {
    for _ in 0..LOOKS {
        match act.shared.rest.replace_answer(act.interaction, body.clone()).await {
            Ok(message) => return Ok(Some(message.id)),
            Err(error) if error.code() == NOT_YET => tokio::time::sleep(Duration::from_millis(150)).await,
            Err(error) if error.passes() => return Err(error),
            Err(_) => return Ok(None),
        }
    }
    Ok(None)
}

/// Ends the interaction: what is for this person alone is shown to them, and "thinking…" does not stay. It is a courtesy:
/// what was done is done, and is seen on the cards.
pub(crate) async fn close(act: &Act<'_>, first: &First, shown: bool, answered: Answered) {
    let mut told = told(first, answered).into_iter();
    let begun = match first {
        First::Hidden => match told.next() {
            Some(body) => show(act, &body).await.map(drop),
            None => take_back(act).await,
        },
        First::Shown if !shown => take_back(act).await,
        First::Shown | First::Quiet | First::Form(_) => Ok(()),
    };
    let mut ended = begun;
    for body in told {
        ended = ended.and(act.shared.rest.whisper(act.interaction, body).await);
    }
    if let Err(error) = ended {
        tracing::info!(update = act.id, error = %error, "the end of {} could not be shown", act.id);
    }
}

/// What this person alone is told, as the bodies of messages. A message for one person stays until they put it away, so
/// what the cards show as well is said only where something has to be.
fn told(first: &First, answered: Answered) -> Vec<Value> {
    match answered {
        Answered::Owed | Answered::Silence => Vec::new(),
        Answered::Seen(_) if *first != First::Hidden => Vec::new(),
        // Every card has a nonce here, so there are no stray copies.
        Answered::Note(note) | Answered::Seen(note) | Answered::Stray(note) => vec![silent(&line(&note))],
        Answered::Reply(card) => {
            let card = Card::Reply(*card);
            let view = View { now: now(), detail: Detail::Full };
            pages(&card, sheet(&card, view), Vec::new()).iter().map(body).collect()
        }
    }
}

fn body(page: &Page) -> Value {
    let mut body = silent(&page.content);
    body["components"] = Value::Array(page.components.clone());
    body
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
