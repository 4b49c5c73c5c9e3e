//! What can be done to a sandbox, from any task, by anyone who holds its id.
//!
//! Everything that brings about a state is content when the state is there already.

use super::collect::Collector;
use super::connect::Sandboxes;
use super::error::{Already, SandboxError, unless_so};
use super::life::container_name;
use super::settings::Volumes;
use super::stdin::{SharedPipe, Stdin};
use super::usage::{DiskUsage, Usage, measure};
use bollard::query_parameters::{KillContainerOptions, RemoveContainerOptions};
use signalbox_core::id::SandboxId;

/// A sandbox's handle. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Control {
    pub(super) sandboxes: Sandboxes,
    pub(super) container: String,
    id: SandboxId,
    stdin: Stdin,
}

impl Sandboxes {
    /// The handle of a sandbox that nobody is attached to.
    pub fn control(&self, id: &SandboxId) -> Control {
        Control::new(self.clone(), id.clone(), None)
    }
}

impl Control {
    pub(super) fn new(sandboxes: Sandboxes, id: SandboxId, pipe: Option<SharedPipe>) -> Self {
        let container = container_name(&id);
        let docker = sandboxes.docker.clone();
        let stdin = match pipe {
            Some(pipe) => Stdin::attached(docker, container.clone(), pipe),
            None => Stdin::detached(docker, container.clone()),
        };
        Self { sandboxes, container, id, stdin }
    }

    /// Which sandbox.
    pub fn id(&self) -> &SandboxId {
        &self.id
    }

    /// Writes one line (the newline is added) to the CLI's standard input. Never writes half a line, also when cancelled.
    /// Waits while the sandbox does not read; a success says that the engine has it, not that the CLI does.
    pub async fn send(&self, line: &[u8]) -> Result<(), SandboxError> {
        self.stdin.send(line, &self.container).await
    }

    /// Freezes all its processes.
    pub async fn pause(&self) -> Result<(), SandboxError> {
        let paused = self.sandboxes.docker.pause_container(&self.container).await;
        unless_so(paused, &[Already::Words("is already paused")])
            .map_err(SandboxError::of("pause a sandbox", &self.container))
    }

    /// Lets them go on.
    pub async fn unpause(&self) -> Result<(), SandboxError> {
        let unpaused = self.sandboxes.docker.unpause_container(&self.container).await;
        unless_so(unpaused, &[Already::Words("is not paused")])
            .map_err(SandboxError::of("unpause a sandbox", &self.container))
    }

    /// Kills all its processes at once. The container stays, with its record.
    pub async fn kill(&self) -> Result<(), SandboxError> {
        self.sandboxes.announce_end(&self.id);
        let killed = self.sandboxes.docker.kill_container(&self.container, None::<KillContainerOptions>).await;
        unless_so(killed, &[Already::Status(404), Already::Status(409)])
            .map_err(SandboxError::of("kill a sandbox", &self.container))
    }

    /// Kills and removes the container and its folder. Its volumes stay.
    pub async fn remove(&self) -> Result<(), SandboxError> {
        let options = RemoveContainerOptions { force: true, v: true, link: false };
        self.sandboxes.announce_end(&self.id);
        let removed = self.sandboxes.docker.remove_container(&self.container, Some(options)).await;
        // 409 says that somebody else is removing it right now.
        unless_so(removed, &[Already::Status(404), Already::Status(409)])
            .map_err(SandboxError::of("remove a sandbox", &self.container))?;
        self.sandboxes.remove_directory(&self.id).await
    }

    /// Starts `collect` ahead of need; it waits for `Collector::run`.
    pub async fn arm_collect(&self) -> Result<Collector, SandboxError> {
        Collector::arm(&self.sandboxes, &self.container).await
    }

    /// What it uses of the memory now.
    pub async fn usage(&self) -> Result<Usage, SandboxError> {
        measure(&self.sandboxes.docker, &self.container).await
    }

    /// What a conversation's volumes hold; walks through the volumes of the whole engine, so not for every minute.
    pub async fn disk_usage(&self, volumes: &Volumes) -> Result<DiskUsage, SandboxError> {
        let sizes = self.sandboxes.volume_sizes().await?;
        let size = |name: &String| sizes.get(name).copied().unwrap_or(0);
        Ok(DiskUsage { workspace_bytes: size(&volumes.workspace), session_bytes: size(&volumes.session) })
    }
}
