//! A clock that can be hurried: what limits and expiry are measured by.

use std::time::{Duration, Instant};

/// Time since the server started, times a rate, plus what was advanced.
#[derive(Debug)]
pub(crate) struct Clock {
    started: Instant,
    rate: f64,
    advanced: Duration,
}

impl Clock {
    pub(crate) fn new(rate: f64) -> Self {
        Self { started: Instant::now(), rate: rate.max(f64::MIN_POSITIVE), advanced: Duration::ZERO }
    }

    pub(crate) fn now(&self) -> Duration {
        self.started.elapsed().mul_f64(self.rate) + self.advanced
    }

    pub(crate) fn advance(&mut self, by: Duration) {
        self.advanced += by;
    }

    /// How many whole seconds a bot must wait on its own clock for a span to pass on this one; at least one.
    pub(crate) fn real_seconds(&self, span: Duration) -> u64 {
        (span.as_secs_f64() / self.rate).ceil().max(1.0) as u64
    }
}
