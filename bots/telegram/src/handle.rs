//! From stored updates to what is done about them. An update that is taken is in one lane; it is done with when the desk
//! says so. Where the desk cannot do it now, it is tried again until it can.

use crate::act::Actor;
use crate::hear::{Meaning, Us, meaning};
use crate::lanes::{Lane, Lanes, Next, Work};
use crate::taken::Taken;
use crate::wire;
use signalbox_core::desk::Update;
use signalbox_core::port::Refusal;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::{Notify, Semaphore};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// How many chats are served at once, and how many presses.
const AT_ONCE: usize = 64;
/// How much is taken at most; the rest stays with the desk until there is room.
const MOST: usize = 2000;
/// How many are read from the desk at once.
const PAGE: u32 = 500;
/// How often the desk's own failure is met with another try before the next update has its turn.
const TRIES: u32 = 4;
/// The longest wait between two tries.
const LONGEST_WAIT: Duration = Duration::from_secs(10);

/// Handles updates that are stored.
#[derive(Clone)]
pub(crate) struct Handler {
    shared: Arc<Shared>,
}

struct Shared {
    actor: Actor,
    us: Us,
    stop: CancellationToken,
    tasks: TaskTracker,
    quick: Semaphore,
    slow: Semaphore,
    state: Mutex<State>,
    sweep: Notify,
}

#[derive(Default)]
struct State {
    taken: Taken,
    lanes: Lanes,
    /// Whether there may be updates at the desk that were not taken: newer ones must not overtake them.
    behind: bool,
    /// How often something was left at the desk.
    left: u64,
}

impl Handler {
    pub(crate) fn new(actor: Actor, us: Us, stop: CancellationToken) -> Self {
        let shared = Shared {
            actor,
            us,
            stop,
            tasks: TaskTracker::new(),
            quick: Semaphore::new(AT_ONCE),
            slow: Semaphore::new(AT_ONCE),
            state: Mutex::new(State { behind: true, ..State::default() }),
            sweep: Notify::new(),
        };
        Self { shared: Arc::new(shared) }
    }

    /// Takes what the desk has just stored, if all of it was new and nothing older waits there; else it is read from the
    /// desk in its turn.
    pub(crate) async fn stored(&self, updates: Vec<Update>, new: usize) {
        let take = {
            let mut state = self.shared.lock();
            let take = new == updates.len() && !state.behind && state.taken.in_work() + new <= MOST;
            if !take {
                state.behind = true;
                state.left += 1;
            }
            take
        };
        if take {
            self.take(updates).await;
        } else {
            self.shared.sweep.notify_one();
        }
    }

    /// Reads from the desk what is left, whenever it is time to, until the end.
    pub(crate) async fn sweep(&self, every: Duration) {
        loop {
            let again = self.sweep_once().await.unwrap_or_else(|refusal| {
                tracing::warn!(%refusal, "updates of Telegram could not be read");
                false
            });
            let pause = if again { Duration::from_millis(100) } else { every };
            tokio::select! {
                () = self.shared.stop.cancelled() => return,
                () = self.shared.sweep.notified(), if !again => {}
                () = tokio::time::sleep(pause) => {}
            }
        }
    }

    /// Waits until what is being done is done, but not for long.
    pub(crate) async fn finish(&self, patience: Duration) {
        self.shared.tasks.close();
        let _ = tokio::time::timeout(patience, self.shared.tasks.wait()).await;
    }

    /// True when more may be waiting.
    async fn sweep_once(&self) -> Result<bool, Refusal> {
        let left = self.shared.lock().left;
        // Page by page: one that is full of what is taken already must not hide what waits behind it.
        let mut after: Option<String> = None;
        let full = loop {
            let found = self.shared.actor.desk.unhandled(&self.shared.us.source, after.as_deref(), PAGE).await?;
            let is_last = found.len() < PAGE as usize;
            after = found.last().map(|update| update.id.clone());
            self.take(found).await;
            if is_last || self.shared.lock().taken.in_work() > MOST {
                break !is_last;
            }
        };
        let mut state = self.shared.lock();
        state.behind = full || state.left != left;
        Ok(state.behind)
    }

    async fn take(&self, updates: Vec<Update>) {
        let mut nothing = Vec::new();
        for update in updates {
            if !self.shared.lock().taken.take(&update.id, Instant::now()) {
                continue;
            }
            match self.understand(&update) {
                Some((lane, work)) => self.put(lane, work),
                None => nothing.push(update.id),
            }
        }
        if !nothing.is_empty() {
            self.pass_over(nothing).await;
        }
    }

