//! `getUpdates`: the long poll.

use std::time::Duration;

use serde_json::{Value, json};
use tokio::time::Instant;

use super::params::Params;
use super::refusal::Refusal;
use super::stage::Stage;
use super::updates::is_kind;
use super::world::World;

const MOST: i64 = 100;
/// Telegram does not wait longer, whatever is asked for.
const LONGEST: i64 = 50;

/// How a poll ends.
#[derive(Debug)]
pub(crate) enum Poll {
    Answered(Result<Value, Refusal>),
    /// Without an answer: the connection is to be cut.
    Cut,
}

/// Waits for updates until there are some, or the time is over.
///
/// As with the real one, a newer request ends an older one.
pub(crate) async fn get_updates(stage: &Stage, params: &Params) -> Poll {
    let begun = stage.change(|world| begin(world, params));
    let number = match begun {
        Ok(number) => number,
        Err(refusal) => return Poll::Answered(Err(refusal)),
    };
    let seconds = params.integer("timeout").unwrap_or(0).clamp(0, LONGEST);
    let deadline = Instant::now() + Duration::from_secs(seconds.unsigned_abs());
    let limit = usize::try_from(params.integer("limit").unwrap_or(MOST)).unwrap_or(1);
    loop {
        let changed = stage.changed.notified();
        tokio::pin!(changed);
        changed.as_mut().enable();
        if let Some(end) = stage.look_mut(|world| step(world, number, limit)) {
            // Somebody may wait for an update to be handed out.
            stage.changed.notify_waiters();
            return end;
        }
        tokio::select! {
            () = changed => {}
            () = tokio::time::sleep_until(deadline) => return Poll::Answered(Ok(json!([]))),
            () = stage.closing.cancelled() => return Poll::Cut,
        }
    }
}

/// Notes what the request asks for, and ends an older one.
fn begin(world: &mut World, params: &Params) -> Result<u64, Refusal> {
    if world.webhook.is_some() {
        return Err(Refusal::conflict(
            "can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first",
        ));
    }
    if !(1..=MOST).contains(&params.integer("limit").unwrap_or(MOST)) {
        return Err(Refusal::bad("limit must be from 1 to 100"));
    }
    world.allow(params)?;
    world.updates.poll += 1;
    world.updates.confirm(params.integer("offset").unwrap_or(0), &mut world.faults);
    Ok(world.updates.poll)
}

fn step(world: &mut World, number: u64, limit: usize) -> Option<Poll> {
    if number <= world.updates.cut_through {
        return Some(Poll::Cut);
    }
    if number < world.updates.poll || world.webhook.is_some() {
        return Some(Poll::Answered(Err(Refusal::conflict(
            "terminated by other getUpdates request; make sure that only one bot instance is running",
        ))));
    }
    let updates = world.updates.hand_out(limit, &mut world.faults);
    (!updates.is_empty()).then(|| Poll::Answered(Ok(json!(updates))))
}

impl World {
    /// Takes over which kinds of updates the bot asks for, if it says so.
    pub(crate) fn allow(&mut self, params: &Params) -> Result<(), Refusal> {
        let Some(kinds) = params.list("allowed_updates") else { return Ok(()) };
        let known = |kind: &Value| kind.as_str().filter(|kind| is_kind(kind)).map(str::to_owned);
        let kinds = kinds.iter().map(known).collect::<Option<Vec<_>>>();
        self.updates.allowed = kinds.ok_or_else(|| Refusal::bad("unknown kind of update in allowed_updates"))?;
        Ok(())
    }
}
