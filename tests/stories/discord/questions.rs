//! Claude's questions are menus, answers of one's own are forms, and a plan is shown whole before it is accepted.

use super::{Team, read};
use crate::harness::PATIENCE;
use serde_json::{Value, json};
use signalbox_testkit::discord::{Message, ResponseKind};
use signalbox_testkit::script::Script;

fn question(text: &str, options: &[&str], several: bool) -> Value {
    let options: Vec<_> =
        options.iter().map(|name| json!({"label": name, "description": format!("{name} it is")})).collect();
    json!({"question": text, "header": "Choice", "options": options, "multiSelect": several})
}

fn asks(questions: &[Value]) -> String {
    Script::new().tool("AskUserQuestion", json!({ "questions": questions })).echo().to_string()
}

#[tokio::test]
async fn a_question_is_answered_by_choosing_from_its_menu_or_in_ones_own_words() {
    let team = Team::new().await;
    let ann = team.member("Ann", "member").await;
    let colour = asks(&[question("Which colour?", &["Red", "Blue"], false)]);
    let thread = team.asks(&ann, &colour).await;
    let card = team.is_asked(&thread).await;
    assert_eq!(card.selects()[0].options.len(), 2);
    assert_eq!(card.labels(), ["✍ Own words", "Deny"]);
    ann.selects(&thread, &card, "Which colour?", &["Blue"]).response().await;
    let decided = team.becomes(&thread, &card, "Answered by Ann (discord): Blue").await;
    assert!(decided.labels().is_empty() && decided.selects().is_empty());
    let told = |message: &Message| read(message).contains("Blue") && read(message).contains("done in");
    let outcome = team.discord.wait_for(&thread, told, PATIENCE).await;
    ann.says(&thread, &colour);
    let anew = |message: &Message| message.id > outcome.id && !message.selects().is_empty();
    let card = team.discord.wait_for(&thread, anew, PATIENCE).await;
    let pressed = ann.presses(&thread, &card, "✍ Own words");
    assert_eq!(pressed.response().await.kind, ResponseKind::Modal);
    ann.fills(&pressed, &[("words", "a warm green")]).response().await;
    team.becomes(&thread, &card, "Answered by Ann (discord): a warm green").await;
    team.discord
        .wait_for(&thread, |message| read(message).contains("a warm green") && message.id > card.id, PATIENCE)
        .await;
    team.ends().await;
}

#[tokio::test]
async fn several_answers_are_put_together_before_they_are_sent() {
    let team = Team::new().await;
    let ann = team.member("Ann", "member").await;
    let questions =
        [question("Which files?", &["One", "Two", "Three"], true), question("How soon?", &["Now", "Later"], false)];
    let thread = team.asks(&ann, &asks(&questions)).await;
    let card = team.is_asked(&thread).await;
    ann.selects(&thread, &card, "Which files?", &["One", "Three"]).response().await;
    ann.presses(&thread, &card, "Send answers").response().await;
    team.whispers(&thread, &ann, "Question 2 has no answer yet.").await;
    ann.selects(&thread, &card, "Which files?", &["Two", "Three"]).response().await;
    ann.selects(&thread, &card, "How soon?", &["Later"]).response().await;
    let chosen = |message: &Message| {
        let defaults = message.components.iter().flat_map(|row| row["components"][0]["options"].as_array());
        let labels = defaults.flatten().filter(|option| option["default"] == true).map(|option| &option["label"]);
        message.id == card.id && labels.eq(["Two", "Three", "Later"].iter())
    };
    team.discord.wait_for(&thread, chosen, PATIENCE).await;
    ann.presses(&thread, &card, "Send answers").response().await;
    team.becomes(&thread, &card, "Answered by Ann (discord): Two, Three; Later").await;
    let told = |message: &Message| {
        let text = read(message);
        text.contains("Two, Three") && text.contains("Later") && text.contains("done in")
    };
    team.discord.wait_for(&thread, told, PATIENCE).await;
    team.ends().await;
}

#[tokio::test]
async fn a_plan_is_shown_whole_and_work_begins_when_it_is_accepted() {
    let team = Team::new().await;
    let ann = team.member("Ann", "member").await;
    ann.mentions(&team.room, "/mode plan");
    team.hears(&team.room, "Claude proposes a plan first").await;
    let plan = "## The plan\n1. Write **one** file\n2. Be done\n\n| step | time |\n|---|---|\n| one | short |";
    let script = Script::new()
        .tool("ExitPlanMode", json!({ "plan": plan }))
        .tool("Write", json!({"file_path": "/workspace/planned.txt", "content": "as planned\n"}))
        .say("It went as planned.");
    let thread = team.asks(&ann, &script.to_string()).await;
    let card = team.hears(&thread, "Claude has a plan").await;
    assert!(card.content.contains("1. Write **one** file\n2. Be done"), "{}", card.content);
    assert_eq!(card.labels(), ["Go ahead", "Deny", "Deny, because …"]);
    ann.presses(&thread, &card, "Go ahead").response().await;
    let outcome = team.hears(&thread, "It went as planned.").await;
    assert!(read(&outcome).contains("planned.txt"), "{}", outcome.content);
    team.ends().await;
}
