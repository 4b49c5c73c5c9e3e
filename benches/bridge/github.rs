//! Far more webhooks of GitHub than people cause: a thousand new issues that call the hub, at a hundred a second, while none of
//! its workers is free. How soon each is answered, and how soon all of them are tasks.
//!
//! GitHub is testkit's, in this process. Its limits are off, for what is measured is the hub.

use crate::hub::Hub;
use crate::percentiles::Percentiles;
use crate::world::World;
use anyhow::ensure;
use serde_json::json;
use signalbox_testkit::github::{Delivery, GithubServer, GithubSettings, Repo, Role, User, Visibility};
use signalbox_testkit::script::Script;
use std::fmt;
use std::time::{Duration, Instant};
use tokio::time::{MissedTickBehavior, interval, sleep};

const DELIVERIES: usize = 1000;
/// A hundred a second.
const EVERY: Duration = Duration::from_millis(10);
const WORKERS: usize = 2;
/// How long anything here may take before it counts as broken.
const PATIENCE: Duration = Duration::from_secs(120);

/// What was measured.
pub(crate) struct GithubFigures {
    answers: Vec<Duration>,
    sent: Duration,
    queued: Duration,
}

/// Measures it all.
pub(crate) async fn measure(world: &World) -> anyhow::Result<GithubFigures> {
    let github = GithubServer::start(GithubSettings { limits: false, ..GithubSettings::default() })?;
    let repo = github.repository("acme/bench", Visibility::Private);
    repo.installs_app();
    let ann = github.user("ann");
    repo.grants(&ann, Role::Write);
    let hub = start(world, &github, &ann).await?;
    let measured = load(&hub, &github, &repo, &ann).await;
    hub.stop().await?;
    world.remove_containers()?;
    github.stop().await;
    measured
}

async fn start(world: &World, github: &GithubServer, ann: &User) -> anyhow::Result<Hub> {
    let free = std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?;
    github.webhooks_to(&format!("http://{free}/hooks/github"));
    let workers = WORKERS.to_string();
    let variables = [
        ("SIGNALBOX_WEB_LISTEN", free.to_string()),
        ("SIGNALBOX_GITHUB_APP_ID", github.app_id().to_string()),
        ("SIGNALBOX_GITHUB_PRIVATE_KEY", github.app_key()),
        ("SIGNALBOX_GITHUB_WEBHOOK_SECRET", github.webhook_secret()),
        ("SIGNALBOX_GITHUB_API_URL", github.enterprise_url()),
        ("SIGNALBOX_QUEUE_CONCURRENCY", workers.clone()),
        ("SIGNALBOX_QUEUE_PER_PROJECT", workers),
    ];
    let variables: Vec<_> = variables.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let hub = Hub::start_with(world, "hub-github", &[], &variables).await?;
    let identity = json!({"platform": "github", "account": ann.id().to_string()});
    let known = json!({"name": "ann", "role": "member", "project": "bench", "admin": false, "identities": [identity]});
    hub.post("users", &known).await?;
    hub.post("projects/bench/places", &json!("github:acme/bench")).await?;
    Ok(hub)
}

async fn load(hub: &Hub, github: &GithubServer, repo: &Repo, ann: &User) -> anyhow::Result<GithubFigures> {
    let long = Script::new().delay(PATIENCE * 4).say("At last.").to_string();
    for _ in 0..WORKERS {
        hub.queue(&long).await?;
    }
    until(hub, "signalbox_runs_live", WORKERS).await?;
    let began = Instant::now();
    let mut tick = interval(EVERY);
    tick.set_missed_tick_behavior(MissedTickBehavior::Burst);
    for number in 0..DELIVERIES {
        tick.tick().await;
        ann.opens_issue(repo, &format!("Load {number}"), "@signalbox do something");
    }
    let sent = began.elapsed();
    until(hub, "signalbox_tasks_submitted_total", WORKERS + DELIVERIES).await?;
    let queued = began.elapsed();
    github.wait_until("all is answered", |github| github.deliveries().iter().all(Delivery::is_done), PATIENCE).await;
    let issues: Vec<_> = github.deliveries().into_iter().filter(|one| one.event == "issues").collect();
    ensure!(issues.iter().all(|one| one.status_code == 202), "a delivery was not taken");
    Ok(GithubFigures { answers: issues.iter().map(|one| one.duration).collect(), sent, queued })
}

async fn until(hub: &Hub, name: &str, count: usize) -> anyhow::Result<()> {
    let began = Instant::now();
    while hub.counted(name).await? < count {
        ensure!(began.elapsed() < PATIENCE, "{name} does not come to {count}");
        sleep(Duration::from_millis(20)).await;
    }
    Ok(())
}

impl fmt::Display for GithubFigures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let answers = Percentiles::of(&self.answers);
        let (sent, queued) = (self.sent.as_secs_f64(), self.queued.as_secs_f64());
        writeln!(f, "\nWebhooks of GitHub, in milliseconds: {} within {sent:.1} s, no worker free\n", answers.count)?;
        writeln!(f, "  {:54}{:>10}{:>10}{:>10}", "", "p50", "p99", "most")?;
        writeln!(f, "  {:54}{answers}", "delivery to its answer")?;
        writeln!(f, "\n  all of them were tasks {:.0} ms after the last was sent", (queued - sent).max(0.0) * 1e3)?;
        writeln!(f, "\nTargets (a missed one does not fail the run)\n")?;
        let word = if answers.p99 <= 100.0 { "met" } else { "MISSED" };
        writeln!(f, "  {:46}{:>8.2}  to be at most {:<6} {word}", "answer, p99", answers.p99, 100.0)
    }
}
