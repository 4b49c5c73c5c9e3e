//! Listening: one node at a time has the right to. It finds out who we are, handles what is stored, and looks for what GitHub
//! could not bring, until it is stopped or loses that right. Whatever fails is tried again, ever more slowly.

use crate::act::Actor;
use crate::fault::Fault;
use crate::github::Parts;
use crate::hear::Us;
use crate::inbox::Inbox;
use crate::sweep::Sweep;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// For how long the right to listen is taken.
const RIGHT: u64 = 30;
/// How often it is taken anew.
const RENEWAL: Duration = Duration::from_secs(10);
/// How often it is asked for while another node has it.
const WAITING: Duration = Duration::from_secs(3);
/// How long what is being done may take at the end.
const LAST_WORDS: Duration = Duration::from_secs(5);
/// The longest pause between tries to find out who we are.
const LONGEST: Duration = Duration::from_secs(60);

/// Listens to GitHub.
pub(crate) struct Listening {
    pub(crate) parts: Arc<Parts>,
}

impl Listening {
    /// Listens until the end.
    pub(crate) async fn run(self, stop: CancellationToken) {
        while self.take_the_right(&stop).await {
            let held = stop.child_token();
            tokio::join!(self.keep_the_right(&held), async {
                self.while_held(&held).await;
                held.cancel();
            });
        }
        if let Err(refusal) = self.parts.desk.hang_up(&self.parts.source).await {
            tracing::info!(%refusal, "another node can listen to GitHub a little later");
        }
    }

    /// Waits for the right to listen; false at the end.
    async fn take_the_right(&self, stop: &CancellationToken) -> bool {
        while !stop.is_cancelled() {
            match self.parts.desk.listen(&self.parts.source, RIGHT).await {
                Ok(true) => return true,
                Ok(false) => {}
                Err(refusal) => tracing::warn!(%refusal, "the right to listen to GitHub could not be taken"),
            }
            pause(WAITING, stop).await;
        }
        false
    }

    /// Keeps it; ends when it is lost, and what depends on it with it.
    async fn keep_the_right(&self, held: &CancellationToken) {
        let mut until = Instant::now() + Duration::from_secs(RIGHT);
        while pause(RENEWAL, held).await {
            let asked = Instant::now();
            match self.parts.desk.listen(&self.parts.source, RIGHT).await {
                Ok(true) => until = asked + Duration::from_secs(RIGHT),
                Ok(false) => break,
                Err(refusal) => tracing::warn!(%refusal, "the right to listen to GitHub could not be kept"),
            }
            if Instant::now() + RENEWAL > until {
                break;
            }
        }
        if !held.is_cancelled() {
            tracing::warn!("another node may listen to GitHub now");
            held.cancel();
        }
    }

    async fn while_held(&self, held: &CancellationToken) {
        let Some(us) = self.learn_who_we_are(held).await else { return };
        tracing::info!(login = us.login, "listening to GitHub as {}", us.login);
        let tasks = TaskTracker::new();
        let actor = Actor {
            api: self.parts.api.clone(),
            desk: self.parts.desk.clone(),
            checks: self.parts.checks.clone(),
            tasks: tasks.clone(),
        };
        let inbox = Inbox::new(actor, us, held.clone());
        self.parts.listener.set(Some(inbox.clone()));
        let sweep = Sweep::new(&self.parts);
        tokio::join!(inbox.keep_reading(), sweep.run(held));
        self.parts.listener.set(None);
        tasks.close();
        let _ = tokio::time::timeout(LAST_WORDS, tasks.wait()).await;
    }

    /// Asks GitHub who we are; none at the end.
    async fn learn_who_we_are(&self, held: &CancellationToken) -> Option<Us> {
        let mut span = Duration::from_millis(500);
        loop {
            let fault = tokio::select! {
                () = held.cancelled() => return None,
                outcome = self.parts.us() => match outcome {
                    Ok(us) => return Some(us),
                    Err(fault) => fault,
                },
            };
            tracing::warn!(%fault, "GitHub does not say who we are");
            let wait = match fault {
                Fault::Wait(wait) => wait,
                _ => span,
            };
            span = (span * 2).min(LONGEST);
            if !pause(wait, held).await {
                return None;
            }
        }
    }
}

/// Waits; false when the end came first.
pub(crate) async fn pause(span: Duration, stop: &CancellationToken) -> bool {
    tokio::select! {
        () = stop.cancelled() => false,
        () = tokio::time::sleep(span) => true,
    }
}
