//! How long something took in half of all cases, in all but one of a hundred, and at most.

use std::fmt;
use std::time::Duration;

/// In milliseconds.
pub(crate) struct Percentiles {
    pub(crate) count: usize,
    pub(crate) p50: f64,
    pub(crate) p99: f64,
    most: f64,
}

impl Percentiles {
    pub(crate) fn of(all: &[Duration]) -> Self {
        let mut all: Vec<f64> = all.iter().map(|took| took.as_secs_f64() * 1e3).collect();
        all.sort_by(f64::total_cmp);
        // The nearest rank: what so many of a hundred did not exceed.
        let rank = |percent: usize| all.get((all.len() * percent).div_ceil(100).saturating_sub(1)).copied();
        let at = |percent| rank(percent).unwrap_or(f64::NAN);
        Self { count: all.len(), p50: at(50), p99: at(99), most: at(100) }
    }
}

impl fmt::Display for Percentiles {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:>10.1}{:>10.1}{:>10.1}", self.p50, self.p99, self.most)
    }
}
