//! What was answered before, with the tag that GitHub gave it: asked again, it costs nothing of our limits while it is the same.

use bytes::Bytes;
use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// How many answers are kept.
const MOST: usize = 512;
/// The longest answer that is kept.
const LONGEST: usize = 256 << 10;

/// An answer that was given before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Kept {
    pub(crate) tag: String,
    pub(crate) body: Bytes,
}

/// The latest answers.
#[derive(Debug, Default)]
pub(crate) struct Etags {
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    kept: HashMap<String, Kept>,
    order: VecDeque<String>,
}

impl Etags {
    pub(crate) fn get(&self, key: &str) -> Option<Kept> {
        self.lock().kept.get(key).cloned()
    }

    pub(crate) fn keep(&self, key: String, answer: Kept) {
        if answer.body.len() > LONGEST {
            return;
        }
        let mut state = self.lock();
        if state.kept.insert(key.clone(), answer).is_none() {
            state.order.push_back(key);
        }
        while state.order.len() > MOST {
            state.order.pop_front().map(|oldest| state.kept.remove(&oldest));
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // No code panics while it holds the lock; a poisoned one is as good as any.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_answers_are_forgotten() {
        let etags = Etags::default();
        let kept = |tag: usize| Kept { tag: tag.to_string(), body: Bytes::new() };
        (0..=MOST).for_each(|number| etags.keep(number.to_string(), kept(number)));
        etags.keep("5".to_owned(), kept(99));
        assert_eq!(etags.get("0"), None);
        assert_eq!(etags.get("5"), Some(kept(99)));
        assert_eq!(etags.lock().order.len(), MOST);
    }
}
