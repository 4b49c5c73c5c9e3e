//! Housekeeping: what is overdue, left over or no longer wanted is closed, removed or swept.

use crate::bus::Ring;
use crate::fresh;
use crate::hub::chain;
use crate::parts::Parts;
use crate::run::Live;
use crate::sandbox::{SandboxError, Volumes};
use crate::store::{Retention, StoreError};
use signalbox_core::audit::{Deed, Kind, Who};
use signalbox_core::id::SandboxId;
use signalbox_core::time::Timestamp;
use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

/// How often the quick things are looked after.
const OFTEN: Duration = Duration::from_secs(5);
/// After how many leases without a word of it, or rounds of these, a node is taken for dead.
const ABSENCE: u32 = 3;
/// How often the slow ones are.
const SELDOM: Duration = Duration::from_secs(3600);
/// How often it is looked for containers that nobody has, once the start has cleared up.
const NOW_AND_THEN: Duration = Duration::from_secs(60);
/// A container of this process that is younger may still be in the making.
const MAKING: Duration = Duration::from_secs(600);
/// Volumes are not judged before this age: their conversation may not be recorded yet.
const VOLUME_AGE: Duration = Duration::from_secs(24 * 3600);

/// Looks after it all until `stop`.
pub(crate) async fn tend(parts: Arc<Parts>, stop: CancellationToken) {
    let started = fresh::now();
    let mut often = tokio::time::interval(OFTEN);
    // The first time soon: what a dead hub had just ordered from Docker may stand there only after the start.
    let mut now_and_then = tokio::time::interval_at(Instant::now() + OFTEN, NOW_AND_THEN);
    let mut seldom = tokio::time::interval(SELDOM);
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            _ = often.tick() => {
                announce(&parts).await;
                expire_approvals(&parts).await;
                for live in parts.keeper.take_due(Instant::now()) {
                    discard(&parts, live).await;
                }
            }
            _ = now_and_then.tick() => {
                if let Err(error) = remove_orphans(&parts, started.max(fresh::now() - MAKING)).await {
                    tracing::warn!(error = chain(&error), "containers that nobody has could not be removed");
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

/// Says that this node lives: until it has missed several of its rounds, its conversations' tasks wait for it.
pub(crate) async fn announce(parts: &Parts) {
    let until = fresh::now() + (parts.settings.queue.lease * ABSENCE).max(OFTEN * ABSENCE);
    if let Err(error) = parts.store.announce_node(&parts.node, until).await {
        tracing::warn!(error = chain(&error), "the other nodes could not be told that this one lives");
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

/// At the start: removes the containers that no running task has (what a dead hub had kept ready, and what it was just
/// making), and what is left of their folders.
pub(crate) async fn clear_up(parts: &Parts) -> Result<(), OrphanError> {
    let wanted = remove_orphans(parts, Timestamp::NEVER).await?;
    parts.sandboxes.remove_stray_directories(&wanted).await?;
    Ok(())
}

/// Removes the containers from before that time which no running task has and nobody here looks after; returns those that
/// somebody wants.
async fn remove_orphans(parts: &Parts, before: Timestamp) -> Result<HashSet<SandboxId>, OrphanError> {
    let found = parts.sandboxes.find().await?;
    let mut wanted: HashSet<_> = parts.store.live_sandboxes().await?.into_iter().collect();
    wanted.extend(parts.sandboxes.attended());
    for found in found {
        let old = fresh::made_at(found.id.as_str()).is_none_or(|made| made < before);
        if old && !wanted.contains(&found.id) {
            tracing::info!(sandbox = %found.id, "sandbox {} belongs to nobody and is removed", found.id);
            parts.sandboxes.control(&found.id).remove().await?;
        }
    }
    Ok(wanted)
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
        let now = fresh::now();
        let expired = Deed::by(Who::Hub, Kind::ApprovalExpired, format!("approval:{id}"), now);
        match parts.store.noting(expired).void_approval(&id, "nobody decided in time", now).await {
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
