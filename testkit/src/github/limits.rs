//! What GitHub takes in a time: so many requests an hour for each credential, so many points a minute, and so many new things
//! a minute and an hour.
//!
//! <https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api>. Who goes on while told to wait is
//! counted apart: a hub may run into a limit, but it must not ignore it.

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

const MINUTE: Duration = Duration::from_secs(60);
const HOUR: Duration = Duration::from_secs(3600);
/// How many points a minute a credential has; whatever only reads costs one, all else five.
const POINTS: u32 = 900;
/// Whoever is nobody has this many requests an hour.
const UNAUTHENTICATED: u32 = 60;

/// How a credential stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Standing {
    pub(crate) limit: u32,
    pub(crate) used: u32,
    /// Until the window ends, in virtual time.
    pub(crate) resets: Duration,
}

impl Standing {
    pub(crate) fn remaining(&self) -> u32 {
        self.limit.saturating_sub(self.used)
    }
}

#[derive(Debug, Default)]
struct Window {
    used: u32,
    ends: Duration,
}

#[derive(Debug, Default)]
struct Creations {
    made: VecDeque<Duration>,
    /// When, and how many points.
    spent: VecDeque<(Duration, u32)>,
    /// How long the points are used up.
    rest_until: Duration,
    wait_until: Duration,
}

/// All that is counted.
#[derive(Debug, Default)]
pub(crate) struct Limits {
    hourly: u32,
    creations: (usize, usize),
    windows: BTreeMap<String, Window>,
    makers: BTreeMap<String, Creations>,
    pub(crate) refused: u64,
    pub(crate) refused_again: u64,
}

impl Limits {
    pub(crate) fn new(hourly: u32, creations: (usize, usize)) -> Self {
        Self { hourly, creations, ..Self::default() }
    }

    /// How a credential stands now.
    pub(crate) fn standing(&mut self, key: &str, now: Duration) -> Standing {
        let limit = if key == "nobody" { UNAUTHENTICATED } else { self.hourly };
        let window = self.windows.entry(key.to_owned()).or_default();
        if now >= window.ends {
            *window = Window { used: 0, ends: now + HOUR };
        }
        Standing { limit, used: window.used, resets: window.ends - now }
    }

    /// Counts a request; gives how the credential stood before it.
    pub(crate) fn take(&mut self, key: &str, now: Duration) -> Result<Standing, Standing> {
        let standing = self.standing(key, now);
        if standing.remaining() == 0 {
            self.refused += 1;
            return Err(standing);
        }
        if let Some(window) = self.windows.get_mut(key) {
            window.used += 1;
        }
        Ok(Standing { used: standing.used + 1, ..standing })
    }

    /// Gives back what an unchanged answer has not cost.
    pub(crate) fn give_back(&mut self, key: &str, now: Duration) -> Standing {
        if let Some(window) = self.windows.get_mut(key) {
            window.used = window.used.saturating_sub(1);
        }
        self.standing(key, now)
    }

    /// Counts the points of a request, or says how long to wait.
    pub(crate) fn spend(&mut self, key: &str, points: u32, now: Duration) -> Result<(), Duration> {
        let spender = self.makers.entry(key.to_owned()).or_default();
        while spender.spent.front().is_some_and(|(at, _)| *at + MINUTE <= now) {
            spender.spent.pop_front();
        }
        let spent: u32 = spender.spent.iter().map(|(_, points)| points).sum();
        let waiting = spender.rest_until.saturating_sub(now);
        if spent + points <= POINTS && waiting.is_zero() {
            spender.spent.push_back((now, points));
            return Ok(());
        }
        self.refused += 1;
        self.refused_again += u64::from(!waiting.is_zero());
        spender.rest_until = now + waiting.max(MINUTE);
        Err(waiting.max(MINUTE))
    }

    /// Counts something new, or says how long to wait.
    pub(crate) fn create(&mut self, key: &str, now: Duration) -> Result<(), Duration> {
        let maker = self.makers.entry(key.to_owned()).or_default();
        while maker.made.front().is_some_and(|at| *at + HOUR <= now) {
            maker.made.pop_front();
        }
        let (a_minute, an_hour) = self.creations;
        let needed = maker.wait(MINUTE, a_minute, now).max(maker.wait(HOUR, an_hour, now));
        let waiting = maker.wait_until.saturating_sub(now);
        if needed.is_zero() && waiting.is_zero() {
            maker.made.push_back(now);
            return Ok(());
        }
        self.refused += 1;
        self.refused_again += u64::from(!waiting.is_zero());
        let wait = needed.max(waiting).max(Duration::from_secs(1));
        maker.wait_until = now + wait;
        Err(wait)
    }
}

impl Creations {
    /// How long until one more fits into a sliding window.
    fn wait(&self, span: Duration, most: usize, now: Duration) -> Duration {
        let recent = self.made.iter().filter(|at| **at + span > now).count();
        let over = (recent + 1).saturating_sub(most);
        let index = self.made.len() - recent + over;
        match over.checked_sub(1).and_then(|_| self.made.get(index - 1)) {
            Some(at) => (*at + span).saturating_sub(now),
            None => Duration::ZERO,
        }
    }
}
