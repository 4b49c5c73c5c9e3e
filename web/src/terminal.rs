//! Terminals as places. A terminal that is attached is handed its deliveries over the local socket and acknowledges each.
//!
//! Nothing is kept here: a delivery to a terminal that is not attached stays in the outbox and is tried again.

use async_trait::async_trait;
use signalbox_core::delivery::Delivery;
use signalbox_core::id::DeliveryId;
use signalbox_core::place::Place;
use signalbox_core::port::{Channel, Handed, SendError, Sent};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::{mpsc, oneshot};

/// How long an attached terminal has to acknowledge.
const PATIENCE: Duration = Duration::from_secs(10);
/// When a terminal that is not attached is tried again.
const LATER: Duration = Duration::from_secs(2);
/// How many deliveries may wait for a slow terminal.
const BACKLOG: usize = 64;

/// The terminals that are attached now.
#[derive(Clone, Default)]
pub struct TerminalPlaces {
    shared: Arc<Mutex<Shared>>,
}

#[derive(Default)]
struct Shared {
    attached: HashMap<Place, mpsc::Sender<Handed>>,
    waiting: HashMap<DeliveryId, oneshot::Sender<()>>,
}

/// Nobody waits for this acknowledgement (any more): the delivery will be handed over again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("nobody waits for this acknowledgement")]
pub struct Untold;

impl TerminalPlaces {
    /// Attaches a terminal; a second one at the same place takes over from the first.
    pub fn attach(&self, place: Place) -> mpsc::Receiver<Handed> {
        let (sender, receiver) = mpsc::channel(BACKLOG);
        self.lock().attached.insert(place, sender);
        receiver
    }

    /// Takes a terminal's acknowledgement.
    ///
    /// # Errors
    /// [`Untold`] when it came too late.
    pub fn acknowledge(&self, delivery: &DeliveryId) -> Result<(), Untold> {
        let waiting = self.lock().waiting.remove(delivery);
        waiting.and_then(|waiting| waiting.send(()).ok()).ok_or(Untold)
    }

    async fn hand_over(&self, delivery: &Delivery) -> Result<Sent, SendError> {
        let later = |reason: &str| SendError::Later { after: Some(LATER), reason: reason.to_owned() };
        let (told, hears) = oneshot::channel();
        let sender = {
            let mut shared = self.lock();
            let sender = shared.attached.get(&delivery.place).cloned();
            if sender.is_some() {
                shared.waiting.insert(delivery.id.clone(), told);
            }
            sender
        };
        let Some(sender) = sender else { return Err(later("no terminal is attached there")) };
        let handed = Handed { delivery: delivery.id.clone(), card: delivery.card.clone() };
        let outcome = match sender.try_send(handed) {
            Ok(()) => {
                tokio::time::timeout(PATIENCE, hears).await.map_err(|_| later("the terminal did not acknowledge"))
            }
            Err(mpsc::error::TrySendError::Full(_)) => Err(later("the terminal is too slow")),
            Err(mpsc::error::TrySendError::Closed(_)) => {
                self.lock().attached.remove(&delivery.place);
                Err(later("the terminal has gone"))
            }
        };
        self.lock().waiting.remove(&delivery.id);
        outcome.map(|_| Sent::one("terminal"))
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Shared> {
        // No code panics while it holds the lock; a poisoned one is as good as any.
        self.shared.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl Channel for TerminalPlaces {
    fn kind(&self) -> &'static str {
        "terminal"
    }

    async fn send(&self, delivery: &Delivery) -> Result<Sent, SendError> {
        self.hand_over(delivery).await
    }

    async fn edit(&self, delivery: &Delivery, _message: &str) -> Result<Sent, SendError> {
        self.hand_over(delivery).await
    }
}
