//! Who may bring webhooks, and how they are answered.

use super::desk::Counter;
use super::with_token;
use crate::GitHub;
use ring::hmac;
use rstest::rstest;
use serde_json::json;
use std::sync::Arc;

const COMMENT: &str = r#"{"action":"created","comment":{"id":1}}"#;

async fn served(desk: &Arc<Counter>) -> String {
    let routes = GitHub::new(&with_token(), desk.clone()).unwrap().routes();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, routes).await.unwrap() });
    format!("http://{address}/hooks/github")
}

fn signed(body: &[u8]) -> String {
    let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, b"s3cret-and-long-enough"), body);
    let hex: String = tag.as_ref().iter().map(|byte| format!("{byte:02x}")).collect();
    format!("sha256={hex}")
}

async fn brought(url: &str, headers: &[(&str, &str)], body: &str) -> u16 {
    let request = reqwest::Client::new().post(url).body(body.to_owned());
    let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
    request.send().await.unwrap().status().as_u16()
}

#[tokio::test]
async fn what_is_signed_is_stored_once_under_its_own_id() {
    let desk = Counter::new();
    let url = served(&desk).await;
    let signature = signed(COMMENT.as_bytes());
    let headers =
        [("x-github-event", "issue_comment"), ("x-github-delivery", "guid"), ("x-hub-signature-256", &signature)];
    for _ in 0..3 {
        assert_eq!(brought(&url, &headers, COMMENT).await, 202);
    }
    let stored = desk.state().updates.clone();
    assert_eq!(stored.len(), 1);
    assert_eq!((stored[0].source.as_str(), stored[0].id.as_str()), ("github:signalbox", "guid"));
    let raw: serde_json::Value = serde_json::from_str(&stored[0].raw).unwrap();
    assert_eq!(raw, json!({"event": "issue_comment", "payload": {"action": "created", "comment": {"id": 1}}}));
}

#[rstest]
#[case::none("")]
#[case::wrong("sha256=0000000000000000000000000000000000000000000000000000000000000000")]
#[case::old("sha1=7d38cdd689735b008b3c702edd92eea23791c5f6")]
#[tokio::test]
async fn what_is_not_signed_learns_nothing(#[case] signature: &str) {
    let desk = Counter::new();
    let url = served(&desk).await;
    for event in ["issue_comment", "ping", "nonsense"] {
        let headers = [("x-github-event", event), ("x-github-delivery", "guid"), ("x-hub-signature-256", signature)];
        assert_eq!(brought(&url, &headers, COMMENT).await, 401);
    }
    assert!(desk.state().updates.is_empty());
}

#[rstest]
#[case::ping("ping", "guid", "{}", 200)]
#[case::not_heard("star", "guid", "{}", 200)]
#[case::no_json("issues", "guid", "{", 400)]
#[case::no_id("issues", "", "{}", 400)]
#[tokio::test]
async fn what_means_nothing_is_not_stored(
    #[case] event: &str,
    #[case] id: &str,
    #[case] body: &str,
    #[case] status: u16,
) {
    let desk = Counter::new();
    let url = served(&desk).await;
    let signature = signed(body.as_bytes());
    let headers = [("x-github-event", event), ("x-github-delivery", id), ("x-hub-signature-256", &signature)];
    assert_eq!(brought(&url, &headers, body).await, status);
    assert!(desk.state().updates.is_empty());
}

#[tokio::test]
async fn what_cannot_be_stored_is_not_taken() {
    let desk = Counter::new();
    desk.state().full = 1;
    let url = served(&desk).await;
    let signature = signed(COMMENT.as_bytes());
    let headers =
        [("x-github-event", "issue_comment"), ("x-github-delivery", "guid"), ("x-hub-signature-256", &signature)];
    assert_eq!(brought(&url, &headers, COMMENT).await, 503);
    assert_eq!(brought(&url, &headers, COMMENT).await, 202);
}

#[tokio::test]
async fn a_form_is_signed_as_it_comes() {
    let desk = Counter::new();
    let url = served(&desk).await;
    let body = "payload=%7B%22action%22%3A%22created%22%7D";
    let signature = signed(body.as_bytes());
    let headers = [
        ("content-type", "application/x-www-form-urlencoded"),
        ("x-github-event", "issues"),
        ("x-github-delivery", "guid"),
        ("x-hub-signature-256", &signature),
    ];
    assert_eq!(brought(&url, &headers, body).await, 202);
    assert_eq!(desk.state().updates[0].raw, r#"{"event":"issues","payload":{"action":"created"}}"#);
}

#[tokio::test]
async fn nothing_larger_than_github_sends_is_read() {
    let desk = Counter::new();
    let url = served(&desk).await;
    let body = format!("{{\"a\":\"{}\"}}", "x".repeat(26 << 20));
    let signature = signed(body.as_bytes());
    let headers = [("x-github-event", "issues"), ("x-github-delivery", "guid"), ("x-hub-signature-256", &signature)];
    assert_eq!(brought(&url, &headers, &body).await, 413);
}
