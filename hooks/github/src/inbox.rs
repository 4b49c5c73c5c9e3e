//! From stored deliveries to what is done about them. What the desk or GitHub cannot do now is tried again until it can; what
//! an earlier life left over is found in the inbox.

use crate::act::Actor;
use crate::event::read;
use crate::hear::{Meaning, Us, meaning};
use crate::lanes::{Done, Lane, Lanes, Work};
use crate::once::Once;
use crate::repo::Repo;
use signalbox_core::desk::{PlaceChange, Update};
use signalbox_core::place::Place;
use signalbox_core::policy::Trigger;
use signalbox_core::port::Refusal;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

/// How many are read from the desk at once.
const PAGE: u32 = 500;
/// How often the desk is asked for what was left over.
const EVERY: Duration = Duration::from_secs(3);
/// The shortest pause between two readings.
const SOON: Duration = Duration::from_millis(100);
/// How often a failure is met with another try before the next request of its issue has its turn.
const TRIES: u32 = 3;
/// For how long what still fails is left alone.
const LEFT_ALONE: Duration = Duration::from_secs(60);

/// Handles deliveries that are stored.
#[derive(Clone)]
pub(crate) struct Inbox {
    shared: Arc<Shared>,
}

struct Shared {
    actor: Actor,
    us: Us,
    lanes: Lanes,
    stop: CancellationToken,
    /// Whether there may be deliveries at the desk that are in no lane: newer ones must not overtake them.
    behind: AtomicBool,
    ring: Notify,
}

/// Who handles what is brought; nobody while another node listens.
#[derive(Clone, Default)]
pub(crate) struct Listener {
    inbox: Arc<Mutex<Option<Inbox>>>,
}

impl Listener {
    pub(crate) fn set(&self, inbox: Option<Inbox>) {
        *self.inbox.lock().unwrap_or_else(PoisonError::into_inner) = inbox;
    }

    /// Something new was stored.
    pub(crate) fn stored(&self, update: Update) {
        let inbox = self.inbox.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some(inbox) = inbox {
            inbox.take_new(update);
        }
    }

    /// Something may have been stored.
    pub(crate) fn ring(&self) {
        if let Some(inbox) = self.inbox.lock().unwrap_or_else(PoisonError::into_inner).as_ref() {
            inbox.shared.behind.store(true, Ordering::SeqCst);
            inbox.shared.ring.notify_one();
        }
    }
}

impl Inbox {
    pub(crate) fn new(actor: Actor, us: Us, stop: CancellationToken) -> Self {
        let lanes = Lanes::new(actor.tasks.clone(), stop.clone());
        let (behind, ring) = (AtomicBool::new(true), Notify::new());
        Self { shared: Arc::new(Shared { actor, us, lanes, stop, behind, ring }) }
    }

    /// Reads from the desk what is left, whenever it is time to, until the end.
    pub(crate) async fn keep_reading(&self) {
        while !self.shared.stop.is_cancelled() {
            let again = self.read_once().await.unwrap_or_else(|refusal| {
                tracing::warn!(%refusal, "deliveries of GitHub could not be read");
                false
            });
            let pause = if again { SOON } else { EVERY };
            tokio::select! {
                () = self.shared.stop.cancelled() => return,
                () = self.shared.ring.notified(), if !again => tokio::time::sleep(SOON).await,
                () = tokio::time::sleep(pause) => {}
            }
        }
    }

    /// Takes one that was stored a moment ago, where nothing older waits.
    fn take_new(&self, update: Update) {
        if self.shared.behind.load(Ordering::SeqCst) {
            return self.shared.ring.notify_one();
        }
        let this = self.clone();
        self.shared.actor.tasks.spawn(async move {
            if !this.put(update).await {
                this.shared.behind.store(true, Ordering::SeqCst);
                this.shared.ring.notify_one();
            }
        });
    }

    /// True when more may be waiting.
    async fn read_once(&self) -> Result<bool, Refusal> {
        self.shared.behind.store(false, Ordering::SeqCst);
        // Page by page: one that is full of what lanes hold already must not hide what waits behind it.
        let mut after: Option<String> = None;
        let behind = loop {
            let found = self.shared.actor.desk.unhandled(&self.shared.us.source, after.as_deref(), PAGE).await?;
            let is_last = found.len() < PAGE as usize;
            after = found.last().map(|update| update.id.clone());
            if !self.put_all(found).await || is_last {
                break !is_last || self.shared.lanes.overflowed();
            }
        };
        if behind {
            self.shared.behind.store(true, Ordering::SeqCst);
        }
        Ok(self.shared.behind.load(Ordering::SeqCst))
    }

    /// False where there is no room for all of them.
    async fn put_all(&self, updates: Vec<Update>) -> bool {
        for update in updates {
            if !self.put(update).await {
                return false;
            }
        }
        true
    }

