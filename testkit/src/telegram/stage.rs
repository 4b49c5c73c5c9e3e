//! The world behind its lock, and the bell that rings when something in it has changed.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use super::settings::TelegramSettings;
use super::world::World;

/// What the server, its routes and the people share.
pub(crate) struct Stage {
    world: Mutex<World>,
    pub(crate) changed: Notify,
    pub(crate) closing: CancellationToken,
}

impl fmt::Debug for Stage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Stage").finish_non_exhaustive()
    }
}

pub(crate) type Shared = Arc<Stage>;

impl Stage {
    pub(crate) fn new(settings: TelegramSettings, closing: CancellationToken) -> Shared {
        Arc::new(Self { world: Mutex::new(World::new(settings)), changed: Notify::new(), closing })
    }

    /// Looks at the world.
    pub(crate) fn look<T>(&self, look: impl FnOnce(&World) -> T) -> T {
        look(&self.lock())
    }

    /// Changes the world, and leaves it to the caller to wake those who wait.
    pub(crate) fn look_mut<T>(&self, look: impl FnOnce(&mut World) -> T) -> T {
        look(&mut self.lock())
    }

    /// Changes the world, and wakes all who wait for a change.
    pub(crate) fn change<T>(&self, change: impl FnOnce(&mut World) -> T) -> T {
        let result = change(&mut self.lock());
        self.changed.notify_waiters();
        result
    }

    fn lock(&self) -> MutexGuard<'_, World> {
        self.world.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
