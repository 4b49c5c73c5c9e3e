//! Asking for updates. What comes is stored before the next question, which is what acknowledges it; each update is kept as
//! the text that Telegram sent.
//!
//! Nothing is told from an update's id but that it is the same update again: Telegram may begin anew anywhere. So an answer
//! is acknowledged once, by the highest id in it, and the next question after that asks for whatever there is.

use crate::bot::Bot;
use crate::fault::Fault;
use crate::handle::Handler;
use crate::wire::UpdateId;
use serde_json::value::RawValue;
use signalbox_core::desk::{Desk, Update};
use std::sync::Arc;
use std::time::Duration;
use teloxide_core::payloads::{GetUpdates, GetUpdatesSetters};
use teloxide_core::types::AllowedUpdate;
use tokio_util::sync::CancellationToken;

/// How long Telegram holds a question that it has no answer to.
const HOLD: Duration = Duration::from_secs(50);
/// How long such a question may take in all.
const PATIENCE: Duration = Duration::from_secs(65);
/// The longest wait after a failure.
const LONGEST_WAIT: Duration = Duration::from_secs(30);
/// How long to wait while another bot asks with our token.
const CONFLICT: Duration = Duration::from_secs(5);

/// What we want to be told of.
pub(crate) const WANTED: [AllowedUpdate; 3] =
    [AllowedUpdate::Message, AllowedUpdate::CallbackQuery, AllowedUpdate::MyChatMember];

/// Asks for updates.
pub(crate) struct Poll {
    pub(crate) bot: Bot,
    pub(crate) desk: Arc<dyn Desk>,
    pub(crate) source: String,
    pub(crate) handler: Handler,
}

impl Poll {
    /// Asks until the end.
    pub(crate) async fn run(&self, stop: &CancellationToken) {
        let mut acknowledge = None;
        let mut failures = Failures::default();
        while !stop.is_cancelled() {
            let pause = tokio::select! {
                () = stop.cancelled() => return,
                outcome = self.ask(&mut acknowledge) => failures.pause(&outcome),
            };
            if let Some(pause) = pause {
                tokio::select! {
                    () = stop.cancelled() => return,
                    () = tokio::time::sleep(pause) => {}
                }
            }
        }
    }

    /// One question: what comes is stored, then handed on.
    async fn ask(&self, acknowledge: &mut Option<i32>) -> Result<(), Fault> {
        let mut question = GetUpdates::new().timeout(HOLD.as_secs() as u32).limit(100).allowed_updates(WANTED);
        if let Some(next) = *acknowledge {
            question = question.offset(next);
        }
        let answer = self.bot.updates(&question, PATIENCE).await?;
        *acknowledge = None;
        let updates = updates(&self.source, &answer);
        if updates.is_empty() {
            return Ok(());
        }
        match self.desk.receive(updates.clone()).await {
            Ok(new) => {
                *acknowledge = next(&updates);
                metrics::counter!("signalbox_telegram_updates_total").increment(new as u64);
                self.handler.stored(updates, new).await;
                // Else the same would come again at once, for ever.
                acknowledge.map(drop).ok_or(Fault::Network("these updates have no id that could be acknowledged"))
            }
            Err(refusal) => {
                tracing::warn!(%refusal, "updates of Telegram could not be stored; they are not acknowledged");
                Err(Fault::Network("the hub cannot store updates"))
            }
        }
    }
}

/// An update as the desk stores it; none where it has no id.
pub(crate) fn update(source: &str, raw: &str) -> Option<Update> {
    let id = serde_json::from_str::<UpdateId>(raw).ok()?.update_id;
    Some(Update { source: source.to_owned(), id: id.to_string(), raw: raw.to_owned() })
}

fn updates(source: &str, answer: &[Box<RawValue>]) -> Vec<Update> {
    answer.iter().filter_map(|raw| update(source, raw.get())).collect()
}

/// What acknowledges these updates.
fn next(updates: &[Update]) -> Option<i32> {
    let highest = updates.iter().filter_map(|update| update.id.parse::<i32>().ok()).max()?;
    highest.checked_add(1)
}

/// How long to wait after failures, each of which is told of once.
#[derive(Debug, Default)]
struct Failures {
    count: u32,
    conflict: bool,
}

impl Failures {
    fn pause(&mut self, outcome: &Result<(), Fault>) -> Option<Duration> {
        let fault = match outcome {
            Ok(()) => {
                *self = Self::default();
                return None;
            }
            Err(fault) => fault,
        };
        if fault.is_conflict() {
            if !std::mem::replace(&mut self.conflict, true) {
                tracing::warn!("somebody else asks Telegram for this bot's updates; waiting for them to stop");
            }
            return Some(CONFLICT);
        }
        self.count += 1;
        if self.count == 1 || self.count.is_multiple_of(20) {
            tracing::warn!(%fault, failures = self.count, "Telegram gives no updates");
        }
        Some(match fault {
            Fault::Wait(wait) => *wait,
            fault if fault.is_about_the_token() => LONGEST_WAIT,
            _ => back_off(self.count),
        })
    }
}

/// Doubling from 0.2 s.
pub(crate) fn back_off(failures: u32) -> Duration {
    (Duration::from_millis(100) * 2_u32.pow(failures.min(12))).min(LONGEST_WAIT)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn updates_are_kept_byte_for_byte() {
        let answer: Vec<Box<RawValue>> =
            serde_json::from_str(r#"[{"update_id": 7,  "message":{"odd":1e2}}, {"no":"id"}, {"update_id":3}]"#)
                .unwrap();
        let updates = updates("telegram:1", &answer);
        assert_eq!(updates[0].raw, r#"{"update_id": 7,  "message":{"odd":1e2}}"#);
        assert_eq!(updates.iter().map(|update| update.id.as_str()).collect::<Vec<_>>(), ["7", "3"]);
        assert_eq!(next(&updates), Some(8));
    }

    #[test]
    fn waiting_grows_and_ends_with_the_first_success() {
        let mut failures = Failures::default();
        let network = || Err(Fault::Network("the connection to Telegram broke"));
        let waits: Vec<_> = (0..3).filter_map(|_| failures.pause(&network())).map(|wait| wait.as_millis()).collect();
        assert_eq!(waits, [200, 400, 800]);
        assert_eq!(failures.pause(&Err(Fault::Wait(Duration::from_secs(9)))), Some(Duration::from_secs(9)));
        assert_eq!(failures.pause(&Ok(())), None);
        assert_eq!(failures.pause(&network()).map(|wait| wait.as_millis()), Some(200));
    }
}
