//! Which updates are taken: in work, done with, or put aside for a while. What is taken is not taken again, so that two
//! copies of one update, or an update that is read from the desk while it is being handled, are handled once.

use std::collections::{HashMap, VecDeque};
use std::time::{Duration, Instant};

/// How many updates that are done with are remembered.
const REMEMBERED: usize = 20_000;

/// Which updates are taken.
#[derive(Debug, Default)]
pub(crate) struct Taken {
    updates: HashMap<String, State>,
    done: VecDeque<String>,
    in_work: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    InWork { failed: u32 },
    Done,
    Aside { until: Instant, failed: u32 },
}

impl Taken {
    /// Takes an update; false when it is taken already.
    pub(crate) fn take(&mut self, id: &str, now: Instant) -> bool {
        let failed = match self.updates.get(id) {
            Some(State::InWork { .. } | State::Done) => return false,
            Some(State::Aside { until, .. }) if *until > now => return false,
            Some(State::Aside { failed, .. }) => *failed,
            None => 0,
        };
        self.updates.insert(id.to_owned(), State::InWork { failed });
        self.in_work += 1;
        true
    }

    /// It is done with.
    pub(crate) fn finish(&mut self, id: &str) {
        if let Some(State::InWork { .. }) = self.updates.insert(id.to_owned(), State::Done) {
            self.in_work -= 1;
            self.done.push_back(id.to_owned());
        }
        while self.done.len() > REMEMBERED {
            self.done.pop_front().map(|oldest| self.updates.remove(&oldest));
        }
    }

    /// It is done with, and may be read from the desk again.
    pub(crate) fn forget(&mut self, id: &str) {
        if let Some(State::InWork { .. }) = self.updates.remove(id) {
            self.in_work -= 1;
        }
    }

    /// It could not be handled; it is tried again after a while, each time a longer one.
    pub(crate) fn put_aside(&mut self, id: &str, now: Instant) {
        let Some(State::InWork { failed }) = self.updates.get(id).copied() else { return };
        let wait = Duration::from_secs(30_u64 << failed.min(5));
        self.updates.insert(id.to_owned(), State::Aside { until: now + wait, failed: failed + 1 });
        self.in_work -= 1;
    }

    /// How many are being handled.
    pub(crate) fn in_work(&self) -> usize {
        self.in_work
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_update_is_taken_once() {
        let (mut taken, now) = (Taken::default(), Instant::now());
        assert!(taken.take("1", now) && !taken.take("1", now));
        taken.finish("1");
        assert!(!taken.take("1", now));
        assert_eq!(taken.in_work(), 0);
    }

    #[test]
    fn what_is_forgotten_may_come_again() {
        let (mut taken, now) = (Taken::default(), Instant::now());
        taken.take("1", now);
        taken.forget("1");
        assert_eq!(taken.in_work(), 0);
        assert!(taken.take("1", now));
    }

    #[test]
    fn what_failed_comes_again_after_a_while() {
        let (mut taken, now) = (Taken::default(), Instant::now());
        taken.take("1", now);
        taken.put_aside("1", now);
        assert_eq!(taken.in_work(), 0);
        assert!(!taken.take("1", now + Duration::from_secs(29)));
        assert!(taken.take("1", now + Duration::from_secs(30)));
        assert_eq!(taken.in_work(), 1);
        taken.put_aside("1", now);
        assert!(!taken.take("1", now + Duration::from_secs(59)));
    }

    #[test]
    fn what_is_done_with_is_forgotten_in_the_end() {
        let (mut taken, now) = (Taken::default(), Instant::now());
        for id in 0..=REMEMBERED {
            taken.take(&id.to_string(), now);
            taken.finish(&id.to_string());
        }
        assert_eq!(taken.updates.len(), REMEMBERED);
        assert!(taken.take("0", now));
    }
}
