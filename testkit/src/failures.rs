//! How often a scripted failure has happened already: the one thing that a request does not tell by itself.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::{Mutex, PoisonError};

/// Forgets all when it holds more than this, so that a model that runs for months does not grow.
const MOST: usize = 10_000;

/// Where a failure stands: session, prompt, turn and directive.
#[derive(Debug, Hash)]
pub(crate) struct Place<'a> {
    /// The session that the request names; requests without one share their counts by script.
    pub(crate) session: &'a str,
    /// The position of the script's prompt in the conversation, and its text.
    pub(crate) prompt: (usize, &'a str),
    pub(crate) turn: usize,
    pub(crate) directive: usize,
}

/// Counts failures by their place.
#[derive(Debug, Default)]
pub(crate) struct Failures {
    counts: Mutex<HashMap<u64, u32>>,
}

impl Failures {
    /// Whether it is to fail once more; counts it if so. No limit: always.
    pub(crate) fn strike(&self, place: &Place<'_>, limit: Option<u32>) -> bool {
        let Some(limit) = limit else { return true };
        let mut hasher = DefaultHasher::new();
        place.hash(&mut hasher);
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        if counts.len() > MOST {
            counts.clear();
        }
        let count = counts.entry(hasher.finish()).or_default();
        let strikes = *count < limit;
        *count += u32::from(strikes);
        strikes
    }
}
