//! Points in time and spans as people read them: how long ago, with the exact moment beside it.

use super::markup::Markup;
use chrono::{DateTime, Utc};
use signalbox_core::time::{Spoken, Timestamp};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// Now.
pub(super) fn now() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Timestamp::from_millis(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}

/// A moment, as how long it is from now; the script keeps it true while the page is open.
pub(super) fn when(at: Timestamp) -> Markup {
    let Some(exact) = utc(at) else { return Markup::written("never".to_owned()) };
    let iso = exact.format("%Y-%m-%dT%H:%M:%SZ");
    let title = exact.format("%Y-%m-%d %H:%M:%S UTC");
    Markup::written(format!("<time datetime=\"{iso}\" title=\"{title}\">{}</time>", distance(at, now())))
}

/// A moment as `12:04:31`, for entries that follow one another.
pub(super) fn clock(at: Timestamp) -> Markup {
    let Some(exact) = utc(at) else { return Markup::default() };
    let iso = exact.format("%Y-%m-%dT%H:%M:%SZ");
    Markup::written(format!("<time datetime=\"{iso}\" data-clock>{}</time>", exact.format("%H:%M:%S")))
}

fn utc(at: Timestamp) -> Option<DateTime<Utc>> {
    // What lies beyond stands for "never".
    let sensible = at.millis() < 253_402_300_800_000;
    DateTime::<Utc>::from_timestamp_millis(at.millis()).filter(|_| sensible)
}

/// How far two moments are apart, roughly.
fn distance(at: Timestamp, now: Timestamp) -> String {
    if at > now { format!("in {}", rough(at.since(now))) } else { past(now.since(at)) }
}

fn past(span: Duration) -> String {
    if span < Duration::from_secs(5) { "just now".to_owned() } else { format!("{} ago", rough(span)) }
}

fn rough(span: Duration) -> String {
    let seconds = span.as_secs();
    match seconds {
        0..60 => format!("{seconds} s"),
        60..3600 => format!("{} min", seconds / 60),
        3600..172_800 => format!("{} h", seconds / 3600),
        _ => format!("{} d", seconds / 86_400),
    }
}

/// A span, as people say it.
pub(super) fn span(span: Duration) -> String {
    Spoken(span).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances_read_naturally() {
        let now = Timestamp::from_millis(1_000_000_000);
        let ago = |seconds| distance(now - Duration::from_secs(seconds), now);
        assert_eq!(
            [ago(1), ago(30), ago(150), ago(7200), ago(300_000)],
            ["just now", "30 s ago", "2 min ago", "2 h ago", "3 d ago"]
        );
        assert_eq!(distance(now + Duration::from_secs(90), now), "in 1 min");
    }

    #[test]
    fn a_moment_says_exactly_when() {
        let shown = when(Timestamp::from_millis(1_764_158_400_000)).to_string();
        assert!(shown.contains("datetime=\"2025-11-26T12:00:00Z\""), "{shown}");
        assert_eq!(when(Timestamp::NEVER).to_string(), "never");
    }
}
