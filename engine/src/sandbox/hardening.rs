//! What a sandbox's container is allowed: as little as the Claude CLI can work with.
//!
//! Everything that an image could say about how it is run (entrypoint, user, health check) is overruled here.

use super::settings::{SandboxSettings, SandboxSpec, Volumes};
use bollard::models::{
    ContainerCreateBody, HealthConfig, HostConfig, HostConfigCgroupnsModeEnum, HostConfigLogConfig, Mount,
    MountBindOptions, MountBindOptionsPropagationEnum, MountType, MountVolumeOptions, MountVolumeOptionsDriverConfig,
    ResourcesUlimits, RestartPolicy, RestartPolicyNameEnum,
};
use secrecy::ExposeSecret;
use std::collections::HashMap;
use std::path::Path;

/// The user and group of everything in a sandbox.
pub(super) const USER: &str = "10001:10001";
pub(super) const INIT: &str = "/usr/bin/tini";
pub(super) const ENTER: &str = "/usr/local/lib/signalbox/enter";
pub(super) const COLLECT: &str = "/usr/local/lib/signalbox/collect";
pub(super) const WORKSPACE: &str = "/workspace";
pub(super) const SESSION: &str = "/home/runner/.claude";
const RUN: &str = "/run/signalbox";

pub(super) const LABEL_HUB: &str = "signalbox.hub";
pub(super) const LABEL_KIND: &str = "signalbox.kind";
pub(super) const LABEL_SANDBOX: &str = "signalbox.sandbox";
pub(super) const LABEL_TASK: &str = "signalbox.task";
pub(super) const LABEL_CONVERSATION: &str = "signalbox.conversation";
pub(super) const KIND_SANDBOX: &str = "sandbox";
pub(super) const KIND_PROBE: &str = "probe";

/// The record may grow to this many times the limit at which a sandbox is killed, so that it is never rotated (which
/// would lose lines) while a hub looks on; it bounds the disk while none does.
const RECORD_HEADROOM: u64 = 8;

/// Where a sandbox is put: what `container_body` needs beside the spec.
pub(super) struct Placement<'a> {
    pub(super) settings: &'a SandboxSettings,
    pub(super) directory: &'a Path,
    pub(super) quota: bool,
}

/// The container of a sandbox.
pub(super) fn container_body(spec: &SandboxSpec, place: &Placement<'_>) -> ContainerCreateBody {
    let labels = labels(spec, &place.settings.hub);
    let mut host = host_config(place.settings);
    host.mounts = Some(mounts(spec, place, &labels));
    let mut env = vec!["HOME=/home/runner".to_owned()];
    env.extend(spec.env.iter().map(|(name, value)| format!("{name}={}", value.expose_secret())));
    ContainerCreateBody {
        image: Some(spec.image.clone()),
        entrypoint: Some([INIT, "--", ENTER].map(str::to_owned).to_vec()),
        cmd: Some(spec.cli_args.clone()),
        env: Some(env),
        labels: Some(labels),
        host_config: Some(host),
        ..bare_body()
    }
}

/// A container of the same hardness that runs a script of ours, to look at an image from inside.
pub(super) fn probe_body(image: &str, script: &str, settings: &SandboxSettings) -> ContainerCreateBody {
    let labels = [(LABEL_HUB, settings.hub.as_str()), (LABEL_KIND, KIND_PROBE)];
    // Nothing is mounted over what is to be looked at.
    let host = HostConfig { auto_remove: Some(true), tmpfs: None, ..host_config(settings) };
    ContainerCreateBody {
        image: Some(image.to_owned()),
        entrypoint: Some(["/bin/sh", "-c", script].map(str::to_owned).to_vec()),
        cmd: Some(Vec::new()),
        working_dir: Some("/".to_owned()),
        labels: Some(labels.map(|(name, value)| (name.to_owned(), value.to_owned())).into()),
        host_config: Some(host),
        ..bare_body()
    }
}

/// Standard input must outlive whoever is attached: the CLI takes a closed one for "denied".
fn bare_body() -> ContainerCreateBody {
    ContainerCreateBody {
        hostname: Some("sandbox".to_owned()),
        user: Some(USER.to_owned()),
        working_dir: Some(WORKSPACE.to_owned()),
        open_stdin: Some(true),
        stdin_once: Some(false),
        attach_stdin: Some(false),
        tty: Some(false),
        network_disabled: Some(true),
        healthcheck: Some(HealthConfig { test: Some(vec!["NONE".to_owned()]), ..Default::default() }),
        ..Default::default()
    }
}

