//! What existing bridges were seen to get wrong, each as a story that they would fail.

use super::{Team, just_say, leave_a_trace};
use crate::harness::PATIENCE;
use serde_json::json;
use signalbox_testkit::script::Script;
use signalbox_testkit::telegram::{Fault, Message};
use std::time::Duration;

#[tokio::test]
async fn after_a_kill_with_an_approval_open_its_button_makes_the_command_run() {
    let mut team = Team::new().await;
    let (ann, chat) = team.member("Ann", "member").await;
    ann.says(&chat, &leave_a_trace());
    let approval = team.is_asked(&chat).await;
    team.dies().await;
    team.returns().await;
    let answer = ann.presses(&chat, approval.id, "Once").answer().await;
    assert_eq!(answer.text.as_deref(), Some("Allowed."));
    let no_buttons = |message: &Message| message.id == approval.id && message.buttons.is_empty();
    team.telegram.wait_for(&chat, no_buttons, PATIENCE).await;
    let outcome = team.hears(&chat, "The trace is left.").await;
    assert!(outcome.text.contains("ran.txt"), "{}", outcome.text);
    team.ends().await;
}

#[tokio::test]
async fn a_left_over_button_never_approves_another_command() {
    let team = Team::new().await;
    let (ann, chat) = team.member("Ann", "member").await;
    let script = Script::new()
        .tool("Bash", json!({"command": "echo one >> ran.txt"}))
        .tool("Bash", json!({"command": "echo two >> ran.txt"}))
        .say("both");
    ann.says(&chat, &script.to_string());
    let first = team.is_asked(&chat).await;
    let left_over = first.button("Once").unwrap().data().unwrap().to_owned();
    ann.presses(&chat, first.id, "Once").answer().await;
    let asks = |message: &Message| message.text.contains("echo two") && message.button("Once").is_some();
    let second = team.telegram.wait_for(&chat, asks, PATIENCE).await;
    let late = ann.presses_data(&chat, first.id, &left_over).answer().await;
    assert!(late.text.unwrap().starts_with("Already allowed"));
    let under_the_other = ann.presses_data(&chat, second.id, &left_over).answer().await;
    assert!(under_the_other.text.unwrap().starts_with("Already allowed"));
    assert!(chat.message(second.id).unwrap().button("Once").is_some(), "the second still waits");
    ann.presses(&chat, second.id, "Deny").answer().await;
    let outcome = team.hears(&chat, "both").await;
    assert!(outcome.text.contains("+1 −0"), "only the first ran: {}", outcome.text);
    team.ends().await;
}

#[tokio::test]
async fn a_strangers_message_reaches_no_tool_not_even_as_an_answer_to_a_card() {
    let team = Team::new().await;
    let (ann, _) = team.member("Ann", "member").await;
    let eve = team.telegram.user("Eve");
    let group = team.telegram.supergroup("Team", &[&ann, &eve]);
    team.binds(&group.id().to_string()).await;
    ann.mentions(&group, &just_say("hello"));
    let outcome = team.hears(&group, "hello").await;
    eve.replies(&group, outcome.id, &leave_a_trace());
    eve.mentions(&group, &leave_a_trace());
    let refusals = |message: &Message| message.text.contains("I do not know you");
    team.telegram.wait_for(&group, refusals, PATIENCE).await;
    tokio::time::sleep(Duration::from_secs(1)).await;
    let said = group.messages().iter().filter(|message| refusals(message)).count();
    assert_eq!(said, 1, "{}", group.transcript());
    let tasks: serde_json::Value = serde_json::from_str(&team.says(&["tasks", "--all", "--json"]).await).unwrap();
    assert_eq!(tasks.as_array().unwrap().len(), 1);
    team.ends().await;
}

#[tokio::test]
async fn what_was_sent_while_the_hub_was_down_is_done_without_being_sent_again() {
    let mut team = Team::new().await;
    let (ann, chat) = team.member("Ann", "member").await;
    team.hub.take().unwrap().stops().await;
    for number in 0..3 {
        ann.says(&chat, &just_say(&format!("answer {number}")));
    }
    team.returns().await;
    for number in 0..3 {
        team.hears(&chat, &format!("answer {number}")).await;
    }
    let tasks: serde_json::Value = serde_json::from_str(&team.says(&["tasks", "--all", "--json"]).await).unwrap();
    assert_eq!(tasks.as_array().unwrap().len(), 3);
    team.ends().await;
}

