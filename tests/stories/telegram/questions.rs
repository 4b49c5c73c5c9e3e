//! Claude's questions and plans: answered by buttons, by a reply in one's own words, whole before they are accepted.

use super::Team;
use crate::harness::PATIENCE;
use serde_json::json;
use signalbox_testkit::script::Script;

fn one_question() -> String {
    let option = |label: &str| json!({"label": label, "description": format!("{label} it is")});
    let question = json!({"question": "Which colour?", "header": "Colour", "options": [option("Red"), option("Blue")], "multiSelect": false});
    Script::new().tool("AskUserQuestion", json!({"questions": [question]})).echo().to_string()
}

#[tokio::test]
async fn a_question_with_one_answer_is_answered_by_one_tap() {
    let team = Team::new().await;
    let (ann, chat) = team.member("Ann", "member").await;
    ann.says(&chat, &one_question());
    let card = team.hears(&chat, "Which colour?").await;
    ann.presses(&chat, card.id, "Blue").answer().await;
    let decided = team.becomes(&chat, card.id, "Answered by Ann (telegram): Blue").await;
    assert!(decided.buttons.is_empty());
    let told = |message: &signalbox_testkit::telegram::Message| {
        message.text.contains("Blue") && message.text.contains("done in")
    };
    team.telegram.wait_for(&chat, told, PATIENCE).await;
    team.ends().await;
}

#[tokio::test]
async fn a_question_is_answered_in_ones_own_words_by_a_reply() {
    let team = Team::new().await;
    let (ann, chat) = team.member("Ann", "member").await;
    ann.says(&chat, &one_question());
    let card = team.hears(&chat, "Which colour?").await;
    ann.replies(&chat, card.id, "a warm green");
    team.becomes(&chat, card.id, "Answered by Ann (telegram): a warm green").await;
    ann.says(&chat, &one_question());
    let asks_again = |message: &signalbox_testkit::telegram::Message| {
        message.id > card.id && message.text.contains("Which colour?") && message.button("Red").is_some()
    };
    let card = team.telegram.wait_for(&chat, asks_again, PATIENCE).await;
    let other =
        card.buttons.iter().flatten().find(|button| button.text.starts_with('✍')).expect("own words").text.clone();
    ann.presses(&chat, card.id, &other).answer().await;
    let wanted = team.hears(&chat, "in your own words").await;
    ann.replies(&chat, wanted.id, "ochre");
    team.becomes(&chat, card.id, "Answered by Ann (telegram): ochre").await;
    team.ends().await;
}

#[tokio::test]
async fn several_answers_are_put_together_before_they_are_sent() {
    let team = Team::new().await;
    let (ann, chat) = team.member("Ann", "member").await;
    let options =
        |names: &[&str]| names.iter().map(|name| json!({"label": name, "description": ""})).collect::<Vec<_>>();
    let questions = json!([
        {"question": "Which files?", "header": "Files", "options": options(&["One", "Two", "Three"]), "multiSelect": true},
        {"question": "How soon?", "header": "When", "options": options(&["Now", "Later"]), "multiSelect": false},
    ]);
    ann.says(&chat, &Script::new().tool("AskUserQuestion", json!({"questions": questions})).echo().to_string());
    let card = team.hears(&chat, "Which files?").await;
    let press = |label: &str| {
        let chat = &chat;
        let message = chat.message(card.id).unwrap();
        let found = message.buttons.iter().flatten().find(|button| button.text.ends_with(label)).expect("a button");
        ann.presses(chat, card.id, &found.text.clone())
    };
    press("One").answer().await;
    press("Three").answer().await;
    let early = press("Send answers").answer().await;
    assert_eq!(early.text.as_deref(), Some("Question 2 has no answer yet."));
    press("Two").answer().await;
    press("One").answer().await;
    press("Later").answer().await;
    press("Send answers").answer().await;
    team.becomes(&chat, card.id, "Answered by Ann (telegram)").await;
    let told = |message: &signalbox_testkit::telegram::Message| {
        message.text.contains("Two, Three") && message.text.contains("Later") && message.text.contains("done in")
    };
    team.telegram.wait_for(&chat, told, PATIENCE).await;
    team.ends().await;
}

#[tokio::test]
async fn a_plan_is_shown_whole_and_work_begins_when_it_is_accepted() {
    let team = Team::new().await;
    let (ann, chat) = team.member("Ann", "member").await;
    ann.says(&chat, "/mode plan");
    team.hears(&chat, "Claude proposes a plan first").await;
    let script = Script::new()
        .tool("ExitPlanMode", json!({"plan": "1. Write **one** file\n2. Be done"}))
        .tool("Write", json!({"file_path": "/workspace/planned.txt", "content": "as planned\n"}))
        .say("It went as planned.");
    ann.says(&chat, &script.to_string());
    let card = team.hears(&chat, "Claude has a plan").await;
    assert!(card.text.contains("Write one file") && card.text.contains("Be done"), "{}", card.text);
    ann.presses(&chat, card.id, "Go ahead").answer().await;
    let outcome = team.hears(&chat, "It went as planned.").await;
    assert!(outcome.text.contains("planned.txt"), "{}", outcome.text);
    team.ends().await;
}
