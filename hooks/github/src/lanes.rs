//! Lanes: what comes from one issue is handled in its order, different ones at once. What decides or stops something has a
//! lane of its own beside, so that it is not stuck behind what takes longer. An update is handled by one lane at a time,
//! however often it is handed in.

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
/// How many updates lanes hold; the rest stays in the inbox until there is room.
const HELD: usize = 2048;

/// A lane: where, and whether it is for what must not wait.
pub(crate) type Lane = (String, bool);

/// What became of an update.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Done {
    /// It is done with.
    Handled,
    /// It may work after so long; it is still in the inbox.
    NotNow(Duration),
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
    tasks: TaskTracker,
    stop: CancellationToken,
}

#[derive(Default)]
struct State {
    /// Every update that is held, by its id.
    held: HashSet<String>,
    lanes: HashMap<Lane, VecDeque<(String, Work)>>,
    left_alone: HashMap<String, Instant>,
    overflowed: bool,
}

impl Lanes {
    pub(crate) fn new(tasks: TaskTracker, stop: CancellationToken) -> Self {
        Self { inner: Arc::new(Inner { state: Mutex::default(), room: Semaphore::new(AT_ONCE), tasks, stop }) }
    }

    /// Whether an update is to be put into a lane: it is not held already, nor left alone for now.
    pub(crate) fn takes(&self, id: &str) -> bool {
        let mut state = self.lock();
        let now = Instant::now();
        state.left_alone.retain(|_, until| *until > now);
        !state.held.contains(id) && !state.left_alone.contains_key(id)
    }

    /// Puts an update into a lane. False where there is no room for it: the rest of the inbox waits behind it.
    pub(crate) fn put(&self, lane: Lane, id: String, work: Work) -> bool {
        let mut state = self.lock();
        if state.held.len() >= HELD {
            state.overflowed = true;
            return false;
        }
        if !state.held.insert(id.clone()) {
            return true;
        }
        let idle = !state.lanes.contains_key(&lane);
        state.lanes.entry(lane.clone()).or_default().push_back((id, work));
        drop(state);
        if idle {
            self.inner.tasks.spawn(self.clone().run(lane));
        }
        true
    }

    /// Whether something found no room since this was asked last.
    pub(crate) fn overflowed(&self) -> bool {
        std::mem::take(&mut self.lock().overflowed)
    }

    async fn run(self, lane: Lane) {
        while let Some((id, work)) = self.next(&lane) {
            let Ok(_room) = self.inner.room.acquire().await else { return };
            let done = work.await;
            let mut state = self.lock();
            state.held.remove(&id);
            if let Done::NotNow(span) = done {
                state.left_alone.insert(id, Instant::now() + span);
            }
        }
    }

    fn next(&self, lane: &Lane) -> Option<(String, Work)> {
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

    fn lanes() -> Lanes {
        Lanes::new(TaskTracker::new(), CancellationToken::new())
    }

    fn noting(what: &str, pause: u64, notes: &Arc<Mutex<Vec<String>>>) -> Work {
        let (what, notes) = (what.to_owned(), notes.clone());
        Box::pin(async move {
            tokio::time::sleep(Duration::from_millis(pause)).await;
            notes.lock().unwrap().push(what);
            Done::Handled
        })
    }

    #[tokio::test(start_paused = true)]
    async fn an_issue_keeps_its_order_and_holds_up_no_other() {
        let (lanes, notes) = (lanes(), Arc::default());
        for (lane, quick, id, pause) in [
            ("a", false, "a1", 50),
            ("a", false, "a2", 1),
            ("b", false, "b1", 10),
            ("a", true, "a3", 5),
            ("a", false, "a1", 0),
        ] {
            assert!(lanes.put((lane.to_owned(), quick), id.to_owned(), noting(id, pause, &notes)));
        }
        tokio::time::sleep(Duration::from_secs(1)).await;
        assert_eq!(*notes.lock().unwrap(), ["a3", "b1", "a1", "a2"]);
    }

    #[tokio::test(start_paused = true)]
    async fn what_cannot_be_handled_is_left_alone_for_a_while() {
        let lanes = lanes();
        let later = Box::pin(async { Done::NotNow(Duration::from_secs(30)) });
        assert!(lanes.put(("a".to_owned(), false), "x".to_owned(), later));
        tokio::time::sleep(Duration::from_secs(1)).await;
        assert!(!lanes.takes("x") && lanes.takes("y"));
        tokio::time::sleep(Duration::from_secs(30)).await;
        assert!(lanes.takes("x"));
    }

    #[tokio::test(start_paused = true)]
    async fn what_finds_no_room_waits_in_the_inbox() {
        let (lanes, notes) = (lanes(), Arc::default());
        for number in 0..HELD {
            assert!(lanes.put(("a".to_owned(), false), number.to_string(), noting("", 1, &notes)));
        }
        assert!(!lanes.put(("a".to_owned(), false), "late".to_owned(), noting("late", 1, &notes)));
        assert!(lanes.overflowed() && !lanes.overflowed());
        tokio::time::sleep(Duration::from_secs(60)).await;
        assert!(lanes.put(("a".to_owned(), false), "late".to_owned(), noting("late", 1, &notes)));
    }
}
