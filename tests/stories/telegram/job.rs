//! The main job from a phone: a task, its progress, an approval, the outcome.

use super::{Team, just_say, leave_a_trace};
use crate::harness::PATIENCE;
use serde_json::json;
use signalbox_testkit::script::Script;
use signalbox_testkit::telegram::Fault;
use std::time::Duration;

#[tokio::test]
async fn a_message_becomes_work_once_the_person_has_tapped_and_the_outcome_comes_back() {
    let team = Team::new().await;
    let (ann, chat) = team.member("Ann", "member").await;
    let asked = ann.says(&chat, &leave_a_trace());
    let receipt = team.hears(&chat, "in demo").await;
    assert_eq!(receipt.reply_to, Some(asked), "the receipt answers the request");
    let approval = team.is_asked(&chat).await;
    assert_eq!(approval.reply_to, Some(receipt.id), "the approval answers the task card");
    assert_eq!(approval.parts("pre"), ["echo ran >> ran.txt"]);
    let labels: Vec<_> = approval.buttons.iter().flatten().map(|button| button.text.as_str()).collect();
    assert_eq!(labels, ["Once", "15 min", "This conversation", "Always", "Deny", "Deny, because …"]);
    let answer = ann.presses(&chat, approval.id, "Once").answer().await;
    assert!(answer.text.unwrap().starts_with("Allowed"));
    let decided = team.becomes(&chat, approval.id, "Allowed by Ann (telegram)").await;
    assert!(decided.buttons.is_empty());
    let outcome = team.hears(&chat, "The trace is left.").await;
    assert!(outcome.text.contains("1 file, +1 −0") && outcome.text.contains("Branch signalbox/"), "{}", outcome.text);
    assert!(outcome.button("Push").is_some() && outcome.button("Diff").is_some());
    let over = team.becomes(&chat, receipt.id, "✅ Done").await;
    assert!(over.buttons.is_empty() && over.edits() > 1, "it was edited in place: {over:?}");
    ann.presses(&chat, outcome.id, "Diff").answer().await;
    let diff = team.telegram.wait_for(&chat, |message| message.attachment.is_some(), PATIENCE).await;
    let bytes = team.telegram.file(&diff.attachment.unwrap().file).unwrap();
    assert!(String::from_utf8_lossy(&bytes).contains("+ran"));
    ann.presses(&chat, outcome.id, "Push").answer().await;
    team.becomes(&chat, outcome.id, ", pushed").await;
    team.ends().await;
}

#[tokio::test]
async fn a_denial_with_a_reason_reaches_claude_and_the_command_does_not_run() {
    let team = Team::new().await;
    let (ann, chat) = team.member("Ann", "member").await;
    let script = Script::new()
        .tool("Bash", json!({"command": "echo ran >> ran.txt", "description": "Leave a trace"}))
        .echo()
        .to_string();
    ann.says(&chat, &script);
    let approval = team.is_asked(&chat).await;
    // She answers before the hub has heard which message its question became.
    team.telegram.misbehave(Fault::Delay(Duration::from_secs(1)).once().on("sendMessage"));
    ann.presses(&chat, approval.id, "Deny, because …").answer().await;
    let wanted = team.hears(&chat, "Why not?").await;
    assert!(wanted.forces_reply);
    ann.replies(&chat, wanted.id, "no traces please");
    team.becomes(&chat, approval.id, "Denied by Ann (telegram): no traces please").await;
    team.telegram
        .wait_for(
            &chat,
            |message| message.text.contains("no traces please") && message.text.contains("done in"),
            PATIENCE,
        )
        .await;
    team.ends().await;
}

#[tokio::test]
async fn an_entitled_member_decides_from_another_chat_and_somebody_unentitled_cannot() {
    let team = Team::new().await;
    let (ann, chat) = team.member("Ann", "member").await;
    let (olga, olgas) = team.member("Olga", "maintainer").await;
    let (vic, vics) = team.member("Vic", "viewer").await;
    ann.says(&chat, &leave_a_trace());
    let approval = team.is_asked(&chat).await;
    vic.says(&vics, "/pending");
    team.hears(&vics, "Nothing waits for your yes or no.").await;
    let forged = approval.button("Once").unwrap().data().unwrap().to_owned();
    let answer = vic.presses_data(&vics, 1, &forged).answer().await;
    assert_eq!(answer.text.as_deref(), Some("This button is not in use any more."), "it is not shown there");
    olga.says(&olgas, "/pending");
    let shown = team.is_asked(&olgas).await;
    olga.presses(&olgas, shown.id, "Once").answer().await;
    team.becomes(&chat, approval.id, "Allowed by Olga").await;
    team.becomes(&olgas, shown.id, "Allowed by Olga").await;
    let late = ann.presses_data(&chat, approval.id, &forged).answer().await;
    assert!(late.text.unwrap().starts_with("Already allowed by Olga"));
    team.hears(&chat, "The trace is left.").await;
    team.ends().await;
}

