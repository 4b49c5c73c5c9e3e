//! `getUpdates`.

use std::time::{Duration, Instant};

use serde_json::json;

use crate::harness::{Bot, PATIENCE, ids, texts};

#[tokio::test]
async fn an_offset_confirms_and_the_rest_waits() {
    let bot = Bot::new();
    let group = bot.group();
    for text in ["a", "b", "c"] {
        bot.ann.says(&group, text);
    }
    let updates = bot.ok("getUpdates", json!({"limit": 2})).await;
    let updates = updates.as_array().unwrap();
    assert_eq!(texts(updates), ["a", "b"]);
    assert_eq!(ids(updates)[1], ids(updates)[0] + 1);
    assert_eq!(bot.server.pending_updates(), 3, "nothing is confirmed yet");
    let rest = bot.ok("getUpdates", json!({"offset": ids(updates)[1] + 1})).await;
    assert_eq!(texts(rest.as_array().unwrap()), ["c"]);
    let latest = bot.ok("getUpdates", json!({"offset": -1})).await;
    assert_eq!(texts(latest.as_array().unwrap()), ["c"]);
}

#[tokio::test]
async fn a_poll_waits_until_something_is_said() {
    let bot = Bot::new();
    let group = bot.group();
    let speak = async {
        bot.server.wait_for_call(|call| call.method == "getUpdates", PATIENCE).await;
        bot.ann.says(&group, "a")
    };
    let (updates, message) = tokio::join!(bot.ok("getUpdates", json!({"timeout": 30})), speak);
    assert_eq!(texts(updates.as_array().unwrap()), ["a"]);
    let update = bot.server.update_of(&group, message).unwrap();
    assert_eq!(ids(updates.as_array().unwrap()), [update]);
    let seen = group.message(message).unwrap();
    assert!(bot.server.handed_out(update).unwrap() >= seen.at);
    assert_eq!(bot.server.handed_out(update + 1), None);
}

#[tokio::test]
async fn a_poll_ends_when_its_time_is_over() {
    let bot = Bot::new();
    let begun = Instant::now();
    assert_eq!(bot.ok("getUpdates", json!({"timeout": 1})).await, json!([]));
    assert!(begun.elapsed() >= Duration::from_secs(1));
}

#[tokio::test]
async fn a_newer_poll_ends_an_older_one() {
    let bot = Bot::new();
    let newer = async {
        bot.server.wait_for_call(|call| call.method == "getUpdates", PATIENCE).await;
        bot.updates().await
    };
    let (older, newer) = tokio::join!(bot.refused("getUpdates", json!({"timeout": 30})), newer);
    let words = "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running";
    assert_eq!(older, (409, words.to_owned()));
    assert!(newer.is_empty());
}

#[tokio::test]
async fn only_what_is_asked_for_is_told() {
    let bot = Bot::new();
    let group = bot.group();
    let message = bot.asks(&group, "Shall I?", &["Once"]).await;
    bot.ok("getUpdates", json!({"allowed_updates": ["callback_query"]})).await;
    bot.ann.says(&group, "a");
    bot.ann.presses(&group, message, "Once");
    let updates = bot.updates().await;
    assert_eq!(updates.len(), 1);
    assert!(updates[0]["callback_query"].is_object());
    let refused = bot.refused("getUpdates", json!({"allowed_updates": ["messages"]})).await;
    assert_eq!(refused, (400, "Bad Request: unknown kind of update in allowed_updates".to_owned()));
}

#[tokio::test]
async fn held_back_updates_come_in_one_answer() {
    let bot = Bot::new();
    let group = bot.group();
    bot.server.pause_updates();
    bot.ann.says(&group, "a");
    assert!(bot.updates().await.is_empty());
    bot.ann.says(&group, "b");
    bot.server.resume_updates();
    assert_eq!(texts(&bot.updates().await), ["a", "b"]);
}

#[tokio::test]
async fn polling_and_a_webhook_exclude_each_other() {
    let bot = Bot::new();
    bot.ok("setWebhook", json!({"url": "http://127.0.0.1:9/hook"})).await;
    let (code, words) = bot.refused("getUpdates", json!({})).await;
    assert_eq!(code, 409);
    assert!(words.starts_with("Conflict: can't use getUpdates method while webhook is active"), "{words}");
    bot.ok("deleteWebhook", json!({})).await;
    bot.updates().await;
}

#[tokio::test]
async fn stopping_ends_a_poll_that_waits() {
    let Bot { server, client, .. } = Bot::new();
    let url = format!("{}/bot{}/getUpdates?timeout=30", server.base_url(), server.token());
    let poll = tokio::spawn(client.get(url).send());
    server.wait_for_call(|call| call.method == "getUpdates", PATIENCE).await;
    let begun = Instant::now();
    server.stop().await;
    assert!(poll.await.unwrap().is_err());
    assert!(begun.elapsed() < Duration::from_secs(4));
}
