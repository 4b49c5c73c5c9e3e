//! A sandbox's beginning, and the way back to one that outlived its hub.

use super::connect::{Sandboxes, check_id};
use super::control::Control;
use super::error::SandboxError;
use super::hardening::{Placement, SESSION, WORKSPACE, container_body};
use super::output::{Outlet, Output};
use super::pump::{Frames, Pump};
use super::settings::{SandboxSpec, Volumes};
use super::stdin::{Pipe, SharedPipe};
use bollard::models::{ContainerInspectResponse, ContainerStateStatusEnum as Status};
use bollard::query_parameters::{AttachContainerOptions, CreateContainerOptions, StartContainerOptions};
use signalbox_core::id::SandboxId;
use tokio_util::sync::CancellationToken;

/// A container that has not been started. Dropping it leaves it where it is.
#[derive(Debug)]
pub struct Created {
    id: SandboxId,
    volumes: Volumes,
}

/// A sandbox that somebody is attached to; take it apart to use both halves at once. Dropping it leaves the container
/// running, with its standard input open.
#[derive(Debug)]
pub struct Sandbox {
    /// What can be done to it.
    pub control: Control,
    /// What it says.
    pub output: Output,
}

/// What a new attachment starts with.
struct Attachment {
    live: Option<(Pipe, Frames)>,
    after_lines: u64,
}

/// The container's name.
pub(super) fn container_name(id: &SandboxId) -> String {
    format!("signalbox-{id}")
}

impl Sandboxes {
    /// Makes the container and, where they do not exist, its volumes: one request. `prepare_directory` comes before it.
    pub async fn create(&self, spec: SandboxSpec) -> Result<Created, SandboxError> {
        check_id(&spec.id)?;
        let settings = &self.shared.settings;
        let directory = self.directory(&spec.id);
        let body = container_body(&spec, &Placement { settings, directory: &directory, quota: self.shared.quota });
        let options = CreateContainerOptions { name: Some(container_name(&spec.id)), ..Default::default() };
        let created = self.docker.create_container(Some(options), body).await;
        created.map_err(SandboxError::of("create a sandbox", &spec.image))?;
        Ok(Created { id: spec.id, volumes: spec.volumes })
    }

    /// Attaches, so that not a byte is missed, and starts.
    pub async fn start(&self, created: Created) -> Result<Sandbox, SandboxError> {
        let Created { id, volumes } = created;
        let container = container_name(&id);
        let options =
            AttachContainerOptions { stream: true, stdin: true, stdout: true, stderr: true, ..Default::default() };
        let attached = self.docker.attach_container(&container, Some(options)).await;
        let attached = attached.map_err(SandboxError::of("attach to a sandbox", &container))?;
        let started = self.docker.start_container(&container, None::<StartContainerOptions>).await;
        started.map_err(SandboxError::of("start a sandbox", &container))?;
        let attachment = Attachment { live: Some((attached.input, attached.output)), after_lines: 0 };
        Ok(self.join(id, volumes, attachment))
    }

    /// Goes on with a running, paused or exited sandbox: its output comes from the record, after the first `after_lines`
    /// lines of standard output.
    pub async fn reattach(&self, id: &SandboxId, after_lines: u64) -> Result<Sandbox, SandboxError> {
        check_id(id)?;
        let container = container_name(id);
        let found = self.docker.inspect_container(&container, None).await;
        let found = found.map_err(SandboxError::of("inspect a sandbox", &container))?;
        match found.state.as_ref().and_then(|state| state.status) {
            Some(Status::RUNNING | Status::PAUSED | Status::EXITED | Status::STOPPING) => {}
            Some(Status::CREATED) => return Err(SandboxError::NotRunning { id: container }),
            _ => return Err(SandboxError::Missing { id: container }),
        }
        let attachment = Attachment { live: None, after_lines };
        Ok(self.join(id.clone(), volumes_of(&found), attachment))
    }

    fn join(&self, id: SandboxId, volumes: Volumes, attachment: Attachment) -> Sandbox {
        let container = container_name(&id);
        let (outlet, exit, output) = Outlet::new(&container);
        let unread = CancellationToken::new();
        let (pipe, live) = attachment.live.unzip();
        let pipe = pipe.map(|pipe| SharedPipe { pipe, unread: unread.clone() });
        let pump = Pump {
            docker: self.docker.clone(),
            container: container.clone(),
            outlet,
            watched: self.watch(&id, container, volumes),
            log_max_bytes: self.shared.settings.log_max_bytes,
            head: self.head_file(&id),
            unread,
            delivered: attachment.after_lines,
        };
        tokio::spawn(pump.run(live, exit));
        Sandbox { control: Control::new(self.clone(), id, pipe), output }
    }
}

fn volumes_of(found: &ContainerInspectResponse) -> Volumes {
    let at = |target: &str| {
        let mounts = found.mounts.iter().flatten();
        let named =
            mounts.filter(|mount| mount.destination.as_deref() == Some(target)).find_map(|mount| mount.name.clone());
        named.unwrap_or_default()
    };
    Volumes { workspace: at(WORKSPACE), session: at(SESSION) }
}