/// The seccomp profile and the masked paths are the engine's defaults, which is what leaving them out means.
fn host_config(settings: &SandboxSettings) -> HostConfig {
    HostConfig {
        runtime: settings.runtime.clone(),
        network_mode: Some("none".to_owned()),
        ipc_mode: Some("private".to_owned()),
        cgroupns_mode: Some(HostConfigCgroupnsModeEnum::PRIVATE),
        privileged: Some(false),
        readonly_rootfs: Some(true),
        cap_drop: Some(vec!["ALL".to_owned()]),
        security_opt: Some(vec!["no-new-privileges".to_owned()]),
        init: Some(false),
        memory: Some(signed(settings.memory_bytes)),
        memory_swap: Some(signed(settings.memory_bytes)),
        nano_cpus: Some(signed(settings.nano_cpus)),
        pids_limit: Some(i64::from(settings.pids)),
        oom_score_adj: Some(500),
        ulimits: Some(vec![ResourcesUlimits { name: Some("core".to_owned()), soft: Some(0), hard: Some(0) }]),
        tmpfs: Some(tmpfs(settings)),
        log_config: Some(record(settings)),
        restart_policy: Some(RestartPolicy { name: Some(RestartPolicyNameEnum::NO), maximum_retry_count: None }),
        ..Default::default()
    }
}

fn tmpfs(settings: &SandboxSettings) -> HashMap<String, String> {
    let (tmp, home) = (settings.tmp_bytes, settings.home_bytes);
    HashMap::from([
        ("/tmp".to_owned(), format!("rw,exec,nosuid,nodev,size={tmp},mode=1777")),
        ("/home/runner".to_owned(), format!("rw,exec,nosuid,nodev,size={home},mode=0700,uid=10001,gid=10001")),
    ])
}

/// The `local` driver keeps bytes as they are; `json-file` damages characters that lie across its 16 KiB chunks, so that
/// a long line read again after a restart would not be what was decided on.
fn record(settings: &SandboxSettings) -> HostConfigLogConfig {
    let size = settings.log_max_bytes.saturating_mul(RECORD_HEADROOM);
    let options = [("max-size", size.to_string()), ("max-file", "1".to_owned()), ("compress", "false".to_owned())];
    HostConfigLogConfig {
        typ: Some("local".to_owned()),
        config: Some(options.map(|(name, value)| (name.to_owned(), value)).into()),
    }
}

fn labels(spec: &SandboxSpec, hub: &str) -> HashMap<String, String> {
    let always = [(LABEL_HUB, hub), (LABEL_KIND, KIND_SANDBOX), (LABEL_SANDBOX, spec.id.as_str())];
    let task = spec.task.as_ref().map(|task| (LABEL_TASK, task.as_str()));
    let conversation = spec.conversation.as_ref().map(|conversation| (LABEL_CONVERSATION, conversation.as_str()));
    let all = always.into_iter().chain(task).chain(conversation);
    all.map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}

fn mounts(spec: &SandboxSpec, place: &Placement<'_>, labels: &HashMap<String, String>) -> Vec<Mount> {
    let size = place.settings.disk_limit_bytes.filter(|_| place.quota);
    let mut labels = labels.clone();
    labels.retain(|name, _| name == LABEL_HUB || name == LABEL_CONVERSATION);
    let run = Mount {
        typ: Some(MountType::BIND),
        source: Some(place.directory.display().to_string()),
        target: Some(RUN.to_owned()),
        read_only: Some(true),
        bind_options: Some(MountBindOptions {
            propagation: Some(MountBindOptionsPropagationEnum::RPRIVATE),
            ..Default::default()
        }),
        ..Default::default()
    };
    let Volumes { workspace, session } = &spec.volumes;
    vec![volume(workspace, WORKSPACE, &labels, size), volume(session, SESSION, &labels, size), run]
}

fn volume(name: &str, target: &str, labels: &HashMap<String, String>, size: Option<u64>) -> Mount {
    let driver = size.map(|bytes| MountVolumeOptionsDriverConfig {
        name: Some("local".to_owned()),
        options: Some(HashMap::from([("size".to_owned(), bytes.to_string())])),
    });
    Mount {
        typ: Some(MountType::VOLUME),
        source: Some(name.to_owned()),
        target: Some(target.to_owned()),
        volume_options: Some(MountVolumeOptions {
            no_copy: Some(false),
            labels: Some(labels.clone()),
            driver_config: driver,
            ..Default::default()
        }),
        ..Default::default()
    }
}

fn signed(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}
