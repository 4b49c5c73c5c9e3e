//! The main job: a prompt becomes work on a branch, with people's word where policy asks for it.

use crate::harness::{World, git};
use serde_json::json;
use signalbox_testkit::script::Script;

/// Reads a file, edits two, runs a command that is asked for, and answers.
fn tidy_up() -> String {
    Script::new()
        .say("I will look at the notes first.")
        .tool("Read", json!({"file_path": "/workspace/notes.txt"}))
        .tool("Edit", json!({"file_path": "/workspace/notes.txt", "old_string": "two", "new_string": "2"}))
        .tool("Write", json!({"file_path": "/workspace/new.txt", "content": "new\n"}))
        .tool("Bash", json!({"command": "echo ran >> ran.txt", "description": "Leave a trace"}))
        .say("The notes are tidy.")
        .to_string()
}

#[tokio::test]
async fn a_prompt_becomes_a_commit_on_its_branch_once_a_person_has_said_yes() {
    let world = World::new().await;
    let mut run = world.runs(&[], &tidy_up());
    let asked = run.until("approval_opened").await;
    assert_eq!(asked["tool"], "Bash");
    assert!(asked["input"]["text"].as_str().unwrap().contains("echo ran >> ran.txt"));
    let approved = world.says(&["approve", asked["approval"].as_str().unwrap()]).await;
    assert_eq!(approved.code(), 0, "{}", approved.stderr);
    let (finished, code, seen) = run.finishes().await;
    assert_eq!(code, 0);
    assert_eq!((&finished["state"], &finished["result"]), (&json!("succeeded"), &json!("The notes are tidy.")));
    let branch = finished["branch"].as_str().unwrap();
    assert_eq!(branch, format!("signalbox/{}", finished["task"].as_str().unwrap()));
    assert_eq!(finished["commit"].as_str().unwrap(), world.git(&["rev-parse", branch]));
    assert_eq!(git(&world.repository(), &["show", &format!("{branch}:notes.txt")]), "one\n2");
    assert_eq!(git(&world.repository(), &["show", &format!("{branch}:ran.txt")]), "ran");
    assert_eq!(finished["stat"]["files"].as_array().unwrap().len(), 3);
    assert_eq!((&finished["stat"]["insertions"], &finished["stat"]["deletions"]), (&json!(3), &json!(1)));
    // Six requests to the model at 1,000 tokens in and 50 out, by the price table.
    assert!(finished["cost_usd"].as_f64().unwrap() > 0.0);
    let recorded: Vec<_> = seen.iter().filter_map(|event| event.get("seq")?.as_u64()).collect();
    assert_eq!(recorded, (1..=recorded.len() as u64).collect::<Vec<_>>(), "no event is missing or doubled");
    let kinds: Vec<_> = seen.iter().filter(|e| e.get("seq").is_some()).filter_map(|e| e["event"].as_str()).collect();
    let expected = "submitted run_started sandbox_ready session_started text tool_called gate_answered tool_finished tool_called gate_answered tool_finished tool_called gate_answered tool_finished tool_called approval_opened approval_decided gate_answered tool_finished text collected pushed finished";
    assert_eq!(kinds.join(" "), expected);
    world.ends().await;
}

#[tokio::test]
async fn a_denied_command_does_not_run_and_the_task_still_comes_to_its_outcome() {
    let world = World::new().await;
    let mut run = world.runs(&[], &tidy_up());
    let asked = run.until("approval_opened").await;
    let denied = world.says(&["deny", asked["approval"].as_str().unwrap(), "--because", "no traces please"]).await;
    assert_eq!(denied.code(), 0, "{}", denied.stderr);
    let told = run.until("tool_finished").await;
    assert_eq!(told["is_error"], true);
    assert!(told["output"]["text"].as_str().unwrap().contains("no traces please"), "{told}");
    let (finished, code, _) = run.finishes().await;
    assert_eq!((code, &finished["state"]), (0, &json!("succeeded")));
    let branch = finished["branch"].as_str().unwrap();
    let files = world.git(&["ls-tree", "--name-only", branch]);
    assert_eq!(files, "README.md\nnew.txt\nnotes.txt");
    world.ends().await;
}

#[tokio::test]
async fn a_question_that_outlives_its_hold_waits_without_any_process_and_goes_on_when_answered() {
    let world = World::new().await.with("SIGNALBOX_APPROVAL_HOLD", "1s");
    let mut run = world.runs(&[], &tidy_up());
    let asked = run.until("approval_opened").await;
    assert_eq!(world.containers().await.len(), 1);
    run.until("parked").await;
    assert_eq!(world.containers().await, Vec::<String>::new(), "a parked task has no container");
    let approved = world.says(&["approve", asked["approval"].as_str().unwrap()]).await;
    assert_eq!(approved.code(), 0, "{}", approved.stderr);
    let (finished, code, _) = run.finishes().await;
    assert_eq!((code, &finished["state"]), (0, &json!("succeeded")));
    let branch = finished["branch"].as_str().unwrap();
    assert_eq!(git(&world.repository(), &["show", &format!("{branch}:ran.txt")]), "ran", "it ran exactly once");
    world.ends().await;
}

#[tokio::test]
async fn with_nobody_to_ask_what_would_be_asked_is_denied() {
    let world = World::new().await;
    let (finished, code, seen) = world.runs(&["--approve", "none"], &tidy_up()).finishes().await;
    assert_eq!((code, &finished["state"]), (0, &json!("succeeded")));
    assert!(seen.iter().all(|event| event["event"] != "approval_opened"));
    assert!(seen.iter().any(|event| event["event"] == "gate_answered" && event["answer"] == "deny"));
    assert!(!world.git(&["ls-tree", "--name-only", finished["branch"].as_str().unwrap()]).contains("ran.txt"));
    world.ends().await;
}

