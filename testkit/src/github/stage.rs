//! The world behind its lock, and the bell that rings when something in it has changed.
//!
//! The lock is never held over an await, but git may run under it: requests that need git are done on a blocking thread.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use super::world::World;

/// What the server, its routes and the people share.
pub(crate) struct Stage {
    world: Mutex<World>,
    pub(crate) changed: Notify,
    pub(crate) closing: CancellationToken,
    /// Pushes are taken one at a time, so that what each has changed can be told.
    pub(crate) pushing: tokio::sync::Mutex<()>,
}

impl fmt::Debug for Stage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Stage").finish_non_exhaustive()
    }
}

pub(crate) type Shared = Arc<Stage>;

impl Stage {
    pub(crate) fn new(world: World, closing: CancellationToken) -> Shared {
        let pushing = tokio::sync::Mutex::new(());
        Arc::new(Self { world: Mutex::new(world), changed: Notify::new(), closing, pushing })
    }

    /// Looks at the world.
    pub(crate) fn look<T>(&self, look: impl FnOnce(&World) -> T) -> T {
        look(&self.lock())
    }

    /// Changes the world, and wakes all who wait for a change.
    pub(crate) fn change<T>(&self, change: impl FnOnce(&mut World) -> T) -> T {
        let result = change(&mut self.lock());
        self.changed.notify_waiters();
        result
    }

    /// Takes something out of the world, and wakes nobody.
    pub(crate) fn take<T>(&self, take: impl FnOnce(&mut World) -> T) -> T {
        take(&mut self.lock())
    }

    fn lock(&self) -> MutexGuard<'_, World> {
        self.world.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
