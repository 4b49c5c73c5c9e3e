//! What goes wrong when it is told to.

use std::time::{Duration, Instant};

use rstest::rstest;
use serde_json::json;
use signalbox_testkit::telegram::Fault;

use crate::harness::{Bot, ids, texts};

#[tokio::test]
async fn a_lost_answer_leaves_the_message_there() {
    let bot = Bot::new();
    let group = bot.group();
    bot.server.misbehave(Fault::LoseResponse.once().on("sendMessage"));
    let body = json!({"chat_id": group.id(), "text": "a"});
    assert!(bot.send("sendMessage", &body).await.is_err());
    assert_eq!(bot.server.transcript(&group), "Bot: a");
    assert_eq!(bot.server.calls()[0].status, 200);
    assert_eq!(bot.server.misbehaviours_left(), 0);
    bot.ok("sendMessage", body).await;
    assert_eq!(bot.server.transcript(&group), "Bot: a\nBot: a");
}

#[tokio::test]
async fn a_lost_request_leaves_nothing() {
    let bot = Bot::new();
    let group = bot.group();
    bot.server.misbehave(Fault::LoseRequest.times(2));
    let body = json!({"chat_id": group.id(), "text": "a"});
    for _ in 0..2 {
        assert!(bot.send("sendMessage", &body).await.is_err());
    }
    assert_eq!(bot.server.transcript(&group), "");
    assert_eq!(bot.server.calls()[0].status, 0);
    bot.ok("sendMessage", body).await;
}

#[rstest]
#[case(500)]
#[case(502)]
#[tokio::test]
async fn a_gateway_answers_with_a_page(#[case] status: u16) {
    let bot = Bot::new();
    let group = bot.group();
    bot.server.misbehave(Fault::Html(status).once().on("sendmessage"));
    bot.ok("getMe", json!({})).await;
    let response = bot.send("sendMessage", &json!({"chat_id": group.id(), "text": "a"})).await.unwrap();
    assert_eq!(response.status(), status);
    assert_eq!(response.headers()["content-type"], "text/html");
    assert!(response.text().await.unwrap().starts_with("<html>"));
    assert_eq!(bot.server.transcript(&group), "");
}

#[tokio::test]
async fn an_answer_takes_its_time() {
    let bot = Bot::new();
    let group = bot.group();
    bot.server.misbehave(Fault::Delay(Duration::from_millis(300)).once());
    let begun = Instant::now();
    bot.says(&group, "a").await;
    assert!(begun.elapsed() >= Duration::from_millis(300));
}

#[tokio::test]
async fn misbehaviour_can_be_called_off() {
    let bot = Bot::new();
    bot.server.misbehave(Fault::LoseRequest.times(5));
    assert_eq!(bot.server.misbehaviours_left(), 5);
    bot.server.behave();
    bot.ok("getMe", json!({})).await;
}

#[tokio::test]
async fn an_update_comes_twice_in_one_answer() {
    let bot = Bot::new();
    let group = bot.group();
    bot.ann.says(&group, "a");
    bot.server.misbehave(Fault::RepeatUpdate.once());
    let updates = bot.updates().await;
    assert_eq!(texts(&updates), ["a", "a"]);
    assert_eq!(ids(&updates)[0], ids(&updates)[1]);
    assert_eq!(texts(&bot.updates().await), ["a"]);
}

#[tokio::test]
async fn an_update_comes_again_after_it_was_confirmed() {
    let bot = Bot::new();
    let group = bot.group();
    bot.ann.says(&group, "a");
    bot.server.misbehave(Fault::RepeatInNextAnswer.once());
    let first = ids(&bot.updates().await)[0];
    bot.ann.says(&group, "b");
    let next = bot.ok("getUpdates", json!({"offset": first + 1})).await;
    assert_eq!(texts(next.as_array().unwrap()), ["a", "b"]);
}

#[tokio::test]
async fn updates_come_in_another_order() {
    let bot = Bot::new();
    let group = bot.group();
    bot.server.misbehave(Fault::ReorderUpdates.once());
    bot.ann.says(&group, "a");
    assert_eq!(texts(&bot.updates().await), ["a"]);
    bot.ann.says(&group, "b");
    assert_eq!(texts(&bot.updates().await), ["b", "a"]);
    assert_eq!(texts(&bot.updates().await), ["a", "b"]);
}

#[tokio::test]
async fn an_offset_is_ignored_once() {
    let bot = Bot::new();
    let group = bot.group();
    bot.ann.says(&group, "a");
    let first = ids(&bot.updates().await)[0];
    bot.server.misbehave(Fault::IgnoreOffset.once());
    let confirm = json!({"offset": first + 1});
    assert_eq!(bot.ok("getUpdates", confirm.clone()).await.as_array().unwrap().len(), 1);
    assert_eq!(bot.ok("getUpdates", confirm).await, json!([]));
}

#[tokio::test]
async fn a_waiting_poll_is_cut() {
    let bot = Bot::new();
    let body = json!({"timeout": 30});
    let cut = async {
        bot.server.wait_for_call(|call| call.method == "getUpdates", Duration::from_secs(10)).await;
        bot.server.cut_polls();
    };
    let (outcome, ()) = tokio::join!(bot.send("getUpdates", &body), cut);
    assert!(outcome.is_err());
    bot.ok("getUpdates", json!({})).await;
}

#[tokio::test]
async fn updates_whose_answer_is_lost_are_handed_out_again() {
    let bot = Bot::new();
    let group = bot.group();
    bot.ann.says(&group, "a");
    bot.server.misbehave(Fault::LoseResponse.once().on("getUpdates"));
    assert!(bot.send("getUpdates", &json!({"timeout": 5})).await.is_err());
    assert_eq!(texts(&bot.updates().await), ["a"]);
}
