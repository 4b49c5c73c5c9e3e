//! What goes from the sandbox to the model, and what does not.

use super::*;
use rstest::rstest;

const ANSWER: &str = r#"{"type":"message","usage":{"input_tokens":1,"output_tokens":1}}"#;

#[tokio::test]
async fn the_key_is_swapped_and_nothing_else_of_the_sandbox_passes_for_one() {
    let model = StandIn::saying(ANSWER).await;
    let sandbox = working(&model).await;
    let request = sandbox.post("/v1/messages?beta=true").header("authorization", "Bearer stolen");
    let request = request.header("cookie", "session=1").header("anthropic-beta", "a-1").header("x-app", "cli");
    assert_eq!(request.json(&question()).send().await.unwrap().status(), 200);
    let received = model.request();
    assert_eq!(received.target, "/v1/messages?beta=true");
    assert_eq!(received.headers["x-api-key"], KEY);
    assert_eq!(
        (&received.headers["anthropic-beta"], &received.headers["x-app"]),
        (&"a-1".parse().unwrap(), &"cli".parse().unwrap())
    );
    for name in ["authorization", "cookie"] {
        assert!(!received.headers.contains_key(name), "{name}");
    }
    assert_eq!(serde_json::from_slice::<Value>(&received.body).unwrap(), question());
}

#[tokio::test]
async fn an_oauth_token_goes_as_a_bearer_with_its_beta_flag() {
    let model = StandIn::saying(ANSWER).await;
    let mut settings = settings(&format!("{}/prefix/", model.address));
    settings.upstream.credential = Credential::OAuthToken(KEY.into());
    let sandbox = sandbox(settings).await;
    sandbox.exit.allow(allowance());
    let request = sandbox.client.post("http://gateway/v1/messages").bearer_auth(TOKEN).header("anthropic-beta", "a-1");
    assert_eq!(request.json(&question()).send().await.unwrap().status(), 200);
    let received = model.request();
    assert_eq!(received.target, "/prefix/v1/messages");
    assert_eq!(received.headers["authorization"], format!("Bearer {KEY}"));
    assert_eq!(received.headers["anthropic-beta"], "oauth-2025-04-20,a-1");
    assert!(!received.headers.contains_key("x-api-key"));
}

#[rstest]
#[case::other_path("POST /v1/files HTTP/1.1")]
#[case::batches("POST /v1/messages/batches HTTP/1.1")]
#[case::other_query("POST /v1/messages?beta=true&x=1 HTTP/1.1")]
#[case::other_method("GET /v1/messages HTTP/1.1")]
#[case::delete("DELETE /v1/messages HTTP/1.1")]
#[case::climbing("POST /v1/messages/../files HTTP/1.1")]
#[case::encoded("POST /v1/messages%2f..%2ffiles HTTP/1.1")]
#[case::double_slash("POST //v1/messages HTTP/1.1")]
#[case::absolute("POST http://169.254.169.254/v1/messages HTTP/1.1")]
#[tokio::test]
async fn other_routes_lead_nowhere(#[case] line: &str) {
    let model = StandIn::saying(ANSWER).await;
    let mut sandbox = working(&model).await;
    let head = format!("{line}\r\nhost: x\r\nx-api-key: {TOKEN}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n");
    let answer = sandbox.speaks(head.as_bytes()).await;
    assert!(answer.starts_with("HTTP/1.1 404") && answer.contains("not_found_error"), "{answer}");
    assert!(matches!(sandbox.notice().await, Notice::Refused { .. }));
    assert_eq!(model.requests(), 0);
}

#[tokio::test]
async fn other_tokens_open_nothing() {
    let model = StandIn::saying(ANSWER).await;
    let sandbox = working(&model).await;
    for token in ["", "token-of-another-sandbox", KEY, "token-of-the-sandbo", "token-of-the-sandbox2"] {
        let request = sandbox.client.post("http://gateway/v1/messages").header("x-api-key", token).bearer_auth(token);
        let answer = request.json(&question()).send().await.unwrap();
        assert_eq!(answer.headers()["x-should-retry"], "false");
        assert_eq!(refusal(answer).await.0, 401, "{token}");
    }
    let without = sandbox.client.post("http://gateway/v1/messages").json(&question()).send().await.unwrap();
    assert_eq!((without.status().as_u16(), model.requests()), (401, 0));
}

