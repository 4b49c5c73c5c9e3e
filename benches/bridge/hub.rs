//! The shipped hub, spoken to over its socket as its own command line does.

use crate::figures::{Answered, Memory};
use crate::world::{KEY, World};
use anyhow::{Context as _, bail, ensure};
use futures::{Stream, StreamExt as _, TryStreamExt as _};
use reqwest::{Client, Response};
use serde_json::{Value, json};
use signalbox_testkit::script::Script;
use std::path::Path;
use std::pin::Pin;
use std::process::Stdio;
use std::time::{Duration, Instant};
use tokio::process::{Child, Command};
use tokio::time::{sleep, timeout};
use tokio_util::codec::{FramedRead, LinesCodec, LinesCodecError};
use tokio_util::io::StreamReader;

const API: &str = "http://signalbox/api/v1";
/// How long anything here may take before it counts as broken.
const PATIENCE: Duration = Duration::from_secs(60);
/// How often it is looked whether something has come.
const LOOK: Duration = Duration::from_millis(2);
/// How long a question is left alone before it is answered.
const REFLECTION: Duration = Duration::from_millis(500);

/// How a hub keeps its sandboxes.
#[derive(Clone, Copy)]
pub(crate) enum Kind {
    /// Each is made when it is needed.
    Cold,
    /// One stands ready.
    Warm,
}

/// From the start of the process.
pub(crate) struct Started {
    /// Until its socket answers.
    pub(crate) answers: Duration,
    /// Until it has looked at Docker and the database and says that it is ready.
    pub(crate) ready: Duration,
}

/// A hub under way, with the repository as its one project.
pub(crate) struct Hub {
    child: Child,
    client: Client,
}

impl Hub {
    pub(crate) async fn start(world: &World, kind: Kind) -> anyhow::Result<Self> {
        let (home, warm) = match kind {
            Kind::Cold => ("hub-cold", "0"),
            Kind::Warm => ("hub-warm", "1"),
        };
        Self::start_with(world, home, &[], &[("SIGNALBOX_SANDBOX_WARM", warm)]).await
    }

    /// The same with other arguments and settings.
    pub(crate) async fn start_with(
        world: &World,
        home: &str,
        arguments: &[&str],
        variables: &[(&str, &str)],
    ) -> anyhow::Result<Self> {
        let home = world.path().join(home);
        let mut command = serve(world, &home);
        command.args(arguments).envs(variables.iter().copied());
        let (hub, _) = Self::run(command, &home, Instant::now()).await?;
        let project = json!({"name": "bench", "git": world.repository(), "policy": null, "credential": null});
        hub.post("projects", &project).await?;
        Ok(hub)
    }

    /// Starts a hub on a home that is not there yet, and stops it.
    pub(crate) async fn start_fresh(world: &World) -> anyhow::Result<Started> {
        let home = tempfile::Builder::new().prefix("fresh").tempdir_in(world.path())?;
        Self::start_and_stop(world, home.path()).await
    }

    /// Starts a hub on a home that was used before, and stops it.
    pub(crate) async fn start_again(world: &World) -> anyhow::Result<Started> {
        Self::start_and_stop(world, &world.path().join("hub-again")).await
    }

    async fn start_and_stop(world: &World, home: &Path) -> anyhow::Result<Started> {
        let command = serve(world, home);
        let (hub, started) = Self::run(command, home, Instant::now()).await?;
        hub.stop().await?;
        Ok(started)
    }

    async fn run(mut command: Command, home: &Path, began: Instant) -> anyhow::Result<(Self, Started)> {
        let child = command.spawn().context("the hub does not start")?;
        let client = Client::builder().unix_socket(home.join("signalbox.sock")).no_proxy().build()?;
        let mut hub = Self { child, client };
        let answers = hub.until_found("healthz", began).await?;
        let ready = hub.until_found("readyz", began).await?;
        Ok((hub, Started { answers, ready }))
    }

    async fn until_found(&mut self, path: &str, began: Instant) -> anyhow::Result<Duration> {
        let url = format!("http://signalbox/{path}");
        while began.elapsed() < PATIENCE {
            if self.client.get(&url).send().await.is_ok_and(|answer| answer.status().is_success()) {
                return Ok(began.elapsed());
            }
            if let Some(status) = self.child.try_wait()? {
                bail!("the hub ended with {status}");
            }
            sleep(LOOK).await;
        }
        bail!("the hub does not say that it is well at /{path}")
    }

    /// From the request to what a follower of the task hears.
    pub(crate) async fn ask(&self, prompt: &str) -> anyhow::Result<Answered> {
        let began = Instant::now();
        let mut record = self.submit(prompt).await?;
        let mut text = None;
        loop {
            let event = record.next().await?;
            match event["event"].as_str() {
                Some("text_delta" | "text") if text.is_none() => text = Some(began.elapsed()),
                Some("finished") => {
                    ensure!(event["state"] == "succeeded", "the task ended otherwise: {event}");
                    let text = text.context("the task ended without a text")?;
                    return Ok(Answered { text, outcome: began.elapsed() });
                }
                _ => {}
            }
        }
    }

    /// From a person's yes to the outcome: the command runs, the model answers, the work is committed and pushed.
    pub(crate) async fn decide(&self) -> anyhow::Result<Duration> {
        let call = json!({"command": "echo done >> done.txt", "description": "Leave a trace"});
        let prompt = Script::new().tool("Bash", call).say("It is done.").to_string();
        let mut record = self.submit(&prompt).await?;
        let approval = record.until("approval_opened").await?["approval"].as_str().unwrap_or_default().to_owned();
        // People take longer than that to read.
        sleep(REFLECTION).await;
        let yes = json!({"approval": approval, "saying": {"say": "allow"}, "span": "once"});
        let began = Instant::now();
        self.post(&format!("approvals/{approval}/decision"), &yes).await?;
        let finished = record.until("finished").await?;
        let took = began.elapsed();
        ensure!(finished["state"] == "succeeded" && !finished["commit"].is_null(), "no work came out: {finished}");
        Ok(took)
    }

