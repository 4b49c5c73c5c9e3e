//! Spans of time as people write them: `90s`, `15m`, `2h`, `3d`, `1h30m`.

use serde::Deserialize;
use std::time::Duration;

/// The longest span that is accepted: whatever is longer is a slip of the finger.
const LONGEST: Duration = Duration::from_secs(366 * 24 * 3600);

/// Why a text is not a span of time.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a span of time; write a number and a unit, such as `90s`, `15m`, `2h`, `3d` or `1h30m`")]
pub struct BadSpan(pub String);

/// Reads a span of time. Zero, units out of order and more than a year are refused.
pub fn parse_span(text: &str) -> Result<Duration, BadSpan> {
    let bad = || BadSpan(text.chars().take(64).collect());
    let mut rest = text;
    let mut seconds = 0_u64;
    let mut last_unit = u64::MAX;
    while !rest.is_empty() {
        let digits = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        let number: u64 = rest[..digits].parse().map_err(|_| bad())?;
        let mut after = rest[digits..].chars();
        let unit = after.next().and_then(unit_seconds).filter(|unit| *unit < last_unit).ok_or_else(bad)?;
        seconds = number.checked_mul(unit).and_then(|more| seconds.checked_add(more)).ok_or_else(bad)?;
        last_unit = unit;
        rest = after.as_str();
    }
    let span = Duration::from_secs(seconds);
    if span.is_zero() || span > LONGEST { Err(bad()) } else { Ok(span) }
}

/// Writes a span the way [`parse_span`] reads it; parts of a second are dropped.
pub fn write_span(span: Duration) -> String {
    let mut seconds = span.as_secs();
    let mut text = String::new();
    for unit in ['d', 'h', 'm', 's'] {
        let size = unit_seconds(unit).unwrap_or(1);
        if seconds >= size {
            text.push_str(&format!("{}{unit}", seconds / size));
            seconds %= size;
        }
    }
    if text.is_empty() { "0s".to_owned() } else { text }
}

fn unit_seconds(unit: char) -> Option<u64> {
    match unit {
        's' => Some(1),
        'm' => Some(60),
        'h' => Some(3600),
        'd' => Some(86_400),
        _ => None,
    }
}

/// A span as a value in a policy file.
pub(super) struct SpanText(pub(super) Duration);

impl<'de> Deserialize<'de> for SpanText {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = String::deserialize(from)?;
        parse_span(&text).map(Self).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_are_read_and_written_alike() {
        for text in ["90s", "15m", "2h", "3d", "1h30m", "1d2h3m4s"] {
            let span = parse_span(text).unwrap();
            assert_eq!(parse_span(&write_span(span)).unwrap(), span, "{text}");
        }
        assert_eq!(write_span(Duration::from_secs(90)), "1m30s");
    }

    #[test]
    fn what_is_no_span_is_refused() {
        for text in ["", "0s", "15", "m", "-5m", "30m1h", "1h1h", "99999999999999999999d", "400d", "5 m", "5µ"] {
            assert!(parse_span(text).is_err(), "{text}");
        }
    }
}
