//! Lanes: what comes from one channel is handled in its order, different channels at once. An update is handled by one
//! lane at a time, however often it is handed in.
//!
//! Lanes hold a bounded number of updates. What finds no room stays in the inbox; from then on nothing is taken out of
//! turn, until everything that waits there has been taken.

use std::collections::{HashMap, HashSet, VecDeque};
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::Semaphore;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// How many lanes work at once.
const AT_ONCE: usize = 64;
/// How many updates lanes hold.
const HELD: usize = 4096;
/// How long what could not be handled is left alone.
const LEFT_ALONE: Duration = Duration::from_secs(120);

/// What became of an update.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Done {
    /// It is done with.
    Handled,
    /// It may work later; it is still in the inbox.
    NotNow,
}

/// The handling of an update.
pub(crate) type Work = Pin<Box<dyn Future<Output = Done> + Send>>;

/// The lanes.
#[derive(Clone)]
pub(crate) struct Lanes {
    inner: Arc<Inner>,
}

struct Inner {
    state: Mutex<State>,
    room: Semaphore,
    tracker: TaskTracker,
    stop: CancellationToken,
}

#[derive(Default)]
struct State {
    /// Every update that is held, by its id.
    held: HashSet<String>,
    lanes: HashMap<String, VecDeque<(String, Work)>>,
    left_alone: HashMap<String, Instant>,
    overflowed: bool,
}

impl Lanes {
    pub(crate) fn new() -> Self {
        let (room, tracker) = (Semaphore::new(AT_ONCE), TaskTracker::new());
        let inner = Inner { state: Mutex::default(), room, tracker, stop: CancellationToken::new() };
        Self { inner: Arc::new(inner) }
    }

    /// Whether there is room for an update in its turn. One that is held already, or is left alone for now, needs none.
    pub(crate) fn takes(&self, id: &str) -> bool {
        let mut state = self.lock();
        let now = Instant::now();
        state.left_alone.retain(|_, until| *until > now);
        !state.held.contains(id) && !state.left_alone.contains_key(id)
    }

    /// Puts an update into a lane. False where there is no room for it in its turn.
    pub(crate) fn put(&self, lane: String, id: String, work: Work) -> bool {
        let mut state = self.lock();
        if state.held.len() >= HELD || state.overflowed {
            state.overflowed = true;
            return false;
        }
        if !state.held.insert(id.clone()) {
            return true;
        }
        let waiting = state.lanes.entry(lane.clone());
        let idle = matches!(waiting, std::collections::hash_map::Entry::Vacant(_));
        waiting.or_default().push_back((id, work));
        drop(state);
        if idle {
            self.inner.tracker.spawn(self.clone().run(lane));
        }
        true
    }

    /// What waits in the inbox is about to be put in, the oldest first: it goes before what comes now.
    pub(crate) fn begin_sweep(&self) {
        self.lock().overflowed = false;
    }

    /// Whether something found no room.
    pub(crate) fn overflowed(&self) -> bool {
        self.lock().overflowed
    }

    /// Lets what is being handled end, and takes nothing new.
    pub(crate) async fn close(&self) {
        self.inner.stop.cancel();
        self.inner.tracker.close();
        self.inner.tracker.wait().await;
    }

    /// Does something beside the lanes that is waited for in the end.
    pub(crate) fn beside(&self, work: impl Future<Output = ()> + Send + 'static) {
        self.inner.tracker.spawn(work);
    }

    /// Waits so long, or until the lanes close.
    pub(crate) async fn rest(&self, pause: Duration) {
        tokio::select! {
            () = self.inner.stop.cancelled() => {}
            () = tokio::time::sleep(pause) => {}
        }
    }

    /// Whether nothing new is taken any more.
    pub(crate) fn are_closing(&self) -> bool {
        self.inner.stop.is_cancelled()
    }

    async fn run(self, lane: String) {
        while let Some((id, work)) = self.next(&lane) {
            let Ok(_room) = self.inner.room.acquire().await else { return };
            let done = work.await;
            let mut state = self.lock();
            state.held.remove(&id);
            if done == Done::NotNow {
                state.left_alone.insert(id, Instant::now() + LEFT_ALONE);
            }
        }
    }

    fn next(&self, lane: &str) -> Option<(String, Work)> {
        let mut state = self.lock();
        let next = state.lanes.get_mut(lane).and_then(VecDeque::pop_front);
        match next {
            Some(next) if !self.inner.stop.is_cancelled() => Some(next),
            _ => {
                state.lanes.remove(lane);
                None
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // No code panics while it holds the lock; a poisoned one is as good as any.
        self.inner.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn noting(what: &str, pause: u64, notes: &Arc<Mutex<Vec<String>>>) -> Work {
        let (what, notes) = (what.to_owned(), notes.clone());
        Box::pin(async move {
            tokio::time::sleep(Duration::from_millis(pause)).await;
            notes.lock().unwrap().push(what);
            Done::Handled
        })
    }

    #[tokio::test(start_paused = true)]
    async fn a_channel_keeps_its_order_and_holds_up_no_other() {
        let (lanes, notes) = (Lanes::new(), Arc::default());
        for (lane, id, pause) in [("a", "a1", 50), ("a", "a2", 1), ("b", "b1", 10), ("a", "a1", 0)] {
            assert!(lanes.put(lane.to_owned(), id.to_owned(), noting(id, pause, &notes)));
        }
        tokio::time::sleep(Duration::from_secs(1)).await;
        assert_eq!(*notes.lock().unwrap(), ["b1", "a1", "a2"]);
        lanes.close().await;
    }

    #[tokio::test(start_paused = true)]
    async fn what_finds_no_room_is_not_overtaken() {
        let (lanes, notes) = (Lanes::new(), Arc::default());
        for number in 0..HELD {
            assert!(lanes.put("a".to_owned(), number.to_string(), noting("", 1, &notes)));
        }
        assert!(!lanes.put("a".to_owned(), "late".to_owned(), noting("late", 1, &notes)));
        tokio::time::sleep(Duration::from_secs(60)).await;
        assert!(!lanes.put("a".to_owned(), "later".to_owned(), noting("later", 1, &notes)));
        lanes.begin_sweep();
        assert!(lanes.put("a".to_owned(), "late".to_owned(), noting("late", 1, &notes)));
    }

    #[tokio::test(start_paused = true)]
    async fn what_cannot_be_handled_is_left_alone_for_a_while() {
        let lanes = Lanes::new();
        assert!(lanes.put("a".to_owned(), "x".to_owned(), Box::pin(async { Done::NotNow })));
        tokio::time::sleep(Duration::from_secs(1)).await;
        assert!(!lanes.takes("x") && lanes.takes("y"));
        tokio::time::sleep(LEFT_ALONE).await;
        assert!(lanes.takes("x"));
    }
}
