//! Rate limits, on a clock that hardly runs unless it is set forward.

use std::time::Duration;

use serde_json::{Value, json};
use signalbox_testkit::discord::DiscordSettings;

use crate::harness::Stage;

/// Virtual time all but stands still.
fn still() -> Stage {
    Stage::with(DiscordSettings { clock_rate: 0.001, ..DiscordSettings::default() })
}

#[tokio::test]
async fn a_channel_takes_five_messages_in_five_seconds() {
    let stage = still();
    let body = json!({"content": "x"});
    for remaining in ["4", "3", "2", "1", "0"] {
        let answer = stage.call("POST", &stage.messages_path(), body.clone()).await;
        assert_eq!((answer.header("x-ratelimit-limit"), answer.header("x-ratelimit-remaining")), ("5", remaining));
        assert!(answer.header("x-ratelimit-reset-after").parse::<f64>().unwrap() <= 5000.0);
        assert!(!answer.header("x-ratelimit-bucket").is_empty());
    }
    let refused = stage.call("POST", &stage.messages_path(), body.clone()).await;
    assert_eq!((refused.status, &refused.body["global"]), (429, &json!(false)));
    assert_eq!(refused.header("x-ratelimit-scope"), "user");
    // The bot's clock runs a thousand times as fast as the virtual one.
    let wait = refused.body["retry_after"].as_f64().unwrap();
    assert!((4000.0..=5000.0).contains(&wait), "{wait}");
    assert!(refused.header("retry-after").parse::<f64>().unwrap() >= wait);
    assert_eq!((stage.server.too_many_requests(), stage.server.repeated_too_many_requests()), (1, 0));
    let elsewhere = stage.guild.channel("other");
    stage.call("POST", &format!("/channels/{}/messages", elsewhere.id()), body.clone()).await.ok();
    assert_eq!(stage.call("POST", &stage.messages_path(), body.clone()).await.status, 429);
    assert_eq!((stage.server.too_many_requests(), stage.server.repeated_too_many_requests()), (2, 1));
    stage.server.advance(Duration::from_secs(5));
    stage.call("POST", &stage.messages_path(), body).await.ok();
    assert_eq!(stage.general.messages().len(), 6);
}

#[tokio::test]
async fn edits_and_reactions_have_buckets_of_their_own() {
    let stage = still();
    let id = stage.bot_says(json!({"content": "x"})).await;
    let path = format!("{}/{id}", stage.messages_path());
    for number in 0..6 {
        let answer = stage.call("PATCH", &path, json!({"content": number.to_string()})).await;
        assert_eq!(answer.status, if number < 5 { 200 } else { 429 });
    }
    let reaction = format!("{path}/reactions/%F0%9F%91%80/@me");
    assert_eq!(stage.call("PUT", &reaction, Value::Null).await.status, 204);
    assert_eq!(stage.call("PUT", &reaction, Value::Null).await.status, 429);
    stage.server.advance(Duration::from_millis(250));
    assert_eq!(stage.call("PUT", &reaction, Value::Null).await.status, 204);
}

#[tokio::test]
async fn all_routes_together_take_fifty_a_second_but_answers_to_interactions_do_not_count() {
    let stage = still();
    for _ in 0..50 {
        stage.call("GET", "/users/@me", Value::Null).await.ok();
    }
    let refused = stage.call("GET", "/users/@me", Value::Null).await;
    assert_eq!((refused.status, &refused.body["global"]), (429, &json!(true)));
    assert_eq!((refused.header("x-ratelimit-global"), refused.header("x-ratelimit-scope")), ("true", "global"));
    let unknown = stage.call("POST", "/interactions/1/token/callback", json!({"type": 5})).await;
    assert_eq!(unknown.code(), 10062);
    stage.server.advance(Duration::from_secs(1));
    stage.call("GET", "/users/@me", Value::Null).await.ok();
}

#[tokio::test]
async fn limits_can_be_switched_off() {
    let stage = Stage::new();
    for _ in 0..60 {
        stage.bot_says(json!({"content": "x"})).await;
    }
    assert_eq!(stage.server.too_many_requests(), 0);
}
