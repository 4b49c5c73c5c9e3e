//! The CLI's command line and environment.
//!
//! Every value is given in the one-token form `--name=value`, so that no crafted value can be read as a flag. There is no
//! way to ask for a mode in which the CLI does not ask.

use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use signalbox_core::id::SessionId;

/// The version of the CLI that all of this was measured with.
pub const PINNED_CLI: &str = "2.1.330";

/// Tools that are taken from Claude: what they start outlives the turn (`Monitor`, the schedules) or leaves the workspace
/// that the result is collected from (the worktrees), or starts agents that no result waits for.
pub const DISALLOWED_TOOLS: [&str; 10] = [
    "CronCreate",
    "CronDelete",
    "CronList",
    "EnterWorktree",
    "ExitWorktree",
    "ListAgents",
    "Monitor",
    "ScheduleWakeup",
    "SendMessage",
    "Workflow",
];

/// How every tool call comes to ask for permission although the hook has answered.
///
/// On the resume of a deferred call the CLI runs it without waiting for `initialize`: in about a third of the tries the
/// hook was not there yet, and what the CLI holds for harmless ran unasked. With this rule it then asks by
/// `can_use_tool`, which needs no registration (37 of 37 tries).
const ASK_FOR_EVERYTHING: &str = r#"{"permissions":{"ask":["*"]}}"#;

/// The mode a session starts in. The CLI knows more permissive ones; they are not offered.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PermissionMode {
    /// Work.
    #[default]
    Default,
    /// Look and plan; work begins when people accept the plan.
    Plan,
}

impl PermissionMode {
    /// The CLI's word for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Default => "default",
            Self::Plan => "plan",
        }
    }
}

/// What differs from start to start.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CliOptions {
    /// The model; the CLI's own default where none is named.
    pub model: Option<String>,
    /// The session to continue.
    pub resume: Option<SessionId>,
    /// The CLI ends the turn after so many requests to the model.
    pub max_turns: Option<u32>,
    /// Added to the CLI's own system prompt.
    pub append_system_prompt: Option<String>,
    /// The mode. A call that was deferred under one mode must be resumed under the same.
    pub permission_mode: PermissionMode,
}

/// The arguments, without the program's own name.
pub fn arguments(options: &CliOptions) -> Vec<String> {
    let mut arguments: Vec<String> = [
        "-p",
        "--output-format=stream-json",
        "--input-format=stream-json",
        "--verbose",
        "--include-partial-messages",
        // Without it `AskUserQuestion` does not exist, whatever the hook says.
        "--permission-prompt-tool=stdio",
        "--setting-sources=",
    ]
    .map(str::to_owned)
    .to_vec();
    arguments.push(format!("--settings={ASK_FOR_EVERYTHING}"));
    arguments.push(format!("--disallowedTools={}", DISALLOWED_TOOLS.join(",")));
    arguments.push(format!("--permission-mode={}", options.permission_mode.as_str()));
    arguments.extend(options.model.as_ref().map(|model| format!("--model={model}")));
    arguments.extend(options.resume.as_ref().map(|session| format!("--resume={}", session.as_str())));
    arguments.extend(options.max_turns.map(|turns| format!("--max-turns={turns}")));
    arguments.extend(options.append_system_prompt.as_ref().map(|text| format!("--append-system-prompt={text}")));
    arguments
}

/// What the CLI finds around it in the sandbox.
#[derive(Debug, Clone)]
pub struct CliEnvironment {
    /// Where the model's side is for the CLI: the gateway, by the forwarder on loopback.
    pub model_base_url: String,
    /// The sandbox's token for the gateway, in the place of a key.
    pub token: SecretString,
    /// The gateway's proxy, by the forwarder on loopback.
    pub proxy: String,
    /// The home directory.
    pub home: String,
    /// Where sessions are kept.
    pub config_dir: String,
    /// Where programs are looked for.
    pub path: String,
    /// How often a failed request to the model is tried again.
    pub max_retries: u32,
}

impl CliEnvironment {
    /// The environment inside the runner image, with the sandbox's own token.
    pub fn in_sandbox(token: SecretString) -> Self {
        Self {
            model_base_url: "http://127.0.0.1:4001".to_owned(),
            token,
            proxy: "http://127.0.0.1:4002".to_owned(),
            home: "/home/runner".to_owned(),
            config_dir: "/home/runner/.claude".to_owned(),
            path: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin".to_owned(),
            max_retries: 4,
        }
    }
}

/// The environment as name and value. It holds the sandbox's token and no other secret.
pub fn environment(environment: &CliEnvironment) -> Vec<(String, String)> {
    let retries = environment.max_retries.to_string();
    let pairs = [
        ("ANTHROPIC_BASE_URL", environment.model_base_url.as_str()),
        ("ANTHROPIC_API_KEY", environment.token.expose_secret()),
        ("HTTPS_PROXY", &environment.proxy),
        ("https_proxy", &environment.proxy),
        ("NO_PROXY", "127.0.0.1,localhost"),
        ("no_proxy", "127.0.0.1,localhost"),
        ("CLAUDE_CONFIG_DIR", &environment.config_dir),
        ("CLAUDE_CODE_MAX_RETRIES", &retries),
        ("CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC", "1"),
        ("CLAUDE_CODE_DISABLE_BACKGROUND_TASKS", "1"),
        ("DISABLE_AUTOUPDATER", "1"),
        ("HOME", &environment.home),
        ("PATH", &environment.path),
        ("LANG", "C.UTF-8"),
    ];
    pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec()
}
