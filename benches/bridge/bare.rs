//! `claude -p` without any bridge: on the host, and in a container of the sandbox image.

use crate::figures::Answered;
use crate::world::{KEY, World};
use anyhow::{Context as _, bail};
use serde_json::Value;
use std::process::Stdio;
use std::time::Instant;
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::Command;

#[derive(Clone, Copy)]
pub(crate) enum Bare {
    /// The CLI with an empty environment and a home of its own, in the repository.
    Host,
    /// `docker run --rm <image> claude -p` with Docker's default network, as people would run it.
    Docker,
    /// The same without a network of its own, which spares Docker some work.
    DockerOnHostNetwork,
}

/// The least that streams what the CLI says; it costs the CLI nothing to speak of.
const ARGUMENTS: [&str; 4] = ["-p", "--output-format=stream-json", "--verbose", "--include-partial-messages"];

/// Asks once. The first text is the first piece that the CLI streams, the outcome its result; that the process has yet
/// to end after that is not held against it.
pub(crate) async fn ask(world: &World, way: Bare, prompt: &str) -> anyhow::Result<Answered> {
    let mut command = command(world, way)?;
    command.args(ARGUMENTS).arg(prompt).stdin(Stdio::null()).stdout(Stdio::piped()).kill_on_drop(true);
    let began = Instant::now();
    let mut child = command.spawn().context("the bare CLI does not start")?;
    let mut lines = BufReader::new(child.stdout.take().context("no output")?).lines();
    let (mut text, mut outcome) = (None, None);
    while let Some(line) = lines.next_line().await? {
        let line: Value = serde_json::from_str(&line).with_context(|| format!("the CLI said no JSON: {line}"))?;
        if text.is_none() && has_text(&line) {
            text = Some(began.elapsed());
        }
        if line["type"] == "result" {
            outcome = Some(began.elapsed());
            if line["is_error"] == true {
                bail!("the bare CLI failed: {}", line["result"]);
            }
        }
    }
    let status = child.wait().await?;
    match (text, outcome) {
        (Some(text), Some(outcome)) if status.success() => Ok(Answered { text, outcome }),
        _ => bail!("the bare CLI ended with {status} and without an answer"),
    }
}

fn has_text(line: &Value) -> bool {
    line["event"]["delta"]["type"] == "text_delta" || line["type"] == "assistant"
}

fn command(world: &World, way: Bare) -> anyhow::Result<Command> {
    let base = |host: &str| format!("ANTHROPIC_BASE_URL=http://{host}:{}", world.port());
    let variables = |host: &str| {
        [base(host), format!("ANTHROPIC_API_KEY={KEY}"), "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC=1".into()]
    };
    if let Bare::Host = way {
        let home = world.path().join("home-of-claude");
        std::fs::create_dir_all(&home)?;
        let mut command = Command::new(&world.claude);
        command
            .env_clear()
            .env("HOME", home)
            .env("PATH", "/usr/local/bin:/usr/bin:/bin")
            .current_dir(world.repository());
        command.envs(variables("127.0.0.1").iter().filter_map(|variable| variable.split_once('=')));
        return Ok(command);
    }
    let mut command = Command::new("docker");
    command.args(["run", "--rm", "--entrypoint", "/usr/local/bin/claude"]);
    let host = match way {
        Bare::DockerOnHostNetwork => {
            command.args(["--network", "host"]);
            "127.0.0.1"
        }
        Bare::Docker | Bare::Host => {
            command.args(["--add-host", "model:host-gateway"]);
            "model"
        }
    };
    for variable in variables(host) {
        command.args(["--env", &variable]);
    }
    command.arg(&world.image);
    Ok(command)
}
