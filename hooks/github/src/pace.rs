//! Waiting for one's turn: comments at an issue are written one after the other, and all together no faster than GitHub takes
//! them. What is only passing leaves most of the room to what people wait for.

use crate::settings::Pace;
use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::OwnedMutexGuard;

/// How many queues are kept before empty ones are dropped.
const QUEUES: usize = 512;
/// How often a comment is edited for what is only passing.
const PASSING: Duration = Duration::from_secs(15);
/// What is counted in.
const MINUTE: Duration = Duration::from_secs(60);
const HOUR: Duration = Duration::from_secs(3600);

/// Who may write when.
#[derive(Debug)]
pub(crate) struct Pacer {
    pace: Pace,
    written: Mutex<HashMap<String, VecDeque<Instant>>>,
    edited: Mutex<HashMap<String, Instant>>,
    queues: Mutex<HashMap<String, Arc<tokio::sync::Mutex<()>>>>,
}

/// The right to write at an issue; whoever comes later waits until it is dropped.
#[derive(Debug)]
pub(crate) struct Turn {
    _guard: OwnedMutexGuard<()>,
}

impl Pacer {
    pub(crate) fn new(pace: Pace) -> Self {
        Self { pace, written: Mutex::default(), edited: Mutex::default(), queues: Mutex::default() }
    }

    /// Waits for one's turn at an issue, until then; afterwards says when to come back.
    pub(crate) async fn turn(&self, thread: &str, until: Instant) -> Result<Turn, Duration> {
        let guard = tokio::time::timeout_at(until.into(), self.queue(thread).lock_owned()).await;
        guard.map(|guard| Turn { _guard: guard }).map_err(|_| Duration::from_secs(1))
    }

    /// Waits for room, until then; afterwards says when there will be some.
    pub(crate) async fn room(&self, payer: &str, until: Instant) -> Result<(), Duration> {
        loop {
            let now = Instant::now();
            let Err(wait) = self.take(payer, now, 1) else { return Ok(()) };
            if now + wait > until {
                return Err(wait);
            }
            tokio::time::sleep(wait).await;
        }
    }

    /// Takes room for something that nobody waits for, if half of it is free and the comment has rested.
    pub(crate) fn spare_room(&self, payer: &str, thread: &str) -> Result<Turn, Duration> {
        let guard = self.queue(thread).try_lock_owned().map_err(|_| Duration::from_secs(1))?;
        let now = Instant::now();
        let rested = lock(&self.edited).get(thread).map_or(PASSING, |edited| now - *edited);
        if rested < PASSING {
            return Err(PASSING - rested);
        }
        self.take(payer, now, 2)?;
        let mut edited = lock(&self.edited);
        edited.retain(|_, at| now - *at < PASSING);
        edited.insert(thread.to_owned(), now);
        Ok(Turn { _guard: guard })
    }

    /// Takes room, where no more than this part of it is used.
    fn take(&self, payer: &str, now: Instant, part: usize) -> Result<(), Duration> {
        let mut written = lock(&self.written);
        let times = written.entry(payer.to_owned()).or_default();
        while times.front().is_some_and(|time| now - *time >= HOUR) {
            times.pop_front();
        }
        for (span, most) in [(HOUR, self.pace.per_hour / part), (MINUTE, self.pace.per_minute / part)] {
            let recent = times.iter().rev().take_while(|time| now - **time < span).count();
            if recent >= most.max(1) {
                let oldest = times[times.len() - most.max(1)];
                return Err(span.saturating_sub(now - oldest).max(Duration::from_millis(50)));
            }
        }
        times.push_back(now);
        Ok(())
    }

    fn queue(&self, thread: &str) -> Arc<tokio::sync::Mutex<()>> {
        let mut queues = lock(&self.queues);
        if queues.len() > QUEUES {
            queues.retain(|_, queue| Arc::strong_count(queue) > 1);
        }
        queues.entry(thread.to_owned()).or_default().clone()
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // No code panics while it holds the lock; a poisoned one is as good as any.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn turns_at_an_issue_are_taken_one_after_the_other() {
        let pacer = Pacer::new(Pace::default());
        let soon = || Instant::now() + Duration::from_millis(30);
        let first = pacer.turn("a", soon()).await.unwrap();
        assert!(pacer.turn("a", soon()).await.is_err());
        assert!(pacer.turn("b", soon()).await.is_ok());
        assert!(pacer.spare_room("acme", "a").is_err());
        drop(first);
        assert!(pacer.spare_room("acme", "a").is_ok());
        assert!(pacer.spare_room("acme", "a").unwrap_err() > Duration::from_secs(10), "it has to rest");
    }

    #[test]
    fn no_more_is_written_than_github_takes() {
        let pacer = Pacer::new(Pace { per_minute: 3, per_hour: 5 });
        let start = Instant::now();
        let at = |seconds| start + Duration::from_secs(seconds);
        assert!((0..3).all(|second| pacer.take("a", at(second), 1).is_ok()));
        assert_eq!(pacer.take("a", at(10), 1), Err(Duration::from_secs(50)));
        assert!(pacer.take("b", at(10), 1).is_ok(), "another installation has its own");
        assert!(pacer.take("a", at(60), 1).is_ok() && pacer.take("a", at(61), 1).is_ok());
        assert_eq!(pacer.take("a", at(200), 1), Err(Duration::from_secs(3400)));
        assert_eq!(pacer.take("a", at(3600), 2), Err(Duration::from_secs(60)), "what is passing waits for half");
        assert!(pacer.take("a", at(3600), 1).is_ok());
    }
}
