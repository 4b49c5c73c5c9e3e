//! What the API refuses.

use rstest::rstest;
use serde_json::{Value, json};
use signalbox_testkit::Settings;
use signalbox_testkit::script::Script;

use crate::harness::{Api, request, user};

#[rstest]
#[case(json!({"messages": [{"role": "user", "content": "a"}], "max_tokens": 1}), "model: Field required")]
#[case(json!({"model": "m", "max_tokens": 1}), "messages: Field required")]
#[case(json!({"model": "m", "max_tokens": 1, "messages": []}), "at least one message")]
#[case(json!({"model": "m", "messages": [{"role": "user", "content": "a"}]}), "max_tokens: Field required")]
#[case(with(json!([{"role": "assistant", "content": "a"}, {"role": "user", "content": "a"}])), "first message must use")]
#[case(with(json!([{"role": "tool", "content": "a"}])), "Unexpected role \"tool\"")]
#[case(with(json!([{"role": "user", "content": ""}])), "non-empty content")]
#[case(with(json!([{"role": "user", "content": [{"type": "text", "text": ""}]}])), "text content blocks must be non-empty")]
#[case(with(json!([{"role": "user", "content": "a"}, {"role": "assistant", "content": "b"}])), "must end with a user message")]
#[case(with(json!([{"role": "user", "content": [{"type": "tool_result", "tool_use_id": "x", "content": "a"}]}])),
    "unexpected `tool_use_id` found in `tool_result` blocks: x")]
#[case(with(json!([{"role": "user", "content": "a"}, call("x"), {"role": "user", "content": "b"}])),
    "messages.1: `tool_use` ids were found without `tool_result` blocks immediately after: x")]
#[case(with(json!([{"role": "user", "content": "a"}, call("x")])), "without `tool_result` blocks immediately after: x")]
#[case(with(json!([{"role": "user", "content": "a"}, call("x"), result("x"), call("x"), result("x")])), "must be unique")]
#[tokio::test]
async fn what_the_api_refuses_is_refused(#[case] body: Value, #[case] words: &str) {
    let response = Api::new().send(&body).await;
    assert_eq!(response.status(), 400);
    assert!(response.headers().contains_key("request-id"));
    let error: Value = response.json().await.unwrap();
    assert_eq!(error["error"]["type"], "invalid_request_error");
    assert!(error["error"]["message"].as_str().unwrap().contains(words), "{error}");
}

fn with(messages: Value) -> Value {
    json!({"model": "m", "max_tokens": 1, "messages": messages})
}

fn call(id: &str) -> Value {
    json!({"role": "assistant", "content": [{"type": "tool_use", "id": id, "name": "Bash", "input": {}}]})
}

fn result(id: &str) -> Value {
    json!({"role": "user", "content": [{"type": "tool_result", "tool_use_id": id, "content": "a"}]})
}

#[tokio::test]
async fn a_well_formed_conversation_of_the_cli_is_not_refused() {
    let answer = Api::new()
        .ask(&[
            json!({"role": "user", "content": "SAY a"}),
            json!({"role": "system", "content": "# Environment"}),
            call("x"),
            json!({"role": "system", "content": "in between"}),
            result("x"),
            json!({"role": "user", "content": "SAY b"}),
            json!({"role": "system", "content": "at the end"}),
        ])
        .await;
    assert_eq!(answer["content"][0]["text"], "b");
}

#[tokio::test]
async fn the_key_is_asked_for_when_there_is_one() {
    let api = Api::start(Settings { api_key: Some("right".into()), ..Settings::default() });
    let ask = |name: &'static str, value: &'static str| {
        let body = request(&[user(&Script::new().say("a"))]);
        let request = api.post("/v1/messages", &body).header(name, value);
        async move { request.send().await.unwrap() }
    };
    assert_eq!(ask("x-api-key", "right").await.status(), 200);
    assert_eq!(ask("authorization", "Bearer right").await.status(), 200);
    assert_eq!(ask("authorization", "Basic right").await.status(), 401);
    let refused = ask("x-api-key", "wrong").await;
    assert_eq!(refused.status(), 401);
    assert_eq!(refused.json::<Value>().await.unwrap()["error"]["type"], "authentication_error");
    assert_eq!(ask("x-other", "right").await.status(), 401);
}

#[tokio::test]
async fn a_request_over_the_limit_is_refused_as_too_large() {
    let api = Api::new();
    let response = api.send(&request(&[json!({"role": "user", "content": "a".repeat(33 << 20)})])).await;
    assert_eq!(response.status(), 413);
    assert_eq!(response.json::<Value>().await.unwrap()["error"]["type"], "request_too_large");
}

#[tokio::test]
async fn other_routes_are_not_found() {
    let api = Api::new();
    let get = async |path: &str| api.client.get(format!("{}{path}", api.model.base_url())).send().await.unwrap();
    assert_eq!(get("/").await.status(), 200);
    assert_eq!(api.client.head(api.model.base_url()).send().await.unwrap().status(), 200);
    for response in
        [get("/v1/messages").await, get("/v1/models").await, api.post("/v1/complete", &json!({})).send().await.unwrap()]
    {
        assert_eq!(response.status(), 404);
        assert_eq!(response.json::<Value>().await.unwrap()["error"]["type"], "not_found_error");
    }
    let garbage = api.post("/v1/messages", &json!({})).body("{\"model\":").send().await.unwrap();
    assert_eq!(garbage.status(), 400);
}
