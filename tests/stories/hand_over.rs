//! Files that Claude hands over: they come with the outcome, once, and are in no commit.

use crate::harness::{World, git};
use crate::socket::{PUSHING, Socket, site};
use serde_json::{Value, json};
use signalbox_testkit::script::Script;
use std::path::Path;

fn write(path: &str, content: &str) -> (&'static str, Value) {
    ("Write", json!({"file_path": format!("/workspace/{path}"), "content": content}))
}

fn bash(command: &str) -> (&'static str, Value) {
    ("Bash", json!({"command": command, "description": "Do it"}))
}

fn script(calls: &[(&str, Value)]) -> String {
    calls.iter().fold(Script::new(), |script, (tool, input)| script.tool(tool, input.clone())).say("Done.").to_string()
}

/// The blob of a file in the hub's home.
fn blob(home: &Path, id: &str) -> String {
    std::fs::read_to_string(home.join("blobs").join(&id[..2]).join(&id[2..4]).join(id)).unwrap()
}

/// Does it to its end; returns the outcome and what was handed over, if anything was spoken of.
async fn done(socket: &Socket, prompt: &str, other: Value) -> (Value, Option<Value>, String) {
    let task = socket.submits("site", prompt, other).await;
    let mut follower = socket.follows(&task);
    let finished = follower.until("finished").await;
    assert_eq!(finished["state"], "succeeded", "{finished}");
    let handed = follower.seen.iter().find(|event| event["event"] == "handed_over").cloned();
    (finished, handed, task)
}

#[tokio::test]
async fn a_file_that_claude_hands_over_comes_with_the_answer_and_not_with_the_branch() {
    let world = World::new().await.with("SIGNALBOX_SANDBOX_KEEP", "30s");
    let serving = world.serves().await;
    let socket = site(&world, PUSHING).await;
    let first = script(&[write(".signalbox/out/report.txt", "all is well\n"), write("a.txt", "a\n")]);
    let (finished, handed, task) = done(&socket, &first, json!({})).await;
    let handed = handed.expect("a file is handed over");
    assert_eq!(handed["files"].as_array().unwrap().len(), 1, "{handed}");
    let file = &handed["files"][0];
    assert_eq!((&file["name"], &file["media_type"]), (&json!("report.txt"), &json!("text/plain")));
    assert_eq!(blob(&world.home(), file["blob"].as_str().unwrap()), "all is well\n");
    let branch = finished["branch"].as_str().unwrap();
    let files = git(&world.repository(), &["ls-tree", "-r", "--name-only", branch]);
    assert_eq!(files, "README.md\na.txt\nnotes.txt");

    // The next turn in the same sandbox hands over its own, and not the same again.
    let conversation = socket.task(&task).await["conversation"].clone();
    let none = script(&[write("b.txt", "b\n")]);
    let (_, handed, _) = done(&socket, &none, json!({"conversation": conversation})).await;
    assert_eq!(handed, None);
    let alone = script(&[write(".signalbox/out/table.csv", "1,2\n")]);
    let (finished, handed, _) = done(&socket, &alone, json!({"conversation": conversation})).await;
    assert_eq!(handed.expect("a file is handed over")["files"][0]["name"], "table.csv");
    assert_eq!(finished["commit"], Value::Null, "a turn that only hands over changes nothing");
    serving.stops().await;
    world.is_quiet().await;
    world.ends().await;
}

#[tokio::test]
async fn what_a_hostile_sandbox_puts_there_leads_nowhere() {
    let world = World::new().await;
    let serving = world.serves().await;
    let socket = site(&world, PUSHING).await;
    let plant = "mkdir -p .signalbox/out/deep && (cd .signalbox/out && ln -s /etc/passwd link && ln -s .. up && mkfifo pipe && \
                 echo twice > one && ln one two && head -c 26214400 /dev/zero > large.bin && truncate -s 1G zz.bin && \
                 echo x > deep/er.txt && printf y > \"$(printf 'a\\nb.txt')\" && printf z > \"$(printf 'b\\342\\200\\256gpj.exe')\")";
    let commit = "git add --force .signalbox/out/one .signalbox/out/link && git -c user.name=x -c user.email=x@x commit --quiet --message mine";
    let calls = script(&[bash(plant), bash(commit), write("a.txt", "a\n")]);
    let task = socket.submits("site", &calls, json!({})).await;
    let mut follower = socket.follows(&task);
    for _ in 0..2 {
        let asked = follower.until("approval_opened").await;
        socket.approves(asked["approval"].as_str().unwrap()).await;
    }
    let finished = follower.until("finished").await;
    let handed = follower.seen.iter().find(|event| event["event"] == "handed_over");
    let handed = handed.unwrap_or_else(|| panic!("nothing was handed over: {:#?}", follower.seen));
    let names: Vec<_> = handed["files"].as_array().unwrap().iter().map(|file| file["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["a_b.txt", "b_gpj.exe", "deep-er.txt", "one"], "{handed}");
    let left = handed["left_out"].as_str().unwrap();
    for name in ["`link`", "`pipe`", "`two`", "`up`", "`large.bin`, `zz.bin`", "the rest was not looked at"] {
        assert!(left.contains(name), "{name}: {left}");
    }
    let branch = finished["branch"].as_str().unwrap();
    let touched = git(&world.repository(), &["log", "--format=%H", branch, "--", ".signalbox"]);
    assert_eq!(touched, "", "not even a commit of Claude's own has it");
    assert_eq!(git(&world.repository(), &["ls-tree", "--name-only", branch]), "README.md\na.txt\nnotes.txt");
    serving.stops().await;
    world.is_quiet().await;
    world.ends().await;
}
