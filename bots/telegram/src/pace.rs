//! Waiting for one's turn: messages in a chat go out one after the other, in the order in which they were begun, and no faster
//! than Telegram takes them.

use crate::budget::{Budget, Haste};
use crate::fault::Fault;
use crate::settings::Pace;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::OwnedMutexGuard;

/// How many chats' queues are kept before empty ones are dropped.
const QUEUES: usize = 512;

/// Who may send when.
#[derive(Debug)]
pub(crate) struct Pacer {
    budget: Mutex<Budget>,
    queues: Mutex<HashMap<i64, Arc<tokio::sync::Mutex<()>>>>,
}

/// Room for messages in a chat, to be given back with what became of them. If it is dropped, they count as sent.
#[derive(Debug)]
#[must_use]
pub(crate) struct Room<'p> {
    pacer: &'p Pacer,
    chat: i64,
    messages: usize,
}

/// The right to send in a chat; whoever comes later waits until it is dropped.
#[derive(Debug)]
pub(crate) struct Turn {
    _guard: OwnedMutexGuard<()>,
}

impl Pacer {
    pub(crate) fn new(pace: Pace) -> Self {
        Self { budget: Mutex::new(Budget::new(pace)), queues: Mutex::default() }
    }

    /// Waits for one's turn in a chat, until then; afterwards says when to come back.
    pub(crate) async fn turn(&self, chat: i64, until: Instant) -> Result<Turn, Duration> {
        let queue = self.queue(chat);
        let guard = tokio::time::timeout_at(until.into(), queue.lock_owned()).await;
        guard.map(|guard| Turn { _guard: guard }).map_err(|_| Duration::from_secs(1))
    }

    /// Waits for room for so many messages, until then; afterwards says when there will be some.
    pub(crate) async fn room(&self, chat: i64, messages: usize, until: Instant) -> Result<Room<'_>, Duration> {
        loop {
            let now = Instant::now();
            let taken = self.budget().take(chat, messages, Haste::Awaited, now);
            let Err(wait) = taken else { return Ok(Room { pacer: self, chat, messages }) };
            if now + wait > until {
                return Err(wait);
            }
            tokio::time::sleep(wait).await;
        }
    }

    /// Takes room for something that nobody waits for, if there is plenty and nobody waits to send there.
    pub(crate) fn spare_room(&self, chat: i64) -> Result<Room<'_>, Duration> {
        if self.queue(chat).try_lock().is_err() {
            return Err(Duration::from_secs(1));
        }
        self.budget().take(chat, 1, Haste::Passing, Instant::now())?;
        Ok(Room { pacer: self, chat, messages: 1 })
    }

    fn queue(&self, chat: i64) -> Arc<tokio::sync::Mutex<()>> {
        // No code panics while it holds the lock; a poisoned one is as good as any.
        let mut queues = self.queues.lock().unwrap_or_else(PoisonError::into_inner);
        if queues.len() > QUEUES {
            queues.retain(|_, queue| Arc::strong_count(queue) > 1);
        }
        queues.entry(chat).or_default().clone()
    }

    fn budget(&self) -> MutexGuard<'_, Budget> {
        self.budget.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Room<'_> {
    /// Says what became of what was sent.
    pub(crate) fn used<T>(mut self, outcome: &Result<T, Fault>) {
        if let Err(Fault::Wait(wait)) = outcome {
            metrics::counter!("signalbox_telegram_refused_for_pace_total").increment(1);
            self.pacer.budget().refused(self.chat, std::mem::take(&mut self.messages), *wait, Instant::now());
        }
    }
}

impl Drop for Room<'_> {
    fn drop(&mut self) {
        if self.messages > 0 {
            self.pacer.budget().landed(self.chat, self.messages, Instant::now());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn turns_in_a_chat_are_taken_one_after_the_other() {
        let pacer = Pacer::new(Pace::default());
        let soon = || Instant::now() + Duration::from_millis(30);
        let first = pacer.turn(5, soon()).await.unwrap();
        assert!(pacer.turn(5, soon()).await.is_err());
        assert!(pacer.turn(6, soon()).await.is_ok());
        assert!(pacer.spare_room(5).is_err());
        drop(first);
        assert!(pacer.turn(5, soon()).await.is_ok());
        assert!(pacer.spare_room(5).is_ok());
    }

    #[tokio::test]
    async fn who_would_wait_too_long_is_told_for_how_long() {
        let pacer = Pacer::new(Pace::default());
        let soon = Instant::now() + Duration::from_secs(1);
        pacer.room(5, 1, soon).await.unwrap().used::<()>(&Err(Fault::Wait(Duration::from_secs(40))));
        let wait = pacer.room(5, 1, Instant::now() + Duration::from_secs(20)).await.unwrap_err();
        assert!(wait > Duration::from_secs(39), "{wait:?}");
    }
}
