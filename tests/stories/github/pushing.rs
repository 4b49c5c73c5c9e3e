//! Work that goes out to GitHub by git, with the App's token, which nobody sees.

use super::{Team, pull_request};
use crate::harness::{PATIENCE, World, docker};
use crate::telegram::leave_a_trace;
use signalbox_testkit::github::{Call, CheckRunSeen, Role, Visibility};
use std::os::unix::fs::PermissionsExt as _;
use std::process::Command;

/// How the tokens of installations begin.
const TOKEN: &str = "ghs_";

/// Work goes out without a question.
const PUSHING: &str = "[push]\nwhen = \"auto\"\n";

/// The hub runs a git that writes down its arguments, and logs all that it can.
fn watched(world: World) -> World {
    let (program, log) = (world.folder().join("watched-git"), world.folder().join("arguments"));
    let script = format!("#!/bin/sh\nprintf '%s\\n' \"$@\" >> '{}'\nexec git \"$@\"\n", log.display());
    std::fs::write(&program, script).unwrap();
    std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).unwrap();
    world.with("SIGNALBOX_GIT_PROGRAM", program.to_str().unwrap()).with("SIGNALBOX_LOG_LEVEL", "trace")
}

/// All that can be seen of the only sandbox: as Docker knows it, and from within.
async fn sandbox(world: &World) -> String {
    let container = world.containers().await.remove(0);
    let outside = docker(&["inspect", &container]).await;
    let look = "cat /proc/[0-9]*/environ /proc/[0-9]*/cmdline; cd /workspace && git config --list; ls -a; true";
    outside + &docker(&["exec", &container, "sh", "-c", look]).await
}

/// The files below the world's folder that hold a text.
fn holding(world: &World, text: &str) -> String {
    let found = Command::new("grep").args(["-rlaF", text]).arg(world.folder()).output().unwrap();
    String::from_utf8_lossy(&found.stdout).into_owned()
}

fn pushes(call: &Call) -> bool {
    call.method == "POST" && call.path.ends_with("/git-receive-pack")
}

#[tokio::test]
async fn approved_work_goes_onto_the_pull_requests_branch_by_a_token_that_nobody_sees() {
    let team = Team::with(Visibility::Private, PUSHING, watched).await;
    let ann = team.member("ann", "member", Role::Write).await;
    let pull = pull_request(&team, &ann);
    let before = pull.head();
    ann.comments(&pull, &format!("@signalbox {}", leave_a_trace()));
    let (_, code) = team.is_asked(&pull).await;
    let seen = sandbox(&team.world).await;
    assert!(seen.contains("ANTHROPIC_API_KEY=") && seen.contains("a.txt"), "there is something to be seen: {seen}");
    ann.comments(&pull, &format!("/approve {code}"));
    let outcome = team.hears(&pull, "The trace is left.").await;
    assert!(outcome.body.contains("topic") && outcome.body.contains("pushed"), "{}", outcome.body);

    let log = team.repo.log("topic");
    let commits: Vec<_> = log.iter().rev().take(2).map(|commit| commit.sha.clone()).collect();
    assert_eq!(commits, [pull.head(), before], "one commit more, on what was there");
    assert_eq!(log.last().unwrap().committer.0, "Signalbox");
    assert_eq!(team.repo.file("topic", "ran.txt").as_deref(), Some("ran\n"));
    assert_eq!(team.repo.branches(), ["main", "topic"]);
    let done = |run: &CheckRunSeen| run.head == pull.head() && run.conclusion.as_deref() == Some("success");
    team.repo.wait_for_check_run(done, PATIENCE).await;
    let pushed: Vec<_> = team.github.calls().into_iter().filter(pushes).collect();
    assert_eq!(
        pushed.iter().map(|call| (call.caller.as_str(), call.status)).collect::<Vec<_>>(),
        [("signalbox[bot]", 200)]
    );

    assert!(!seen.contains(TOKEN), "a token in the sandbox");
    assert_eq!(holding(&team.world, TOKEN), "", "a token in a log, an argument or a file");
    let arguments = std::fs::read_to_string(team.world.folder().join("arguments")).unwrap();
    assert!(arguments.contains("push") && arguments.contains("acme/demo.git"), "what would be seen was looked at");
    team.ends().await;
}

#[tokio::test]
async fn a_repository_where_the_app_is_not_installed_is_read_and_not_pushed_to_and_the_run_says_why() {
    let team = Team::with(Visibility::Public, PUSHING, |world| world).await;
    let ann = team.member("ann", "member", Role::Write).await;
    let other = team.github.repository("acme/elsewhere", Visibility::Public);
    other.grants(&ann, Role::Write);
    ann.pushes(&other, "main", &[("a.txt", "a\n")]);
    let policy = team.world.folder().join("policy.toml");
    let add = ["project", "add", "elsewhere", "--git", &other.clone_url(), "--policy", policy.to_str().unwrap()];
    team.says(&add).await;
    let prompt = signalbox_testkit::script::Script::new()
        .tool("Write", serde_json::json!({"file_path": "/workspace/b.txt", "content": "b\n"}))
        .say("Written.")
        .to_string();
    let run = team.world.follows(&["run", "--project", "elsewhere", "--json", &prompt]);
    let (finished, _, events) = run.finishes().await;
    assert_eq!(finished["state"], "succeeded", "{finished}");
    let warned = events
        .iter()
        .any(|event| event["message"].as_str().is_some_and(|words| words.contains("does not accept the credential")));
    assert!(warned, "{events:#?}");
    assert_eq!(other.branches(), ["main"]);
    team.ends().await;
}
