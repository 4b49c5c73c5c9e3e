//! Points 2, 3 and 4: one decision for one call, one task for one request, one run at a time in one conversation.

use super::on_branch;
use crate::harness::{Said, World};
use futures::future::join_all;
use serde_json::{Value, json};
use signalbox_testkit::script::Script;
use std::time::Duration;

/// How often two people say something at the same moment, and how many copies of one request arrive at once.
const TIMES: usize = 20;

#[tokio::test]
async fn of_two_words_at_once_one_counts() {
    let world = World::new().await;
    let call = |script: Script, n| script.tool("Bash", json!({"command": format!("echo {n} >> ran.txt")}));
    let script =
        (0..TIMES).fold(Script::new(), call).tool("Write", json!({"file_path": "/workspace/end", "content": "x"}));
    let serving = world.serves().await;
    let mut run = world.runs(&[], &script.say("Done.").to_string());
    let mut allowed = Vec::new();
    for number in 0..TIMES {
        let asked = run.until("approval_opened").await;
        let id = asked["approval"].as_str().unwrap();
        // Who is named first starts first; they take turns, so that neither wins always.
        let words = if number % 2 == 0 { ["approve", "deny"] } else { ["deny", "approve"] };
        let said = join_all(words.map(|word| says(&world, word, id))).await;
        let winners: Vec<_> = (0..2).filter(|who| said[*who].code() == 0).collect();
        assert_eq!(winners.len(), 1, "{}{}", said[0].stderr, said[1].stderr);
        let (winner, loser) = (winners[0], &said[1 - winners[0]]);
        assert_eq!(loser.code(), 1);
        let told = if words[winner] == "approve" { "allowed by" } else { "denied by" };
        assert!(loser.stderr.contains("too late") && loser.stderr.contains(told), "{}", loser.stderr);
        if words[winner] == "approve" {
            allowed.push(number.to_string());
        }
    }
    let (finished, code, seen) = run.finishes().await;
    assert_eq!(code, 0, "{finished}");
    let decided = seen.iter().filter(|event| event["event"] == "approval_decided").count();
    assert_eq!(decided, TIMES, "one decision each");
    let ran = if allowed.is_empty() { String::new() } else { on_branch(&world, &finished, "ran.txt") };
    assert_eq!(ran.lines().collect::<Vec<_>>(), allowed, "what was allowed ran once, and nothing else");
    serving.stops().await;
    world.ends().await;
}

#[tokio::test]
async fn one_request_is_one_task_however_often_it_arrives() {
    let world = World::new().await;
    let serving = world.serves().await;
    let repository = world.repository();
    let added = world.says(&["project", "add", "once", "--git", repository.to_str().unwrap()]).await;
    assert_eq!(added.code(), 0, "{}", added.stderr);
    let tomorrow =
        std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap() + Duration::from_secs(86_400);
    let request = json!({"source": "story", "key": "update-7", "project": "once", "conversation": null, "model": null,
        "place": "terminal:story", "prompt": "SAY once", "attachments": [], "priority": 0, "asking": "ask",
        "not_before": tomorrow.as_millis() as u64, "limits": {"budget": null, "seconds": null, "turns": null}});
    let first = world.posts("/api/v1/tasks", &request).await;
    assert_eq!(first["repeated"], false, "{first}");
    let copies = join_all((0..TIMES).map(|_| world.posts("/api/v1/tasks", &request))).await;
    for copy in &copies {
        assert_eq!((&copy["task"], &copy["repeated"]), (&first["task"], &json!(true)), "{copy}");
    }
    let mut another = request.clone();
    another["key"] = json!("update-8");
    let at_once = join_all((0..TIMES).map(|_| world.posts("/api/v1/tasks", &another))).await;
    assert_eq!(at_once.iter().filter(|copy| copy["repeated"] == false).count(), 1, "{at_once:?}");
    assert!(at_once.iter().all(|copy| copy["task"] == at_once[0]["task"]));
    let tasks: Value = serde_json::from_str(&world.says(&["tasks", "--all", "--json"]).await.stdout).unwrap();
    assert_eq!(tasks.as_array().unwrap().len(), 2);
    serving.stops().await;
    world.ends().await;
}

#[tokio::test]
async fn one_conversation_has_one_run_at_a_time() {
    let world = World::new().await;
    let serving = world.serves().await;
    let mut first = world.runs(&[], &Script::new().delay(Duration::from_secs(2)).say("One.").to_string());
    let conversation = first.until("submitted").await["conversation"].as_str().unwrap().to_owned();
    let say = |text: &str| Script::new().delay(Duration::from_millis(500)).say(text).to_string();
    let (second, third) = (say("Two."), say("Three."));
    let later = [world.continues(&conversation, &second), world.continues(&conversation, &third)];
    let ends = tokio::join!(first.finishes(), join_all(later.map(|run| run.finishes())));
    let runs: Vec<_> = [ends.0].into_iter().chain(ends.1).collect();
    let mut lives: Vec<(i64, i64)> = Vec::new();
    for (finished, code, seen) in &runs {
        assert_eq!(*code, 0, "{finished}");
        let at = |kind: &str| -> Vec<i64> {
            seen.iter().filter(|event| event["event"] == kind).filter_map(|event| event["at"].as_i64()).collect()
        };
        assert_eq!(at("run_started").len(), 1, "each had one run: {seen:?}");
        lives.push((at("run_started")[0], at("finished")[0]));
    }
    lives.sort_unstable();
    assert!(lives.windows(2).all(|two| two[0].1 <= two[1].0), "two runs were live at once: {lives:?}");
    serving.stops().await;
    world.ends().await;
}

async fn says(world: &World, word: &str, approval: &str) -> Said {
    world.says(&[word, approval]).await
}
