//! Point 1 and 2 from the other side: a sandbox that did manage to forge lines. An image whose CLI lies stands in for it.

use super::commit_file;
use crate::harness::{PATIENCE, World};
use serde_json::{Value, json};
use tokio::process::Command;
use tokio::time::timeout;

/// Builds the lying image. Docker's cache makes the second time cheap and the same.
async fn lying_image() -> String {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("claude"), include_str!("hostile_cli.py")).unwrap();
    let recipe = "FROM signalbox-runner\nUSER root\nCOPY claude /usr/local/bin/claude\n\
        RUN chmod 0755 /usr/local/bin/claude\nUSER runner\n";
    std::fs::write(folder.path().join("Dockerfile"), recipe).unwrap();
    let tag = "signalbox-test-liar";
    let mut build = Command::new("docker");
    build.env("DOCKER_BUILDKIT", "0").args(["build", "--quiet", "--tag", tag]).arg(folder.path());
    let built = timeout(PATIENCE, build.output()).await.expect("it builds in time").expect("docker runs");
    assert!(built.status.success(), "{}", String::from_utf8_lossy(&built.stderr));
    tag.to_owned()
}

/// A world whose CLI lies, and where nothing is tried twice.
async fn world_of_lies() -> World {
    let image = lying_image().await;
    World::new().await.with("SIGNALBOX_SANDBOX_IMAGE", &image).with("SIGNALBOX_QUEUE_RETRIES", "0")
}

#[tokio::test]
async fn lies_on_standard_output_are_never_taken_for_work() {
    let world = world_of_lies().await;
    let serving = world.serves().await;
    let expected = [
        ("result_without_allow", "breach"),
        ("result_after_a_no", "breach"),
        ("another_input", "breach"),
        ("garbage", "protocol_broken"),
        ("truncated_last_line", "protocol_broken"),
        ("another_session", "protocol_broken"),
    ];
    for (lie, kind) in expected {
        let (finished, code, seen) = world.runs(&["--approve", "none"], lie).finishes().await;
        fails_as(lie, kind, &finished, code, &seen);
    }
    for (lie, kind) in [
        ("result_before_the_answer", "breach"),
        ("success_while_asked", "protocol_broken"),
        ("same_question_other_words", "breach"),
    ] {
        let (finished, code, seen) = world.runs(&[], lie).finishes().await;
        fails_as(lie, kind, &finished, code, &seen);
    }
    assert_eq!(world.git(&["branch", "--list", "signalbox/*"]), "", "nothing was pushed");
    assert_eq!(world.containers().await, Vec::<String>::new(), "nothing of it lives on");
    serving.stops().await;
    world.ends().await;
}

fn fails_as(lie: &str, kind: &str, finished: &Value, code: i32, seen: &[Value]) {
    assert_eq!((code, &finished["state"]), (1, &json!("failed")), "{lie}: {finished}");
    assert_eq!(finished["failure"]["kind"], kind, "{lie}: {finished}");
    assert!(!finished.to_string().contains("FORGED"), "{lie}: {finished}");
    assert!(seen.iter().all(|event| event["event"] != "pushed"), "{lie}");
}

#[tokio::test]
async fn a_call_whose_yes_was_used_is_asked_anew_with_the_words_that_it_may_have_run() {
    let world = world_of_lies().await.with("SIGNALBOX_APPROVAL_HOLD", "1s").with("SIGNALBOX_QUEUE_RETRIES", "3");
    commit_file(&world, ".gitignore", "life\n");
    let serving = world.serves().await;
    let mut run = world.runs(&[], "forgetful");
    let first = run.until("approval_opened").await;
    run.until("parked").await;
    assert_eq!(world.says(&["approve", first["approval"].as_str().unwrap()]).await.code(), 0);
    let second = run.until("approval_opened").await;
    assert_ne!(first["approval"], second["approval"], "the used yes is not used again");
    let listed = world.says(&["approvals", "--json"]).await;
    let open: Value = serde_json::from_str(&listed.stdout).unwrap();
    assert_eq!(open[0]["may_have_run"], true, "{open}");
    assert!(world.says(&["approvals"]).await.stdout.contains("may have run"), "people are told");
    approve(&world, &second).await;
    let (finished, _, seen) = run.finishes().await;
    let allowed = seen.iter().filter(|event| event["event"] == "gate_answered" && event["answer"] == "allow").count();
    assert_eq!(allowed, 2, "one for each yes: {finished}");
    serving.stops().await;
    world.ends().await;
}

async fn approve(world: &World, asked: &Value) {
    let said = world.says(&["approve", asked["approval"].as_str().unwrap()]).await;
    assert_eq!(said.code(), 0, "{}", said.stderr);
}
