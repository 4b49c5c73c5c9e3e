//! The platform misbehaves: answers are lost, updates come twice and out of order, servers fail, limits are enforced.

use super::{Team, just_say};
use crate::harness::PATIENCE;
use signalbox_testkit::telegram::{Fault, Message, TelegramSettings};
use std::time::Duration;

#[tokio::test]
async fn updates_that_come_twice_late_or_out_of_order_are_handled_once() {
    let team = Team::new().await;
    let (ann, chat) = team.member("Ann", "member").await;
    for fault in [Fault::RepeatUpdate, Fault::RepeatInNextAnswer, Fault::IgnoreOffset, Fault::ReorderUpdates] {
        team.telegram.misbehave(fault.times(2));
    }
    team.telegram.pause_updates();
    for number in 0..6 {
        ann.says(&chat, &format!("/new {}", just_say(&format!("number {number}"))));
    }
    team.telegram.resume_updates();
    for number in 0..6 {
        team.hears(&chat, &format!("number {number}")).await;
    }
    let tasks: serde_json::Value = serde_json::from_str(&team.says(&["tasks", "--all", "--json"]).await).unwrap();
    assert_eq!(tasks.as_array().unwrap().len(), 6);
    team.ends().await;
}

#[tokio::test]
async fn failing_servers_and_lost_connections_lose_nothing() {
    let team = Team::new().await;
    let (ann, chat) = team.member("Ann", "member").await;
    for fault in [Fault::Html(502), Fault::LoseRequest, Fault::Html(500)] {
        team.telegram.misbehave(fault.times(2).on("sendMessage"));
        team.telegram.misbehave(fault.times(1).on("getUpdates"));
        team.telegram.misbehave(fault.times(1).on("editMessageText"));
    }
    team.telegram.cut_polls();
    ann.says(&chat, &just_say("it arrives"));
    team.hears(&chat, "it arrives").await;
    let said = chat.messages().iter().filter(|message| message.text.contains("it arrives") && message.from_bot).count();
    assert!(said >= 1);
    team.ends().await;
}

#[tokio::test]
async fn webhook_mode_takes_what_telegram_sends_with_the_right_secret_only() {
    let port = {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        listener.local_addr().unwrap().port()
    };
    let base = format!("http://127.0.0.1:{port}");
    let url = format!("{base}/hooks/telegram");
    let hooked = |world: crate::harness::World| {
        world
            .with("SIGNALBOX_WEB_LISTEN", &format!("127.0.0.1:{port}"))
            .with("SIGNALBOX_TELEGRAM_MODE", "webhook")
            .with("SIGNALBOX_TELEGRAM_WEBHOOK_URL", &url)
            .with("SIGNALBOX_TELEGRAM_WEBHOOK_SECRET", "a-secret-of-ours")
    };
    let team = Team::with(TelegramSettings::default(), "", hooked).await;
    let (ann, chat) = team.member("Ann", "member").await;
    ann.says(&chat, &just_say("by webhook"));
    team.hears(&chat, "by webhook").await;
    let forged = serde_json::json!({"update_id": 999_999, "message": {"message_id": 5, "date": 1, "text": "/stop",
        "chat": {"id": ann.id(), "type": "private"}, "from": {"id": ann.id(), "is_bot": false, "first_name": "Ann"}}});
    let http = reqwest::Client::new();
    for secret in [None, Some("wrong"), Some("a-secret-of-our"), Some("a-secret-of-ours-")] {
        let mut request = http.post(&url).json(&forged);
        if let Some(secret) = secret {
            request = request.header("x-telegram-bot-api-secret-token", secret);
        }
        let status = request.send().await.unwrap().status();
        assert!(status == 401 || status == 403, "{secret:?}: {status}");
    }
    ann.says(&chat, "/whoami");
    team.hears(&chat, "You are Ann").await;
    assert!(chat.messages().iter().all(|message| !message.text.contains("is over")), "{}", chat.transcript());
    team.ends().await;
}

#[tokio::test]
async fn a_long_answer_that_breaks_half_way_is_completed_without_repeating_itself() {
    let team = Team::new().await;
    let (ann, chat) = team.member("Ann", "member").await;
    let long: String = (0..220).map(|number| format!("Paragraph {number} of an answer.\n\n")).collect();
    ann.says(&chat, &format!("/new {}", just_say("first")));
    team.hears(&chat, "first").await;
    ann.says(&chat, &just_say(&long));
    team.telegram.misbehave(Fault::Html(502).once().on("sendMessage"));
    let last = |message: &Message| message.from_bot && message.text.contains("Paragraph 219 of");
    team.telegram.wait_for(&chat, last, PATIENCE).await;
    tokio::time::sleep(Duration::from_secs(1)).await;
    for number in [0, 100, 219] {
        let says = format!("Paragraph {number} of");
        let said = chat.messages().iter().filter(|message| message.from_bot && message.text.contains(&says)).count();
        assert_eq!(said, 1, "{says}\n{}", chat.transcript());
    }
    team.ends().await;
}
