//! Presses of buttons and their answers.

use std::time::Duration;

use serde_json::{Value, json};

use crate::harness::Bot;

const GONE: &str = "Bad Request: query is too old and response timeout expired or query ID is invalid";

#[tokio::test]
async fn a_press_is_told_and_answered() {
    let bot = Bot::new();
    let group = bot.group();
    let message = bot.asks(&group, "Shall I?", &["Once", "Deny"]).await;
    let press = bot.bob.presses(&group, message, "Once");
    let updates = bot.updates().await;
    let query = &updates[0]["callback_query"];
    assert_eq!(updates[0]["update_id"].as_i64(), press.update());
    assert_eq!((&query["data"], &query["from"]["first_name"]), (&json!("Once"), &json!("Bob")));
    assert_eq!(query["message"]["message_id"], message);
    assert_eq!(press.answered(), None);
    let body = json!({"callback_query_id": press.query(), "text": "Allowed", "show_alert": true});
    let (answer, _) = tokio::join!(press.answer(), bot.ok("answerCallbackQuery", body));
    assert_eq!((answer.text.as_deref(), answer.show_alert), (Some("Allowed"), true));
    assert!(answer.after < Duration::from_secs(10));
}

#[tokio::test]
async fn a_press_is_answered_once_and_in_time() {
    let bot = Bot::new();
    let group = bot.group();
    let message = bot.asks(&group, "Shall I?", &["Once"]).await;
    let answer = |query: &str| json!({"callback_query_id": query});
    let press = bot.ann.presses(&group, message, "Once");
    bot.ok("answerCallbackQuery", answer(press.query())).await;
    assert_eq!(bot.refused("answerCallbackQuery", answer(press.query())).await, (400, GONE.to_owned()));
    let late = bot.ann.presses(&group, message, "Once");
    bot.server.advance(Duration::from_secs(61));
    assert_eq!(bot.refused("answerCallbackQuery", answer(late.query())).await, (400, GONE.to_owned()));
    assert_eq!(bot.refused("answerCallbackQuery", answer("5")).await, (400, GONE.to_owned()));
}

#[tokio::test]
async fn an_answer_is_short() {
    let bot = Bot::new();
    let group = bot.group();
    let message = bot.asks(&group, "Shall I?", &["Once"]).await;
    let press = bot.ann.presses(&group, message, "Once");
    let body = |length: usize| json!({"callback_query_id": press.query(), "text": "é".repeat(length)});
    let refused = bot.refused("answerCallbackQuery", body(201)).await;
    assert_eq!(refused.1, "Bad Request: MESSAGE_TOO_LONG");
    bot.ok("answerCallbackQuery", body(200)).await;
}

#[tokio::test]
async fn data_can_be_forged_and_messages_be_gone() {
    let bot = Bot::new();
    let group = bot.group();
    bot.bob.presses_data(&group, 77, "allow:everything");
    let updates = bot.updates().await;
    let query: &Value = &updates[0]["callback_query"];
    assert_eq!(query["data"], "allow:everything");
    assert_eq!((&query["message"]["date"], &query["message"]["message_id"]), (&json!(0), &json!(77)));
}

#[tokio::test]
#[should_panic(expected = "there is no button \"Always\" under message 1\nBot: Shall I? [Once]")]
async fn a_button_that_is_not_there_cannot_be_pressed() {
    let bot = Bot::new();
    let group = bot.group();
    let message = bot.asks(&group, "Shall I?", &["Once"]).await;
    bot.ann.presses(&group, message, "Always");
}
