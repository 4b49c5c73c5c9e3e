//! What a subscription brings.

use super::wire::{Said, Start};
use crate::App;
use axum::extract::ws::Message;
use futures::stream::{self, BoxStream, StreamExt as _};
use serde::Serialize;
use sha2::{Digest as _, Sha256};
use signalbox_core::approval::Approval;
use signalbox_core::event::Live;
use signalbox_core::id::{ApprovalId, TaskId};
use signalbox_core::people::Actor;
use signalbox_core::port::{Refusal, TaskFilter};
use signalbox_core::task::Task;
use std::collections::{HashMap, VecDeque};
use std::hash::Hash;
use std::time::Duration;

/// How many of the newest tasks are looked at.
const TASKS: u32 = 100;
/// So long what changes is gathered before it is looked at.
const GATHER: Duration = Duration::from_millis(200);

/// What comes, as messages about the subscription of this name.
pub(super) type Feed = BoxStream<'static, Message>;

/// A task's record, and what happens in it.
pub(super) async fn record(app: &App, actor: &Actor, id: &str, task: &TaskId, after: u64) -> Result<Feed, Refusal> {
    let lives = app.hub.follow(actor, task, after).await?;
    let (name, last) = (id.to_owned(), id.to_owned());
    let said = lives.map(move |live| match live {
        Ok(Live::Event(event)) => Said::Event { event: &event }.about(Some(&name)),
        Ok(Live::Passing(passing)) => Said::Passing { passing: &passing }.about(Some(&name)),
        Err(refusal) => Said::Refused { refusal: &refusal }.about(Some(&name)),
    });
    let ended = stream::once(async move { Said::Ended.about(Some(&last)) });
    Ok(said.chain(ended).boxed())
}

/// The newest tasks, whenever one changes.
pub(super) async fn tasks(
    app: &App,
    actor: &Actor,
    id: &str,
    project: Option<String>,
    from: Start,
) -> Result<Feed, Refusal> {
    let look = Tasks { filter: TaskFilter { project, limit: TASKS, ..TaskFilter::default() } };
    Ok(watch(app, actor, id, look).await?.tells(from))
}

/// The open approvals, whenever one changes, and each once more when it is closed.
pub(super) async fn approvals(app: &App, actor: &Actor, id: &str, from: Start) -> Result<Feed, Refusal> {
    Ok(watch(app, actor, id, Approvals).await?.tells(from))
}

/// A list that is looked at again and again.
#[async_trait::async_trait]
trait Look: Send + 'static {
    type Key: Clone + Eq + Hash + Send;
    type Item: Serialize + Send + Sync;

    async fn list(&self, app: &App, actor: &Actor) -> Result<Vec<Self::Item>, Refusal>;
    /// One that is no longer in the list, if it is to be told.
    async fn gone(&self, app: &App, actor: &Actor, key: &Self::Key) -> Option<Self::Item>;
    fn key(item: &Self::Item) -> Self::Key;
    fn say(item: &Self::Item) -> Said<'_>;
}

struct Tasks {
    filter: TaskFilter,
}

struct Approvals;

#[async_trait::async_trait]
impl Look for Tasks {
    type Key = TaskId;
    type Item = Task;

    async fn list(&self, app: &App, actor: &Actor) -> Result<Vec<Task>, Refusal> {
        let mut tasks = app.hub.tasks(actor, self.filter.clone()).await?.tasks;
        tasks.reverse();
        Ok(tasks)
    }

    async fn gone(&self, _: &App, _: &Actor, _: &TaskId) -> Option<Task> {
        None
    }

    fn key(task: &Task) -> TaskId {
        task.id.clone()
    }

    fn say(task: &Task) -> Said<'_> {
        Said::Task { task }
    }
}

#[async_trait::async_trait]
impl Look for Approvals {
    type Key = ApprovalId;
    type Item = Approval;

    async fn list(&self, app: &App, actor: &Actor) -> Result<Vec<Approval>, Refusal> {
        app.hub.approvals(actor).await
    }

    async fn gone(&self, app: &App, actor: &Actor, id: &ApprovalId) -> Option<Approval> {
        app.hub.approval(actor, id).await.ok()
    }

    fn key(approval: &Approval) -> ApprovalId {
        approval.id.clone()
    }

    fn say(approval: &Approval) -> Said<'_> {
        Said::Approval { approval }
    }
}

struct Watcher<L: Look> {
    app: App,
    actor: Actor,
    id: String,
    look: L,
    changes: BoxStream<'static, ()>,
    /// What was told of each, as a hash.
    told: HashMap<L::Key, [u8; 32]>,
    ready: VecDeque<Message>,
    over: bool,
}

async fn watch<L: Look>(app: &App, actor: &Actor, id: &str, look: L) -> Result<Watcher<L>, Refusal> {
    let mut watcher = Watcher {
        // Listening begins before the first look, so that nothing falls between.
        changes: app.hub.changes(),
        app: app.clone(),
        actor: actor.clone(),
        id: id.to_owned(),
        look,
        told: HashMap::new(),
        ready: VecDeque::new(),
        over: false,
    };
    watcher.look().await?;
    Ok(watcher)
}

impl<L: Look> Watcher<L> {
    fn tells(mut self, from: Start) -> Feed {
        if from == Start::Now {
            self.ready.clear();
        }
        stream::unfold(self, |mut watcher| async move { watcher.next().await.map(|said| (said, watcher)) }).boxed()
    }

    async fn next(&mut self) -> Option<Message> {
        loop {
            if let Some(said) = self.ready.pop_front() {
                return Some(said);
            }
            if self.over {
                return None;
            }
            self.changes.next().await?;
            tokio::time::sleep(GATHER).await;
            while futures::FutureExt::now_or_never(self.changes.next()).flatten().is_some() {}
            match self.look().await {
                // It may be back in a moment, and what changes then is told then.
                Ok(()) | Err(Refusal::Unavailable(_)) => {}
                Err(refusal) => {
                    self.over = true;
                    self.ready.push_back(Said::Refused { refusal: &refusal }.about(Some(&self.id)));
                }
            }
        }
    }

    /// Looks, and lays what is different ready.
    async fn look(&mut self) -> Result<(), Refusal> {
        let items = self.look.list(&self.app, &self.actor).await?;
        let mut told = HashMap::with_capacity(items.len());
        for item in &items {
            let (key, hash) = (L::key(item), hash(item));
            if self.told.remove(&key) != Some(hash) {
                self.ready.push_back(L::say(item).about(Some(&self.id)));
            }
            told.insert(key, hash);
        }
        for (key, _) in std::mem::replace(&mut self.told, told) {
            if let Some(item) = self.look.gone(&self.app, &self.actor, &key).await {
                self.ready.push_back(L::say(&item).about(Some(&self.id)));
            }
        }
        Ok(())
    }
}

fn hash(item: &impl Serialize) -> [u8; 32] {
    Sha256::digest(serde_json::to_vec(item).unwrap_or_default()).into()
}
