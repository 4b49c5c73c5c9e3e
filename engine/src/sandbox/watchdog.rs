//! The watch over what sandboxes put on the host's disk where no quota holds them.
//!
//! One question to the engine measures all volumes at once. It costs a walk through them (10 ms when they are small), so
//! the pause between two grows with what the last one took.

use super::connect::Sandboxes;
use super::error::{Already, unless_so};
use super::output::KillReason;
use super::settings::Volumes;
use bollard::Docker;
use bollard::query_parameters::KillContainerOptions;
use signalbox_core::id::SandboxId;
use std::collections::HashSet;
use std::sync::{Arc, OnceLock};
use std::time::Duration;
use tokio::time::{Instant, sleep};
use tokio_util::sync::CancellationToken;

const PAUSE: Duration = Duration::from_secs(5);
/// The measuring may take this part of the time.
const SHARE: u32 = 20;

/// A sandbox that somebody looks after.
#[derive(Debug)]
pub(super) struct Watched {
    container: String,
    volumes: Volumes,
    reason: OnceLock<KillReason>,
    /// Told before the container is killed or removed: the engine (20.10) hangs on the end of a container for as long as
    /// an attachment to it is not read, so a pump whose reader is slow must then drop it.
    pub(super) ending: CancellationToken,
}

impl Watched {
    /// Kills the sandbox, once; the first reason stays.
    pub(super) async fn kill(&self, docker: &Docker, reason: KillReason) {
        if self.reason.set(reason).is_err() {
            return;
        }
        self.ending.cancel();
        tracing::warn!(sandbox = %self.container, ?reason, "killing sandbox {}", self.container);
        let killed = docker.kill_container(&self.container, None::<KillContainerOptions>).await;
        if let Err(error) = unless_so(killed, &[Already::Status(404), Already::Status(409)]) {
            tracing::warn!(sandbox = %self.container, %error, "cannot kill sandbox {}", self.container);
        }
    }

    pub(super) fn reason(&self) -> Option<KillReason> {
        self.reason.get().copied()
    }
}

impl Sandboxes {
    /// Puts a sandbox under watch for as long as the answer is held.
    pub(super) fn watch(&self, id: &SandboxId, container: String, volumes: Volumes) -> Arc<Watched> {
        let watched =
            Arc::new(Watched { container, volumes, reason: OnceLock::new(), ending: CancellationToken::new() });
        let mut all = self.shared.watched.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        all.retain(|_, watched| watched.strong_count() > 0);
        all.insert(id.clone(), Arc::downgrade(&watched));
        watched
    }

    /// The sandboxes that somebody in this process looks after.
    pub fn attended(&self) -> HashSet<SandboxId> {
        let all = self.shared.watched.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        all.iter().filter(|(_, watched)| watched.strong_count() > 0).map(|(id, _)| id.clone()).collect()
    }

    /// To be called before a container is brought to its end.
    pub(super) fn announce_end(&self, id: &SandboxId) {
        let all = self.shared.watched.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if let Some(watched) = all.get(id).and_then(std::sync::Weak::upgrade) {
            watched.ending.cancel();
        }
    }

    /// Kills sandboxes whose volumes hold too much, until told to stop; ends at once where a quota or no limit holds.
    /// To be run beside the workers.
    pub async fn watch_disk(&self, stop: CancellationToken) {
        let Some(limit) = self.shared.settings.disk_limit_bytes.filter(|_| !self.shared.quota) else { return };
        let mut pause = PAUSE;
        while stop.run_until_cancelled(sleep(pause)).await.is_some() {
            let begun = Instant::now();
            self.kill_the_greedy(limit).await;
            pause = PAUSE.max(begun.elapsed() * SHARE);
        }
    }

    async fn kill_the_greedy(&self, limit_bytes: u64) {
        let all: Vec<Arc<Watched>> = {
            let all = self.shared.watched.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
            all.values().filter_map(std::sync::Weak::upgrade).collect()
        };
        if all.is_empty() {
            return;
        }
        let sizes = match self.volume_sizes().await {
            Ok(sizes) => sizes,
            Err(error) => {
                let cause = std::error::Error::source(&error).map(ToString::to_string).unwrap_or_default();
                return tracing::warn!(%error, cause, "cannot measure the sandboxes' volumes");
            }
        };
        for watched in all {
            let size = |name: &String| sizes.get(name).copied().unwrap_or(0);
            let used_bytes = size(&watched.volumes.workspace) + size(&watched.volumes.session);
            if used_bytes > limit_bytes {
                watched.kill(&self.docker, KillReason::DiskFull { used_bytes, limit_bytes }).await;
            }
        }
    }
}
