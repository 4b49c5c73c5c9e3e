//! The delivery loop: what is owed to places is handed to their channels, each place apart, with retries.
//!
//! A card is sent once and edited from then on. A try that may have arrived is repeated under the same id, so that the
//! receiver can tell; a place that is gone is given up, and says why.

use crate::bus::Ring;
use crate::fresh;
use crate::hub::chain;
use crate::parts::Parts;
use crate::store::{Fenced, PlaceSetting, StoreError, Take, Taken};
use signalbox_core::delivery::back_off;
use signalbox_core::port::{Channel, SendError, Sent};
use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::broadcast;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// How long a channel may take for one delivery.
const LEASE: Duration = Duration::from_secs(60);
/// How many deliveries are taken at once.
const BATCH: u32 = 32;
/// After how many failed tries a delivery is given up: with the back-off of the vocabulary, about a day.
const TRIES: u32 = 160;
/// How long the loop sleeps when nothing rings.
const POLL: Duration = Duration::from_secs(1);

/// Delivers until `stop`.
pub(crate) async fn deliver(parts: Arc<Parts>, channels: Vec<Arc<dyn Channel>>, stop: CancellationToken) {
    let channels: HashMap<_, _> = channels.into_iter().map(|channel| (channel.kind(), channel)).collect();
    let kinds: Vec<_> = channels.keys().copied().collect();
    if let Err(error) = parts.store.give_back(&parts.node).await {
        tracing::warn!(error = chain(&error), "what was being sent when this hub died is tried again later");
    }
    let tries = TaskTracker::new();
    let mut rings = parts.bus.listen();
    while !stop.is_cancelled() {
        let now = fresh::now();
        let take = Take { node: &parts.node, kinds: &kinds, now, lease_until: now + LEASE, limit: BATCH };
        let taken = parts.store.take_due(&take).await.unwrap_or_else(|error| {
            tracing::warn!(error = chain(&error), "the outbox could not be read");
            Vec::new()
        });
        let idle = taken.is_empty();
        for one in taken {
            if let Some(channel) = channels.get(one.delivery.place.kind()) {
                tries.spawn(try_once(parts.clone(), channel.clone(), one));
            }
        }
        if idle {
            tokio::select! {
                () = stop.cancelled() => {}
                () = tokio::time::sleep(POLL) => {}
                () = rung(&mut rings) => {}
            }
        }
    }
    tries.close();
    tries.wait().await;
}

async fn rung(rings: &mut broadcast::Receiver<Ring>) {
    loop {
        match rings.recv().await {
            Ok(Ring::Outbox) | Err(broadcast::error::RecvError::Lagged(_)) => return,
            Ok(Ring::Queue | Ring::Touched(_) | Ring::Live(_)) => {}
            Err(broadcast::error::RecvError::Closed) => std::future::pending().await,
        }
    }
}

async fn try_once(parts: Arc<Parts>, channel: Arc<dyn Channel>, taken: Taken) {
    let id = taken.delivery.id.clone();
    let taken = match knowing_who_reads(&parts, channel.as_ref(), taken).await {
        Ok(taken) => taken,
        // Its lease runs out and it is tried again under the same id.
        Err(error) => {
            return tracing::error!(delivery = %id, error = chain(&error), "delivery {id} could not be prepared");
        }
    };
    let sent = match &taken.message {
        Some(message) => channel.edit(&taken.delivery, message).await,
        None => channel.send(&taken.delivery).await,
    };
    if let Err(error) = settle(&parts, taken, sent).await {
        // Its lease runs out and it is tried again under the same id.
        tracing::error!(delivery = %id, error = chain(&error), "what became of delivery {id} could not be recorded");
    }
    // The next one for this place may be due now.
    parts.bus.ring(Ring::Outbox);
}

/// Asks who can read in a place from which nothing was heard yet: how much a card shows there depends on it.
async fn knowing_who_reads(parts: &Parts, channel: &dyn Channel, mut taken: Taken) -> Result<Taken, StoreError> {
    let place = taken.delivery.place.clone();
    if !parts.store.place(&place).await?.privacy.is_empty() {
        return Ok(taken);
    }
    if let Some(privacy) = channel.privacy(&place).await {
        parts.store.set_place(&place, PlaceSetting::Privacy(privacy.as_str())).await?;
        taken.delivery.detail = parts.store.detail_in(&place, &taken.delivery.card).await?;
    }
    Ok(taken)
}

async fn settle(parts: &Parts, taken: Taken, sent: Result<Sent, SendError>) -> Result<(), StoreError> {
    let delivery = &taken.delivery;
    let (id, place, attempts) = (delivery.id.clone(), delivery.place.kind().to_owned(), taken.failed + 1);
    let now = fresh::now();
    let outcome = match &sent {
        Ok(_) => "delivered",
        Err(SendError::Later { .. } | SendError::Broken { .. } | SendError::Moved(_) | SendError::EditLost) => "later",
        Err(SendError::Gone { .. } | SendError::Refused { .. }) => "dead",
    };
    metrics::counter!("signalbox_deliveries_total", "channel" => place.clone(), "outcome" => outcome).increment(1);
    let written = match sent {
        Ok(sent) => parts.store.accepted(taken, sent).await?,
        Err(SendError::EditLost) => parts.store.edit_lost(taken, now).await?,
        Err(SendError::Later { reason, .. }) if attempts >= TRIES => {
            tracing::warn!(delivery = %id, place, reason, "delivery {id} is given up");
            parts.store.given_up(taken, &reason).await?
        }
        Err(SendError::Later { after, reason }) => {
            let pause = after.unwrap_or_else(|| back_off(attempts));
            parts.store.failed(taken, &reason, now + pause).await?
        }
        Err(SendError::Broken { sent, after, reason }) => {
            let pause = after.unwrap_or_else(|| back_off(attempts));
            parts.store.broken(taken, sent, &reason, now + pause).await?
        }
        Err(SendError::Moved(to)) => {
            tracing::info!(delivery = %id, place, "a place has moved; delivery {id} goes there");
            let from = taken.delivery.place.clone();
            let written = parts.store.failed(taken, "the place has moved", now).await?;
            parts.store.move_place(&from, &to).await?;
            written
        }
        Err(SendError::Gone { reason }) => {
            tracing::warn!(delivery = %id, place, reason, "delivery {id} is given up: its place is gone");
            parts.store.set_place(&taken.delivery.place, PlaceSetting::Lost(Some(reason.clone()))).await?;
            parts.store.given_up(taken, &reason).await?
        }
        Err(SendError::Refused { reason }) => {
            tracing::warn!(delivery = %id, place, reason, "delivery {id} is given up");
            parts.store.given_up(taken, &reason).await?
        }
    };
    if written == Fenced::Stale {
        tracing::debug!(delivery = %id, "the lease of delivery {id} ran out meanwhile; it is tried again");
    }
    Ok(())
}