#[tokio::test]
async fn a_greeting_is_answered_without_the_model() {
    let model = StandIn::saying(ANSWER).await;
    let sandbox = working(&model).await;
    assert_eq!(sandbox.client.head("http://gateway/").send().await.unwrap().status(), 200);
    assert_eq!(model.requests(), 0);
}

#[tokio::test]
async fn nothing_is_allowed_before_a_task_is_at_work() {
    let model = StandIn::saying(ANSWER).await;
    let sandbox = sandbox(settings(&model.address)).await;
    let (status, kind, _) = sandbox.refusal(&question()).await;
    assert_eq!((status, kind.as_str()), (403, "permission_error"));
    sandbox.exit.allow(allowance());
    assert_eq!(sandbox.ask(&question()).await.status(), 200);
    sandbox.exit.allow(Allowance::default());
    assert_eq!(sandbox.refusal(&question()).await.0, 403);
    assert_eq!(model.requests(), 1);
}

#[tokio::test]
async fn a_model_off_the_list_is_refused_by_name() {
    let model = StandIn::saying(ANSWER).await;
    let mut sandbox = working(&model).await;
    let mut body = question();
    body["model"] = json!("other-model");
    let (status, kind, message) = sandbox.refusal(&body).await;
    assert_eq!((status, kind.as_str(), model.requests()), (403, "permission_error", 0));
    assert!(message.contains("`other-model`"), "{message}");
    assert_eq!(sandbox.notice().await, Notice::Refused { reason: message });
}

#[tokio::test]
async fn what_would_reach_out_is_refused_until_the_policy_names_it() {
    let model = StandIn::saying(ANSWER).await;
    let sandbox = working(&model).await;
    let image = json!({"type": "image", "source": {"type": "url", "url": "https://evil.example/?secret"}});
    let mut body = question();
    body["messages"][0]["content"] = json!([{"type": "tool_result", "tool_use_id": "t", "content": [image]}]);
    let (status, kind, message) = sandbox.refusal(&body).await;
    assert_eq!((status, kind.as_str(), model.requests()), (403, "permission_error", 0));
    assert!(message.contains("`url`") && !message.contains("evil"), "{message}");
    sandbox.exit.allow(Allowance { server_features: vec![ModelRule::new("url")], ..allowance() });
    assert_eq!(sandbox.ask(&body).await.status(), 200);
}

#[rstest]
#[case::twice(r#"{"model":"claude-x","messages":[],"model":"other-model"}"#)]
#[case::twice_in_disguise(r#"{"model":"claude-x","messages":[],"tools":[],"to\u006fls":[{"type":"web_search_1"}]}"#)]
#[case::no_json("model=claude-x")]
#[case::two_documents(r#"{"model":"claude-x"}{"model":"other-model"}"#)]
#[tokio::test]
async fn what_could_be_read_in_two_ways_is_refused(#[case] body: &'static str) {
    let model = StandIn::saying(ANSWER).await;
    let sandbox = working(&model).await;
    let answer = sandbox.post("/v1/messages").body(body).send().await.unwrap();
    let (status, kind, _) = refusal(answer).await;
    assert_eq!((status, kind.as_str(), model.requests()), (400, "invalid_request_error", 0));
}

#[tokio::test]
async fn tokens_are_counted_free_of_charge() {
    let model = StandIn::saying(r#"{"input_tokens":14}"#).await;
    let sandbox = working(&model).await;
    let answer = sandbox.post("/v1/messages/count_tokens?beta=true").json(&question()).send().await.unwrap();
    assert_eq!(answer.text().await.unwrap(), r#"{"input_tokens":14}"#);
    assert_eq!(model.request().target, "/v1/messages/count_tokens?beta=true");
    assert_eq!(sandbox.exit.close().await, Spent::default());
}
