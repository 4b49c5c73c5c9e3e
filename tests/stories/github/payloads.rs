//! What GitHub really sends: its own examples of all events, signed by Octokit, which knows nothing of us.

use super::Team;
use crate::harness::PATIENCE;
use reqwest::{Client, StatusCode};
use serde::Deserialize;
use signalbox_testkit::github::Visibility;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use tokio::process::Command;
use tokio::time::{Instant, sleep};

/// The events that can mean something to a hub.
const HEARD: [&str; 7] = [
    "check_run",
    "issue_comment",
    "issues",
    "pull_request",
    "pull_request_review",
    "pull_request_review_comment",
    "repository",
];

/// An example, signed.
#[derive(Deserialize)]
struct Example {
    event: String,
    body: String,
    signature: String,
}

impl Example {
    fn is_heard(&self) -> bool {
        HEARD.contains(&self.event.as_str())
    }
}

#[tokio::test]
async fn each_of_githubs_own_examples_is_taken_and_understood_or_ignored() {
    let mut team = Team::new(Visibility::Private).await;
    let examples = signed(&team, None).await;
    assert_eq!(examples.len(), 329, "as many as the pinned version has");
    let heard = examples.iter().filter(|example| example.is_heard()).count();
    post_all(&team, &examples, "first").await;
    let meanings = meanings(&team, heard).await;
    // Unlocked conversations (4), moved repositories (3; one is renamed to what it was called), another App's failed check.
    assert_eq!(meanings, [("asked", 0), ("changed", 7), ("failed", 1), ("nothing", 90), ("unreadable", 0)]);

    let calling = signed(&team, Some("@signalbox")).await;
    post_all(&team, &calling, "second").await;
    let meanings = self::meanings(&team, heard * 2).await;
    // Comments (5), comments at lines (3), reviews (3), and new issues and pull requests (4 each) call it now.
    assert_eq!(meanings, [("asked", 19), ("changed", 14), ("failed", 2), ("nothing", 161), ("unreadable", 0)]);
    nothing_is_left(&mut team).await;
    assert_eq!(team.tasks().await.len(), 0, "nobody in them is known here");
    team.ends().await;
}

/// GitHub's examples, signed by Octokit with the team's secret.
async fn signed(team: &Team, mention: Option<&str>) -> Vec<Example> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let cache = std::env::var_os("BUILD_CACHE").map_or_else(|| root.join(".cache"), PathBuf::from);
    let octokit = root.join(cache).join("octokit");
    assert!(octokit.exists(), "{} is missing: run scripts/npm.sh", octokit.display());
    let script = std::fs::File::open(root.join("tests/stories/github/octokit/sign.mjs")).unwrap();
    let mut node = Command::new("node");
    node.args(["--input-type=module", "-", &team.github.webhook_secret()]).args(mention);
    let output = node.current_dir(octokit).stdin(Stdio::from(script)).output().await.expect("node runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// Posts them, each first with the signature of another body and with the weaker one alone.
async fn post_all(team: &Team, examples: &[Example], round: &str) {
    let client = Client::builder().no_proxy().build().unwrap();
    for (number, example) in examples.iter().enumerate() {
        let post = |header: &str, signature: &str| {
            let request = client.post(format!("{}/hooks/github", team.web)).header(header, signature);
            let request = request.header("content-type", "application/json").header("x-github-event", &example.event);
            request.header("x-github-delivery", format!("{round}-{number}")).body(example.body.clone()).send()
        };
        // Some of the examples are the same, so their signatures are, too.
        let another = examples.iter().find(|another| another.body != example.body).unwrap();
        for (header, other) in [("x-hub-signature-256", another), ("x-hub-signature", example)] {
            let answer = post(header, &other.signature).await.unwrap();
            assert_eq!(answer.status(), StatusCode::UNAUTHORIZED, "{} {number}", example.event);
        }
        let answer = post("x-hub-signature-256", &example.signature).await.unwrap();
        let expected = if example.is_heard() { StatusCode::ACCEPTED } else { StatusCode::OK };
        assert_eq!(answer.status(), expected, "{} {number}", example.event);
    }
}

/// How often which meaning was found, once so many were read.
async fn meanings(team: &Team, all: usize) -> [(&'static str, u64); 5] {
    let began = Instant::now();
    loop {
        let mut found = ["asked", "changed", "failed", "nothing", "unreadable"].map(|meaning| (meaning, 0));
        for (meaning, count) in &mut found {
            *count = team.counted(&format!("signalbox_github_heard_total{{meaning=\"{meaning}\"}}")).await;
        }
        if found.iter().map(|(_, count)| count).sum::<u64>() >= all as u64 {
            return found;
        }
        assert!(began.elapsed() < PATIENCE, "{all} are to be read: {found:?}");
        sleep(std::time::Duration::from_millis(50)).await;
    }
}

/// Everything is done with: nothing failed, and a hub that comes back finds nothing more to read.
async fn nothing_is_left(team: &mut Team) {
    let log = team.log();
    for fault in ["could not be", "cannot be read", "panicked", "ERROR"] {
        let lines: Vec<_> = log.lines().filter(|line| line.contains(fault)).collect();
        assert!(lines.is_empty(), "{lines:#?}");
    }
    team.dies().await;
    team.returns().await;
    let began = Instant::now();
    while team.log().matches("listening to GitHub").count() < 2 {
        assert!(began.elapsed() < PATIENCE, "{}", team.log());
        sleep(std::time::Duration::from_millis(50)).await;
    }
    sleep(std::time::Duration::from_millis(500)).await;
    let found = meanings(team, 0).await;
    assert!(found.iter().all(|(_, count)| *count == 0), "{found:?}");
}
