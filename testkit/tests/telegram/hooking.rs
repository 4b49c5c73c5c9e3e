//! The webhook: what it is set to, and what is posted to it.

use std::sync::{Arc, Mutex};

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use axum::{Json, Router};
use rstest::rstest;
use serde_json::{Value, json};
use signalbox_testkit::telegram::Fault;

use crate::harness::{Bot, PATIENCE, texts};

struct Posted {
    secret: Option<String>,
    update: Value,
}

/// A bot's end of a webhook: it keeps what it gets, and fails as often as it is told.
#[derive(Clone, Default)]
struct Hook {
    got: Arc<Mutex<Vec<Posted>>>,
    failures: Arc<Mutex<u32>>,
}

impl Hook {
    async fn listen(failures: u32) -> (Self, String) {
        let hook = Self { failures: Arc::new(Mutex::new(failures)), ..Self::default() };
        let router = Router::new().route("/hook", post(take)).with_state(hook.clone());
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/hook", listener.local_addr().unwrap());
        tokio::spawn(axum::serve(listener, router).into_future());
        (hook, url)
    }

    fn updates(&self) -> Vec<Value> {
        self.got.lock().unwrap().iter().map(|posted| posted.update.clone()).collect()
    }
}

async fn take(State(hook): State<Hook>, headers: HeaderMap, Json(update): Json<Value>) -> StatusCode {
    let mut failures = hook.failures.lock().unwrap();
    if *failures > 0 {
        *failures -= 1;
        return StatusCode::SERVICE_UNAVAILABLE;
    }
    let secret = headers.get("x-telegram-bot-api-secret-token").map(|secret| secret.to_str().unwrap().to_owned());
    hook.got.lock().unwrap().push(Posted { secret, update });
    StatusCode::OK
}

async fn delivered(bot: &Bot) {
    bot.server.wait_until("all is delivered", |server| server.pending_updates() == 0, PATIENCE).await;
}

#[tokio::test]
async fn updates_are_posted_in_order_with_the_secret() {
    let bot = Bot::new();
    let group = bot.group();
    let (hook, url) = Hook::listen(0).await;
    bot.ann.says(&group, "before");
    bot.ok("setWebhook", json!({"url": url, "secret_token": "a-B_9"})).await;
    for number in 0..20 {
        bot.ann.says(&group, &number.to_string());
    }
    delivered(&bot).await;
    let wanted: Vec<String> = (0..20).map(|number| number.to_string()).collect();
    assert_eq!(texts(&hook.updates())[0], "before");
    assert_eq!(texts(&hook.updates())[1..], wanted);
    assert!(hook.got.lock().unwrap().iter().all(|posted| posted.secret.as_deref() == Some("a-B_9")));
}

#[tokio::test]
async fn what_is_refused_is_posted_again() {
    let bot = Bot::new();
    let group = bot.group();
    let (hook, url) = Hook::listen(2).await;
    bot.ok("setWebhook", json!({"url": url})).await;
    bot.ann.says(&group, "a");
    bot.ann.says(&group, "b");
    delivered(&bot).await;
    assert_eq!(texts(&hook.updates()), ["a", "b"]);
    assert_eq!(hook.got.lock().unwrap()[0].secret, None);
    let info = bot.ok("getWebhookInfo", json!({})).await;
    assert_eq!(info["last_error_message"], "Wrong response from the webhook: 503");
    assert_eq!((&info["url"], &info["pending_update_count"]), (&json!(url), &json!(0)));
}

#[tokio::test]
async fn an_update_is_posted_twice_when_told_to() {
    let bot = Bot::new();
    let group = bot.group();
    let (hook, url) = Hook::listen(0).await;
    bot.ok("setWebhook", json!({"url": url})).await;
    bot.server.misbehave(Fault::RepeatUpdate.once());
    bot.ann.says(&group, "a");
    delivered(&bot).await;
    assert_eq!(texts(&hook.updates()), ["a", "a"]);
}

#[tokio::test]
async fn nobody_there_is_an_error_and_the_updates_wait() {
    let bot = Bot::new();
    let group = bot.group();
    bot.ok("setWebhook", json!({"url": "http://127.0.0.1:1/hook", "allowed_updates": ["message"]})).await;
    let message = bot.ann.says(&group, "a");
    let update = bot.server.update_of(&group, message).unwrap();
    bot.server.wait_until("it was tried", |server| server.handed_out(update).is_some(), PATIENCE).await;
    let info = bot.ok("getWebhookInfo", json!({})).await;
    assert_eq!((&info["pending_update_count"], &info["allowed_updates"]), (&json!(1), &json!(["message"])));
    bot.ok("setWebhook", json!({"url": ""})).await;
    assert_eq!(texts(&bot.updates().await), ["a"]);
    bot.ok("deleteWebhook", json!({"drop_pending_updates": true})).await;
    assert!(bot.updates().await.is_empty());
    assert_eq!(bot.ok("getWebhookInfo", json!({})).await["url"], "");
}

#[rstest]
#[case::elsewhere(json!({"url": "http://example.com/hook"}), "bad webhook: HTTPS url must be provided for webhook")]
#[case::nearly_here(json!({"url": "http://127.example.com/hook"}), "bad webhook: HTTPS url must be provided for webhook")]
#[case::no_address(json!({"url": "hook"}), "bad webhook: HTTPS url must be provided for webhook")]
#[case::secret(json!({"url": "http://127.0.0.1:1/", "secret_token": "a b"}), "secret token contains unallowed characters")]
#[case::long_secret(json!({"url": "http://127.0.0.1:1/", "secret_token": "a".repeat(257)}), "secret token must have 1 to 256 characters")]
#[case::connections(json!({"url": "http://127.0.0.1:1/", "max_connections": 0}), "max_connections must be from 1 to 100")]
#[tokio::test]
async fn a_webhook_that_cannot_be_is_refused(#[case] body: Value, #[case] words: &str) {
    let bot = Bot::new();
    assert_eq!(bot.refused("setWebhook", body).await, (400, format!("Bad Request: {words}")));
}
