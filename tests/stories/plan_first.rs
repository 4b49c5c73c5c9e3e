//! Plan mode: Claude looks and proposes, people accept, and only then is anything changed.

use crate::harness::{World, git};
use crate::socket::{PUSHING, Socket, site};
use serde_json::{Value, json};
use signalbox_testkit::script::Script;

/// Tries to write, is told to plan, shows its plan, and tries again.
fn plan_and_work(name: &str) -> String {
    let write = || json!({"file_path": format!("/workspace/{name}"), "content": "planned\n"});
    Script::new()
        .tool("Read", json!({"file_path": "/workspace/notes.txt"}))
        .tool("Write", write())
        .tool("ExitPlanMode", json!({"plan": "1. Write the file."}))
        .tool("Write", write())
        .say("That was the plan.")
        .to_string()
}

/// Follows a task to its plan: nothing was written before. Returns the approval.
async fn plan_of(socket: &Socket, task: &str) -> (crate::socket::Follower, String) {
    let mut follower = socket.follows(task);
    let asked = follower.until("approval_opened").await;
    assert_eq!(asked["kind"], "plan", "{asked}");
    assert_eq!(asked["reason"], "1. Write the file.");
    assert_eq!(answers(&follower.seen, "Write"), ["deny"]);
    let approval = asked["approval"].as_str().unwrap().to_owned();
    (follower, approval)
}

/// What the gate answered to the calls of a tool, in order.
fn answers(seen: &[Value], tool: &str) -> Vec<String> {
    let answered = seen.iter().filter(|event| event["event"] == "gate_answered" && event["tool"] == tool);
    answered.map(|event| event["answer"].as_str().unwrap().to_owned()).collect()
}

fn files(world: &World, finished: &Value) -> Vec<String> {
    let branch = finished["branch"].as_str().unwrap();
    git(&world.repository(), &["ls-tree", "--name-only", branch]).lines().map(str::to_owned).collect()
}

#[tokio::test]
async fn nothing_is_written_before_the_plan_is_accepted_and_each_turn_plans_anew() {
    // The second turn finds the CLI of the first awake, which has left plan mode; the third begins with a new one.
    let world = World::new().await.with("SIGNALBOX_SANDBOX_KEEP", "3s");
    let serving = world.serves().await;
    let socket = site(&world, PUSHING).await;
    let mut conversation = Value::Null;
    for (turn, name) in ["first.txt", "second.txt", "third.txt"].into_iter().enumerate() {
        if turn == 2 {
            world.is_quiet().await;
        }
        let other = json!({"mode": "plan", "conversation": conversation});
        let task = socket.submits("site", &plan_and_work(name), other).await;
        let (mut follower, approval) = plan_of(&socket, &task).await;
        socket.approves(&approval).await;
        let finished = follower.until("finished").await;
        assert_eq!(finished["state"], "succeeded", "{finished}");
        assert_eq!(answers(&follower.seen, "Write"), ["deny", "allow"]);
        assert!(files(&world, &finished).contains(&name.to_owned()));
        conversation = socket.task(&task).await["conversation"].clone();
    }
    world.is_quiet().await;
    serving.stops().await;
    world.ends().await;
}

#[tokio::test]
async fn a_plan_that_waits_for_days_is_resumed_as_a_plan() {
    let world = World::new().await.with("SIGNALBOX_APPROVAL_HOLD", "1s");
    let serving = world.serves().await;
    let socket = site(&world, PUSHING).await;
    let task = socket.submits("site", &plan_and_work("late.txt"), json!({"mode": "plan"})).await;
    let (mut follower, approval) = plan_of(&socket, &task).await;
    follower.until("parked").await;
    socket.approves(&approval).await;
    let finished = follower.until("finished").await;
    assert_eq!(finished["state"], "succeeded", "{finished}");
    assert_eq!(answers(&follower.seen, "Write"), ["deny", "allow"]);
    assert_eq!(files(&world, &finished), ["README.md", "late.txt", "notes.txt"]);
    world.is_quiet().await;
    serving.stops().await;
    world.ends().await;
}

#[tokio::test]
async fn a_plan_that_is_refused_changes_nothing() {
    let world = World::new().await;
    let serving = world.serves().await;
    let socket = site(&world, PUSHING).await;
    let task = socket.submits("site", &plan_and_work("never.txt"), json!({"mode": "plan"})).await;
    let (mut follower, approval) = plan_of(&socket, &task).await;
    let no = json!({"approval": approval, "saying": {"say": "deny", "reason": "not now"}, "span": "once"});
    socket.posts(&format!("approvals/{approval}/decision"), &no).await;
    let finished = follower.until("finished").await;
    assert_eq!(answers(&follower.seen, "Write"), ["deny", "deny"]);
    assert_eq!(finished["commit"], Value::Null);
    world.is_quiet().await;
    serving.stops().await;
    world.ends().await;
}
