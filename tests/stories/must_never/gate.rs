//! Point 1: a call that nobody allowed does not run, whatever else is alive in the sandbox.

use crate::harness::World;
use serde_json::{Value, json};
use signalbox_testkit::script::Script;

/// How many calls nobody allows.
const CALLS: usize = 50;

fn attack_and_fifty_calls() -> String {
    let attack = json!({"command": "python3 attack.py", "description": "Leave something behind"});
    let start = Script::new().tool("Bash", attack);
    let calls = (1..=CALLS).fold(start, |script, number| {
        script.tool("Bash", json!({"command": format!("echo ran > ran-{number}.txt"), "description": "Write"}))
    });
    let enough = json!({"command": "pkill -f attack.py; sleep 0.2; cat opened.json", "description": "Enough"});
    calls.tool("Bash", enough).say("That was all.").to_string()
}

#[tokio::test]
async fn what_an_allowed_command_leaves_behind_cannot_answer_for_people_nor_speak_for_the_cli() {
    let world = World::new().await;
    commit_file(&world, "attack.py", include_str!("attack.py"));
    let serving = world.serves().await;
    let mut run = world.runs(&[], &attack_and_fifty_calls());
    let asked = run.until("approval_opened").await;
    assert_eq!(world.says(&["approve", asked["approval"].as_str().unwrap()]).await.code(), 0);
    for _ in 0..CALLS {
        let asked = run.until("approval_opened").await;
        assert!(asked["input"]["text"].as_str().unwrap().contains("echo ran"), "{asked}");
        assert_eq!(world.says(&["deny", asked["approval"].as_str().unwrap()]).await.code(), 0);
    }
    let enough = run.until("approval_opened").await;
    assert_eq!(world.says(&["approve", enough["approval"].as_str().unwrap()]).await.code(), 0);
    let (finished, code, seen) = run.finishes().await;
    assert_eq!((code, &finished["result"]), (0, &json!("That was all.")), "{finished}");
    let branch = finished["branch"].as_str().unwrap();
    let ran = world.git(&["ls-tree", "--name-only", branch]).lines().filter(|name| name.starts_with("ran-")).count();
    assert_eq!(ran, 0, "{ran} of {CALLS} calls ran although nobody allowed them");
    let report: Value = serde_json::from_str(&world.git(&["show", &format!("{branch}:opened.json")])).unwrap();
    println!("{report:#}");
    println!("{:#?}", seen.iter().filter(|e| e["event"] == "warning").collect::<Vec<_>>());
    serving.stops().await;
    world.ends().await;
}
fn commit_file(world: &World, name: &str, content: &str) {
    std::fs::write(world.repository().join(name), content).unwrap();
    world.git(&["add", "--all"]);
    world.git(&["commit", "--quiet", "--message", "Add"]);
}
