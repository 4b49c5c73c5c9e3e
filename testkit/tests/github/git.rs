//! Git over HTTP, by git itself.

use std::path::Path;

use rstest::rstest;
use serde_json::{Value, json};
use signalbox_testkit::github::{Level, Role, Visibility};

use crate::harness::{Hub, git, git_ok, with_token};
use crate::hook::{Hook, delivered};

/// A clone with a commit on a branch that is not pushed yet.
async fn clone(hub: &Hub, token: &str, directory: &Path) {
    let url = with_token(&hub.repo.clone_url(), token);
    git_ok(directory, &["clone", "--quiet", &url, "."]).await;
    std::fs::write(directory.join("new.txt"), "new\n").unwrap();
    git_ok(directory, &["add", "."]).await;
    git_ok(directory, &["commit", "--quiet", "-m", "Add something"]).await;
}

async fn push(directory: &Path, refspec: &str) -> Result<(), String> {
    let output = git(directory, &["push", "origin", refspec]).await;
    if output.status.success() { Ok(()) } else { Err(String::from_utf8(output.stderr).unwrap()) }
}

#[tokio::test]
async fn a_push_moves_the_branch_and_its_pull_request_and_is_told() {
    let hub = Hub::new();
    let before = hub.ann.pushes(&hub.repo, "topic", &[("a.txt", "a\n")]);
    let pull = hub.ann.opens_pull(&hub.repo, "topic", "A", "");
    let hook = Hook::listen(&hub).await;
    let directory = tempfile::tempdir().unwrap();
    let token = hub.token().await;
    clone(&hub, &token, directory.path()).await;
    git_ok(directory.path(), &["fetch", "--quiet", "origin", "topic", "refs/pull/1/head"]).await;
    git_ok(directory.path(), &["checkout", "--quiet", "-b", "work", &before]).await;
    git_ok(directory.path(), &["cherry-pick", "main"]).await;
    push(directory.path(), "work:topic").await.unwrap();
    let head = git_ok(directory.path(), &["rev-parse", "work"]).await;
    assert_eq!((hub.repo.head("topic"), pull.head()), (Some(head.clone()), head.clone()));
    assert_eq!(hub.repo.reference("refs/pull/1/head"), Some(head.clone()));
    assert_eq!(hub.repo.log("topic").last().unwrap().author.0, "Hub");
    delivered(&hub).await;
    let pushed = hook.payload("push");
    assert_eq!(
        (&pushed["ref"], &pushed["before"], &pushed["after"]),
        (&json!("refs/heads/topic"), &json!(before), &json!(head))
    );
    assert_eq!((&pushed["forced"], &pushed["commits"][0]["added"]), (&json!(false), &json!(["new.txt"])));
    assert_eq!(pushed["sender"]["login"], "signalbox[bot]");
    let moved = hook.payload("pull_request.synchronize");
    assert_eq!((&moved["before"], &moved["pull_request"]["head"]["sha"]), (&json!(before), &json!(head)));
    assert_eq!(hook.payload("check_suite.requested")["check_suite"]["head_sha"], head);
}

#[tokio::test]
async fn a_protected_branch_takes_no_push() {
    let hub = Hub::new();
    hub.repo.protects("main");
    let directory = tempfile::tempdir().unwrap();
    let token = hub.token().await;
    clone(&hub, &token, directory.path()).await;
    let before = hub.repo.head("main");
    let refused = push(directory.path(), "main").await.unwrap_err();
    assert!(refused.contains("remote: error: GH006: Protected branch update failed for refs/heads/main."), "{refused}");
    assert!(refused.contains("remote: - Changes must be made through a pull request."), "{refused}");
    assert_eq!(hub.repo.head("main"), before);
    push(directory.path(), "main:elsewhere").await.unwrap();
}

