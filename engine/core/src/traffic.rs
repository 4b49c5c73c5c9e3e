//! Traffic: what goes out to places, and what came in from senders, as whoever looks after the hub sees it. It is an admin's
//! business: what is said in one place may be about several projects, and what came in was judged by nobody yet.

mod incoming;
mod outgoing;
mod plain;

pub use incoming::{BadMark, Mark, UpdatePage, UpdateQuery, UpdateReport, UpdateState, WholeUpdate};
pub use outgoing::{About, DeliveryPage, DeliveryQuery, DeliveryReport, FailedTry, SentAgain, WholeDelivery};
pub use plain::{LONGEST, plain};

use crate::id::DeliveryId;
use crate::people::Actor;
use crate::place::Place;
use crate::port::Refusal;
use async_trait::async_trait;

/// How many deliveries or updates are listed at once at most.
pub const MOST: u32 = 500;

/// How many are listed: `limit`, or 50 where that is 0.
fn listed(limit: u32) -> u32 {
    if limit == 0 { 50 } else { limit.min(MOST) }
}

/// Looking at traffic, and setting in motion again what came to a stop. Every method judges the actor at this moment.
/// A hub that looks after nothing refuses them.
#[async_trait]
pub trait Traffic: Send + Sync + 'static {
    /// Some deliveries, the newest first.
    async fn deliveries(&self, _: &Actor, _: DeliveryQuery) -> Result<DeliveryPage, Refusal> {
        Err(not_here())
    }
    /// One delivery: what is said, and how each try ended.
    async fn delivery(&self, _: &Actor, _: &DeliveryId) -> Result<WholeDelivery, Refusal> {
        Err(not_here())
    }
    /// Owes a dead delivery again.
    async fn send_again(&self, _: &Actor, _: &DeliveryId) -> Result<DeliveryReport, Refusal> {
        Err(not_here())
    }
    /// Owes the dead deliveries of a place again.
    async fn send_all_again(&self, _: &Actor, _: &Place) -> Result<SentAgain, Refusal> {
        Err(not_here())
    }
    /// Some updates, the newest first.
    async fn updates(&self, _: &Actor, _: UpdateQuery) -> Result<UpdatePage, Refusal> {
        Err(not_here())
    }
    /// One update: what was sent.
    async fn update(&self, _: &Actor, _source: &str, _id: &str) -> Result<WholeUpdate, Refusal> {
        Err(not_here())
    }
    /// Has an update handled again from which nothing came.
    async fn handle_again(&self, _: &Actor, _source: &str, _id: &str) -> Result<UpdateReport, Refusal> {
        Err(not_here())
    }
}

fn not_here() -> Refusal {
    Refusal::Unavailable("this hub shows no traffic: ask the one that serves its pages".to_owned())
}
