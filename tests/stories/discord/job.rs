//! The main job: a mention begins a thread, the thread is a conversation, and what comes out of it can be had.

use super::{Team, branch_of, leave_a_trace, read, write};
use crate::harness::PATIENCE;
use signalbox_testkit::discord::ResponseKind;
use std::time::Duration;

#[tokio::test]
async fn a_mention_begins_a_thread_and_one_press_makes_the_work_happen() {
    let team = Team::new().await;
    let ann = team.member("Ann", "member").await;
    let thread = team.asks(&ann, &leave_a_trace()).await;
    assert!(thread.name().starts_with("SAY I leave a trace."), "it is called after the request: {}", thread.name());
    let receipt = team.hears(&thread, "in demo").await;
    let approval = team.is_asked(&thread).await;
    assert_eq!(approval.reply_to, Some(receipt.id), "the approval answers the task card");
    assert!(read(&approval).contains("```sh\necho ran >> ran.txt\n```"), "{}", approval.content);
    let labels = ["Once", "15 min", "This conversation", "Always", "Deny", "Deny, because …"];
    assert_eq!(approval.labels(), labels);
    let response = ann.presses(&thread, &approval, "Once").response().await;
    assert_eq!(response.kind, ResponseKind::DeferredUpdate);
    assert!(response.after < Duration::from_secs(3), "{:?}", response.after);
    let decided = team.becomes(&thread, &approval, "Allowed by Ann (discord)").await;
    assert!(decided.labels().is_empty());
    let outcome = team.hears(&thread, "The trace is left.").await;
    let whispered = thread.messages().into_iter().filter(|message| message.ephemeral_to.is_some()).count();
    assert_eq!(whispered, 0, "the card tells it, and nothing needs to be put away");
    assert!(read(&outcome).contains("1 file, +1 −0"), "{}", outcome.content);
    assert_eq!(outcome.labels(), ["Push", "Diff", "Continue", "Discard"]);
    let over = team.becomes(&thread, &receipt, "✅ Done").await;
    assert!(over.labels().is_empty() && over.versions.len() > 1, "it was edited in place: {over:#?}");
    ann.presses(&thread, &outcome, "Diff").response().await;
    let diff = team.discord.wait_for(&thread, |message| !message.attachments.is_empty(), PATIENCE).await;
    assert!(String::from_utf8_lossy(&diff.attachments[0].bytes).contains("+ran"));
    ann.presses(&thread, &outcome, "Push").response().await;
    let pushed = team.becomes(&thread, &outcome, ", pushed").await;
    assert_eq!(team.world.git(&["show", &format!("{}:ran.txt", branch_of(&pushed))]), "ran");
    assert!(team.room.messages().iter().all(|message| !message.from_bot), "all of it is said in the thread");
    team.ends().await;
}

#[tokio::test]
async fn a_thread_is_a_conversation_and_another_mention_begins_another() {
    let team = Team::new().await;
    let ann = team.member("Ann", "member").await;
    let thread = team.asks(&ann, &write("a.txt", "first")).await;
    team.hears(&thread, "first").await;
    // No mention is needed here.
    ann.says(&thread, &write("b.txt", "second"));
    let second = team.hears(&thread, "second").await;
    ann.presses(&thread, &second, "Push").response().await;
    let second = team.becomes(&thread, &second, ", pushed").await;
    let files = team.world.git(&["ls-tree", "--name-only", &branch_of(&second)]);
    assert!(files.contains("a.txt") && files.contains("b.txt"), "it stands on the first: {files}");
    ann.says(&team.room, "this is not for the bot");
    let other = team.asks(&ann, &write("c.txt", "third")).await;
    assert_ne!(other.id(), thread.id());
    let third = team.hears(&other, "third").await;
    ann.presses(&other, &third, "Push").response().await;
    let third = team.becomes(&other, &third, ", pushed").await;
    let files = team.world.git(&["ls-tree", "--name-only", &branch_of(&third)]);
    assert!(!files.contains("a.txt") && files.contains("c.txt"), "{files}");
    assert_eq!(team.tasks().await.len(), 3);
    team.ends().await;
}

#[tokio::test]
async fn a_task_is_stopped_by_its_button_tried_again_and_gone_on_with() {
    let team = Team::new().await;
    let ann = team.member("Ann", "member").await;
    let thread = team.asks(&ann, &leave_a_trace()).await;
    let approval = team.is_asked(&thread).await;
    let receipt = team.hears(&thread, "in demo").await;
    ann.presses(&thread, &receipt, "Stop").response().await;
    team.becomes(&thread, &receipt, "⏹ Stopped").await;
    let void = team.becomes(&thread, &approval, "No longer asked").await;
    assert!(void.labels().is_empty());
    let outcome = team.hears(&thread, "⏹ stopped in").await;
    ann.presses(&thread, &outcome, "Retry").response().await;
    // The CLI has its session back: the call that was stopped is not made again, and the model goes on.
    let done = team.hears(&thread, "The trace is left.").await;
    assert!(done.id > outcome.id && read(&done).contains("done in"), "another try has a last message of its own");
    ann.presses(&thread, &done, "Continue").response().await;
    team.whispers(&thread, &ann, "Write what comes next").await;
    ann.says(&thread, &write("more.txt", "more of it"));
    let more = team.hears(&thread, "more of it").await;
    ann.presses(&thread, &more, "Push").response().await;
    let more = team.becomes(&thread, &more, ", pushed").await;
    let files = team.world.git(&["ls-tree", "--name-only", &branch_of(&more)]);
    assert!(files.contains("more.txt") && !files.contains("ran.txt"), "what was stopped did not run: {files}");
    team.ends().await;
}
