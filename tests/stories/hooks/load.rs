//! A thousand requests at a hundred a second, while every worker is busy: each is answered at once, and becomes one task.

use super::schedules::sql;
use super::{Reachable, now, sign_all};
use crate::harness::World;
use crate::telegram::leave_a_trace;
use reqwest::{Client, StatusCode};
use std::process::Command;
use std::time::{Duration, Instant};

const REQUESTS: usize = 1000;
/// Every tenth is sent twice.
const TWICE: usize = 10;
const EVERY: Duration = Duration::from_millis(10);
/// How long a sender may have to wait.
const LONGEST: Duration = Duration::from_secs(2);

#[tokio::test]
async fn a_thousand_requests_are_each_answered_at_once_and_become_one_task() {
    let mut hub = Reachable::with(|world: World| world.with("SIGNALBOX_QUEUE_CONCURRENCY", "1")).await;
    let rules = "[signature]\nscheme = \"standard\"\n[task]\nprompt = 'Number {{ payload.number }}.'\n";
    let file = hub.team.world.folder().join("flood.toml");
    std::fs::write(&file, rules).unwrap();
    let add = ["hook", "add", "flood", "--project", "demo", "--as", "Ann", "--from", file.to_str().unwrap()];
    let secret = super::secret_of(&hub.team.says(&add).await);
    // The one worker waits for an answer that nobody gives.
    hub.ann.says(&hub.chat, &leave_a_trace());
    hub.team.is_asked(&hub.chat).await;
    let mut waits = send_all(&hub, &secret).await;
    waits.sort();
    let at = |share: usize| waits[(waits.len() - 1) * share / 100];
    let database = hub.team.world.home().join("signalbox.db");
    let database = database.to_str().unwrap();
    let count = || sql(database, "SELECT COUNT(*) FROM tasks").parse::<usize>().unwrap();
    let began = Instant::now();
    while count() < REQUESTS + 1 && began.elapsed() < Duration::from_secs(60) {
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    eprintln!(
        "{} requests answered: p50 {:?}, p99 {:?}, longest {:?}; all are tasks {:.1} s after the last",
        waits.len(),
        at(50),
        at(99),
        at(100),
        began.elapsed().as_secs_f64()
    );
    assert!(at(100) < LONGEST, "{:?}", at(100));
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert_eq!(count(), REQUESTS + 1);
    let each = "SELECT COUNT(DISTINCT command) FROM tasks WHERE command LIKE '%Number%'";
    assert_eq!(sql(database, each), REQUESTS.to_string(), "one task each");
    let busy = "SELECT COUNT(*) FROM tasks WHERE status = 'queued'";
    assert_eq!(sql(database, busy), REQUESTS.to_string(), "the worker was busy all the time");
    hub.team.dies().await;
    for container in hub.team.world.containers().await {
        Command::new("docker").args(["rm", "--force", &container]).output().expect("docker runs");
    }
    hub.team.telegram.stop().await;
    hub.team.world.ends().await;
}

/// Sends them at their times, and returns how long each waited for its answer, counted from then.
async fn send_all(hub: &Reachable, secret: &str) -> Vec<Duration> {
    let time = now();
    let body = |number: usize| format!("{{\"number\": {number}}}");
    let signed: Vec<_> = (0..REQUESTS).map(|number| format!("msg_{number}.{time}.{}", body(number))).collect();
    let signatures = sign_all(secret, &signed);
    let (client, url) = (Client::new(), format!("{}/hooks/in/flood", hub.address));
    let began = tokio::time::Instant::now();
    let mut sent = tokio::task::JoinSet::new();
    for (number, signature) in signatures.into_iter().enumerate() {
        let request = client.post(&url).body(body(number)).header("webhook-id", format!("msg_{number}"));
        let request = request.header("webhook-timestamp", time.to_string()).header("webhook-signature", signature);
        let due = began + EVERY * u32::try_from(number).unwrap();
        for again in 0..=usize::from(number % TWICE == 0) {
            let request = request.try_clone().expect("a body in memory");
            sent.spawn(async move {
                let due = due + EVERY * u32::try_from(again).unwrap() * 50;
                tokio::time::sleep_until(due).await;
                let status = request.send().await.expect("an answer").status();
                assert_eq!(status, StatusCode::OK, "{number}");
                due.elapsed()
            });
        }
    }
    sent.join_all().await
}
