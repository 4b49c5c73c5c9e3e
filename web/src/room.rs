//! How much of what clients are sending the hub keeps in memory at once, until it is answered.
//!
//! The beginnings of bodies have a room of their own: most messages are small, and whoever fills the rest with large ones does not
//! keep them out.

use std::sync::Arc;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// How much of each body counts as its beginning, in bytes.
const BEGINNING: usize = 64 << 10;
/// For beginnings, in bytes.
const SMALL: usize = 32 << 20;
/// For all that is longer, in bytes.
const LARGE: usize = 96 << 20;

/// The room that there is.
#[derive(Clone)]
pub(crate) struct Room {
    small: Arc<Semaphore>,
    large: Arc<Semaphore>,
}

/// What one body takes of it, until it is dropped.
#[derive(Default)]
pub(crate) struct Taken {
    small: Option<OwnedSemaphorePermit>,
    large: Option<OwnedSemaphorePermit>,
}

/// There is no more room.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Full;

impl Room {
    pub(crate) fn new() -> Self {
        Self::of(SMALL, LARGE)
    }

    fn of(small: usize, large: usize) -> Self {
        Self { small: Arc::new(Semaphore::new(small)), large: Arc::new(Semaphore::new(large)) }
    }

    /// Takes room for so many bytes more.
    ///
    /// # Errors
    /// [`Full`].
    pub(crate) fn take(&self, taken: &mut Taken, bytes: usize) -> Result<(), Full> {
        let begun = taken.small.as_ref().map_or(0, OwnedSemaphorePermit::num_permits);
        let small = bytes.min(BEGINNING.saturating_sub(begun));
        add(&self.small, &mut taken.small, small)?;
        add(&self.large, &mut taken.large, bytes - small)
    }
}

fn add(room: &Arc<Semaphore>, taken: &mut Option<OwnedSemaphorePermit>, bytes: usize) -> Result<(), Full> {
    if bytes == 0 {
        return Ok(());
    }
    let more = u32::try_from(bytes).map_err(|_| Full)?;
    let more = room.clone().try_acquire_many_owned(more).map_err(|_| Full)?;
    match taken {
        Some(taken) => taken.merge(more),
        None => *taken = Some(more),
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn large_ones_do_not_keep_small_ones_out() {
        let room = Room::of(BEGINNING * 10, BEGINNING * 10);
        let (mut first, mut second, mut third) = (Taken::default(), Taken::default(), Taken::default());
        room.take(&mut first, BEGINNING / 2).unwrap();
        room.take(&mut first, BEGINNING * 10).unwrap();
        assert_eq!(room.take(&mut second, BEGINNING * 2), Err(Full));
        drop(second);
        room.take(&mut third, BEGINNING).unwrap();
        drop((first, third));
        let free = (room.small.available_permits(), room.large.available_permits());
        assert_eq!(free, (BEGINNING * 10, BEGINNING * 10), "nothing is kept of who has gone");
    }
}
