//! Check runs: made, kept up to date, clicked; and those of others.

use serde_json::{Value, json};
use signalbox_testkit::github::Level;

use crate::harness::{Hub, PATIENCE};
use crate::hook::{Hook, delivered};

fn actions() -> Value {
    json!([
        {"label": "Approve", "description": "Let it run once", "identifier": "ABCDEFGH23456789"},
        {"label": "Deny", "description": "Do not let it run", "identifier": "JKMNPQRS23456789"},
    ])
}

#[tokio::test]
async fn a_check_run_is_made_shown_and_clicked() {
    let hub = Hub::new();
    let hook = Hook::listen(&hub).await;
    let head = hub.ann.pushes(&hub.repo, "topic", &[("a.txt", "a\n")]);
    let pull = hub.ann.opens_pull(&hub.repo, "topic", "A", "");
    let body = json!({
        "name": "Signalbox", "head_sha": head, "status": "in_progress", "external_id": "task-1", "actions": actions(),
        "output": {"title": "Asks", "summary": "`rm -rf /`"},
    });
    let made = hub.call("POST", "/check-runs", body).await.ok();
    assert_eq!(
        (&made["status"], &made["conclusion"], &made["pull_requests"][0]["number"]),
        (&json!("in_progress"), &Value::Null, &json!(1))
    );
    assert_eq!((&made["app"]["slug"], &made["external_id"]), (&json!("signalbox"), &json!("task-1")));
    let run = hub.repo.wait_for_check_run(|run| run.title.as_deref() == Some("Asks"), PATIENCE).await;
    assert!(pull.transcript().ends_with("check Signalbox (in_progress) Asks [Approve] [Deny]"));
    hub.ann.clicks(&hub.repo, run.id, "Approve");
    delivered(&hub).await;
    let clicked = hook.payload("check_run.requested_action");
    assert_eq!(clicked["requested_action"]["identifier"], "ABCDEFGH23456789");
    assert_eq!((&clicked["sender"]["login"], &clicked["check_run"]["id"]), (&json!("ann"), &json!(run.id)));
    assert_eq!(clicked["check_run"]["check_suite"]["head_branch"], "topic");
    let path = format!("/check-runs/{}", run.id);
    let annotation =
        json!({"path": "a.txt", "start_line": 1, "end_line": 1, "annotation_level": "warning", "message": "m"});
    for _ in 0..2 {
        let annotations = vec![annotation.clone(); 50];
        let output = json!({"title": "Done", "summary": "s", "annotations": annotations});
        hub.call("PATCH", &path, json!({"conclusion": "success", "output": output, "actions": []})).await.ok();
    }
    let seen = hub.repo.check_run(run.id).unwrap();
    assert_eq!((seen.status.as_str(), seen.annotations.len(), seen.actions.len()), ("completed", 100, 0));
    delivered(&hub).await;
    let completed = hook.names().iter().filter(|name| *name == "check_run.completed").count();
    assert_eq!(completed, 1);
}

#[tokio::test]
async fn who_is_no_app_makes_no_check_run() {
    let hub = Hub::new();
    let head = hub.repo.head("main").unwrap();
    let body = json!({"name": "Signalbox", "head_sha": head});
    let fine = hub.ann.fine_grained_token(&[("checks", Level::Write)], &[&hub.repo]);
    for token in [hub.ann.token(&["repo"]), fine] {
        let refused = hub.send("POST", "/repos/team/app/check-runs", &token, body.clone()).await.refused();
        assert_eq!(refused, (403, "You must authenticate via a GitHub App.".to_owned()));
    }
}

#[tokio::test]
async fn checks_of_others_are_seen_but_not_changed() {
    let hub = Hub::new();
    let hook = Hook::listen(&hub).await;
    hub.ann.pushes(&hub.repo, "topic", &[("a.txt", "a\n")]);
    let run = hub.repo.ci_fails("topic", "build", "It does not compile.");
    delivered(&hub).await;
    let failed = hook.payload("check_run.completed");
    assert_eq!(
        (&failed["check_run"]["app"]["slug"], &failed["check_run"]["conclusion"]),
        (&json!("github-actions"), &json!("failure"))
    );
    assert_eq!(failed["check_run"]["output"]["summary"], "It does not compile.");
    assert_eq!(hook.payload("workflow_run.completed")["workflow_run"]["head_branch"], "topic");
    let listed = hub.get("/commits/topic/check-runs").await;
    assert_eq!((&listed["total_count"], &listed["check_runs"][0]["name"]), (&json!(1), &json!("build")));
    let suites = hub.get("/commits/topic/check-suites").await;
    assert_eq!(suites["total_count"], 2, "CI's, and the one that we were asked for");
    let refused = hub.call("PATCH", &format!("/check-runs/{run}"), json!({"status": "queued"})).await.refused();
    assert_eq!(refused.0, 403);
    assert!(refused.1.contains("can only be modified by the GitHub App that created it"));
}
