//! Sandboxes that nobody works in at the moment: a conversation's own, kept for a while after its last turn, so that the
//! next message finds its CLI awake; and those made ahead of need, for conversations to come.
//!
//! They belong to this process alone. What a dead hub had kept is removed at the next start.

use super::launch::Live;
use signalbox_core::id::{ConversationId, ProjectId};
use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use tokio::time::Instant;

/// The sandboxes that nobody works in.
#[derive(Default)]
pub(crate) struct Keeper {
    shelves: Mutex<Shelves>,
}

#[derive(Default)]
struct Shelves {
    own: HashMap<ConversationId, Kept>,
    warm: Vec<Warm>,
    closed: bool,
}

struct Kept {
    live: Live,
    until: Instant,
}

/// What a warm sandbox was made for; it serves no other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Purpose {
    pub(crate) project: ProjectId,
    pub(crate) base: Option<String>,
    pub(crate) image: String,
    pub(crate) model: Option<String>,
    pub(crate) turns: Option<u32>,
}

struct Warm {
    purpose: Purpose,
    live: Live,
    until: Instant,
}

impl Shelves {
    /// Tells the metrics how many stand ready.
    fn count(&self) {
        metrics::gauge!("signalbox_sandboxes_warm").set(self.warm.len() as f64);
    }
}

impl Keeper {
    /// Keeps a conversation's sandbox; gives it back when the shelves are closed.
    pub(crate) fn keep(&self, conversation: ConversationId, live: Live, until: Instant) -> Result<(), Box<Live>> {
        let mut shelves = self.lock();
        if shelves.closed {
            return Err(Box::new(live));
        }
        shelves.own.insert(conversation, Kept { live, until });
        Ok(())
    }

    /// The conversation's own sandbox, if it is still there.
    pub(crate) fn take(&self, conversation: &ConversationId) -> Option<Live> {
        self.lock().own.remove(conversation).map(|kept| kept.live)
    }

    /// Stores a warm sandbox; gives it back when the shelves are closed.
    pub(crate) fn store_warm(&self, purpose: Purpose, live: Live, until: Instant) -> Result<(), Box<Live>> {
        let mut shelves = self.lock();
        if shelves.closed {
            return Err(Box::new(live));
        }
        shelves.warm.push(Warm { purpose, live, until });
        shelves.count();
        Ok(())
    }

    /// A warm sandbox that was made for exactly this.
    pub(crate) fn take_warm(&self, purpose: &Purpose) -> Option<Live> {
        let mut shelves = self.lock();
        let found = shelves.warm.iter().position(|warm| &warm.purpose == purpose)?;
        let live = shelves.warm.swap_remove(found).live;
        shelves.count();
        Some(live)
    }

    /// How many warm sandboxes serve this purpose.
    pub(crate) fn warm_count(&self, purpose: &Purpose) -> usize {
        self.lock().warm.iter().filter(|warm| &warm.purpose == purpose).count()
    }

    /// Takes out those past their time.
    pub(crate) fn take_due(&self, now: Instant) -> Vec<Live> {
        let mut shelves = self.lock();
        let due: Vec<_> = shelves
            .own
            .iter()
            .filter(|(_, kept)| kept.until <= now)
            .map(|(conversation, _)| conversation.clone())
            .collect();
        let own: Vec<_> =
            due.iter().filter_map(|conversation| shelves.own.remove(conversation)).map(|kept| kept.live).collect();
        let warm = shelves.warm.extract_if(.., |warm| warm.until <= now).map(|warm| warm.live);
        own.into_iter().chain(warm).collect()
    }

    /// Takes out a project's warm ones that serve another purpose than this.
    pub(crate) fn take_outdated(&self, purpose: &Purpose) -> Vec<Live> {
        let mut shelves = self.lock();
        let outdated = |warm: &mut Warm| warm.purpose.project == purpose.project && warm.purpose != *purpose;
        let live = shelves.warm.extract_if(.., outdated).map(|warm| warm.live).collect();
        shelves.count();
        live
    }

    /// Takes everything out for good.
    pub(crate) fn close(&self) -> Vec<Live> {
        let mut shelves = self.lock();
        shelves.closed = true;
        let own: Vec<_> = shelves.own.drain().map(|(_, kept)| kept.live).collect();
        own.into_iter().chain(shelves.warm.drain(..).map(|warm| warm.live)).collect()
    }

    fn lock(&self) -> MutexGuard<'_, Shelves> {
        // No code panics while it holds the lock; a poisoned one is as good as any.
        self.shelves.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
