//! Values with a unit, written as people write them.

use serde::{Deserialize, Deserializer, de};
use std::time::Duration;

/// A span of time: `90s`, `2m`, `12h`, `7d`, or `0`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Span(pub(crate) Duration);

impl<'de> Deserialize<'de> for Span {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        if text.trim() == "0" {
            return Ok(Self(Duration::ZERO));
        }
        humantime::parse_duration(text.trim())
            .map(Self)
            .map_err(|_| de::Error::custom(format!("`{text}` is no span of time: write it like 90s, 2m, 12h or 7d")))
    }
}

/// A number of bytes: `512MiB`, `20GB`, or a plain number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Bytes(pub(crate) u64);

impl<'de> Deserialize<'de> for Bytes {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        parse_bytes(text.trim())
            .map(Self)
            .ok_or_else(|| de::Error::custom(format!("`{text}` is no size: write it like 512MiB or 20GB")))
    }
}

fn parse_bytes(text: &str) -> Option<u64> {
    let digits = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let factor: u64 = match text[digits..].trim() {
        "" | "B" => 1,
        "kB" | "KB" => 1_000,
        "MB" => 1_000_000,
        "GB" => 1_000_000_000,
        "KiB" => 1 << 10,
        "MiB" => 1 << 20,
        "GiB" => 1 << 30,
        _ => return None,
    };
    text[..digits].parse::<u64>().ok()?.checked_mul(factor)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_read_as_people_write_them() {
        assert_eq!(
            ["10", "2 kB", "512MiB", "3GB"].map(parse_bytes),
            [Some(10), Some(2_000), Some(512 << 20), Some(3_000_000_000)]
        );
        assert_eq!(["", "MiB", "-1", "1.5GB", "99999999999GiB", "5 apples"].map(parse_bytes), [None; 6]);
    }
}
