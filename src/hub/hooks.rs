//! What other systems tell us by signed requests, and what we tell them.

use super::settings;
use crate::config::Config;
use anyhow::Context as _;
use signalbox_core::desk::Desk;
use signalbox_core::hook::HookDesk;
use signalbox_core::port::Channel;
use signalbox_core::subscription::Receivers;
use signalbox_hooks_signed::{SignedHooks, Telling};
use std::sync::Arc;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

/// What tells subscribers.
pub(super) fn channel(config: &Config, receivers: Arc<dyn Receivers>) -> anyhow::Result<Arc<dyn Channel>> {
    let telling = Telling::new(receivers, settings::reach(config)).context("subscribers cannot be told")?;
    Ok(Arc::new(telling))
}

/// Makes the hooks ready: their route, and the task that acts on what is told, to be joined.
pub(super) async fn open(
    desk: Arc<dyn Desk>,
    hooks: Arc<dyn HookDesk>,
    stop: CancellationToken,
) -> (axum::Router, JoinHandle<()>) {
    if let Err(refusal) = hooks.refresh().await {
        tracing::warn!(%refusal, "the hooks could not be read yet");
    }
    let signed = SignedHooks::new(desk, hooks);
    let routes = signed.routes();
    (routes, tokio::spawn(signed.listen(stop)))
}
