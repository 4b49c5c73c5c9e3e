//! Gates: where GitHub wants to be left alone, nothing is asked until it may be asked again. Asking meanwhile makes it longer.

use crate::fault::Fault;
use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// Which limits are used up, and until when.
#[derive(Debug, Default)]
pub(crate) struct Gates {
    shut: Mutex<HashMap<String, Instant>>,
}

impl Gates {
    /// Whether something may be asked on somebody's account.
    pub(crate) fn check(&self, payer: &str) -> Result<(), Fault> {
        let mut shut = self.lock();
        let now = Instant::now();
        match shut.get(payer) {
            Some(until) if *until > now => Err(Fault::Wait(*until - now)),
            Some(_) => {
                shut.remove(payer);
                Ok(())
            }
            None => Ok(()),
        }
    }

    /// Nothing more on this account for so long.
    pub(crate) fn shut(&self, payer: &str, span: Duration) {
        let until = Instant::now() + span;
        let mut shut = self.lock();
        let known = shut.entry(payer.to_owned()).or_insert(until);
        *known = until.max(*known);
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, Instant>> {
        // No code panics while it holds the lock; a poisoned one is as good as any.
        self.shut.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shut_gate_opens_by_itself_and_shuts_nobody_else_out() {
        let gates = Gates::default();
        gates.shut("acme", Duration::from_millis(30));
        gates.shut("acme", Duration::from_millis(1));
        assert!(matches!(gates.check("acme"), Err(Fault::Wait(_))));
        assert_eq!(gates.check("other"), Ok(()));
        std::thread::sleep(Duration::from_millis(40));
        assert_eq!(gates.check("acme"), Ok(()));
    }
}
