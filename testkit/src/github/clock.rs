//! Two clocks. One can be hurried: limits, the life of tokens and how long deliveries are kept are measured by it. What is
//! told as a date is real time, because that is what a hub compares it with.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// Time since the server started, times a rate, plus what was advanced.
#[derive(Debug)]
pub(crate) struct Clock {
    started: Instant,
    rate: f64,
    advanced: Duration,
}

impl Clock {
    pub(crate) fn new(rate: f64) -> Self {
        Self { started: Instant::now(), rate: rate.max(1e-6), advanced: Duration::ZERO }
    }

    pub(crate) fn now(&self) -> Duration {
        self.started.elapsed().mul_f64(self.rate) + self.advanced
    }

    pub(crate) fn advance(&mut self, by: Duration) {
        self.advanced += by;
    }

    /// How long a hub waits on its own clock while a span passes on this one.
    pub(crate) fn real(&self, span: Duration) -> Duration {
        span.div_f64(self.rate)
    }
}

/// Seconds since 1970.
pub(crate) fn unix_time() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}

/// A moment as the API writes it: `2026-11-25T18:27:34Z`.
pub(crate) fn stamp(unix: u64) -> String {
    let (days, rest) = (unix / 86_400, unix % 86_400);
    let (year, month, day) = date(days);
    format!("{year:04}-{month:02}-{day:02}T{:02}:{:02}:{:02}Z", rest / 3600, rest / 60 % 60, rest % 60)
}

/// The Gregorian date of a day since 1970, counted in years that begin with March.
fn date(days: u64) -> (u64, u64, u64) {
    let shifted = days + 719_468;
    let (era, of_era) = (shifted / 146_097, shifted % 146_097);
    let year = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let shifted_month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
    (era * 400 + year + u64::from(month <= 2), month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_written_as_the_api_does() {
        assert_eq!(stamp(0), "1970-01-01T00:00:00Z");
        assert_eq!(stamp(951_782_399), "2000-02-28T23:59:59Z");
        assert_eq!(stamp(951_782_400), "2000-02-29T00:00:00Z");
        assert_eq!(stamp(1_795_631_254), "2026-11-25T18:27:34Z");
    }
}
