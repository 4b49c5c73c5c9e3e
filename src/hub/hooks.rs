//! What other systems tell us by signed requests.

use signalbox_core::desk::Desk;
use signalbox_core::hook::HookDesk;
use signalbox_hooks_signed::SignedHooks;
use std::sync::Arc;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

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
