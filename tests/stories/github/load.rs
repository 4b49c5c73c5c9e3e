//! Far more at once than people write: everything is answered in time, and becomes one task each, while no worker is free.

use super::Team;
use crate::harness::{PATIENCE, docker};
use crate::telegram::just_say;
use serde_json::Value;
use signalbox_testkit::github::{Delivery, GithubSettings, Role, Visibility};
use signalbox_testkit::script::Script;
use std::collections::BTreeSet;
use std::time::Duration;
use tokio::time::{Instant, MissedTickBehavior, interval, sleep};

const DELIVERIES: usize = 1000;
/// A hundred a second.
const EVERY: Duration = Duration::from_millis(10);
/// After this GitHub gives a delivery up.
const IN_TIME: Duration = Duration::from_secs(10);
/// How many workers there are.
const WORKERS: usize = 2;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thousand_deliveries_at_a_hundred_a_second_are_answered_in_time_and_become_a_task_each() {
    let workers = WORKERS.to_string();
    let adjust = |world: crate::harness::World| {
        world.with("SIGNALBOX_QUEUE_CONCURRENCY", &workers).with("SIGNALBOX_QUEUE_PER_PROJECT", &workers)
    };
    // What is tried is the hub. GitHub would make it wait between its own requests, which is tried elsewhere.
    let settings = GithubSettings { limits: false, secure: true, ..GithubSettings::default() };
    let team = Team::on(settings, Visibility::Private, "", adjust).await;
    let ann = team.member("ann", "member", Role::Write).await;
    let long = Script::new().delay(PATIENCE * 3).say("At last.");
    for number in 0..WORKERS {
        ann.opens_issue(&team.repo, &format!("Long {number}"), &format!("@signalbox {long}"));
    }
    while team.tasks().await.iter().filter(|task| task["state"] == "running").count() < WORKERS {
        sleep(Duration::from_millis(50)).await;
    }
    let began = Instant::now();
    let mut tick = interval(EVERY);
    tick.set_missed_tick_behavior(MissedTickBehavior::Burst);
    for number in 0..DELIVERIES {
        tick.tick().await;
        ann.opens_issue(&team.repo, &format!("Load {number}"), &format!("@signalbox {}", just_say("At last.")));
    }
    let asked = began.elapsed();
    assert!(asked < EVERY * 1500, "it came slower than it should: {asked:?}");
    team.has_heard_all().await;
    while team.counted("signalbox_tasks_submitted_total").await < (WORKERS + DELIVERIES) as u64 {
        assert!(began.elapsed() < PATIENCE, "{} tasks", team.counted("signalbox_tasks_submitted_total").await);
        sleep(Duration::from_millis(100)).await;
    }
    let queued = began.elapsed();
    let took = answered_in_time(&team);
    eprintln!(
        "{DELIVERIES} deliveries within {asked:.1?}: answered after {:.1?} (p50), {:.1?} (p99), {:.1?} (most); all are tasks \
         after {queued:.1?}",
        took[DELIVERIES / 2],
        took[DELIVERIES * 99 / 100],
        took[DELIVERIES - 1]
    );
    one_task_each(&team).await;
    gives_up(team).await;
}

/// How long each answer took, the shortest first.
fn answered_in_time(team: &Team) -> Vec<Duration> {
    let loads = |delivery: &Delivery| delivery.event == "issues" && delivery.body.contains("Load ");
    let loads: Vec<_> = team.github.deliveries().into_iter().filter(loads).collect();
    let refused: Vec<_> = loads.iter().filter(|one| one.status_code != 202).map(|one| &one.status).collect();
    assert!(refused.is_empty(), "{refused:?}");
    let mut took: Vec<_> = loads.iter().map(|delivery| delivery.duration).collect();
    took.sort();
    assert_eq!(took.len(), DELIVERIES);
    assert!(took[DELIVERIES - 1] < IN_TIME, "{:?}", took[DELIVERIES - 1]);
    took
}

async fn one_task_each(team: &Team) {
    let tasks = team.says(&["tasks", "--all", "--json", "--limit", "5000"]).await;
    let tasks: Vec<Value> = serde_json::from_str(&tasks).unwrap();
    let places: BTreeSet<_> = tasks.iter().map(|task| task["origin"].as_str().unwrap()).collect();
    assert_eq!((tasks.len(), places.len()), (WORKERS + DELIVERIES, WORKERS + DELIVERIES));
    let waiting = tasks.iter().filter(|task| task["state"] == "queued").count();
    assert_eq!(waiting, DELIVERIES, "the workers were busy all the time");
}

/// Ends it with all that is still to be done: nobody waits for a thousand answers.
async fn gives_up(mut team: Team) {
    team.dies().await;
    for container in team.world.containers().await {
        docker(&["rm", "--force", &container]).await;
    }
    team.ends().await;
}
