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
        Self { started: Instant::now(), rate: rate.max(1e-6), advanced: Duration::ZERO }
    }

    pub(crate) fn now(&self) -> Duration {
        self.started.elapsed().mul_f64(self.rate) + self.advanced
    }

    pub(crate) fn advance(&mut self, by: Duration) {
        self.advanced += by;
    }

    /// How long a bot waits on its own clock while a span passes on this one.
    pub(crate) fn real(&self, span: Duration) -> Duration {
        span.div_f64(self.rate)
    }
}