#[tokio::test]
async fn workflows_take_a_permission_of_their_own() {
    let hub = Hub::new();
    let directory = tempfile::tempdir().unwrap();
    clone(&hub, &hub.token().await, directory.path()).await;
    let file = ".github/workflows/ci.yml";
    std::fs::create_dir_all(directory.path().join(".github/workflows")).unwrap();
    std::fs::write(directory.path().join(file), "on: push\n").unwrap();
    git_ok(directory.path(), &["add", "."]).await;
    git_ok(directory.path(), &["commit", "--quiet", "-m", "Add a workflow"]).await;
    let refused = push(directory.path(), "main:topic").await.unwrap_err();
    let words =
        format!("refusing to allow a GitHub App to create or update workflow `{file}` without `workflows` permission");
    assert!(refused.contains(&words), "{refused}");
    push(directory.path(), "HEAD~1:refs/heads/topic").await.unwrap();
    hub.ann.pushes(&hub.repo, "main", &[(file, "on: push\n")]);
    let url = with_token(&hub.repo.clone_url(), &hub.ann.token(&["repo", "workflow"]));
    git_ok(directory.path(), &["push", "--quiet", &url, "main:ann"]).await;
}

#[rstest]
#[case::public_without_a_token(Visibility::Public, "", Ok(()))]
#[case::private_without_a_token(Visibility::Private, "", Err("could not read Username"))]
#[case::wrong(
    Visibility::Private,
    "ghp_wrong",
    Err("Invalid username or token. Password authentication is not supported for Git operations.")
)]
#[tokio::test]
async fn what_may_be_read(#[case] visibility: Visibility, #[case] token: &str, #[case] wanted: Result<(), &str>) {
    let hub = Hub::new();
    let repo = hub.server.repository("team/other", visibility);
    let url = if token.is_empty() { repo.clone_url() } else { with_token(&repo.clone_url(), token) };
    let output = git(Path::new("/tmp"), &["ls-remote", &url]).await;
    let words = String::from_utf8(output.stderr).unwrap();
    match wanted {
        Ok(()) => assert!(output.status.success(), "{words}"),
        Err(wanted) => assert!(words.contains(wanted), "{words}"),
    }
}

#[tokio::test]
async fn who_may_not_push_is_told_so() {
    let hub = Hub::new();
    let directory = tempfile::tempdir().unwrap();
    clone(&hub, &hub.bob.token(&["repo"]), directory.path()).await;
    let refused = push(directory.path(), "main").await.unwrap_err();
    assert!(refused.contains("remote: Permission to team/app.git denied to bob."), "{refused}");
    assert!(refused.contains("403"), "{refused}");
    let reads = hub.ann.fine_grained_token(&[("contents", Level::Read)], &[&hub.repo]);
    let url = with_token(&hub.repo.clone_url(), &reads);
    let output = git(directory.path(), &["push", &url, "main"]).await;
    assert!(String::from_utf8(output.stderr).unwrap().contains("remote: Write access to repository not granted."));
    let stranger = with_token(&hub.repo.clone_url(), &hub.server.user("eve").token(&["repo"]));
    let output = git(directory.path(), &["fetch", &stranger]).await;
    let words = String::from_utf8(output.stderr).unwrap();
    assert!(words.contains("remote: Repository not found.") && words.contains("not found"), "{words}");
    hub.repo.limits_app(&[("metadata", Level::Read), ("contents", Level::Read)]);
    let url = with_token(&hub.repo.clone_url(), &hub.token().await);
    let output = git(directory.path(), &["push", &url, "main"]).await;
    let words = String::from_utf8(output.stderr).unwrap();
    assert!(words.contains("Permission to team/app.git denied to signalbox[bot]."), "{words}");
    assert_eq!(hub.repo.log("main").len(), 1);
}

#[tokio::test]
async fn pull_references_are_not_for_pushing() {
    let hub = Hub::new();
    let directory = tempfile::tempdir().unwrap();
    clone(&hub, &hub.token().await, directory.path()).await;
    let refused = push(directory.path(), "main:refs/pull/1/head").await.unwrap_err();
    assert!(refused.contains("deny updating a hidden ref"), "{refused}");
}

