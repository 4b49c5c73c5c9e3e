//! Each misbehaviour, as often as it was asked for.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use signalbox_testkit::discord::Fault;

use crate::harness::Stage;

#[tokio::test]
async fn a_lost_request_is_not_done_and_a_lost_response_is() {
    let stage = Stage::new();
    let body = json!({"content": "x"});
    stage.server.misbehave(Fault::LoseRequest.once().on("POST", "/messages"));
    stage.call("GET", "/users/@me", Value::Null).await.ok();
    assert!(stage.try_call("POST", &stage.messages_path(), body.clone()).await.is_err());
    assert!(stage.general.messages().is_empty());
    assert_eq!(stage.server.calls().last().unwrap().status, 0);
    stage.server.misbehave(Fault::LoseResponse.once());
    assert!(stage.try_call("POST", &stage.messages_path(), body.clone()).await.is_err());
    assert_eq!(stage.general.messages().len(), 1);
    assert_eq!(stage.server.calls().last().unwrap().status, 200);
    stage.call("POST", &stage.messages_path(), body).await.ok();
    assert_eq!(stage.server.misbehaviour_left(), 0);
}

#[tokio::test]
async fn answers_are_delayed_or_pages_of_html() {
    let stage = Stage::new();
    stage.server.misbehave(Fault::Delay(Duration::from_millis(200)).once());
    let asked = Instant::now();
    stage.bot_says(json!({"content": "x"})).await;
    assert!(asked.elapsed() >= Duration::from_millis(200));
    stage.server.misbehave(Fault::Html(502).times(2));
    for _ in 0..2 {
        let answer = stage.call("POST", &stage.messages_path(), json!({"content": "x"})).await;
        assert_eq!((answer.status, answer.header("content-type")), (502, "text/html"));
        assert!(answer.body.as_str().unwrap().contains("cloudflare"));
    }
    assert_eq!(stage.general.messages().len(), 1);
    stage.bot_says(json!({"content": "x"})).await;
}

#[tokio::test]
async fn events_are_repeated_and_swapped() {
    let stage = Stage::new();
    let mut socket = stage.identified().await;
    stage.server.misbehave(Fault::RepeatEvent.once().of("MESSAGE_CREATE"));
    stage.ann.says(&stage.general, "twice");
    let first = socket.payload().await;
    let second = socket.payload().await;
    assert_eq!(first["d"], second["d"]);
    assert_eq!(first["s"].as_u64().unwrap() + 1, second["s"].as_u64().unwrap());
    stage.server.misbehave(Fault::SwapEvents.once());
    stage.ann.says(&stage.general, "first");
    stage.ann.says(&stage.general, "second");
    let contents = [socket.payload().await, socket.payload().await].map(|event| event["d"]["content"].clone());
    assert_eq!(contents, ["second", "first"]);
}

#[tokio::test]
async fn a_heartbeat_is_ignored() {
    let stage = Stage::new();
    let mut socket = stage.identified().await;
    stage.server.misbehave(Fault::IgnoreHeartbeat.once());
    socket.send(json!({"op": 1, "d": null})).await;
    stage.ann.says(&stage.general, "still here");
    assert_eq!(socket.payload().await["t"], "MESSAGE_CREATE");
    assert!(socket.names_until_now().await.is_empty());
    stage.server.misbehave(Fault::IgnoreHeartbeat.times(9));
    stage.server.behave();
    assert!(socket.names_until_now().await.is_empty());
}
