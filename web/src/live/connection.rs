//! One reader's connection.

use super::feed::{self, Feed};
use super::wire::{Asked, HangUp, Said, Topic};
use crate::App;
use crate::api::sound;
use crate::principal::Principal;
use crate::serve::Closing;
use axum::extract::ws::{Message, WebSocket};
use futures::StreamExt as _;
use signalbox_core::id::TaskId;
use signalbox_core::port::Refusal;
use std::collections::HashMap;
use std::time::Duration;
use tokio::sync::mpsc;
use tokio::time::{Instant, MissedTickBehavior, interval, timeout};
use tokio_util::task::AbortOnDropHandle;

/// How often the reader is asked whether they are still there, and looked up anew.
const BEAT: Duration = Duration::from_secs(15);
/// After so long without a sign of the reader they are given up.
const SILENCE: Duration = Duration::from_secs(50);
/// So long a message may take to leave; the network holds some for a reader who pauses.
const PATIENCE: Duration = Duration::from_secs(10);
/// So many messages wait for the reader, of all subscriptions together.
const AHEAD: usize = 8;
/// So many subscriptions a connection may have.
const MOST: usize = 100;
/// The longest name of one, in bytes.
const LONGEST: usize = 64;

/// Serves a reader until one of both hangs up.
pub(super) async fn serve(socket: WebSocket, app: App, principal: Principal, Closing(closing): Closing) {
    let (brings, brought) = mpsc::channel(AHEAD);
    let mut reader = Reader { socket, app, principal, subscriptions: HashMap::new(), number: 0, brings, brought };
    let parted = tokio::select! {
        parted = reader.serve() => parted,
        () = closing.cancelled() => Some(HangUp::Stopping),
    };
    if let Some(why) = parted {
        // Whoever is slow may read on and find out why; whoever does not is not waited for.
        let _ = timeout(PATIENCE, reader.socket.send(why.message())).await;
    }
}

struct Reader {
    socket: WebSocket,
    app: App,
    principal: Principal,
    subscriptions: HashMap<String, Subscription>,
    /// The number of the last subscription.
    number: u64,
    brings: mpsc::Sender<Brought>,
    brought: mpsc::Receiver<Brought>,
}

struct Subscription {
    /// Tells it from another one of the same name before it.
    number: u64,
    /// The task whose record is read: it is looked again and again whether it may be.
    task: Option<TaskId>,
    _feeding: AbortOnDropHandle<()>,
}

/// What a subscription brings; nothing when it has ended.
struct Brought {
    id: String,
    number: u64,
    message: Option<Message>,
}

/// Takes a feed on by itself. A feed that waited for its reader amid a look into the database would keep a connection of it.
async fn take_on(mut feed: Feed, id: String, number: u64, brings: mpsc::Sender<Brought>) {
    loop {
        let message = feed.next().await;
        let is_last = message.is_none();
        let brought = Brought { id: id.clone(), number, message };
        if brings.send(brought).await.is_err() || is_last {
            return;
        }
    }
}

impl Reader {
    /// Gives why the hub hangs up; nothing where the reader did.
    async fn serve(&mut self) -> Option<HangUp> {
        let mut beat = interval(BEAT);
        beat.set_missed_tick_behavior(MissedTickBehavior::Delay);
        beat.tick().await;
        let mut heard = Instant::now();
        loop {
            let told = tokio::select! {
                said = self.socket.recv() => {
                    heard = Instant::now();
                    match said? {
                        Ok(Message::Text(text)) => self.answer(text.as_str()).await,
                        Ok(Message::Ping(_) | Message::Pong(_)) => Ok(()),
                        Ok(Message::Binary(_)) => self.say(None, Said::Refused { refusal: &garbled("bytes") }).await,
                        Ok(Message::Close(_)) | Err(_) => return None,
                    }
                }
                Some(brought) = self.brought.recv() => self.pass_on(brought).await,
                _ = beat.tick() => {
                    if heard.elapsed() > SILENCE {
                        return Some(HangUp::Silent);
                    }
                    self.judge_again().await
                }
            };
            if let Err(why) = told {
                return why;
            }
        }
    }

