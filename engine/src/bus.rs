//! The doorbell: tells the parts of the hub that something has changed, on this node and, with Redis, on the others.
//!
//! A ring is only a hint. Whoever hears it looks into the database, and whoever misses it looks there a little later: with
//! Redis away, or a receiver too slow, nothing is lost.

use crate::fresh;
use futures::StreamExt as _;
use secrecy::{ExposeSecret as _, SecretString};
use serde::{Deserialize, Serialize};
use signalbox_core::event::{Event, Live, Passing, PassingKind};
use signalbox_core::id::TaskId;
use std::time::Duration;
use tokio::sync::{broadcast, mpsc};
use tokio_util::sync::CancellationToken;

/// How many rings a slow receiver may be behind before it has to look into the database.
const BACKLOG: usize = 4096;
/// How many rings wait for Redis before the newest are dropped.
const REDIS_BACKLOG: usize = 1024;
/// The Redis channel; the version is part of it, so that nodes of different versions do not misread each other.
const CHANNEL: &str = "signalbox:1";

/// What rings.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ring {
    /// There may be work in the queue.
    Queue,
    /// There may be something in the outbox.
    Outbox,
    /// An approval or the stop flag of this task has changed.
    Touched(TaskId),
    /// Something happened in a task.
    Live(Box<Live>),
}

/// The doorbell. Cheap to clone.
#[derive(Clone)]
pub struct Bus {
    rings: broadcast::Sender<Ring>,
    outward: Option<mpsc::Sender<Ring>>,
}

#[derive(Serialize, Deserialize)]
struct Envelope {
    node: String,
    ring: Ring,
}

impl Bus {
    /// A bus within this process.
    pub fn local() -> Self {
        Self { rings: broadcast::Sender::new(BACKLOG), outward: None }
    }

    /// A bus that also crosses nodes by Redis, and the task that carries it; join it after cancelling `stop`.
    ///
    /// # Errors
    /// When the address is not one that Redis' client understands. A Redis that is down is no error.
    pub fn over_redis(
        address: &SecretString,
        stop: CancellationToken,
    ) -> Result<(Self, tokio::task::JoinHandle<()>), redis::RedisError> {
        let client = redis::Client::open(address.expose_secret())?;
        let (sender, receiver) = mpsc::channel(REDIS_BACKLOG);
        let bus = Self { rings: broadcast::Sender::new(BACKLOG), outward: Some(sender) };
        let carrier = Carrier { client, rings: bus.rings.clone(), node: fresh::unique() };
        Ok((bus, tokio::spawn(carrier.carry(receiver, stop))))
    }

    /// Hears every ring from now on.
    pub fn listen(&self) -> broadcast::Receiver<Ring> {
        self.rings.subscribe()
    }

    /// Rings here and on the other nodes.
    pub fn ring(&self, ring: Ring) {
        if let Some(outward) = &self.outward {
            // A full backlog means Redis is away; the other nodes poll meanwhile.
            let _ = outward.try_send(ring.clone());
        }
        // Nobody listening is no fault.
        let _ = self.rings.send(ring);
    }

    /// Tells followers what was just recorded.
    pub fn publish(&self, events: &[Event]) {
        for event in events {
            self.ring(Ring::Live(Box::new(Live::Event(event.clone()))));
        }
    }

    /// Tells followers something too fleeting to be recorded.
    pub fn pass(&self, task: &TaskId, kind: PassingKind) {
        self.ring(Ring::Live(Box::new(Live::Passing(Passing { task: task.clone(), kind }))));
    }
}

/// Carries rings between this process and Redis.
struct Carrier {
    client: redis::Client,
    rings: broadcast::Sender<Ring>,
    node: String,
}

impl Carrier {
    async fn carry(self, mut outward: mpsc::Receiver<Ring>, stop: CancellationToken) {
        loop {
            let broken = tokio::select! {
                () = stop.cancelled() => return,
                broken = self.connected(&mut outward) => broken,
            };
            tracing::warn!(error = %broken, "Redis is away; the database is polled until it is back");
            tokio::select! {
                () = stop.cancelled() => return,
                () = tokio::time::sleep(Duration::from_secs(1)) => {}
            }
        }
    }

    /// Carries until the connection breaks.
    async fn connected(&self, outward: &mut mpsc::Receiver<Ring>) -> redis::RedisError {
        match self.exchange(outward).await {
            Err(error) => error,
            Ok(()) => redis::RedisError::from((redis::ErrorKind::Io, "the connection was closed")),
        }
    }

    async fn exchange(&self, outward: &mut mpsc::Receiver<Ring>) -> Result<(), redis::RedisError> {
        let mut inward = self.client.get_async_pubsub().await?;
        inward.subscribe(CHANNEL).await?;
        let mut publisher = self.client.get_multiplexed_async_connection().await?;
        // What was rung while Redis was away has been found by polling since.
        while outward.try_recv().is_ok() {}
        let mut messages = inward.into_on_message();
        loop {
            tokio::select! {
                message = messages.next() => match message {
                    Some(message) => self.take(message.get_payload_bytes()),
                    None => return Ok(()),
                },
                ring = outward.recv() => match ring {
                    Some(ring) => {
                        let envelope = Envelope { node: self.node.clone(), ring };
                        let Ok(text) = serde_json::to_string(&envelope) else { continue };
                        redis::cmd("PUBLISH").arg(CHANNEL).arg(text).exec_async(&mut publisher).await?;
                    }
                    None => return Ok(()),
                },
            }
        }
    }

    fn take(&self, payload: &[u8]) {
        match serde_json::from_slice::<Envelope>(payload) {
            Ok(envelope) if envelope.node != self.node => {
                let _ = self.rings.send(envelope.ring);
            }
            Ok(_) => {}
            Err(error) => tracing::warn!(%error, "an unreadable ring came by Redis"),
        }
    }
}
