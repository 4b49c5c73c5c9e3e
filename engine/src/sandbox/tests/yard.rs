//! A hub of its own for each test, whose containers and volumes are gone at its end, however it ends.

use super::super::*;
use bollard::Docker;
use bollard::models::{ContainerConfig, ContainerCreateBody};
use bollard::query_parameters::{
    CommitContainerOptions, CreateContainerOptions, RemoveContainerOptions, UploadToContainerOptions,
};
use secrecy::SecretString;
use signalbox_core::id::{ConversationId, SandboxId, TaskId};
use std::path::Path;
use std::time::Duration;
use tempfile::TempDir;
use tokio::time::timeout;

pub(super) const RUNNER: &str = "signalbox-runner";

pub(super) struct Yard {
    pub(super) sandboxes: Sandboxes,
    settings: SandboxSettings,
    image: String,
    _home: TempDir,
}

pub(super) fn settings(home: &Path) -> SandboxSettings {
    SandboxSettings {
        docker: None,
        home: home.to_owned(),
        hub: format!("test-{}", uuid::Uuid::now_v7()),
        runtime: None,
        memory_bytes: 256 << 20,
        nano_cpus: 2_000_000_000,
        pids: 64,
        log_max_bytes: 256 << 20,
        tmp_bytes: 16 << 20,
        home_bytes: 16 << 20,
        disk_limit_bytes: None,
        bundle_max_bytes: 1 << 30,
    }
}

impl Yard {
    pub(super) async fn open() -> Self {
        Self::with(|_| {}).await
    }

    pub(super) async fn with(change: impl FnOnce(&mut SandboxSettings)) -> Self {
        let home = TempDir::new().unwrap();
        let mut settings = settings(home.path());
        change(&mut settings);
        let sandboxes = Sandboxes::connect(settings.clone()).await.expect("the tests need a Docker engine");
        Self { sandboxes, settings, image: shell_image().await, _home: home }
    }

    pub(super) fn spec(&self, script: &str) -> SandboxSpec {
        let key = uuid::Uuid::now_v7().to_string();
        SandboxSpec {
            volumes: Volumes::of(&key),
            id: SandboxId::new(key),
            image: self.image.clone(),
            task: Some(TaskId::from_entropy(7)),
            conversation: Some(ConversationId::new("talk")),
            env: vec![("TOKEN".to_owned(), SecretString::from("only-the-gateways"))],
            cli_args: vec![script.to_owned()],
        }
    }

    /// A sandbox in which a shell runs `script` where the CLI would be.
    pub(super) async fn run(&self, script: &str) -> Sandbox {
        self.run_spec(self.spec(script)).await
    }

    pub(super) async fn run_spec(&self, spec: SandboxSpec) -> Sandbox {
        self.sandboxes.prepare_directory(&spec.id, None).await.unwrap();
        let created = self.sandboxes.create(spec).await.unwrap();
        self.sandboxes.start(created).await.unwrap()
    }

    /// What `script` says, and how it ended.
    pub(super) async fn output_of(&self, script: &str) -> (Vec<Line>, Exit) {
        rest_of(self.run(script).await).await
    }
}

/// All that a sandbox still says, and how it ended.
pub(super) async fn rest_of(mut sandbox: Sandbox) -> (Vec<Line>, Exit) {
    let mut lines = Vec::new();
    while let Some(line) = within(sandbox.output.next()).await {
        lines.push(line);
    }
    (lines, within(sandbox.output.exit()).await.unwrap())
}

/// The next line of standard output, as text.
pub(super) async fn next_text(sandbox: &mut Sandbox) -> String {
    loop {
        match within(sandbox.output.next()).await.expect("there is another line") {
            Line::Stdout { bytes, .. } => return String::from_utf8_lossy(&bytes).into_owned(),
            Line::Stderr(_) => {}
            long @ Line::TooLong { .. } => panic!("{long:?}"),
        }
    }
}

/// The text of the lines of standard output.
pub(super) fn texts(lines: &[Line]) -> Vec<String> {
    let text = |line: &Line| match line {
        Line::Stdout { bytes, .. } => Some(String::from_utf8_lossy(bytes).into_owned()),
        Line::Stderr(_) | Line::TooLong { .. } => None,
    };
    lines.iter().filter_map(text).collect()
}

pub(super) async fn within<T>(future: impl Future<Output = T>) -> T {
    timeout(Duration::from_secs(30), future).await.expect("within 30 s")
}

impl Drop for Yard {
    fn drop(&mut self) {
        let settings = self.settings.clone();
        let cleaning = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async {
                let sandboxes = Sandboxes::connect(SandboxSettings { disk_limit_bytes: None, ..settings }).await?;
                for found in sandboxes.find().await? {
                    sandboxes.control(&found.id).remove().await?;
                }
                for volume in sandboxes.list_volumes().await? {
                    sandboxes.remove_volumes(&Volumes { workspace: volume.name.clone(), session: volume.name }).await?;
                }
                Ok::<(), SandboxError>(())
            })
        });
        let cleaned = cleaning.join().unwrap();
        assert!(cleaned.is_ok() || std::thread::panicking(), "{cleaned:?}");
    }
}

/// The runner image with a shell in the CLI's place, made once for each build of the runner.
async fn shell_image() -> String {
    let docker = Docker::connect_with_unix_defaults().unwrap();
    let runner = docker.inspect_image(RUNNER).await.expect("the tests need the runner image: `make image`").id.unwrap();
    let tag = runner.trim_start_matches("sha256:")[..12].to_owned();
    let image = format!("signalbox-sandbox-test:{tag}");
    if docker.inspect_image(&image).await.is_ok() {
        return image;
    }
    let body = ContainerCreateBody { image: Some(RUNNER.to_owned()), ..Default::default() };
    let container = docker.create_container(None::<CreateContainerOptions>, body).await.unwrap().id;
    let options = UploadToContainerOptions { path: "/usr/local/bin".to_owned(), ..Default::default() };
    let script = b"#!/bin/bash\nexec /bin/bash -c \"$1\"\n";
    let mut header = tar::Header::new_gnu();
    header.set_size(script.len() as u64);
    header.set_mode(0o755);
    let mut archive = tar::Builder::new(Vec::new());
    archive.append_data(&mut header, "claude", &script[..]).unwrap();
    let archive = bollard::body_full(archive.into_inner().unwrap().into());
    docker.upload_to_container(&container, Some(options), archive).await.unwrap();
    let commit = CommitContainerOptions {
        container: Some(container.clone()),
        repo: Some("signalbox-sandbox-test".to_owned()),
        tag: Some(tag),
        ..Default::default()
    };
    docker.commit_container(commit, ContainerConfig::default()).await.unwrap();
    let force = RemoveContainerOptions { force: true, ..Default::default() };
    docker.remove_container(&container, Some(force)).await.unwrap();
    image
}
