//! The times of a schedule: a cron expression in a time zone. When a zone's clock is put forward, what would be due in the
//! hour that is left out comes right after it; when it is put back, a fixed time comes once.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use croner::Cron;
use croner::parser::{CronParser, Seconds};
use signalbox_core::time::Timestamp;

/// A schedule's clock.
#[derive(Debug, Clone)]
pub(super) struct Clock {
    cron: Cron,
    zone: Tz,
}

/// Why there is no such clock.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum BadClock {
    #[error("`{0}` is no time zone: name one as in Europe/Berlin, or UTC")]
    Zone(String),
    #[error("`{cron}` is no cron expression of minute, hour, day, month and weekday: {why}")]
    Cron { cron: String, why: String },
}

impl Clock {
    pub(super) fn parse(cron: &str, zone: &str) -> Result<Self, BadClock> {
        let zone: Tz = zone.parse().map_err(|_| BadClock::Zone(zone.to_owned()))?;
        let parser = CronParser::builder().seconds(Seconds::Disallowed).build();
        let parsed = parser.parse(cron);
        let cron = parsed.map_err(|error| BadClock::Cron { cron: cron.to_owned(), why: error.to_string() })?;
        Ok(Self { cron, zone })
    }

    /// The first time after a moment; none when there is no more.
    pub(super) fn next(&self, after: Timestamp) -> Option<Timestamp> {
        let after = DateTime::<Utc>::from_timestamp_millis(after.millis())?.with_timezone(&self.zone);
        let next = self.cron.find_next_occurrence(&after, false).ok()?;
        Some(Timestamp::from_millis(next.timestamp_millis()))
    }

    /// The first `count` times after a moment.
    pub(super) fn upcoming(&self, after: Timestamp, count: usize) -> Vec<Timestamp> {
        std::iter::successors(self.next(after), |last| self.next(*last)).take(count).collect()
    }

    /// A moment as it is read in the zone.
    pub(super) fn local(&self, at: Timestamp) -> String {
        let utc = DateTime::<Utc>::from_timestamp_millis(at.millis()).unwrap_or_default();
        utc.with_timezone(&self.zone).format("%Y-%m-%d %H:%M %Z").to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn times(cron: &str, zone: &str, from: &str, count: usize) -> Vec<String> {
        let clock = Clock::parse(cron, zone).unwrap();
        let from = DateTime::parse_from_rfc3339(from).unwrap().timestamp_millis();
        clock.upcoming(Timestamp::from_millis(from), count).into_iter().map(|at| clock.local(at)).collect()
    }

    #[test]
    fn working_days_at_seven() {
        assert_eq!(
            times("0 7 * * 1-5", "Europe/Berlin", "2026-07-31T05:00:00Z", 3),
            ["2026-08-03 07:00 CEST", "2026-08-04 07:00 CEST", "2026-08-05 07:00 CEST"],
            "a time is not its own next, and the weekend is free"
        );
    }

    #[test]
    fn a_time_that_the_clock_leaves_out_comes_right_after() {
        assert_eq!(
            times("30 2 * * *", "Europe/Berlin", "2026-03-28T00:00:00Z", 3),
            ["2026-03-28 02:30 CET", "2026-03-29 03:00 CEST", "2026-03-30 02:30 CEST"]
        );
        assert_eq!(
            times("0 * * * *", "America/New_York", "2026-03-08T05:30:00Z", 3),
            ["2026-03-08 01:00 EST", "2026-03-08 03:00 EDT", "2026-03-08 04:00 EDT"]
        );
    }

    #[test]
    fn a_time_that_the_clock_repeats_comes_once_and_every_hour_comes_twice() {
        assert_eq!(
            times("30 2 * * *", "Europe/Berlin", "2026-10-24T12:00:00Z", 2),
            ["2026-10-25 02:30 CEST", "2026-10-26 02:30 CET"]
        );
        assert_eq!(
            times("0 * * * *", "Europe/Berlin", "2026-10-24T23:30:00Z", 3),
            ["2026-10-25 02:00 CEST", "2026-10-25 02:00 CET", "2026-10-25 03:00 CET"]
        );
    }

    #[test]
    fn what_is_no_time_is_said() {
        let says = |cron: &str, zone: &str| Clock::parse(cron, zone).unwrap_err().to_string();
        assert!(says("0 7 * * *", "Berlin").contains("`Berlin` is no time zone"));
        for cron in ["", "7", "0 0 7 * * 1-5", "61 * * * *", "x * * * *"] {
            assert!(says(cron, "UTC").contains("no cron expression"), "{cron}");
        }
        let never = Clock::parse("0 0 30 2 *", "UTC").unwrap();
        assert_eq!(never.next(Timestamp::from_millis(0)), None);
    }
}