#[tokio::test]
async fn one_prompt_makes_one_card_and_a_copy_that_slipped_out_is_dead_after_the_answer() {
    let team = Team::new().await;
    let (ann, chat) = team.member("Ann", "member").await;
    let script = Script::new().tool("Bash", json!({"command": "echo ran >> ran.txt"})).say("The trace is left.");
    ann.says(&chat, &script.to_string());
    team.hears(&chat, "in demo").await;
    // The platform took the card but its answer was lost: the hub cannot know, and sends it again.
    team.telegram.misbehave(Fault::LoseResponse.once().on("sendMessage"));
    let copies = |telegram: &signalbox_testkit::telegram::TelegramServer| {
        telegram.messages(&chat).iter().filter(|message| message.button("Once").is_some()).count() == 2
    };
    let first = team.is_asked(&chat).await;
    team.telegram.wait_until("a copy slipped out", copies, PATIENCE).await;
    let second = chat.messages().into_iter().rfind(|message| message.button("Once").is_some()).unwrap();
    assert_ne!(first.id, second.id);
    let data = first.button("Once").unwrap().data().unwrap().to_owned();
    assert_eq!(second.button("Once").unwrap().data(), Some(data.as_str()), "both mean the same question");
    ann.presses(&chat, second.id, "Once").answer().await;
    let outcome = team.hears(&chat, "The trace is left.").await;
    assert!(outcome.text.contains("+1 −0"));
    let late = ann.presses_data(&chat, first.id, &data).answer().await;
    assert!(late.text.unwrap().starts_with("Already allowed"));
    let no_buttons = |message: &Message| message.id == first.id && message.buttons.is_empty();
    team.telegram.wait_for(&chat, no_buttons, PATIENCE).await;
    team.ends().await;
}

#[tokio::test]
async fn the_first_quick_answer_of_a_new_session_arrives() {
    let team = Team::new().await;
    let (ann, chat) = team.member("Ann", "member").await;
    for number in 0..5 {
        ann.says(&chat, &format!("/new {}", just_say(&format!("quick {number}"))));
        team.hears(&chat, &format!("quick {number}")).await;
    }
    team.ends().await;
}

#[tokio::test]
async fn a_stop_overtakes_the_work_that_it_stops() {
    let team = Team::with(signalbox_testkit::telegram::TelegramSettings::default(), SLEEP, |world| world).await;
    let (ann, chat) = team.member("Ann", "member").await;
    ann.says(&chat, &Script::new().tool("Bash", json!({"command": "sleep 300"})).say("too late").to_string());
    let receipt = team.hears(&chat, "in demo").await;
    team.becomes(&chat, receipt.id, "sleep 300").await;
    for number in 0..3 {
        ann.says(&chat, &just_say(&format!("behind {number}")));
    }
    ann.presses(&chat, receipt.id, "Stop").answer().await;
    team.becomes(&chat, receipt.id, "⏹ Stopped").await;
    team.hears(&chat, "behind 2").await;
    team.ends().await;
}

#[tokio::test]
async fn a_fourth_conversation_waits_in_the_queue_instead_of_being_refused() {
    let team = Team::new().await;
    let (ann, chat) = team.member("Ann", "member").await;
    for number in 0..5 {
        ann.says(&chat, &format!("/new {}", just_say(&format!("number {number}"))));
    }
    for number in 0..5 {
        team.hears(&chat, &format!("number {number}")).await;
    }
    team.ends().await;
}

#[tokio::test]
async fn a_restart_keeps_which_approval_belongs_to_which_message() {
    let mut team = Team::new().await;
    let (ann, anns) = team.member("Ann", "member").await;
    let (bob, bobs) = team.member("Bob", "member").await;
    ann.says(&anns, &leave_a_trace());
    bob.says(&bobs, &leave_a_trace());
    let (for_ann, for_bob) = (team.is_asked(&anns).await, team.is_asked(&bobs).await);
    team.hub.take().unwrap().stops().await;
    team.returns().await;
    bob.presses(&bobs, for_bob.id, "Deny").answer().await;
    ann.presses(&anns, for_ann.id, "Once").answer().await;
    team.becomes(&anns, for_ann.id, "Allowed by Ann").await;
    team.becomes(&bobs, for_bob.id, "Denied by Bob").await;
    team.hears(&anns, "+1 −0").await;
    team.hears(&bobs, "The trace is left.").await;
    team.ends().await;
}

/// Lets a long command run without a question.
const SLEEP: &str = "[[commands]]\nprogram = \"sleep\"\noperands = \"any\"\n";
