//! What the engine can do, for `doctor`.

use super::connect::Sandboxes;
use super::error::{SandboxError, refusal};
use bollard::Docker;
use bollard::models::{SystemInfo, VolumeCreateRequest};
use bollard::query_parameters::RemoveVolumeOptions;
use std::collections::HashMap;

/// What keeps a sandbox from filling the disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DiskEnforcement {
    /// The file system refuses to write more.
    ProjectQuota,
    /// The hub measures and kills.
    Watchdog,
}

/// The engine as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EngineReport {
    /// Its version.
    pub version: String,
    /// The newest API version that it speaks.
    pub api: String,
    /// 1 or 2.
    pub cgroup: String,
    /// How images are stored.
    pub storage_driver: String,
    /// What holds the volumes' size.
    pub disk: DiskEnforcement,
    /// The OCI runtimes that can be chosen.
    pub runtimes: Vec<String>,
    /// What is wrong with it, in words for the person who can mend it; nothing if it is fit for sandboxes.
    pub faults: Vec<String>,
}

impl Sandboxes {
    /// Asks the engine about itself.
    pub async fn engine(&self) -> Result<EngineReport, SandboxError> {
        let version = self.docker.version().await.map_err(SandboxError::of("tell its version", ""))?;
        let info = self.docker.info().await.map_err(SandboxError::of("tell about itself", ""))?;
        let quota = volumes_have_sizes(&self.docker).await?;
        let mut runtimes: Vec<String> = info.runtimes.iter().flatten().map(|(name, _)| name.clone()).collect();
        runtimes.sort();
        Ok(EngineReport {
            version: version.version.unwrap_or_default(),
            api: version.api_version.unwrap_or_default(),
            cgroup: info.cgroup_version.map(|version| version.to_string()).unwrap_or_default(),
            storage_driver: info.driver.clone().unwrap_or_default(),
            disk: if quota { DiskEnforcement::ProjectQuota } else { DiskEnforcement::Watchdog },
            faults: faults(&info, &runtimes, self.shared.settings.runtime.as_deref()),
            runtimes,
        })
    }
}

fn faults(info: &SystemInfo, runtimes: &[String], wanted: Option<&str>) -> Vec<String> {
    let options: Vec<&str> = info.security_options.iter().flatten().map(String::as_str).collect();
    let seccomp = options.iter().any(|option| option.starts_with("name=seccomp") && !option.contains("unconfined"));
    let logs = info.plugins.as_ref().and_then(|plugins| plugins.log.as_ref());
    let linux = info.os_type.as_deref() == Some("linux");
    let runtime = wanted.is_none_or(|wanted| runtimes.iter().any(|runtime| runtime == wanted));
    let checks = [
        (linux, "it does not run Linux containers".to_owned()),
        (
            seccomp,
            "it has no seccomp profile: use a kernel and an engine with seccomp, and its default profile".to_owned(),
        ),
        (info.memory_limit == Some(true), "the kernel does not limit memory: enable the memory cgroup".to_owned()),
        (info.pids_limit == Some(true), "the kernel does not limit processes: enable the pids cgroup".to_owned()),
        (info.cpu_cfs_quota == Some(true), "the kernel does not limit processor time: enable CFS bandwidth".to_owned()),
        (
            logs.is_some_and(|logs| logs.iter().any(|name| name == "local")),
            "it lacks the log driver `local`".to_owned(),
        ),
        (runtime, format!("it does not know the runtime `{}`", wanted.unwrap_or_default())),
    ];
    checks.into_iter().filter(|(fine, _)| !fine).map(|(_, fault)| fault).collect()
}

/// Whether a volume can be made with a size: only on a file system with project quotas.
pub(super) async fn volumes_have_sizes(docker: &Docker) -> Result<bool, SandboxError> {
    let name = format!("signalbox-probe-{}", uuid::Uuid::now_v7());
    let request = VolumeCreateRequest {
        name: Some(name.clone()),
        driver: Some("local".to_owned()),
        driver_opts: Some(HashMap::from([("size".to_owned(), "1m".to_owned())])),
        ..Default::default()
    };
    match docker.create_volume(request).await {
        Ok(_) => {
            let removed = docker.remove_volume(&name, None::<RemoveVolumeOptions>).await;
            removed.map_err(SandboxError::of("remove a volume", &name)).map(|()| true)
        }
        Err(error) if refusal(&error).is_some() => Ok(false),
        Err(error) => Err(SandboxError::of("create a volume", &name)(error)),
    }
}
