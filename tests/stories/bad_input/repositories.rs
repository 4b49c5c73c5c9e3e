//! Repositories that are away, empty, odd or only half there.

use super::{failure, greeting, outcome, run};
use crate::harness::{World, git, make_repository};
use serde_json::{Value, json};
use signalbox_testkit::script::Script;
use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;

/// Leaves one more line behind.
fn work() -> String {
    Script::new().tool("Write", json!({"file_path": "/workspace/new.txt", "content": "new\n"})).say("Done.").to_string()
}

async fn project(world: &World, address: &str) {
    let added = world.says(&["project", "add", "away", "--git", address]).await;
    assert_eq!(added.code(), 0, "{}", added.stderr);
}

#[tokio::test]
async fn one_whose_host_is_unknown_fails_with_a_word_about_it() {
    let world = World::new().await.with("SIGNALBOX_QUEUE_RETRIES", "0");
    project(&world, "https://nowhere.invalid/site.git").await;
    let said = world.says(&["run", "--json", "--project", "away", &greeting()]).await;
    let (kind, message) = failure(&said);
    assert!(kind.starts_with("repository_"), "{kind}: {message}");
    assert!(message.contains("host is unknown") || message.contains("resolve"), "{message}");
    world.ends().await;
}

#[tokio::test]
async fn one_that_was_removed_fails_and_is_taken_up_again_when_it_is_back() {
    let world = World::new().await.with("SIGNALBOX_QUEUE_RETRIES", "0");
    let path = world.repository();
    project(&world, path.to_str().unwrap()).await;
    let away = path.with_extension("away");
    std::fs::rename(&path, &away).unwrap();
    let (kind, message) = failure(&world.says(&["run", "--json", "--project", "away", &greeting()]).await);
    assert!(kind.starts_with("repository_"), "{kind}: {message}");
    assert!(message.contains("no such repository"), "{message}");
    std::fs::rename(&away, &path).unwrap();
    outcome(&world.says(&["run", "--json", "--project", "away", &greeting()]).await);
    world.ends().await;
}

#[tokio::test]
async fn in_one_without_a_commit_the_work_becomes_the_first() {
    let world = World::new().await;
    std::fs::remove_dir_all(world.repository()).unwrap();
    std::fs::create_dir_all(world.repository()).unwrap();
    world.git(&["init", "--quiet", "--initial-branch=main"]);
    let finished = outcome(&run(&world, &work()).await);
    let branch = finished["branch"].as_str().unwrap();
    assert_eq!(world.git(&["ls-tree", "--name-only", branch]), "new.txt");
    assert_eq!(world.git(&["rev-list", "--count", branch]), "1");
    world.ends().await;
}

#[tokio::test]
async fn odd_branches_and_a_detached_head_are_stood_on() {
    let world = World::new().await;
    world.git(&["branch", "--move", "main", "tränk/@v1.0;$(x)"]);
    let tip = world.git(&["rev-parse", "HEAD"]);
    let parent = |finished: &Value| world.git(&["rev-parse", &format!("{}^", finished["branch"].as_str().unwrap())]);
    assert_eq!(parent(&outcome(&run(&world, &work()).await)), tip);
    world.git(&["checkout", "--quiet", "--detach"]);
    assert_eq!(parent(&outcome(&run(&world, &work()).await)), tip);
    world.ends().await;
}

#[tokio::test]
async fn a_shallow_clone_says_how_to_complete_it() {
    let world = World::new().await;
    let full = world.repository().with_extension("full");
    std::fs::rename(world.repository(), &full).unwrap();
    std::fs::write(full.join("more.txt"), "more\n").unwrap();
    git(&full, &["add", "--all"]);
    git(&full, &["commit", "--quiet", "--message", "Second"]);
    let (from, to) = (format!("file://{}", full.display()), world.repository());
    git(Path::new("/"), &["clone", "--quiet", "--depth=1", &from, to.to_str().unwrap()]);
    let (kind, message) = failure(&run(&world, &work()).await);
    assert!(kind.starts_with("repository_"), "{kind}: {message}");
    assert!(message.contains("git fetch --unshallow"), "{message}");
    git(&world.repository(), &["fetch", "--quiet", "--unshallow"]);
    outcome(&run(&world, &work()).await);
    world.ends().await;
}

#[tokio::test]
async fn a_submodule_stays_what_it_is() {
    let world = World::new().await;
    let part = world.repository().with_extension("part");
    make_repository(&part, &[("part.txt", "part\n")]);
    let add = ["-c", "protocol.file.allow=always", "submodule", "--quiet", "add", part.to_str().unwrap(), "part"];
    world.git(&add);
    world.git(&["commit", "--quiet", "--message", "Add a part"]);
    let finished = outcome(&run(&world, &work()).await);
    let tree = world.git(&["ls-tree", finished["branch"].as_str().unwrap()]);
    assert!(tree.contains("160000 commit"), "{tree}");
    assert_eq!(finished["stat"]["files"].as_array().map(Vec::len), Some(1), "{finished}");
    world.ends().await;
}

#[tokio::test]
async fn names_that_are_not_utf_8_come_in_and_go_out_unchanged() {
    let world = World::new().await;
    let name = std::ffi::OsStr::from_bytes(b"caf\xe9.txt");
    std::fs::write(world.repository().join(name), "one\n").unwrap();
    world.git(&["add", "--all"]);
    world.git(&["commit", "--quiet", "--message", "Add"]);
    let command = r"printf 'two\n' >> caf$'\xe9'.txt; printf x > $'\xff\xfe new.txt'";
    let prompt =
        Script::new().tool("Bash", json!({"command": command, "description": "Write"})).say("Done.").to_string();
    let mut run = world.runs(&[], &prompt);
    let asked = run.until("approval_opened").await;
    assert_eq!(world.says(&["approve", asked["approval"].as_str().unwrap()]).await.code(), 0);
    let (finished, code, _) = run.finishes().await;
    assert_eq!(code, 0, "{finished}");
    let paths: Vec<_> =
        finished["stat"]["files"].as_array().unwrap().iter().map(|f| f["path"].as_str().unwrap()).collect();
    assert_eq!(paths, [r#""caf\351.txt""#, r#""\377\376 new.txt""#]);
    let listed = world.git(&["ls-tree", "--name-only", finished["branch"].as_str().unwrap()]);
    assert!(listed.contains(r#""caf\351.txt""#) && listed.contains(r#""\377\376 new.txt""#), "{listed}");
    world.ends().await;
}
