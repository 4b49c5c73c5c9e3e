//! The self-test of the pinned CLI: one task through everything, with the scripted model, in a home of its own. It shows
//! that the CLI in the image still speaks the protocol that this hub was written against: a call is asked about before it
//! runs, a question can outlive its process, and what was allowed then runs exactly once.

use super::finding::{Finding, chain};
use crate::config::{Config, Span};
use crate::hub::{self, HubOptions};
use anyhow::{Context as _, bail, ensure};
use futures::StreamExt as _;
use secrecy::SecretString;
use signalbox_core::approval::Saying;
use signalbox_core::event::{EventKind, Live};
use signalbox_core::grant::GrantSpan;
use signalbox_core::id::{NodeId, UserId};
use signalbox_core::people::{Actor, Origin};
use signalbox_core::port::{AddProject, Asking, Decide, Hub, SubmitTask};
use signalbox_core::task::{Limits, TaskState};
use signalbox_engine::engine::Roles;
use signalbox_engine::sandbox::{FoundVolume, Volumes};
use signalbox_testkit::script::Script;
use signalbox_testkit::{ScriptedModel, Settings};
use std::path::Path;
use std::time::Duration;

/// How long the whole may take.
const PATIENCE: Duration = Duration::from_secs(120);
/// What the allowed command leaves behind.
const TRACE: &str = "trace.txt";

/// Runs the self-test with this configuration's image and Docker engine.
pub(super) async fn check(config: &Config) -> Finding {
    let tested = tokio::time::timeout(PATIENCE, run(config)).await;
    let fault = match tested {
        Ok(Ok(version)) => {
            return Finding::ok("self-test", format!("Claude Code {version} asks, waits and resumes as it must"));
        }
        Ok(Err(error)) => chain(error.as_ref()),
        Err(_) => format!("it took longer than {} s", PATIENCE.as_secs()),
    };
    Finding::fail("self-test", fault, "rebuild the image with `make image`; SIGNALBOX_LOG_LEVEL=debug says more")
}

async fn run(config: &Config) -> anyhow::Result<String> {
    // Below the home, because Docker mounts from it: it is the same path on the host.
    hub::make_home(&config.hub.home).context("the home cannot be made")?;
    let folder = tempfile::Builder::new().prefix("selftest-").tempdir_in(&config.hub.home)?;
    let repository = folder.path().join("repository");
    let made =
        tokio::process::Command::new("git").args(["init", "--quiet", "--bare"]).arg(&repository).status().await?;
    ensure!(made.success(), "git could not make a repository");
    let model = ScriptedModel::start(Settings::default()).context("the scripted model could not start")?;
    let options =
        HubOptions { serve_web: false, chat: false, roles: Roles { work: true, deliver: true }, ad_hoc: true };
    let altered = altered(config, folder.path(), &model.base_url());
    let hub = hub::start(altered.clone(), options).await?;
    let node = hub.node().clone();
    let outcome = play(hub.front().as_ref(), &repository).await;
    hub.stop().await?;
    model.stop().await;
    remove_volumes(&altered, &node).await?;
    outcome
}

/// A conversation's volumes outlive its hub; here nobody will come back to them.
async fn remove_volumes(config: &Config, node: &NodeId) -> anyhow::Result<()> {
    let sandboxes = hub::connect_docker(config, node).await?;
    for key in sandboxes.list_volumes().await?.iter().filter_map(FoundVolume::key) {
        sandboxes.remove_volumes(&Volumes::of(key)).await?;
    }
    Ok(())
}

/// The same image and engine, with everything else of its own.
fn altered(config: &Config, home: &Path, model: &str) -> Config {
    let mut config = config.clone();
    config.hub.home = home.to_owned();
    config.hub.name = format!("{}-selftest", config.hub.name);
    config.database.url = SecretString::from("");
    config.redis.url = SecretString::from("");
    config.model.base_url = model.to_owned();
    config.model.api_key = SecretString::from("selftest");
    config.model.oauth_token = SecretString::from("");
    config.github.app_id.clear();
    config.github.token = SecretString::from("");
    // At once, so that the question outlives its process.
    config.approval.hold = Span(Duration::ZERO);
    config
}

async fn play(hub: &dyn Hub, repository: &Path) -> anyhow::Result<String> {
    let actor = Actor {
        user: UserId::new("operator"),
        name: "operator".to_owned(),
        admin: true,
        place: None,
        at_most: None,
        origin: Origin::default(),
    };
    let git = repository.to_str().context("the home's path is not UTF-8")?.to_owned();
    let project = AddProject { name: "selftest".to_owned(), git, policy: None, credential: None };
    let project = hub.add_project(&actor, project).await?;
    let command = serde_json::json!({"command": format!("echo once >> {TRACE}"), "description": "Leave a trace"});
    let submitted = hub.submit(&actor, request(&project.name, Script::new().tool("Bash", command).say("done"))).await?;
    let mut events = hub.follow(&actor, &submitted.task, 0).await?;
    let (mut version, mut parked) = (String::new(), false);
    while let Some(live) = events.next().await {
        let Live::Event(event) = live? else { continue };
        match event.kind {
            EventKind::SessionStarted { cli_version, .. } => version = cli_version,
            EventKind::Parked { approval } => {
                parked = true;
                let approval = approval.to_string();
                hub.decide(&actor, Decide { approval, saying: Saying::Allow, span: GrantSpan::Once }).await?;
            }
            EventKind::Finished { state: TaskState::Succeeded, stat: Some(stat), .. } => {
                ensure!(parked, "the command ran although nobody was asked");
                let once = stat.files.len() == 1 && stat.insertions == 1;
                ensure!(once, "the allowed command did not run exactly once: {} lines", stat.insertions);
                return Ok(version);
            }
            EventKind::Finished { state, failure, .. } => {
                bail!("the task {state}: {}", failure.map_or_else(|| "nothing changed".to_owned(), |f| f.message));
            }
            _ => {}
        }
    }
    bail!("the record of the task broke off")
}

fn request(project: &str, script: Script) -> SubmitTask {
    SubmitTask {
        source: "selftest".to_owned(),
        key: signalbox_engine::fresh::unique(),
        project: Some(project.to_owned()),
        conversation: None,
        place: signalbox_core::place::Place::nowhere(),
        prompt: script.to_string(),
        attachments: Vec::new(),
        model: None,
        priority: 0,
        not_before: None,
        limits: Limits::default(),
        asking: Asking::Ask,
        mode: None,
        message: None,
        goes_on: false,
        ground: None,
        about: None,
    }
}
