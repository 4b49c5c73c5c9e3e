//! Work on what is not the default branch, as a pull request asks for it: it goes onto its branch while nobody else moves
//! that, and what comes from a fork is only read.

use crate::harness::{World, git};
use crate::socket::{PUSHING, Socket, site};
use serde_json::{Value, json};
use signalbox_testkit::script::Script;

fn writes(name: &str) -> String {
    let input = json!({"file_path": format!("/workspace/{name}"), "content": "x\n"});
    Script::new().tool("Write", input).say("Done.").to_string()
}

/// A branch with a commit of its own; the commit.
fn branch(world: &World, name: &str, file: &str) -> String {
    let repository = world.repository();
    git(&repository, &["checkout", "-q", "-B", name]);
    std::fs::write(repository.join(file), "theirs\n").unwrap();
    git(&repository, &["add", file]);
    git(&repository, &["commit", "-q", "-m", &format!("Add {file}")]);
    let commit = world.git(&["rev-parse", name]);
    git(&repository, &["checkout", "-q", "main"]);
    commit
}

fn on_topic(commit: &str) -> Value {
    json!({"ground": {"reference": "refs/heads/topic", "commit": commit, "onto": {"branch": "topic"}}})
}

fn says(events: &[Value], words: &str) -> bool {
    events.iter().any(|event| event["message"].as_str().is_some_and(|message| message.contains(words)))
}

async fn finishes(socket: &Socket, task: &str) -> (Value, Vec<Value>) {
    let mut follower = socket.follows(task);
    let finished = follower.until("finished").await;
    (finished, follower.seen)
}

#[tokio::test]
async fn work_on_a_branch_goes_onto_it_by_whom_the_hub_says_and_the_next_request_builds_on_it() {
    let world = World::new().await.with("SIGNALBOX_GIT_CO_AUTHOR", "Claude <claude@example.org>");
    let serving = world.serves().await;
    let socket = site(&world, PUSHING).await;
    let before = branch(&world, "topic", "theirs.txt");
    let first = socket.submits("site", &writes("first.txt"), on_topic(&before)).await;
    let (finished, _) = finishes(&socket, &first).await;
    assert_eq!(finished["state"], "succeeded");
    assert_eq!(world.git(&["rev-parse", "topic^"]), before, "nothing that was there is rewritten");
    assert!(world.git(&["log", "-1", "--format=%B", "topic"]).ends_with("Co-authored-by: Claude <claude@example.org>"));
    let conversation = socket.task(&first).await["conversation"].clone();
    let second = socket.submits("site", &writes("second.txt"), json!({"conversation": conversation})).await;
    finishes(&socket, &second).await;
    assert_eq!(world.git(&["rev-parse", "topic~2"]), before, "one commit for each request, on what was pushed");
    let files = world.git(&["ls-tree", "--name-only", "topic"]);
    assert!(["first.txt", "second.txt", "theirs.txt"].iter().all(|file| files.contains(file)), "{files}");
    assert!(!world.git(&["branch", "--list"]).contains("signalbox/"), "no branch of the hub's own");
    serving.stops().await;
    world.ends().await;
}

#[tokio::test]
async fn a_branch_that_somebody_moved_meanwhile_is_left_alone() {
    let world = World::new().await;
    let serving = world.serves().await;
    let socket = site(&world, PUSHING).await;
    let before = branch(&world, "topic", "theirs.txt");
    let prompt = Script::new().tool("Bash", json!({"command": "echo ran >> ran.txt"})).say("Done.").to_string();
    let task = socket.submits("site", &prompt, on_topic(&before)).await;
    let mut follower = socket.follows(&task);
    let asked = follower.until("approval_opened").await;
    git(&world.repository(), &["branch", "-f", "topic", "main"]);
    let moved = branch(&world, "topic", "newer.txt");
    socket.approves(asked["approval"].as_str().unwrap()).await;
    assert_eq!(follower.until("finished").await["state"], "succeeded");
    assert!(says(&follower.seen, "somebody has pushed to it since the work began"), "{:#?}", follower.seen.last());
    assert_eq!(world.git(&["rev-parse", "topic"]), moved);
    serving.stops().await;
    world.ends().await;
}

#[tokio::test]
async fn what_comes_from_a_fork_is_read_and_nothing_of_it_is_changed_or_run() {
    let world = World::new().await;
    let serving = world.serves().await;
    let trusting = format!("{PUSHING}\n[[commands]]\nprogram = \"make\"\noperands = \"any\"\n");
    let socket = site(&world, &trusting).await;
    let theirs = branch(&world, "theirs", "theirs.txt");
    git(&world.repository(), &["update-ref", "refs/pull/7/head", &theirs]);
    git(&world.repository(), &["branch", "-q", "-D", "theirs"]);
    let ground = json!({"ground": {"reference": "refs/pull/7/head", "commit": theirs, "onto": "nowhere"}});
    let prompt = Script::new()
        .tool("Read", json!({"file_path": "/workspace/theirs.txt"}))
        .tool("Write", json!({"file_path": "/workspace/mine.txt", "content": "x\n"}))
        .tool("Bash", json!({"command": "make all"}))
        .tool("Bash", json!({"command": "echo x > x.txt"}))
        .say("I read it.")
        .to_string();
    let task = socket.submits("site", &prompt, ground).await;
    let (finished, events) = finishes(&socket, &task).await;
    assert_eq!((&finished["state"], &finished["result"]), (&json!("succeeded"), &json!("I read it.")));
    let answers: Vec<_> = events.iter().filter(|event| event["event"] == "gate_answered").collect();
    let answers: Vec<_> = answers.iter().map(|event| event["answer"].as_str().unwrap()).collect();
    assert_eq!(answers, ["allow", "deny", "deny", "deny"]);
    let kinds: Vec<_> = events.iter().filter_map(|event| event["event"].as_str()).collect();
    assert!(!kinds.contains(&"approval_opened") && !kinds.contains(&"collected"), "{kinds:?}");
    let pushed = world.says(&["push", &task]).await;
    assert_ne!(pushed.code(), 0, "{}", pushed.stdout);
    assert!(!world.git(&["branch", "--list"]).contains("signalbox/"));
    serving.stops().await;
    world.ends().await;
}