    async fn answer(&mut self, text: &str) -> Result<(), Option<HangUp>> {
        match serde_json::from_str(text) {
            Ok(Asked::Subscribe { id, to }) => match self.subscribe(&id, to).await {
                Ok((feed, task)) => {
                    self.say(Some(&id), Said::Subscribed).await?;
                    self.number += 1;
                    let feeding = tokio::spawn(take_on(feed, id.clone(), self.number, self.brings.clone()));
                    let feeding = AbortOnDropHandle::new(feeding);
                    self.subscriptions.insert(id, Subscription { number: self.number, task, _feeding: feeding });
                    Ok(())
                }
                Err(refusal) => self.say(Some(&id), Said::Refused { refusal: &refusal }).await,
            },
            Ok(Asked::Unsubscribe { id }) => {
                self.subscriptions.remove(&id);
                self.say(Some(&id), Said::Ended).await
            }
            Err(fault) => self.say(None, Said::Refused { refusal: &garbled(fault) }).await,
        }
    }

    async fn pass_on(&mut self, brought: Brought) -> Result<(), Option<HangUp>> {
        let stands = self.subscriptions.get(&brought.id).is_some_and(|one| one.number == brought.number);
        match brought.message {
            Some(message) if stands => self.send(message).await,
            None if stands => {
                self.subscriptions.remove(&brought.id);
                Ok(())
            }
            Some(_) | None => Ok(()),
        }
    }

    async fn subscribe(&mut self, id: &str, to: Topic) -> Result<(Feed, Option<TaskId>), Refusal> {
        if id.is_empty() || id.len() > LONGEST {
            return Err(Refusal::Invalid(format!("a subscription's id has 1 to {LONGEST} bytes")));
        }
        self.subscriptions.remove(id);
        if self.subscriptions.len() >= MOST {
            return Err(Refusal::Throttled(format!("a connection has at most {MOST} subscriptions")));
        }
        let actor = &self.principal.actor;
        match to {
            Topic::Task { task, after } => {
                let task: TaskId = sound(&task).map_err(|_| Refusal::Invalid(format!("`{task}` is no task's id")))?;
                let feed = feed::record(&self.app, actor, id, &task, after).await?;
                Ok((feed, Some(task)))
            }
            Topic::Tasks { project, from } => Ok((feed::tasks(&self.app, actor, id, project, from).await?, None)),
            Topic::Approvals { from } => Ok((feed::approvals(&self.app, actor, id, from).await?, None)),
        }
    }

    /// Whether the reader is still who they were, and may still read what they read.
    async fn judge_again(&mut self) -> Result<(), Option<HangUp>> {
        match self.principal.again(&self.app).await {
            Ok(Some(actor)) if actor == self.principal.actor => {}
            Ok(_) => return Err(Some(HangUp::Worthless)),
            // Who cannot be looked up now was who they are a moment ago.
            Err(_) => return self.send(Message::Ping(Vec::new().into())).await,
        }
        let read = self.subscriptions.iter();
        let read: Vec<_> = read.filter_map(|(id, one)| Some((id.clone(), one.task.clone()?))).collect();
        for (id, task) in read {
            match self.app.hub.task(&self.principal.actor, task.as_str()).await {
                Ok(_) | Err(Refusal::Unavailable(_)) => {}
                Err(refusal) => {
                    self.subscriptions.remove(&id);
                    self.say(Some(&id), Said::Refused { refusal: &refusal }).await?;
                }
            }
        }
        self.send(Message::Ping(Vec::new().into())).await
    }

    async fn say(&mut self, id: Option<&str>, said: Said<'_>) -> Result<(), Option<HangUp>> {
        self.send(said.about(id)).await
    }

    async fn send(&mut self, message: Message) -> Result<(), Option<HangUp>> {
        match timeout(PATIENCE, self.socket.send(message)).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) => Err(None),
            Err(_) => Err(Some(HangUp::Slow)),
        }
    }
}

fn garbled(fault: impl std::fmt::Display) -> Refusal {
    Refusal::Invalid(format!(
        "this is not understood ({fault}); say for example \
         {{\"do\":\"subscribe\",\"id\":\"a\",\"to\":{{\"topic\":\"task\",\"task\":\"ID\",\"after\":0}}}}"
    ))
}