#[tokio::test]
async fn a_fork_is_another_repository_and_its_commits_come_by_the_pull_request() {
    let hub = Hub::new();
    hub.repo.grants(&hub.bob, Role::Read);
    let fork = hub.bob.forks(&hub.repo);
    let head = hub.bob.pushes(&fork, "mine", &[("b.txt", "b\n")]);
    let pull = hub.bob.opens_pull_from(&hub.repo, (&fork, "mine"), ("Mine", ""));
    assert_eq!(hub.repo.reference("refs/pull/1/head"), Some(head));
    assert_eq!(hub.repo.head("mine"), None);
    let moved = hub.bob.force_pushes(&fork, "mine", "main", &[("c.txt", "c\n")]);
    assert_eq!((hub.repo.reference("refs/pull/1/head"), pull.head()), (Some(moved.clone()), moved));
    let token = hub.token().await;
    let url = with_token(&fork.clone_url(), &token);
    let output = git(Path::new("/tmp"), &["ls-remote", &url]).await;
    assert!(String::from_utf8(output.stderr).unwrap().contains("Repository not found."), "not installed there");
    let shown = hub.get("/pulls/1").await;
    assert_eq!((&shown["head"]["repo"]["fork"], &shown["head"]["label"]), (&json!(true), &json!("bob:mine")));
    assert_eq!(shown["head"]["repo"]["full_name"], "bob/app");
}

#[tokio::test]
async fn each_push_is_told_once_whoever_else_pushes() {
    let hub = Hub::new();
    hub.ann.pushes(&hub.repo, "topic", &[("a.txt", "a\n")]);
    hub.ann.opens_pull(&hub.repo, "topic", "A", "");
    let hook = Hook::listen(&hub).await;
    let directory = tempfile::tempdir().unwrap();
    clone(&hub, &hub.token().await, directory.path()).await;
    git_ok(directory.path(), &["checkout", "--quiet", "-b", "work", "origin/topic"]).await;
    std::fs::write(directory.path().join("b.txt"), "b\n").unwrap();
    git_ok(directory.path(), &["add", "."]).await;
    git_ok(directory.path(), &["commit", "--quiet", "-m", "Go on"]).await;
    let forced = hub.ann.force_pushes(&hub.repo, "topic", "main", &[("c.txt", "c\n")]);
    let refused = push(directory.path(), "work:topic").await.unwrap_err();
    assert!(refused.contains("[rejected]"), "{refused}");
    hub.ann.deletes_branch(&hub.repo, "topic");
    delivered(&hub).await;
    let pushes: Vec<Value> = hook.posted().iter().filter(|one| one.name() == "push").map(|one| one.payload()).collect();
    let seen: Vec<_> = pushes.iter().map(|one| (&one["forced"], &one["deleted"])).collect();
    assert_eq!(seen, [(&json!(true), &json!(false)), (&json!(false), &json!(true))]);
    assert_eq!((&pushes[0]["after"], &pushes[1]["head_commit"]), (&json!(forced), &Value::Null));
}

#[tokio::test]
async fn calls_of_git_are_recorded() {
    let hub = Hub::new();
    let url = with_token(&hub.repo.clone_url(), &hub.ann.token(&["repo"]));
    git_ok(Path::new("/tmp"), &["ls-remote", &url]).await;
    let calls = hub.server.calls();
    let last = calls.last().unwrap();
    let seen = (last.path.as_str(), last.query.as_str(), last.caller.as_str(), last.status);
    assert_eq!(
        seen.0,
        "/team/app.git/git-upload-pack"
            .replace("git-upload-pack", if last.query.is_empty() { "git-upload-pack" } else { "info/refs" })
    );
    assert_eq!((seen.2, seen.3, &last.body), ("ann", 200, &Value::Null));
}
