//! The files that Claude hands over, out of a sandbox as a tar archive: data, which the engine packs and nothing here looks
//! into.

use super::control::Control;
use super::error::SandboxError;
use super::hardening::WORKSPACE;
use bollard::query_parameters::DownloadFromContainerOptions;
use bytes::Bytes;
use futures::{Stream, TryStreamExt};

/// Where `collect` puts what a task hands over, below a folder named as its branch's last part.
const HANDED: &str = ".git/signalbox-out";

impl Control {
    /// What was collected to be handed over for the task of this branch. The entries lie three folders deep; a link in the
    /// place of the folder is an entry itself.
    pub fn handed_over(&self, branch: &str) -> impl Stream<Item = Result<Bytes, SandboxError>> + Send + use<> {
        let task = branch.rsplit('/').next().unwrap_or_default();
        let options = DownloadFromContainerOptions { path: format!("{WORKSPACE}/{HANDED}/{task}") };
        let container = self.container.clone();
        let stream = self.sandboxes.docker.download_from_container(&container, Some(options));
        Box::pin(stream).map_err(move |error| SandboxError::of("fetch what is handed over", &container)(error))
    }
}
