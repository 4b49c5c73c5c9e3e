//! Limits, on the virtual clock.

use std::time::Duration;

use serde_json::json;
use signalbox_testkit::telegram::{Chat, TelegramSettings};

use crate::harness::Bot;

/// A clock that hardly moves by itself, so that a slow machine changes nothing.
fn standing() -> TelegramSettings {
    TelegramSettings { clock_rate: 1e-6, ..TelegramSettings::default() }
}

async fn status(bot: &Bot, chat: &Chat) -> u64 {
    let answer = bot.call("sendMessage", json!({"chat_id": chat.id(), "text": "a"})).await;
    answer["error_code"].as_u64().unwrap_or(200)
}

#[tokio::test]
async fn a_chat_takes_a_few_at_once_and_then_one_a_second() {
    let bot = Bot::start(standing());
    let private = bot.server.private(&bot.ann);
    for _ in 0..3 {
        assert_eq!(status(&bot, &private).await, 200);
    }
    assert_eq!(status(&bot, &private).await, 429);
    assert_eq!((bot.server.too_many_requests(), bot.server.repeated_too_many_requests()), (1, 0));
    bot.server.advance(Duration::from_millis(1001));
    assert_eq!(status(&bot, &private).await, 200);
    assert_eq!(status(&bot, &bot.server.private(&bot.bob)).await, 200, "another chat has its own limit");
}

#[tokio::test]
async fn impatience_is_counted_and_makes_the_wait_longer() {
    let bot = Bot::start(standing());
    let private = bot.server.private(&bot.ann);
    for _ in 0..3 {
        status(&bot, &private).await;
    }
    assert_eq!(status(&bot, &private).await, 429);
    assert_eq!(status(&bot, &private).await, 429);
    assert_eq!((bot.server.too_many_requests(), bot.server.repeated_too_many_requests()), (2, 1));
    bot.server.advance(Duration::from_millis(1001));
    assert_eq!(status(&bot, &private).await, 429, "the wait is two seconds now");
    bot.server.advance(Duration::from_secs(4));
    assert_eq!(status(&bot, &private).await, 200);
    assert_eq!((bot.server.too_many_requests(), bot.server.repeated_too_many_requests()), (3, 2));
}

#[tokio::test]
async fn a_group_takes_twenty_a_minute() {
    let bot = Bot::start(standing());
    let group = bot.group();
    for _ in 0..20 {
        assert_eq!(status(&bot, &group).await, 200);
        bot.server.advance(Duration::from_millis(1001));
    }
    let answer = bot.call("sendMessage", json!({"chat_id": group.id(), "text": "a"})).await;
    assert_eq!(answer["error_code"], 429);
    bot.server.advance(Duration::from_secs(41));
    assert_eq!(status(&bot, &group).await, 200);
}

#[tokio::test]
async fn all_chats_take_thirty_a_second() {
    let bot = Bot::start(standing());
    for number in 0..31 {
        let user = bot.server.user(&format!("User{number}"));
        let wanted = if number < 30 { 200 } else { 429 };
        assert_eq!(status(&bot, &bot.server.private(&user)).await, wanted);
    }
}

#[tokio::test]
async fn edits_count_and_signs_of_life_do_not() {
    let bot = Bot::start(standing());
    let private = bot.server.private(&bot.ann);
    let message = bot.says(&private, "0").await;
    for text in ["1", "2"] {
        bot.ok("editMessageText", json!({"chat_id": private.id(), "message_id": message, "text": text})).await;
    }
    let edit = json!({"chat_id": private.id(), "message_id": message, "text": "3"});
    assert_eq!(bot.refused("editMessageText", edit).await.0, 429);
    for _ in 0..50 {
        bot.ok("sendChatAction", json!({"chat_id": private.id(), "action": "typing"})).await;
    }
    let react = json!({"chat_id": private.id(), "message_id": message, "reaction": []});
    bot.ok("setMessageReaction", react).await;
}

#[tokio::test]
async fn the_wait_is_told_in_the_bots_own_seconds() {
    let bot = Bot::start(TelegramSettings { clock_rate: 0.1, ..TelegramSettings::default() });
    let private = bot.server.private(&bot.ann);
    for _ in 0..3 {
        status(&bot, &private).await;
    }
    let answer = bot.call("sendMessage", json!({"chat_id": private.id(), "text": "a"})).await;
    assert_eq!(answer["parameters"]["retry_after"], 10);
    assert_eq!(answer["description"], "Too Many Requests: retry after 10");
}

#[tokio::test]
async fn limits_can_be_switched_off() {
    let bot = Bot::new();
    let group = bot.group();
    for _ in 0..40 {
        assert_eq!(status(&bot, &group).await, 200);
    }
    assert_eq!(bot.server.too_many_requests(), 0);
}
