//! Pull requests: a branch of the repository is worked on and left alone where somebody has moved it; what comes from a fork
//! is only read.

use super::{Team, pull_request};
use crate::telegram::leave_a_trace;
use serde_json::json;
use signalbox_testkit::github::{Role, Visibility};
use signalbox_testkit::script::Script;

/// Work goes out without a question.
const PUSHING: &str = "[push]\nwhen = \"auto\"\n";

#[tokio::test]
async fn a_pull_request_that_is_pushed_to_by_force_meanwhile_is_left_alone() {
    let team = Team::with(Visibility::Private, PUSHING, |world| world).await;
    let ann = team.member("ann", "member", Role::Write).await;
    let pull = pull_request(&team, &ann);
    ann.comments(&pull, &format!("@signalbox {}", leave_a_trace()));
    let (_, code) = team.is_asked(&pull).await;
    let forced = ann.force_pushes(&team.repo, "topic", "main", &[("other.txt", "other\n")]);
    ann.comments(&pull, &format!("/approve {code}"));
    let outcome = team.hears(&pull, "The trace is left.").await;
    assert!(outcome.body.contains("somebody has pushed to it since the work began"), "{}", outcome.body);
    assert_eq!((team.repo.head("topic"), pull.head()), (Some(forced.clone()), forced), "nothing is overwritten");
    assert_eq!(team.repo.branches(), ["main", "topic"]);
    team.ends().await;
}

#[tokio::test]
async fn a_pull_request_from_a_fork_is_read_and_answered_and_nothing_is_pushed_or_run() {
    let team = Team::with(Visibility::Public, PUSHING, |world| world).await;
    let ann = team.member("ann", "member", Role::Write).await;
    let eve = team.github.user("eve");
    let fork = eve.forks(&team.repo);
    team.repo.grants(&eve, Role::Read);
    fork.grants(&eve, Role::Admin);
    let theirs = eve.pushes(&fork, "topic", &[("theirs.txt", "words of the fork\n")]);
    let pull = eve.opens_pull_from(&team.repo, (&fork, "topic"), ("Take mine", "It is good."));
    let script = Script::new()
        .tool("Read", json!({"file_path": "/workspace/theirs.txt"}))
        .tool("Write", json!({"file_path": "/workspace/mine.txt", "content": "x\n"}))
        .tool("Bash", json!({"command": "echo ran > ran.txt"}))
        .say("I read it and left it as it is.");
    ann.comments(&pull, &format!("@signalbox {script}"));
    let outcome = team.hears(&pull, "I read it and left it as it is.").await;
    assert!(outcome.body.contains("done in"), "{}", outcome.body);
    let told: String = team.world.model.requests().iter().map(|request| request.body.to_string()).collect();
    assert!(told.contains("words of the fork"), "the fork's files are there to be read");
    assert!(!team.said(&pull).iter().any(|comment| comment.body.contains("🔐")), "{}", pull.transcript());
    assert_eq!(
        (team.repo.branches(), fork.head("topic"), pull.head()),
        (vec!["main".into()], Some(theirs.clone()), theirs)
    );
    let tasks = team.tasks().await;
    let pushed = team.world.says(&["push", tasks[0]["id"].as_str().unwrap()]).await;
    assert_ne!(pushed.code(), 0, "{}", pushed.stdout);
    team.ends().await;
}
