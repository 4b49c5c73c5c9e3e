//! Whether an image can be a sandbox: looked at from inside, by a throw-away container as hard as a sandbox.

use super::connect::Sandboxes;
use super::error::SandboxError;
use super::hardening::{COLLECT, ENTER, INIT, SESSION, USER, WORKSPACE, probe_body};
use bollard::container::LogOutput;
use bollard::models::ImageInspect;
use bollard::query_parameters::{
    AttachContainerOptions, CreateContainerOptions, RemoveContainerOptions, StartContainerOptions,
};
use futures::StreamExt;
use std::collections::HashMap;
use std::time::Duration;
use tokio::time::timeout;

const CLI: &str = "/usr/local/bin/claude";
const SHELL: &str = "/usr/local/lib/signalbox/sh";
const LOOK_TIME: Duration = Duration::from_secs(60);
const LOOK_BYTES: usize = 64 * 1024;

/// An image as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImageReport {
    /// Its id on this engine.
    pub id: String,
    /// The version of the Claude CLI that it says it holds.
    pub cli_version: Option<String>,
    /// What is wrong with it, in words for the person who can mend it; nothing if it is fit for sandboxes.
    pub faults: Vec<String>,
}

impl Sandboxes {
    /// Asks the engine for an image without looking into it: the quick question whether sandboxes can be made at all.
    pub async fn has_image(&self, image: &str) -> Result<(), SandboxError> {
        self.inspect(image).await.map(drop)
    }

    async fn inspect(&self, image: &str) -> Result<ImageInspect, SandboxError> {
        let found = self.docker.inspect_image(image).await;
        found.map_err(|error| match SandboxError::of("inspect an image", image)(error) {
            SandboxError::Missing { id } => SandboxError::NoImage { image: id },
            other => other,
        })
    }

    /// Checks that an image has what a sandbox needs.
    pub async fn check_image(&self, image: &str) -> Result<ImageReport, SandboxError> {
        let found = self.inspect(image).await?;
        let config = found.config.unwrap_or_default();
        let labels = config.labels.unwrap_or_default();
        let mut faults = Vec::new();
        if labels.get("signalbox.runner").map(String::as_str) != Some("1") {
            faults.push("it does not have the label signalbox.runner=1".to_owned());
        }
        if config.volumes.is_some_and(|volumes| !volumes.is_empty()) {
            faults.push("it declares volumes (VOLUME), which a sandbox could write to".to_owned());
        }
        faults.extend(judge(&self.look_inside(image).await?));
        Ok(ImageReport { id: found.id.unwrap_or_default(), cli_version: labels.get("signalbox.cli").cloned(), faults })
    }

    async fn look_inside(&self, image: &str) -> Result<String, SandboxError> {
        let body = probe_body(image, &script(), &self.shared.settings);
        let created = self.docker.create_container(None::<CreateContainerOptions>, body).await;
        let container = created.map_err(SandboxError::of("look into an image", image))?.id;
        let looked = timeout(LOOK_TIME, self.run_probe(&container)).await;
        let options = RemoveContainerOptions { force: true, v: true, link: false };
        // It removes itself when it ends; this is for when it did not.
        let _ = self.docker.remove_container(&container, Some(options)).await;
        looked.unwrap_or_else(|_| Ok(String::new()))
    }

    async fn run_probe(&self, container: &str) -> Result<String, SandboxError> {
        let fault = || SandboxError::of("look into an image", container);
        let options = AttachContainerOptions { stream: true, stdout: true, ..Default::default() };
        let mut attached = self.docker.attach_container(container, Some(options)).await.map_err(fault())?;
        // An image without a shell cannot be started; what it lacks is then everything.
        if self.docker.start_container(container, None::<StartContainerOptions>).await.is_err() {
            return Ok(String::new());
        }
        let mut text = Vec::new();
        while let Some(frame) = attached.output.next().await {
            if let LogOutput::StdOut { message } = frame.map_err(fault())? {
                text.extend_from_slice(&message);
            }
            if text.len() > LOOK_BYTES {
                break;
            }
        }
        Ok(String::from_utf8_lossy(&text).into_owned())
    }
}

/// Prints `stat`'s view of the files, `have` for each program, the user, and what raises privileges.
fn script() -> String {
    let files = [INIT, SHELL, CLI, ENTER, COLLECT, WORKSPACE, SESSION, "/run/signalbox"].join(" ");
    format!(
        "stat -L -c 'file %n %u %a %F' {files} 2>/dev/null; \
         for name in git socat; do command -v $name >/dev/null && echo have $name; done; \
         echo user $(id -u):$(id -g); \
         find / -xdev -type f -perm /6000 2>/dev/null | head -n 5 | sed 's/^/raise /'; echo done"
    )
}

fn judge(text: &str) -> Vec<String> {
    let mut faults = Vec::new();
    if !text.lines().any(|line| line == "done") {
        return vec!["it could not be looked into: it lacks a shell, stat or find".to_owned()];
    }
    let files: HashMap<&str, Vec<&str>> = text
        .lines()
        .filter_map(|line| line.strip_prefix("file "))
        .filter_map(|line| line.split_once(' '))
        .map(|(name, rest)| (name, rest.splitn(3, ' ').collect()))
        .collect();
    for (name, modes) in
        [(INIT, &["711"][..]), (SHELL, &["711"]), (CLI, &["711"]), (ENTER, &["755", "555"]), (COLLECT, &["755", "555"])]
    {
        match files.get(name).map(Vec::as_slice) {
            Some(["0", mode, _]) if modes.contains(mode) => {}
            Some([owner, mode, _]) => {
                faults.push(format!(
                    "{name} must belong to root with mode 0{}, not to user {owner} with 0{mode}",
                    modes[0]
                ));
            }
            _ => faults.push(format!("it lacks {name}")),
        }
    }
    for name in [WORKSPACE, SESSION] {
        if !matches!(files.get(name).map(Vec::as_slice), Some(["10001", _, "directory"])) {
            faults.push(format!("it lacks the folder {name}, owned by user 10001"));
        }
    }
    for name in ["git", "socat"].iter().filter(|name| !text.lines().any(|line| line == format!("have {name}"))) {
        faults.push(format!("it lacks {name}"));
    }
    if !text.lines().any(|line| line.strip_prefix("user ") == Some(USER)) {
        faults.push(format!("programs in it do not run as {USER}"));
    }
    for path in text.lines().filter_map(|line| line.strip_prefix("raise ")) {
        faults.push(format!("{path} raises privileges (setuid or setgid)"));
    }
    faults
}
