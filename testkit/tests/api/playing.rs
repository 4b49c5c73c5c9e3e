//! What a script brings about.

use std::time::{Duration, Instant};

use rstest::rstest;
use serde_json::{Value, json};
use signalbox_testkit::script::{Script, Usage};

use crate::harness::{Api, assistant, joined, request, results, user};

#[tokio::test]
async fn a_script_is_played_turn_by_turn_from_the_conversation_alone() {
    let script =
        Script::new().say("one").tool("Bash", json!({"command": "ls"})).echo().tool("Read", json!({})).say("two");
    let mut messages = vec![user(&script)];
    let api = Api::new();
    let first = api.ask(&messages).await;
    assert_eq!(first["content"][0]["text"], "one");
    assert_eq!(first["content"][1]["input"]["command"], "ls");
    assert_eq!(first["stop_reason"], "tool_use");
    api.model.stop().await;

    // Another process: nothing but the conversation is left.
    let api = Api::new();
    messages.extend([assistant(&first), results(&first, "what ls said")]);
    let second = api.ask(&messages).await;
    assert_eq!(second["content"][0]["text"], "what ls said");
    assert_eq!(second["content"][1]["name"], "Read");
    assert_eq!(api.ask(&messages).await["content"][1]["name"], "Read", "a retry gets the same turn");
    messages.extend([assistant(&second), results(&second, "")]);
    let third = api.ask(&messages).await;
    assert_eq!((&third["content"][0]["text"], &third["stop_reason"]), (&json!("two"), &json!("end_turn")));
    messages.extend([assistant(&third), json!({"role": "user", "content": "and now?"})]);
    assert_eq!(api.ask(&messages).await["content"][0]["text"], "done");
}

#[tokio::test]
async fn parallel_calls_come_in_one_turn_with_ids_of_their_own() {
    let api = Api::new();
    let script =
        Script::new().parallel([("Bash", json!({"command": "a"})), ("Bash", json!({"command": "b"}))]).say("both");
    let mut messages = vec![user(&script)];
    let answer = api.ask(&messages).await;
    let blocks = answer["content"].as_array().unwrap();
    assert_eq!(blocks.len(), 2);
    assert_ne!(blocks[0]["id"], blocks[1]["id"]);
    messages.extend([assistant(&answer), results(&answer, "ok")]);
    assert_eq!(api.ask(&messages).await["content"][0]["text"], "both");
}

#[tokio::test]
async fn a_stream_has_the_events_of_the_api() {
    let api = Api::new();
    let usage = Usage { input: 1, output: 2, cache_read: 3, cache_write: 4 };
    let text = "a text that needs more than one chunk, ä and ö too";
    let script =
        Script::new().usage(usage).think("let me see").say(text).tool("Bash", json!({"command": "ls -la /tmp"}));
    let events = api.events(&[user(&script)]).await;
    assert_eq!(events[0]["message"]["model"], "claude-test");
    assert_eq!(events[0]["message"]["usage"]["cache_read_input_tokens"], 3);
    assert_eq!(events[1]["type"], "ping");
    assert_eq!(events[2]["content_block"]["type"], "thinking");
    assert_eq!(joined(&events, 0, "thinking"), "let me see");
    assert!(!joined(&events, 0, "signature").is_empty());
    assert_eq!(joined(&events, 1, "text"), text);
    assert!(events.iter().filter(|event| event["delta"]["type"] == "text_delta").count() > 2);
    let input: Value = serde_json::from_str(&joined(&events, 2, "partial_json")).unwrap();
    assert_eq!(input, json!({"command": "ls -la /tmp"}));
    let [.., stop, delta, end] = events.as_slice() else { panic!("{events:?}") };
    assert_eq!((&stop["type"], &stop["index"]), (&json!("content_block_stop"), &json!(2)));
    assert_eq!(delta["delta"]["stop_reason"], "tool_use");
    assert_eq!(
        (&delta["usage"]["output_tokens"], &delta["usage"]["cache_creation_input_tokens"]),
        (&json!(2), &json!(4))
    );
    assert_eq!(end["type"], "message_stop");
}

