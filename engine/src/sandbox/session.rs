//! A conversation's Claude session as a tar archive, so that another node can take the conversation up.
//!
//! The engine packs and unpacks; the hub only carries the bytes.

use super::connect::Sandboxes;
use super::control::Control;
use super::error::SandboxError;
use super::hardening::{LABEL_HUB, SESSION, probe_body};
use super::settings::Volumes;
use bollard::models::{HostConfig, Mount, MountType, MountVolumeOptions};
use bollard::query_parameters::{
    CreateContainerOptions, DownloadFromContainerOptions, RemoveContainerOptions, UploadToContainerOptions,
};
use bytes::Bytes;
use futures::{Stream, TryStreamExt};
use signalbox_core::id::ConversationId;
use std::collections::HashMap;

/// The archive's entries begin with the folder's own name, so it is unpacked beside it.
const SESSION_PARENT: &str = "/home/runner";

/// A session to be put back before its conversation's next sandbox is made.
#[derive(Debug)]
pub struct Restore<'a> {
    /// The conversation, for the volumes' label.
    pub conversation: &'a ConversationId,
    /// The volumes that get it; the session's must be new or empty.
    pub volumes: &'a Volumes,
    /// Any sandbox image.
    pub image: &'a str,
}

impl Control {
    /// The session's folder as a tar archive. Works while the sandbox runs and after it has ended.
    pub fn save_session(&self) -> impl Stream<Item = Result<Bytes, SandboxError>> + Send + use<> {
        let options = DownloadFromContainerOptions { path: SESSION.to_owned() };
        let container = self.container.clone();
        let stream = self.sandboxes.docker.download_from_container(&container, Some(options));
        Box::pin(stream).map_err(move |error| SandboxError::of("save a session", &container)(error))
    }
}

impl Sandboxes {
    /// Unpacks an archive of `save_session` into the session volume, through a container that is never started.
    pub async fn restore_session<S>(&self, restore: Restore<'_>, tar: S) -> Result<(), SandboxError>
    where
        S: Stream<Item = Bytes> + Send + 'static,
    {
        let Restore { conversation, volumes, image } = restore;
        let labels = [
            (LABEL_HUB, self.shared.settings.hub.as_str()),
            (super::hardening::LABEL_CONVERSATION, conversation.as_str()),
        ];
        let labels = labels.map(|(name, value)| (name.to_owned(), value.to_owned()));
        let mut body = probe_body(image, "exit", &self.shared.settings);
        // The engine unpacks into volumes alone when the root is read-only, and `/home/runner` is none.
        body.host_config = Some(HostConfig {
            network_mode: Some("none".to_owned()),
            mounts: Some(vec![session_mount(&volumes.session, labels.into())]),
            ..Default::default()
        });
        let created = self.docker.create_container(None::<CreateContainerOptions>, body).await;
        let container = created.map_err(SandboxError::of("restore a session", image))?.id;
        let options = UploadToContainerOptions { path: SESSION_PARENT.to_owned(), ..Default::default() };
        let put = self.docker.upload_to_container(&container, Some(options), bollard::body_stream(tar)).await;
        let remove = RemoveContainerOptions { force: true, v: true, link: false };
        let removed = self.docker.remove_container(&container, Some(remove)).await;
        put.and(removed).map_err(SandboxError::of("restore a session", &container))
    }
}

fn session_mount(volume: &str, labels: HashMap<String, String>) -> Mount {
    Mount {
        typ: Some(MountType::VOLUME),
        source: Some(volume.to_owned()),
        target: Some(SESSION.to_owned()),
        volume_options: Some(MountVolumeOptions { labels: Some(labels), ..Default::default() }),
        ..Default::default()
    }
}
