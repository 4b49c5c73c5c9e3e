//! How much anybody may ask in a minute: counted by address before it is known who asks, and by person afterwards, in this process.

use crate::Problem;
use signalbox_core::id::UserId;
use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// How many counters are kept before those that are full again are dropped.
const MANY: usize = 10_000;

/// Whom a count is of.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum Whom {
    /// Whoever is at an address.
    Address(IpAddr),
    /// A person, from wherever.
    Person(UserId),
}

/// The counts.
pub(crate) struct Limits {
    /// None means as many as they like.
    per_minute: Option<f64>,
    counts: Mutex<HashMap<Whom, Count>>,
}

/// What somebody has left, as of a moment.
#[derive(Debug, Clone, Copy)]
struct Count {
    left: f64,
    at: Instant,
}

impl Limits {
    pub(crate) fn new(per_minute: u32) -> Self {
        let per_minute = (per_minute > 0).then(|| f64::from(per_minute));
        Self { per_minute, counts: Mutex::default() }
    }

    /// Counts a request.
    ///
    /// # Errors
    /// When there were too many, with how long to wait.
    pub(crate) fn count(&self, whom: Whom, now: Instant) -> Result<(), Problem> {
        let Some(per_minute) = self.per_minute else { return Ok(()) };
        // No code panics while it holds the lock.
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        if counts.len() >= MANY {
            counts.retain(|_, count| now.duration_since(count.at) < Duration::from_secs(60));
        }
        let count = counts.entry(whom).or_insert(Count { left: per_minute, at: now });
        let grown = now.duration_since(count.at).as_secs_f64() * per_minute / 60.0;
        *count = Count { left: (count.left + grown).min(per_minute), at: now };
        if count.left < 1.0 {
            let wait = Duration::from_secs_f64((1.0 - count.left) * 60.0 / per_minute);
            return Err(Problem::wait(wait, "too many requests; wait a moment and try again".to_owned()));
        }
        count.left -= 1.0;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_minutes_worth_may_come_at_once_and_then_at_its_pace() {
        let (limits, begin) = (Limits::new(60), Instant::now());
        let asks = |whom: &str, seconds: u64| {
            limits.count(Whom::Person(UserId::new(whom)), begin + Duration::from_secs(seconds))
        };
        assert_eq!((0..100).filter(|_| asks("ann", 0).is_ok()).count(), 60);
        let problem = asks("ann", 0).unwrap_err();
        assert_eq!((problem.status, problem.retry_after), (429, Some(1)));
        assert!(asks("bob", 0).is_ok(), "somebody else");
        assert_eq!((0..100).filter(|_| asks("ann", 5).is_ok()).count(), 5);
        assert_eq!((0..100).filter(|_| asks("ann", 500).is_ok()).count(), 60, "no more is saved up");
    }

    #[test]
    fn no_limit_is_none() {
        let (limits, now) = (Limits::new(0), Instant::now());
        assert!((0..10_000).all(|_| limits.count(Whom::Address([192, 0, 2, 1].into()), now).is_ok()));
    }
}
