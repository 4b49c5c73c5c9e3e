//! What the hub decides about all its sandboxes, and what it asks of one.

use secrecy::SecretString;
use signalbox_core::id::{ConversationId, SandboxId, TaskId};
use std::path::PathBuf;

/// What holds for all sandboxes of a hub.
#[derive(Debug, Clone)]
pub struct SandboxSettings {
    /// The engine's socket, `unix:///…` or a path; none means `/var/run/docker.sock`.
    pub docker: Option<String>,
    /// `SIGNALBOX_HOME`. The engine mounts folders of it, so it must have the same path here and on the engine's host.
    pub home: PathBuf,
    /// Whose containers and volumes these are: a hub finds only its own.
    pub hub: String,
    /// The OCI runtime, such as `runsc`; none means the engine's default.
    pub runtime: Option<String>,
    /// Memory of one sandbox, swap included.
    pub memory_bytes: u64,
    /// Processor time of one sandbox, in billionths of a core.
    pub nano_cpus: u64,
    /// Processes and threads of one sandbox.
    pub pids: u32,
    /// What a sandbox may write to its output before it is killed.
    pub log_max_bytes: u64,
    /// Size of `/tmp`, which lives in memory.
    pub tmp_bytes: u64,
    /// Size of the home folder, which lives in memory; the Claude session in it does not count.
    pub home_bytes: u64,
    /// What the volumes of one conversation may hold together; none means no limit.
    pub disk_limit_bytes: Option<u64>,
    /// The largest result bundle that is taken out of a sandbox.
    pub bundle_max_bytes: u64,
}

/// The two volumes of a conversation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Volumes {
    /// Mounted at `/workspace`.
    pub workspace: String,
    /// Mounted at `/home/runner/.claude`.
    pub session: String,
}

impl Volumes {
    /// The names made of a key, which is a conversation's id or, for a warm sandbox, the sandbox's.
    pub fn of(key: &str) -> Self {
        Self { workspace: format!("signalbox-{key}-workspace"), session: format!("signalbox-{key}-session") }
    }
}

/// One sandbox to be made.
#[derive(Debug, Clone)]
pub struct SandboxSpec {
    /// Its id: at most 64 letters, digits and hyphens, since container and folder are named after it.
    pub id: SandboxId,
    /// The image; its entrypoint, user and health check are not used.
    pub image: String,
    /// Made when they do not exist, with the owner and content of the image's folders.
    pub volumes: Volumes,
    /// The task that it is made for; none for a warm one.
    pub task: Option<TaskId>,
    /// The conversation that it is made for; none for a warm one.
    pub conversation: Option<ConversationId>,
    /// Environment variables. No real credential belongs here: only the gateway's token for this sandbox.
    pub env: Vec<(String, SecretString)>,
    /// The arguments of the Claude CLI.
    pub cli_args: Vec<String>,
}
