//! Where it was shown of late that we are at it. Telegram shows it for five seconds; in a burst, once for each of them is
//! enough.

use crate::address::Address;
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// How long a sign is left to itself.
const SHOWN: Duration = Duration::from_secs(4);
/// How many places are remembered before those are forgotten whose sign is over.
const PLACES: usize = 512;

/// Where signs were given.
#[derive(Debug, Default)]
pub(crate) struct Signs {
    given: Mutex<HashMap<Address, Instant>>,
}

impl Signs {
    /// Whether a sign is to be given there now; from then on it is.
    pub(crate) fn is_due(&self, place: Address, now: Instant) -> bool {
        // No code panics while it holds the lock; a poisoned one is as good as any.
        let mut given = self.given.lock().unwrap_or_else(PoisonError::into_inner);
        let over = |at: &Instant| *at + SHOWN <= now;
        if given.len() >= PLACES {
            given.retain(|_, at| !over(at));
        }
        let due = given.get(&place).is_none_or(over);
        if due {
            given.insert(place, now);
        }
        due
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sign_is_given_once_while_it_is_shown_in_each_place() {
        let (signs, now) = (Signs::default(), Instant::now());
        let (chat, topic) = (Address::of_chat(-5), Address { chat: -5, topic: Some(7) });
        assert!(signs.is_due(chat, now) && signs.is_due(topic, now));
        assert!(!signs.is_due(chat, now + Duration::from_secs(3)));
        assert!(signs.is_due(chat, now + Duration::from_secs(4)));
        assert!(!signs.is_due(chat, now + Duration::from_secs(7)));
    }

    #[test]
    fn places_are_forgotten_when_their_sign_is_over() {
        let (signs, now) = (Signs::default(), Instant::now());
        (0..PLACES as i64).for_each(|chat| assert!(signs.is_due(Address::of_chat(chat), now)));
        assert!(signs.is_due(Address::of_chat(-1), now + SHOWN));
        assert_eq!(signs.given.lock().unwrap().len(), 1);
    }
}
