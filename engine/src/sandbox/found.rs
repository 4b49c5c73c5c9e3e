//! What is left on the engine of this hub's sandboxes: for the return of a hub and for cleaning up.

use super::connect::Sandboxes;
use super::error::{Already, SandboxError, unless_so};
use super::hardening::{KIND_SANDBOX, LABEL_CONVERSATION, LABEL_HUB, LABEL_KIND, LABEL_SANDBOX, LABEL_TASK};
use super::settings::Volumes;
use bollard::models::{ContainerSummary, ContainerSummaryStateEnum as State};
use bollard::query_parameters::{ListContainersOptions, ListVolumesOptions, RemoveVolumeOptions};
use signalbox_core::id::{ConversationId, SandboxId, TaskId};
use signalbox_core::time::Timestamp;
use std::collections::HashMap;

/// What a found container is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FoundState {
    /// Made, never started.
    Created,
    /// Running.
    Running,
    /// Frozen.
    Paused,
    /// At its end, or on the way out.
    Exited,
}

/// A container of this hub.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundSandbox {
    /// Which sandbox.
    pub id: SandboxId,
    /// The task it was made for; none for one that was made warm.
    pub task: Option<TaskId>,
    /// The conversation it was made for; none for one that was made warm.
    pub conversation: Option<ConversationId>,
    /// What it is doing.
    pub state: FoundState,
    /// When it was made, to the second.
    pub created_at: Timestamp,
}

/// A volume of this hub.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundVolume {
    /// Its name.
    pub name: String,
    /// The conversation it was made for; none for a warm sandbox's.
    pub conversation: Option<ConversationId>,
}

impl FoundVolume {
    /// The key that its name was made of; see [`Volumes::of`].
    pub fn key(&self) -> Option<&str> {
        let inner = self.name.strip_prefix("signalbox-")?;
        inner.strip_suffix("-workspace").or_else(|| inner.strip_suffix("-session"))
    }
}

impl Sandboxes {
    /// All containers of this hub's sandboxes.
    pub async fn find(&self) -> Result<Vec<FoundSandbox>, SandboxError> {
        let kind = format!("{LABEL_KIND}={KIND_SANDBOX}");
        let filters = HashMap::from([("label".to_owned(), vec![self.hub_label(), kind])]);
        let options = ListContainersOptions { all: true, filters: Some(filters), ..Default::default() };
        let found = self.docker.list_containers(Some(options)).await;
        let found = found.map_err(SandboxError::of("list containers", ""))?;
        Ok(found.into_iter().filter_map(read_summary).collect())
    }

    /// All volumes of this hub's sandboxes.
    pub async fn list_volumes(&self) -> Result<Vec<FoundVolume>, SandboxError> {
        let filters = HashMap::from([("label".to_owned(), vec![self.hub_label()])]);
        let found = self.docker.list_volumes(Some(ListVolumesOptions { filters: Some(filters) })).await;
        let found = found.map_err(SandboxError::of("list volumes", ""))?.volumes.unwrap_or_default();
        let read = |volume: bollard::models::Volume| FoundVolume {
            conversation: volume.labels.get(LABEL_CONVERSATION).map(ConversationId::new),
            name: volume.name,
        };
        Ok(found.into_iter().map(read).collect())
    }

    /// Removes a conversation's volumes; those that do not exist are no fault, those in use are.
    pub async fn remove_volumes(&self, volumes: &Volumes) -> Result<(), SandboxError> {
        for name in [&volumes.workspace, &volumes.session] {
            let removed = self.docker.remove_volume(name, None::<RemoveVolumeOptions>).await;
            unless_so(removed, &[Already::Status(404)]).map_err(SandboxError::of("remove a volume", name))?;
        }
        Ok(())
    }

    fn hub_label(&self) -> String {
        format!("{LABEL_HUB}={}", self.shared.settings.hub)
    }
}

fn read_summary(summary: ContainerSummary) -> Option<FoundSandbox> {
    let labels = summary.labels.unwrap_or_default();
    let state = match summary.state? {
        State::CREATED => FoundState::Created,
        State::RUNNING | State::RESTARTING | State::STOPPING => FoundState::Running,
        State::PAUSED => FoundState::Paused,
        State::EXITED | State::REMOVING | State::DEAD | State::EMPTY => FoundState::Exited,
    };
    Some(FoundSandbox {
        id: SandboxId::new(labels.get(LABEL_SANDBOX)?),
        task: labels.get(LABEL_TASK).and_then(|task| task.parse().ok()),
        conversation: labels.get(LABEL_CONVERSATION).map(ConversationId::new),
        state,
        created_at: Timestamp::from_millis(summary.created.unwrap_or(0).saturating_mul(1000)),
    })
}