#[tokio::test]
async fn a_task_is_stopped_by_its_button_and_tried_again() {
    let team = Team::new().await;
    let (ann, chat) = team.member("Ann", "member").await;
    ann.says(&chat, &leave_a_trace());
    let approval = team.is_asked(&chat).await;
    let receipt = team.hears(&chat, "in demo").await;
    let answer = ann.presses(&chat, receipt.id, "Stop").answer().await;
    assert!(answer.text.unwrap().contains("stopped"));
    team.becomes(&chat, receipt.id, "⏹ Stopped").await;
    let void = team.becomes(&chat, approval.id, "No longer asked").await;
    assert!(void.buttons.is_empty());
    let outcome = team.hears(&chat, "⏹ stopped in").await;
    ann.presses(&chat, outcome.id, "Retry").answer().await;
    let again = team.hears(&chat, "The trace is left.").await;
    assert!(again.id > outcome.id, "another try has a last message of its own");
    team.ends().await;
}

#[tokio::test]
async fn a_conversation_goes_on_until_another_begins() {
    let team = Team::new().await;
    let (ann, chat) = team.member("Ann", "member").await;
    let write = |name: &str, said: &str| {
        let path = format!("/workspace/{name}");
        Script::new().tool("Write", json!({"file_path": path, "content": "x\n"})).say(said).to_string()
    };
    ann.says(&chat, &write("a.txt", "first"));
    team.hears(&chat, "first").await;
    ann.says(&chat, &write("b.txt", "second"));
    let second = team.hears(&chat, "second").await;
    let branch = branch_of(&second.text);
    ann.presses(&chat, second.id, "Push").answer().await;
    team.becomes(&chat, second.id, ", pushed").await;
    assert!(team.world.git(&["ls-tree", "--name-only", &branch]).contains("a.txt"), "it stands on the first");
    ann.says(&chat, "/new");
    team.hears(&chat, "A new conversation begins").await;
    ann.says(&chat, &write("c.txt", "third"));
    let third = team.hears(&chat, "third").await;
    ann.presses(&chat, third.id, "Push").answer().await;
    team.becomes(&chat, third.id, ", pushed").await;
    let files = team.world.git(&["ls-tree", "--name-only", &branch_of(&third.text)]);
    assert!(!files.contains("a.txt") && files.contains("c.txt"), "{files}");
    // An answer to an older card goes on with its conversation.
    ann.replies(&chat, second.id, &write("d.txt", "fourth"));
    let fourth = team.hears(&chat, "fourth").await;
    ann.presses(&chat, fourth.id, "Push").answer().await;
    team.becomes(&chat, fourth.id, ", pushed").await;
    assert!(team.world.git(&["ls-tree", "--name-only", &branch_of(&fourth.text)]).contains("b.txt"));
    team.ends().await;
}

#[tokio::test]
async fn every_command_is_offered_and_answered() {
    let team = Team::new().await;
    let (ann, chat) = team.member("Ann", "member").await;
    ann.says(&chat, &just_say("hello"));
    team.hears(&chat, "hello").await;
    let offered =
        team.telegram.calls().into_iter().find(|call| call.method == "setMyCommands").expect("they are offered");
    for name in
        ["task", "project", "projects", "new", "continue", "stop", "status", "pending", "queue", "diff", "retry"]
    {
        assert!(offered.params["commands"].to_string().contains(&format!("\"{name}\"")), "{name}");
    }
    for (said, expected) in [
        ("/projects", "demo · chosen here"),
        ("/project", "Here you work on demo"),
        ("/status", "succeeded"),
        ("/pending", "Nothing waits for your yes or no."),
        ("/queue", "Nothing waits or runs."),
        ("/diff", "has changed nothing"),
        ("/retry", "only a failed or stopped task can be retried"),
        ("/stop", "is over"),
        ("/mode", "Claude works at once."),
        ("/mode plan", "Claude proposes a plan first"),
        ("/model", "the project's model"),
        ("/usage", "1 task"),
        ("/whoami", "You are Ann to this hub."),
        ("/help", "/approve ID"),
        ("/help stop", "Stop a task"),
        ("/continue", "Write what comes next"),
        ("/pendign", "Did you mean /pending?"),
        ("/approve 0000000000000000", "There is no approval"),
        ("/link aaaa-bbbb", "not valid"),
        ("/start", "Write what you want done"),
    ] {
        let asked = ann.says(&chat, said);
        let answers = |message: &signalbox_testkit::telegram::Message| {
            message.reply_to == Some(asked) && message.text.contains(expected)
        };
        team.telegram.wait_for(&chat, answers, PATIENCE).await;
    }
    team.ends().await;
}

/// The branch that an outcome names.
fn branch_of(text: &str) -> String {
    let word = text.split_whitespace().find(|word| word.starts_with("signalbox/"));
    word.expect("a branch").to_owned()
}