    /// Puts one into its lane; false where there is no room.
    async fn put(&self, update: Update) -> bool {
        if !self.shared.lanes.takes(&update.id) {
            return true;
        }
        let understood = read(&update.raw);
        let repository = understood.as_ref().and_then(|(_, payload)| payload.repository.as_ref());
        let number = repository.map(|repository| repository.id.to_string());
        let meaning = understood.as_ref().map(|(event, payload)| meaning(event, &update.id, payload, &self.shared.us));
        metrics::counter!("signalbox_github_heard_total", "meaning" => word(meaning.as_ref())).increment(1);
        let (lane, task) = match meaning {
            Some(Meaning::Asked(asked)) => {
                let lane: Lane = (asked.thread.to_string(), asked.urgent);
                (lane, Task::Asked(asked))
            }
            Some(Meaning::Changed(place, change)) => ((place.to_string(), false), Task::Changed(place, change)),
            Some(Meaning::Failed(repo, commit, check)) => {
                ((repo.to_string(), false), Task::Failed(repo, commit, check))
            }
            Some(Meaning::Nothing) => (("nothing".to_owned(), false), Task::Nothing),
            None => {
                tracing::info!(delivery = update.id, "delivery {} of GitHub cannot be read and is given up", update.id);
                (("nothing".to_owned(), false), Task::Unreadable)
            }
        };
        let work: Work = Box::pin(self.clone().handle(update.id.clone(), update.raw, Job { task, number }));
        self.shared.lanes.put(lane, update.id, work)
    }

    async fn handle(self, id: String, raw: String, job: Job) -> Done {
        let once = match &job.task {
            Task::Asked(asked) => Once::asked(&id, &raw, asked),
            _ => Once::payload(&id, &raw),
        };
        drop(raw);
        for tries in 1..=TRIES {
            let refusal = match self.shared.act(&id, &once, &job).await {
                Ok(()) => return Done::Handled,
                Err(refusal) => refusal,
            };
            if !matches!(refusal, Refusal::Unavailable(_) | Refusal::Internal(_)) {
                tracing::info!(%refusal, delivery = id, "delivery {id} of GitHub is given up");
                let _ = self.shared.give_up(&id, &refusal.to_string()).await;
                return Done::Handled;
            }
            tracing::warn!(%refusal, tries, delivery = id, "delivery {id} of GitHub could not be handled yet");
            if tries == TRIES {
                self.shared.put_off(&id, &refusal).await;
            }
            tokio::select! {
                () = self.shared.stop.cancelled() => break,
                () = tokio::time::sleep(Duration::from_millis(200) * 4_u32.pow(tries)) => {}
            }
        }
        Done::NotNow(LEFT_ALONE)
    }
}

/// What a delivery means, as it is counted.
fn word(meaning: Option<&Meaning>) -> &'static str {
    match meaning {
        Some(Meaning::Asked(_)) => "asked",
        Some(Meaning::Changed(..)) => "changed",
        Some(Meaning::Failed(..)) => "failed",
        Some(Meaning::Nothing) => "nothing",
        None => "unreadable",
    }
}

/// What is to be done about a delivery, and the number of the repository that it comes from.
struct Job {
    task: Task,
    number: Option<String>,
}

/// What is to be done about a delivery.
enum Task {
    Nothing,
    Unreadable,
    Changed(Place, PlaceChange),
    Failed(Repo, String, u64),
    Asked(Box<crate::hear::Asked>),
}

impl Task {
    /// The places that it is about.
    fn places(&self) -> Vec<Place> {
        match self {
            Self::Nothing | Self::Unreadable => Vec::new(),
            Self::Changed(place, _) => vec![place.clone()],
            Self::Failed(repo, ..) => repo.place().into_iter().collect(),
            Self::Asked(asked) => {
                std::iter::once(asked.heard.place.clone()).chain(asked.heard.parent.clone()).collect()
            }
        }
    }
}

impl Shared {
    async fn act(&self, id: &str, once: &Once, job: &Job) -> Result<(), Refusal> {
        if !self.recognises(job).await? {
            return self.pass_over(id).await;
        }
        match &job.task {
            Task::Nothing => self.pass_over(id).await,
            Task::Unreadable => self.give_up(id, "what was sent cannot be read").await,
            Task::Asked(asked) => self.actor.act(asked, once).await,
            _ if !once.is_first(&*self.actor.desk, &self.us.source).await? => self.pass_over(id).await,
            Task::Failed(repo, commit, check) => {
                if self.offers_repair(repo).await?
                    && let Err(fault) = self.actor.checks.offer_repair(repo, commit, *check).await
                {
                    tracing::info!(%fault, "no repair could be offered");
                }
                self.pass_over(id).await
            }
            Task::Changed(place, change) => {
                self.actor.desk.place_changed(place, change.clone()).await?;
                self.pass_over(id).await
            }
        }
    }

    /// Whether it comes from the repository that is bound, and not from another one that has its name now.
    async fn recognises(&self, job: &Job) -> Result<bool, Refusal> {
        let Some(number) = &job.number else { return Ok(true) };
        for place in job.task.places() {
            if !self.actor.desk.recognises(&place, number).await? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    async fn offers_repair(&self, repo: &Repo) -> Result<bool, Refusal> {
        match repo.place() {
            Some(place) => self.actor.desk.heeds(&place, None, Trigger::CheckFailed).await,
            None => Ok(false),
        }
    }

    async fn give_up(&self, id: &str, why: &str) -> Result<(), Refusal> {
        self.actor.desk.give_up(&self.us.source, vec![id.to_owned()], why).await
    }

    /// Where even this cannot be noted, the log has it.
    async fn put_off(&self, id: &str, refusal: &Refusal) {
        let _ = self.actor.desk.put_off(&self.us.source, &[id.to_owned()], &refusal.to_string()).await;
    }

    async fn pass_over(&self, id: &str) -> Result<(), Refusal> {
        self.actor.desk.pass_over(&self.us.source, vec![id.to_owned()]).await
    }
}
