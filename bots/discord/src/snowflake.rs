//! Discord's ids. They are ordered by the time at which they were made.

use serde::de::{Deserializer, Error as _};
use serde::{Deserialize, Serialize, Serializer};
use std::fmt;
use std::str::FromStr;
use std::time::Duration;

/// The first millisecond of 2015, from which Discord counts.
const EPOCH: u64 = 1_420_070_400_000;

/// An id of Discord's: digits and nothing else, so that it can stand in an address.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Snowflake(u64);

impl Snowflake {
    /// The first id of a moment, in milliseconds since 1970.
    pub(crate) fn at(millis: u64) -> Self {
        Self(millis.saturating_sub(EPOCH) << 22)
    }

    /// When it was made, in milliseconds since 1970.
    pub(crate) fn millis(self) -> u64 {
        (self.0 >> 22) + EPOCH
    }

    /// The first id of a moment so long before this one.
    pub(crate) fn earlier(self, by: Duration) -> Self {
        let by = u64::try_from(by.as_millis()).unwrap_or(u64::MAX);
        Self::at(self.millis().saturating_sub(by))
    }
}

impl fmt::Display for Snowflake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A text that is no id of Discord's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("no id of Discord's")]
pub(crate) struct NoSnowflake;

impl FromStr for Snowflake {
    type Err = NoSnowflake;
    fn from_str(text: &str) -> Result<Self, NoSnowflake> {
        let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        let number = digits.then(|| text.parse().ok()).flatten();
        number.filter(|number| *number > 0).map(Self).ok_or(NoSnowflake)
    }
}

impl<'de> Deserialize<'de> for Snowflake {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'_, str>::deserialize(from)?;
        text.parse().map_err(D::Error::custom)
    }
}

impl Serialize for Snowflake {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_digits_and_tells_its_time() {
        let id: Snowflake = "175928847299117063".parse().unwrap();
        assert_eq!(id.millis(), 1_462_015_105_796);
        assert!(Snowflake::at(id.millis()) <= id && id.earlier(Duration::from_secs(1)) < id);
        for odd in ["", "0", "1/2", "+1", "-1", " 1", "99999999999999999999", "@me"] {
            assert_eq!(odd.parse::<Snowflake>(), Err(NoSnowflake), "{odd:?}");
        }
    }
}