    /// What an update asks to be done, and in which lane. What cannot be read is of a kind that we did not ask for.
    fn understand(&self, update: &Update) -> Option<(Lane, Work)> {
        let Ok(read) = serde_json::from_str::<wire::Update>(&update.raw) else {
            tracing::info!(update = update.id, "an update of Telegram cannot be read and is passed over");
            return None;
        };
        let chat = chat(&read)?;
        let lane = |quick| Lane { chat, quick };
        match meaning(&read, &self.shared.us) {
            Meaning::Nothing => None,
            Meaning::Changed(place, change) => {
                Some((lane(false), Work::Changed { update: update.id.clone(), place, change }))
            }
            Meaning::Written(written) => {
                let quick = written.urgent && written.files.is_empty();
                Some((lane(quick), Work::written(*written, Instant::now())))
            }
            Meaning::Pressed(pressing) => Some((lane(true), Work::Pressed(pressing))),
        }
    }

    fn put(&self, lane: Lane, work: Work) {
        let work = match work {
            Work::Written { mut parts, fetched, ready } if parts.len() == 1 && parts[0].album.is_some() => {
                let Some(part) = parts.pop() else { return };
                match self.shared.lock().lanes.join(lane, Box::new(part), Instant::now()) {
                    Ok(()) => return,
                    Err(part) => Work::Written { parts: vec![*part], fetched, ready },
                }
            }
            work => work,
        };
        if let Work::Written { parts, .. } = &work {
            self.shared.actor.sign(parts, &self.shared.tasks);
        }
        if self.shared.lock().lanes.push(lane, work) {
            let this = self.clone();
            self.shared.tasks.spawn(async move { this.work(lane).await });
        }
    }

    async fn work(self, lane: Lane) {
        let at_once = if lane.quick { &self.shared.quick } else { &self.shared.slow };
        while !self.shared.stop.is_cancelled() {
            let next = self.shared.lock().lanes.next(lane, Instant::now());
            match next {
                Next::End => return,
                Next::Wait(until) => tokio::time::sleep_until(until.into()).await,
                Next::Do(work) => {
                    let Ok(_permit) = at_once.acquire().await else { return };
                    self.handle(work).await;
                }
            }
        }
    }

    async fn handle(&self, mut work: Work) {
        let mut tries = 0;
        loop {
            let refusal = match self.shared.actor.act(&mut work, &self.shared.tasks).await {
                Ok(()) => return self.done(&work.updates()),
                Err(refusal) => refusal,
            };
            tries += 1;
            match refusal {
                Refusal::Unavailable(_) | Refusal::Internal(_) => {}
                refused => {
                    tracing::info!(%refused, "an update of Telegram is given up");
                    return self.give_up(work.updates(), &refused.to_string()).await;
                }
            }
            tracing::warn!(%refusal, tries, "an update of Telegram could not be handled yet");
            if tries >= TRIES && matches!(refusal, Refusal::Internal(_)) {
                let ids = work.updates();
                // Where even this cannot be noted, the log has it.
                let _ = self.shared.actor.desk.put_off(&self.shared.us.source, &ids, &refusal.to_string()).await;
                return self.put_aside(&ids);
            }
            tokio::select! {
                () = self.shared.stop.cancelled() => return,
                () = tokio::time::sleep(pause(tries)) => {}
            }
        }
    }

    async fn pass_over(&self, ids: Vec<String>) {
        match self.shared.actor.desk.pass_over(&self.shared.us.source, ids.clone()).await {
            Ok(()) => self.done(&ids),
            Err(refusal) => {
                tracing::warn!(%refusal, "updates of Telegram could not be passed over yet");
                self.put_aside(&ids);
            }
        }
    }

    /// Gives updates up. They are not kept in mind: somebody may have them handled again.
    async fn give_up(&self, ids: Vec<String>, why: &str) {
        match self.shared.actor.desk.give_up(&self.shared.us.source, ids.clone(), why).await {
            Ok(()) => {
                let mut state = self.shared.lock();
                ids.iter().for_each(|id| state.taken.forget(id));
            }
            Err(refusal) => {
                tracing::warn!(%refusal, "updates of Telegram could not be given up yet");
                self.put_aside(&ids);
            }
        }
    }

    fn done(&self, ids: &[String]) {
        let mut state = self.shared.lock();
        ids.iter().for_each(|id| state.taken.finish(id));
    }

    fn put_aside(&self, ids: &[String]) {
        let mut state = self.shared.lock();
        ids.iter().for_each(|id| state.taken.put_aside(id, Instant::now()));
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        // No code panics while it holds the lock; a poisoned one is as good as any.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The chat that an update is about.
fn chat(update: &wire::Update) -> Option<i64> {
    let message = update.message.as_ref().map(|message| message.chat.id);
    let pressed =
        || update.callback_query.as_ref().and_then(|query| query.message.as_ref()).map(|message| message.chat.id);
    let member = || update.my_chat_member.as_ref().map(|member| member.chat.id);
    message.or_else(pressed).or_else(member)
}

fn pause(tries: u32) -> Duration {
    (Duration::from_millis(100) * 2_u32.pow(tries.min(10))).min(LONGEST_WAIT)
}