#[tokio::test]
async fn a_conversation_goes_on_where_it_stood_even_when_its_session_and_volumes_are_gone() {
    let world = World::new().await;
    let hub = world.serves().await;
    let first = Script::new().tool("Write", json!({"file_path": "/workspace/a.txt", "content": "a\n"})).say("first");
    let (finished, code, seen) = world.runs(&[], &first.to_string()).finishes().await;
    assert_eq!(code, 0, "{finished}");
    let conversation = seen[0]["conversation"].as_str().unwrap().to_owned();
    world.is_quiet().await;
    world.removes_volumes().await;
    let second = Script::new().tool("Write", json!({"file_path": "/workspace/b.txt", "content": "b\n"})).say("second");
    let (finished, code, _) = world.continues(&conversation, &second.to_string()).finishes().await;
    assert_eq!((code, &finished["result"]), (0, &json!("second")), "{finished}");
    let files = world.git(&["ls-tree", "--name-only", finished["branch"].as_str().unwrap()]);
    assert_eq!(files, "README.md\na.txt\nb.txt\nnotes.txt");
    hub.stops().await;
    world.ends().await;
}

#[tokio::test]
async fn a_branch_is_pushed_when_a_person_says_so_where_policy_asks() {
    let world = World::new().await;
    let hub = world.serves().await;
    let added = world.says(&["project", "add", "demo", "--git", world.repository().to_str().unwrap()]).await;
    assert_eq!(added.code(), 0, "{}", added.stderr);
    let write = Script::new().tool("Write", json!({"file_path": "/workspace/a.txt", "content": "a\n"})).say("done");
    let said = world.says(&["run", "--project", "demo", "--json", &write.to_string()]).await;
    assert_eq!(said.code(), 0, "{}", said.stderr);
    let finished = said.events().pop().unwrap();
    let branch = finished["branch"].as_str().unwrap().to_owned();
    assert_eq!(world.git(&["branch", "--list", &branch]), "", "nothing is pushed by itself");
    let pushed = world.says(&["push", finished["task"].as_str().unwrap()]).await;
    assert_eq!(pushed.code(), 0, "{}", pushed.stderr);
    assert_eq!(world.git(&["rev-parse", &branch]), finished["commit"].as_str().unwrap());
    let entered = world.says(&["audit", "list", "--kind", "task.pushed"]).await.stdout;
    assert!(entered.lines().count() == 2 && entered.contains(&format!("branch={branch}")), "{entered}");
    hub.stops().await;
    world.ends().await;
}

#[tokio::test]
async fn a_clone_of_this_very_repository_is_worked_on() {
    let world = World::new().await;
    let clone = world.folder().join("clone");
    git(
        std::path::Path::new(env!("CARGO_MANIFEST_DIR")),
        &["clone", "--quiet", "--no-local", ".", clone.to_str().unwrap()],
    );
    let head = git(&clone, &["rev-parse", "HEAD"]);
    let script = Script::new()
        .tool("Read", json!({"file_path": "/workspace/README.md", "limit": 5}))
        .tool("Edit", json!({"file_path": "/workspace/README.md", "old_string": "# Signalbox", "new_string": "# The Signalbox"}))
        .tool("Read", json!({"file_path": "/workspace/CHANGELOG.md", "limit": 5}))
        .tool("Edit", json!({"file_path": "/workspace/CHANGELOG.md", "old_string": "# Changelog", "new_string": "# The changelog"}))
        .tool("Bash", json!({"command": "echo ran >> ran.txt", "description": "Leave a trace"}))
        .say("Both have their article.");
    let mut run = world.runs_in(&clone, &script.to_string());
    let asked = run.until("approval_opened").await;
    let approved = world.says(&["approve", asked["approval"].as_str().unwrap()]).await;
    assert_eq!(approved.code(), 0, "{}", approved.stderr);
    let (finished, code, _) = run.finishes().await;
    assert_eq!((code, &finished["result"]), (0, &json!("Both have their article.")), "{finished}");
    let branch = finished["branch"].as_str().unwrap();
    assert_eq!(git(&clone, &["rev-parse", &format!("{branch}^")]), head);
    let stat = git(&clone, &["diff", "--shortstat", "HEAD", branch]);
    assert_eq!(stat.trim(), "3 files changed, 3 insertions(+), 2 deletions(-)");
    assert_eq!((&finished["stat"]["insertions"], &finished["stat"]["deletions"]), (&json!(3), &json!(2)));
    world.ends().await;
}

#[tokio::test]
async fn files_come_with_the_prompt_and_pictures_are_shown_to_claude() {
    use base64::Engine as _;
    let world = World::new().await;
    // One transparent pixel.
    let pixel = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==";
    let (picture, notes) = (world.folder().join("pixel.png"), world.folder().join("wishes.txt"));
    std::fs::write(&picture, base64::prelude::BASE64_STANDARD.decode(pixel).unwrap()).unwrap();
    std::fs::write(&notes, "a swing in the garden\n").unwrap();
    let script = Script::new().tool("Read", json!({"file_path": "/run/signalbox/files/wishes.txt"})).echo();
    let options = ["--file", picture.to_str().unwrap(), "--file", notes.to_str().unwrap()];
    let (finished, code, _) = world.runs(&options, &script.to_string()).finishes().await;
    assert_eq!(code, 0, "{finished}");
    assert!(finished["result"].as_str().unwrap().contains("a swing in the garden"), "{finished}");
    let shown = world.model.requests().iter().any(|request| request.body.to_string().contains(pixel));
    assert!(shown, "the picture is part of a request to the model");
    world.ends().await;
}
