//! Housekeeping: what is overdue, left over or no longer wanted is closed, removed or swept.

use crate::bus::Ring;
use crate::fresh;
use crate::hub::chain;
use crate::parts::Parts;
use crate::run::Live;
use crate::sandbox::{SandboxError, Volumes};
use crate::store::{Retention, StoreError};
use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

/// How often the quick things are looked after.
const OFTEN: Duration = Duration::from_secs(5);
/// How often the slow ones are.
const SELDOM: Duration = Duration::from_secs(3600);
/// Volumes are not judged before this age: their conversation may not be recorded yet.
const VOLUME_AGE: Duration = Duration::from_secs(24 * 3600);

/// Looks after it all until `stop`.
pub(crate) async fn tend(parts: Arc<Parts>, stop: CancellationToken) {
    let mut often = tokio::time::interval(OFTEN);
    let mut seldom = tokio::time::interval(SELDOM);
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            _ = often.tick() => {
                expire_approvals(&parts).await;
                for live in parts.keeper.take_due(Instant::now()) {
                    discard(&parts, live).await;
                }
            }
            _ = seldom.tick() => {
                sweep(&parts).await;
                if let Err(error) = remove_volumes(&parts).await {
                    tracing::warn!(%error, "volumes could not be swept");
                }
            }
        }
    }
}

/// Removes a sandbox that nobody works in any more, and its volumes if no conversation has them.
pub(crate) async fn discard(parts: &Parts, live: Live) {
    let volumes = (!live.adopted_by_conversation).then(|| Volumes::of(&live.volumes));
    live.remove().await;
    if let Some(volumes) = volumes
        && let Err(error) = parts.sandboxes.remove_volumes(&volumes).await
    {
        tracing::warn!(error = chain(&error), "a spare sandbox's volumes are left for the next sweep");
    }
}

/// Removes the containers that no running task has: what a dead hub had kept ready, and what it was just making.
pub(crate) async fn remove_orphans(parts: &Parts) -> Result<(), OrphanError> {
    let wanted: HashSet<_> = parts.store.live_sandboxes().await?.into_iter().collect();
    for found in parts.sandboxes.find().await? {
        if !wanted.contains(&found.id) {
            tracing::info!(sandbox = %found.id, "sandbox {} belongs to nobody and is removed", found.id);
            parts.sandboxes.control(&found.id).remove().await?;
        }
    }
    parts.sandboxes.remove_stray_directories(&wanted).await?;
    Ok(())
}

/// Orphans could not be removed.
#[derive(Debug, thiserror::Error)]
pub enum OrphanError {
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Docker failed.
    #[error(transparent)]
    Docker(#[from] SandboxError),
}

async fn remove_volumes(parts: &Parts) -> Result<(), OrphanError> {
    let known: HashSet<String> = parts.store.volumes_in_use().await?.into_iter().collect();
    let now = fresh::now();
    for found in parts.sandboxes.list_volumes().await? {
        let Some(key) = found.key() else { continue };
        let old = fresh::made_at(key).is_some_and(|made| now.since(made) >= VOLUME_AGE);
        if old && !known.contains(key) {
            parts.sandboxes.remove_volumes(&Volumes::of(key)).await?;
        }
    }
    Ok(())
}

async fn expire_approvals(parts: &Parts) {
    let expired = match parts.store.expired_approvals(fresh::now()).await {
        Ok(expired) => expired,
        Err(error) => return tracing::warn!(error = chain(&error), "expired approvals could not be looked for"),
    };
    for id in expired {
        match parts.store.void_approval(&id, "nobody decided in time", fresh::now()).await {
            Ok(Some(voided)) => {
                parts.bus.publish(&voided.events);
                if let Some(event) = voided.events.first() {
                    parts.bus.ring(Ring::Touched(event.task.clone()));
                }
                parts.bus.ring(Ring::Queue);
                parts.bus.ring(Ring::Outbox);
            }
            Ok(None) => {}
            Err(error) => {
                tracing::warn!(approval = %id, error = chain(&error), "an expired approval could not be closed")
            }
        }
    }
}

async fn sweep(parts: &Parts) {
    let kept = &parts.settings.retention;
    let retention =
        Retention { tasks: kept.tasks, inbox: kept.messages, deliveries: kept.messages, blobs: kept.messages };
    match parts.store.sweep(&retention, fresh::now()).await {
        Ok(swept) => tracing::debug!(?swept, "what is past its retention is swept"),
        Err(error) => tracing::warn!(error = chain(&error), "the sweep failed"),
    }
}
