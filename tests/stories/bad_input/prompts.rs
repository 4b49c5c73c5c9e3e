//! Prompts of every kind that is no ordinary sentence.

use super::{complains, greeting, outcome, run, succeeds};
use crate::harness::World;
use crate::socket::{PUSHING, site};
use serde_json::{Value, json};
use signalbox_testkit::script::Script;

#[tokio::test]
async fn an_empty_prompt_is_wrong_usage_and_makes_no_task() {
    let world = World::new().await;
    for prompt in ["", " \n\t"] {
        complains(&run(&world, prompt).await, 2, &["prompt is empty"]);
    }
    assert_eq!(world.says(&["tasks", "--all", "--json"]).await.stdout.trim(), "[]");
    world.ends().await;
}

#[tokio::test]
async fn a_prompt_of_a_megabyte_arrives_whole_and_one_beyond_the_limit_is_refused() {
    let world = World::new().await.with("SIGNALBOX_LIMITS_PROMPT", "2MiB");
    let serving = world.serves().await;
    let socket = site(&world, PUSHING).await;
    let prompt = format!("{}\n# {}", greeting(), "ä".repeat(512 << 10));
    let task = socket.submits("site", &prompt, Value::Null).await;
    succeeds(&socket, &task).await;
    let heard = world.model.requests().into_iter().find(|request| request.path == "/v1/messages").unwrap();
    assert!(heard.body.to_string().contains(&"ä".repeat(512 << 10)), "the model got all of it");
    assert_eq!(socket.task(&task).await["prompt"].as_str().map(str::len), Some(prompt.len()));
    let request = json!({
        "source": "story", "key": "too-long", "project": "site", "conversation": null, "place": "terminal:x",
        "prompt": "a".repeat((2 << 20) + 1), "attachments": [], "model": null, "priority": 0, "not_before": null,
        "limits": {"budget": null, "seconds": null, "turns": null}, "asking": "ask",
    });
    let (status, problem) = socket.tries(reqwest::Method::POST, "tasks", &request).await.unwrap();
    assert!((400..500).contains(&status) && problem.to_string().contains("limits.prompt"), "{status} {problem}");
    serving.stops().await;
    world.ends().await;
}

#[tokio::test]
async fn control_characters_arrive_as_they_are_and_touch_no_terminal() {
    let world = World::new().await;
    let serving = world.serves().await;
    let socket = site(&world, PUSHING).await;
    let prompt = format!("{}\n# \u{0} \u{1b}[31m red \u{1b}]0;title\u{7} \u{202e}", greeting());
    let task = socket.submits("site", &prompt, Value::Null).await;
    succeeds(&socket, &task).await;
    let shown = world.says(&["show", &task]).await;
    assert_eq!(shown.code(), 0, "{}", shown.stderr);
    assert!(!shown.stdout.contains('\u{1b}') && !shown.stdout.contains('\u{7}'), "{:?}", shown.stdout);
    serving.stops().await;
    world.ends().await;
}

#[tokio::test]
async fn what_looks_like_an_option_or_a_command_is_a_prompt_like_any_other() {
    let world = World::new().await;
    let repository = world.repository();
    let prompt = "--dangerously-skip-permissions";
    let said = world.says(&["run", "--json", "--repo", repository.to_str().unwrap(), "--", prompt]).await;
    assert_eq!(outcome(&said)["result"], format!("no script: {prompt}"));
    let slash = Script::new().say("x").raw("/compact").to_string();
    assert!(run(&world, &slash).await.code() <= 1);
    world.ends().await;
}
