//! Discarding: work that nobody wants is gone, and the conversation goes on from where it began.

use crate::harness::World;
use crate::socket::{PUSHING, site};
use serde_json::{Value, json};
use signalbox_testkit::script::Script;

fn writes(name: &str) -> String {
    let input = json!({"file_path": format!("/workspace/{name}"), "content": "x\n"});
    Script::new().tool("Write", input).say("Done.").to_string()
}

#[tokio::test]
async fn discarded_work_is_gone_and_the_conversation_goes_on_from_where_it_began() {
    let world = World::new().await.with("SIGNALBOX_SANDBOX_KEEP", "30s");
    let serving = world.serves().await;
    let socket = site(&world, "version = 1\n").await;
    let first = socket.submits("site", &writes("first.txt"), json!({})).await;
    socket.follows(&first).until("finished").await;
    let conversation = socket.task(&first).await["conversation"].clone();
    let second = socket.submits("site", &writes("second.txt"), json!({"conversation": conversation})).await;
    socket.follows(&second).until("finished").await;

    let early = world.says(&["discard", &first]).await;
    assert!(early.code() != 0 && early.stderr.contains("discard what came after it first"), "{}", early.stderr);
    let gone = world.says(&["discard", &second]).await;
    assert_eq!(gone.code(), 0, "{}", gone.stderr);
    assert_eq!(socket.task(&second).await["commit"], Value::Null);
    let again = world.says(&["discard", &second]).await;
    assert!(again.stderr.contains("discarded already"), "{}", again.stderr);
    let pushed = world.says(&["push", &second]).await;
    assert!(pushed.stderr.contains("nothing"), "{}", pushed.stderr);
    world.is_quiet().await;

    let third = socket.submits("site", &writes("third.txt"), json!({"conversation": conversation})).await;
    let mut follower = socket.follows(&third);
    assert_eq!(follower.until("finished").await["state"], "succeeded");
    let stat = &follower.seen.iter().find(|event| event["event"] == "collected").unwrap()["stat"]["files"];
    let changed: Vec<_> = stat.as_array().unwrap().iter().map(|file| file["path"].as_str().unwrap()).collect();
    assert_eq!(changed, ["third.txt"]);
    assert_eq!(world.says(&["push", &third]).await.code(), 0);
    let branch = format!("signalbox/{third}");
    assert_eq!(world.git(&["ls-tree", "--name-only", &branch]), "README.md\nfirst.txt\nnotes.txt\nthird.txt");
    serving.stops().await;
    world.is_quiet().await;
    world.ends().await;
}

#[tokio::test]
async fn what_is_pushed_is_not_discarded() {
    let world = World::new().await;
    let serving = world.serves().await;
    let socket = site(&world, PUSHING).await;
    let task = socket.submits("site", &writes("first.txt"), json!({})).await;
    socket.follows(&task).until("finished").await;
    let said = world.says(&["discard", &task]).await;
    assert!(said.code() != 0 && said.stderr.contains("it is pushed to signalbox/"), "{}", said.stderr);
    assert!(socket.task(&task).await["commit"].is_string());
    world.is_quiet().await;
    serving.stops().await;
    world.ends().await;
}
