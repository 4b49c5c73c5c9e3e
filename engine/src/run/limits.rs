//! What ends a run from outside of its talk: a person's stop, the time limit, silence.

use super::Ending;
use super::launch::Origin;
use super::talk::Talk;
use crate::claude::Phase;
use crate::hub::chain;
use signalbox_core::task::FailureKind;
use std::time::Duration;
use tokio::time::Instant;

/// How long the CLI has to end its turn after an interrupt before its container is killed.
const GRACE: Duration = Duration::from_secs(10);
/// How long the CLI may take to start.
const START_LIMIT: Duration = Duration::from_secs(120);

/// Why the CLI was told to end its turn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Interruption {
    Stop,
    TimeLimit,
}

impl Talk {
    /// Tells the CLI to end its turn.
    pub(super) async fn interrupt(&mut self, why: Interruption) {
        if self.interrupted.is_some() {
            return;
        }
        self.interrupted = Some((why, Instant::now() + GRACE));
        self.wake_up().await;
        for line in self.live.dialogue.interrupt() {
            self.write(line).await;
        }
    }

    pub(super) fn interruption(&self) -> Option<Interruption> {
        self.interrupted.map(|(why, _)| why)
    }

    pub(super) fn next_deadline(&self) -> Instant {
        let poll = Instant::now() + self.parts.settings.queue.poll;
        let hold = self.asked.values().filter_map(|asked| asked.hold_until).min();
        let limit = self.brief.time_left().map(|span| self.began + span).filter(|_| self.interrupted.is_none());
        let grace = self.interrupted.map(|(_, until)| until);
        let silence = self.silence_ends();
        [hold, limit, grace, silence].into_iter().flatten().fold(poll, Instant::min)
    }

    fn silence_ends(&self) -> Option<Instant> {
        match self.live.dialogue.phase() {
            // The hub may have died before it said a word to this CLI; then none will come.
            Phase::Starting if self.origin == Origin::Reattached => Some(self.heard + self.parts.settings.queue.lease),
            Phase::Starting => Some(self.heard + START_LIMIT),
            Phase::Working => Some(self.heard + self.parts.settings.run.silence),
            Phase::Ready | Phase::Asking | Phase::Ended => None,
        }
    }

    pub(super) async fn deadline(&mut self) {
        let now = Instant::now();
        match self.interrupted {
            Some((why, until)) if now >= until => {
                if let Err(error) = self.live.control.kill().await {
                    tracing::warn!(error = chain(&error), "a sandbox could not be killed");
                }
                self.ending = Some(self.end_of_interruption(why));
                return;
            }
            Some(_) => {}
            None if self.brief.time_left().is_some_and(|span| now >= self.began + span) => {
                self.interrupt(Interruption::TimeLimit).await;
            }
            None => {}
        }
        if self.silence_ends().is_some_and(|end| now >= end) {
            let silent = signalbox_core::time::Spoken(self.heard.elapsed());
            self.fail(FailureKind::ProtocolBroken, format!("the CLI was silent for {silent}"));
            return;
        }
        self.look_again().await;
        self.park_overdue(now).await;
        self.progress.show(&self.parts).await;
    }

    pub(super) fn end_of_interruption(&self, why: Interruption) -> Ending {
        match why {
            Interruption::Stop => Ending::Interrupted,
            Interruption::TimeLimit => Ending::failed(
                FailureKind::TimeLimit,
                "the time limit passed (limits.time, or the project's policy); what was done so far is on the branch",
            ),
        }
    }
}
