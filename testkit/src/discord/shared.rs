//! What all tasks share: the state behind its mutex, and a bell that rings when it changes.

use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::runtime::Handle;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use super::world::World;

/// The state. Its mutex is taken within these methods alone, so that none is held over an await.
pub(crate) struct Shared {
    world: Mutex<World>,
    changed: Notify,
    pub(crate) closing: CancellationToken,
    pub(crate) runtime: Handle,
}

impl Shared {
    pub(crate) fn new(world: World, closing: CancellationToken, runtime: Handle) -> Self {
        Self { world: Mutex::new(world), changed: Notify::new(), closing, runtime }
    }

    fn lock(&self) -> MutexGuard<'_, World> {
        self.world.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Looks at the state.
    pub(crate) fn look<T>(&self, look: impl FnOnce(&World) -> T) -> T {
        look(&self.lock())
    }

    /// Changes the state and wakes whoever waits for it.
    pub(crate) fn change<T>(&self, change: impl FnOnce(&mut World) -> T) -> T {
        let result = change(&mut self.lock());
        self.changed.notify_waiters();
        result
    }

    /// Waits until there is something to see.
    pub(crate) async fn wait<T>(&self, mut see: impl FnMut(&World) -> Option<T>) -> T {
        loop {
            let changed = self.changed.notified();
            tokio::pin!(changed);
            // From here on no change is missed, even one between the look and the wait.
            changed.as_mut().enable();
            if let Some(seen) = self.look(&mut see) {
                return seen;
            }
            changed.await;
        }
    }
}