#[tokio::test]
async fn a_failure_is_counted_for_its_session_and_then_over() {
    let api = Api::new();
    let script = Script::new().http(529).times(2).retry_after(3).http(500).times(1).say("recovered");
    let mut body = request(&[user(&script)]);
    let mut statuses = Vec::new();
    for session in ["one", "two"] {
        body["metadata"] = json!({"user_id": session});
        for _ in 0..4 {
            let response = api.send(&body).await;
            statuses.push(response.status().as_u16());
            if response.status() == 529 {
                assert_eq!(response.headers()["retry-after"], "3");
                let error: Value = response.json().await.unwrap();
                assert_eq!((&error["type"], &error["error"]["type"]), (&json!("error"), &json!("overloaded_error")));
            }
        }
    }
    assert_eq!(statuses, [529, 529, 500, 200, 529, 529, 500, 200]);
}

#[tokio::test]
async fn a_failure_without_a_count_lasts_and_holds_for_its_turn_only() {
    let api = Api::new();
    let mut messages = vec![user(&Script::new().tool("Bash", json!({})).http(400).say("never"))];
    let first = api.ask(&messages).await;
    messages.extend([assistant(&first), results(&first, "")]);
    for _ in 0..5 {
        assert_eq!(api.send(&request(&messages)).await.status(), 400);
    }
}

#[rstest]
#[tokio::test]
async fn a_cut_breaks_the_connection_once(#[values(true, false)] stream: bool) {
    let api = Api::new();
    let mut body = request(&[user(&Script::new().say("heard before the cut").cut().say("heard after it"))]);
    body["stream"] = stream.into();
    let mut response = api.send(&body).await;
    assert_eq!(response.status(), 200);
    let mut heard = String::new();
    let end = loop {
        match response.chunk().await {
            Ok(Some(chunk)) => heard.push_str(&String::from_utf8_lossy(&chunk)),
            end => break end,
        }
    };
    assert!(end.is_err(), "the connection broke");
    assert!(
        heard.contains("heard before") && !heard.contains("message_stop") && !heard.contains("after it"),
        "{heard}"
    );
    let again = api.send(&body).await.text().await.unwrap();
    assert!(again.contains("heard after it"), "{again}");
}

#[tokio::test]
async fn the_pace_of_a_slow_stream_holds_in_later_turns() {
    let api = Api::new();
    let script = Script::new().slow(Duration::from_millis(30)).tool("Bash", json!({})).say("x".repeat(16 * 5).as_str());
    let mut messages = vec![user(&script)];
    let first = api.ask(&messages).await;
    messages.extend([assistant(&first), results(&first, "")]);
    let mut body = request(&messages);
    body["stream"] = true.into();
    let begun = Instant::now();
    let mut response = api.send(&body).await;
    let mut arrivals = Vec::new();
    while response.chunk().await.unwrap().is_some() {
        arrivals.push(begun.elapsed());
    }
    assert!(begun.elapsed() >= Duration::from_millis(150));
    assert!(arrivals.len() >= 5, "chunks leave one by one: {arrivals:?}");
    assert!(arrivals[0] < Duration::from_millis(100), "{arrivals:?}");
}

#[tokio::test]
async fn sizes_and_stops_are_as_written() {
    let api = Api::new();
    let answer =
        api.ask(&[user(&Script::new().delay(Duration::from_millis(50)).big(100_001).stop("max_tokens"))]).await;
    assert_eq!(answer["content"][0]["text"].as_str().unwrap().len(), 100_001);
    assert_eq!(answer["stop_reason"], "max_tokens");
    assert_eq!((&answer["usage"]["input_tokens"], &answer["usage"]["output_tokens"]), (&json!(1000), &json!(50)));
}
