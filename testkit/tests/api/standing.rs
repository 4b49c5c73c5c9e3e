//! What holds whatever is played: counts, records, stopping; and the rehearsal.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use signalbox_testkit::script::Script;
use signalbox_testkit::{Settings, Unscripted};

use crate::harness::{Api, assistant, request, results, user};

#[tokio::test]
async fn tokens_are_counted_without_a_limit_for_the_answer() {
    let api = Api::new();
    let count = async |text: &str| {
        let body = json!({"model": "m", "messages": [{"role": "user", "content": text}]});
        let answer: Value = api.post("/v1/messages/count_tokens", &body).send().await.unwrap().json().await.unwrap();
        answer["input_tokens"].as_u64().unwrap()
    };
    assert!(count(&"word ".repeat(1000)).await > count("word").await + 1000);
}

#[tokio::test]
async fn requests_are_kept_up_to_the_limit() {
    let api = Api::start(Settings { keep_requests: 2, ..Settings::default() });
    for text in ["a", "b", "c"] {
        let body = request(&[user(&Script::new().say(text))]);
        api.post("/v1/messages", &body).header("x-api-key", "k").header("cookie", "c").send().await.unwrap();
    }
    let requests = api.model.requests();
    let prompts: Vec<&Value> = requests.iter().map(|request| &request.body["messages"][0]["content"]).collect();
    assert_eq!(prompts, ["SAY b", "SAY c"]);
    assert_eq!((requests[0].status, requests[0].path.as_str()), (200, "/v1/messages"));
    assert_eq!(requests[0].model.as_deref(), Some("claude-test"));
    assert_eq!((requests[0].header("x-api-key"), requests[0].header("cookie")), (Some("k"), None));
    assert!(Api::start(Settings::rehearsal()).model.requests().is_empty());
}

#[tokio::test]
async fn a_stop_ends_what_is_being_said_and_frees_the_address() {
    let api = Api::new();
    let mut body = request(&[user(&Script::new().say("a").delay(Duration::from_secs(600)).say("b"))]);
    body["stream"] = true.into();
    let mut response = api.send(&body).await;
    response.chunk().await.unwrap();
    let address = api.model.address();
    let begun = Instant::now();
    api.model.stop().await;
    assert!(begun.elapsed() < Duration::from_secs(3), "{:?}", begun.elapsed());
    std::net::TcpListener::bind(address).unwrap();
}

#[tokio::test]
async fn a_rehearsal_runs_from_prompt_to_summary() {
    let api = Api::start(Settings { unscripted: Unscripted::Rehearse, ..Settings::default() });
    let mut messages = vec![json!({"role": "user", "content": "Mend the build"})];
    let mut tools = Vec::new();
    loop {
        let mut body = request(&messages);
        body["tools"] = json!([{"name": "Bash"}, {"name": "Read"}, {"name": "Write"}]);
        let answer: Value = api.send(&body).await.json().await.unwrap();
        assert!(answer["content"][0]["text"].as_str().unwrap().contains("Rehearsal"), "{answer}");
        if answer["stop_reason"] == "end_turn" {
            break;
        }
        tools.push(answer["content"][1]["name"].as_str().unwrap().to_owned());
        messages.extend([assistant(&answer), results(&answer, "README.md")]);
    }
    assert_eq!(tools, ["Bash", "Read", "Bash", "Write"]);
}
