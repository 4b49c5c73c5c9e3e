//! Signed webhooks: what other systems tell us, and what we tell them.
//!
//! A request is verified on its raw bytes, stored, and only then acknowledged ([`SignedHooks::routes`]); what is stored is
//! acted on once, by whoever is there ([`SignedHooks::listen`]). What a sender may start, and in whose name, is for the
//! engine alone to say.
//!
//! Subscribers are told what happens to tasks ([`Telling`]), out of the outbox like any other place.

mod claim;
mod listen;
mod receive;
pub mod standard;
mod tell;
#[cfg(test)]
mod tests;
mod verify;

pub use tell::{Telling, TellingError};

use axum::Router;
use listen::Waiting;
use receive::Reception;
use signalbox_core::desk::Desk;
use signalbox_core::hook::HookDesk;
use std::sync::Arc;
use tokio_util::sync::CancellationToken;

/// Hooks.
pub struct SignedHooks {
    desk: Arc<dyn Desk>,
    hooks: Arc<dyn HookDesk>,
    waiting: Waiting,
}

impl SignedHooks {
    /// Makes them ready; nothing is heard yet.
    pub fn new(desk: Arc<dyn Desk>, hooks: Arc<dyn HookDesk>) -> Self {
        Self { desk, hooks, waiting: Waiting::default() }
    }

    /// The route where senders tell.
    pub fn routes(&self) -> Router {
        let (desk, hooks, waiting) = (self.desk.clone(), self.hooks.clone(), self.waiting.clone());
        receive::routes(Arc::new(Reception { desk, hooks, waiting }))
    }

    /// Acts on what is stored, until `stop`.
    pub async fn listen(self, stop: CancellationToken) {
        listen::listen(&self.desk, &self.hooks, &self.waiting, &stop).await;
    }
}