    async fn submit(&self, prompt: &str) -> anyhow::Result<Record> {
        let task = self.queue(prompt).await?;
        let answer = self.client.get(format!("{API}/tasks/{task}/events?after=0")).send().await?.error_for_status()?;
        let bytes = Box::pin(answer.bytes_stream().map_err(std::io::Error::other));
        Ok(Record { lines: Box::pin(FramedRead::new(StreamReader::new(bytes), LinesCodec::new())) })
    }

    /// Asks for a task and goes on; its id.
    pub(crate) async fn queue(&self, prompt: &str) -> anyhow::Result<String> {
        self.queue_asking(prompt, "ask").await
    }

    /// The same, and whatever it calls is allowed beforehand.
    pub(crate) async fn queue_allowed(&self, prompt: &str) -> anyhow::Result<String> {
        self.queue_asking(prompt, "allow_all").await
    }

    async fn queue_asking(&self, prompt: &str, asking: &str) -> anyhow::Result<String> {
        let key = tempfile::Builder::new().tempfile()?.path().display().to_string();
        let request = json!({
            "source": "bench", "key": key, "project": "bench", "conversation": null, "place": "terminal:bench",
            "prompt": prompt, "attachments": [], "model": null, "priority": 0, "not_before": null, "limits": {},
            "asking": asking,
        });
        let submitted: Value = self.post("tasks", &request).await?.json().await?;
        Ok(submitted["task"].as_str().context("no task")?.to_owned())
    }

    pub(crate) async fn post(&self, path: &str, body: &Value) -> anyhow::Result<Response> {
        let answer = self.client.post(format!("{API}/{path}")).json(body).send().await?;
        if answer.status().is_success() {
            return Ok(answer);
        }
        bail!("the hub refused {path}: {}", answer.text().await?)
    }

    /// Waits until a sandbox stands ready.
    pub(crate) async fn stands_ready(&self) -> anyhow::Result<()> {
        let began = Instant::now();
        while began.elapsed() < PATIENCE {
            if self.counted("signalbox_sandboxes_warm").await? == 1 {
                return Ok(());
            }
            sleep(LOOK).await;
        }
        bail!("no sandbox stands ready in time")
    }

    /// What the hub counts under this name.
    pub(crate) async fn counted(&self, name: &str) -> anyhow::Result<usize> {
        let figures = self.client.get("http://signalbox/metrics").send().await?.text().await?;
        let found = figures.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' ')?.parse().ok());
        Ok(found.unwrap_or_default())
    }

    /// What the process holds, as the kernel counts it.
    pub(crate) fn memory(&self) -> anyhow::Result<Memory> {
        let pid = self.child.id().context("the hub has ended")?;
        let counted = std::fs::read_to_string(format!("/proc/{pid}/smaps_rollup"))?;
        let kilobytes = |name: &str| {
            let line =
                counted.lines().find_map(|line| line.strip_prefix(name)).with_context(|| format!("no {name}"))?;
            anyhow::Ok(line.trim().trim_end_matches(" kB").parse::<f64>()?)
        };
        Ok(Memory { resident: kilobytes("Rss:")? / 1024.0, proportional: kilobytes("Pss:")? / 1024.0 })
    }

    pub(crate) async fn stop(mut self) -> anyhow::Result<()> {
        let pid = self.child.id().context("the hub has ended")?.to_string();
        ensure!(Command::new("kill").args(["-TERM", &pid]).status().await?.success(), "the hub cannot be told to end");
        let status = timeout(PATIENCE, self.child.wait()).await.context("the hub does not end")??;
        ensure!(status.success(), "the hub ended with {status}");
        Ok(())
    }
}

/// A task's record as it is written.
struct Record {
    lines: Pin<Box<dyn Stream<Item = Result<String, LinesCodecError>>>>,
}

impl Record {
    async fn next(&mut self) -> anyhow::Result<Value> {
        let line = timeout(PATIENCE, self.lines.next()).await.context("the task goes no further")?;
        Ok(serde_json::from_str(&line.context("the record broke off")??)?)
    }

    async fn until(&mut self, kind: &str) -> anyhow::Result<Value> {
        loop {
            let event = self.next().await?;
            if event["event"] == kind {
                return Ok(event);
            }
            ensure!(event["event"] != "finished", "the task ended without {kind}: {event}");
        }
    }
}

/// The hub as it is shipped, with a home of its own and nobody's environment.
fn serve(world: &World, home: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_signalbox"));
    command
        .arg("serve")
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .env("HOME", world.path());
    let base_url = format!("http://127.0.0.1:{}", world.port());
    command.envs([
        ("SIGNALBOX_HUB_NAME", world.hub_name().as_str()),
        ("SIGNALBOX_MODEL_API_KEY", KEY),
        ("SIGNALBOX_MODEL_BASE_URL", &base_url),
        ("SIGNALBOX_SANDBOX_IMAGE", &world.image),
        ("SIGNALBOX_SANDBOX_WARM", "0"),
        ("SIGNALBOX_SANDBOX_KEEP", "0s"),
        ("SIGNALBOX_WEB_LISTEN", ""),
        ("SIGNALBOX_LOG_LEVEL", "warn"),
    ]);
    command.env("SIGNALBOX_HOME", home).stdin(Stdio::null()).stdout(Stdio::null()).kill_on_drop(true);
    command
}
