//! Acting on what is stored: at once where this process has just stored it, and again and again what a hub that died, or a
//! database that was away, has left over.

use signalbox_core::desk::Desk;
use signalbox_core::hook::HookDesk;
use signalbox_core::port::Refusal;
use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

/// How often everything is looked through, and the doors are read anew.
const EVERY: Duration = Duration::from_secs(5);
/// How many updates are read at once.
const PAGE: u32 = 100;

/// The hooks that something was just stored for.
#[derive(Debug, Clone, Default)]
pub(crate) struct Waiting {
    names: Arc<Mutex<BTreeSet<String>>>,
    bell: Arc<Notify>,
}

impl Waiting {
    pub(crate) fn note(&self, name: &str) {
        self.names.lock().unwrap_or_else(PoisonError::into_inner).insert(name.to_owned());
        self.bell.notify_one();
    }

    fn take(&self) -> BTreeSet<String> {
        std::mem::take(&mut *self.names.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Acts on it, until `stop`.
pub(crate) async fn listen(
    desk: &Arc<dyn Desk>,
    hooks: &Arc<dyn HookDesk>,
    waiting: &Waiting,
    stop: &CancellationToken,
) {
    let mut round = tokio::time::interval(EVERY);
    while !stop.is_cancelled() {
        let names = tokio::select! {
            () = stop.cancelled() => return,
            _ = round.tick() => {
                if let Err(refusal) = hooks.refresh().await {
                    tracing::warn!(%refusal, "the hooks could not be read");
                }
                hooks.doors().keys().cloned().collect()
            }
            () = waiting.bell.notified() => waiting.take(),
        };
        for name in names {
            if let Err(refusal) = drain(desk, hooks, &name, stop).await {
                tracing::warn!(hook = name, %refusal, "what hook {name} told could not be handled yet");
            }
        }
    }
}

/// Acts on what is left over of one hook. What cannot be done now holds up nothing else.
async fn drain(
    desk: &Arc<dyn Desk>,
    hooks: &Arc<dyn HookDesk>,
    name: &str,
    stop: &CancellationToken,
) -> Result<(), Refusal> {
    let (mut after, mut failed): (Option<String>, Option<Refusal>) = (None, None);
    loop {
        let Some(source) = hooks.doors().get(name).map(|door| door.source.clone()) else { return Ok(()) };
        let found = desk.unhandled(&source, after.as_deref(), PAGE).await?;
        let is_last = found.len() < PAGE as usize;
        for update in &found {
            if stop.is_cancelled() {
                return Ok(());
            }
            if let Err(refusal) = hooks.take(name, update).await {
                failed = Some(refusal);
            }
        }
        if is_last {
            return failed.map_or(Ok(()), Err);
        }
        after = found.last().map(|update| update.id.clone());
    }
}
