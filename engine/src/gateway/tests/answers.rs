//! What comes back from the model to the sandbox, and what the hub learns of it.

use super::stand_in::Reply;
use super::*;
use bytes::Bytes;
use signalbox_core::money::{MicroUsd, Usage};

const START: &str = concat!(
    "event: message_start\ndata: {\"type\":\"message_start\",\"message\":{\"usage\":{\"input_tokens\":10,",
    "\"cache_creation_input_tokens\":20,\"cache_read_input_tokens\":40,\"output_tokens\":1}}}\n\n",
);
const TEXT: &str =
    "data: {\"type\":\"content_block_delta\",\"delta\":{\"type\":\"text_delta\",\"text\":\"0123456789ab\"}}\n\n";
const END: &str =
    "data: {\"type\":\"message_delta\",\"usage\":{\"output_tokens\":7}}\n\ndata: {\"type\":\"message_stop\"}\n\n";

fn usage(output_tokens: u64) -> Usage {
    Usage { input_tokens: 10, output_tokens, cache_creation_input_tokens: 20, cache_read_input_tokens: 40 }
}

#[tokio::test]
async fn a_stream_is_passed_on_piece_by_piece_and_counted() {
    let (say, model) = StandIn::streaming().await;
    let mut sandbox = working(&model).await;
    say.send(Bytes::from_static(START.as_bytes())).await.unwrap();
    let mut answer = sandbox.ask(&question()).await;
    // The model holds the rest back until the sandbox has read the first piece.
    let first = timeout(PATIENCE, answer.chunk()).await.unwrap().unwrap().unwrap();
    assert_eq!(first, START);
    assert!(matches!(sandbox.notice().await, Notice::FirstByte { .. }));
    say.send(Bytes::from_static(END.as_bytes())).await.unwrap();
    drop(say);
    assert_eq!(answer.text().await.unwrap(), END);
    // 10 at $1, 7 at $10, 20 at $2, 40 at $0.50 for a million.
    let cost = MicroUsd(10 + 70 + 40 + 20);
    assert_eq!(sandbox.notice().await, Notice::Usage { model: "claude-x".to_owned(), usage: usage(7), cost });
    let by_model = [("claude-x".to_owned(), (usage(7), cost))].into();
    assert_eq!(sandbox.exit.close().await, Spent { cost, usage: usage(7), requests: 1, by_model });
}

#[tokio::test]
async fn what_was_written_counts_when_the_sandbox_hangs_up() {
    let (say, model) = StandIn::streaming().await;
    let sandbox = working(&model).await;
    for piece in [START, TEXT] {
        say.send(Bytes::from_static(piece.as_bytes())).await.unwrap();
    }
    let mut answer = sandbox.ask(&question()).await;
    let mut read = 0;
    while read < START.len() + TEXT.len() {
        read += answer.chunk().await.unwrap().unwrap().len();
    }
    drop(answer);
    until(|| sandbox.exit.spent().requests == 1).await;
    assert_eq!(sandbox.exit.spent().usage, usage(3));
    // The hub hung up on the model as well.
    timeout(PATIENCE, say.closed()).await.unwrap();
}

#[tokio::test]
async fn hanging_up_before_the_answer_is_not_free() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let sandbox = sandbox(settings(&format!("http://{}", listener.local_addr().unwrap()))).await;
    sandbox.exit.allow(allowance());
    let asking = tokio::spawn(sandbox.post("/v1/messages").json(&question()).send());
    let (mut model, _) = timeout(PATIENCE, listener.accept()).await.unwrap().unwrap();
    timeout(PATIENCE, model.read_u8()).await.unwrap().unwrap();
    asking.abort();
    assert!(asking.await.is_err());
    until(|| sandbox.exit.spent().requests == 1).await;
    let sent = question().to_string().len() as u64;
    assert_eq!(sandbox.exit.spent().usage, Usage { input_tokens: sent / 4, ..Usage::default() });
}

#[tokio::test]
async fn a_refused_key_is_told_at_once_and_not_repeated() {
    let error = r#"{"type":"error","error":{"type":"authentication_error","message":"bad key real-key-of-the-hub"}}"#;
    for status in [401, 403] {
        let model = StandIn::answering(move || Reply::whole(status, "application/json", error)).await;
        let mut sandbox = working(&model).await;
        let answer = sandbox.ask(&question()).await;
        assert_eq!(answer.headers()["x-should-retry"], "false");
        let (passed, kind, message) = refusal(answer).await;
        assert_eq!((passed, kind.as_str()), (status, "authentication_error"));
        assert_eq!(message, "bad key [redacted]");
        assert_eq!(sandbox.notice().await, Notice::KeyRefused { status, message });
        assert_eq!(sandbox.exit.close().await, Spent::default());
    }
}

#[tokio::test]
async fn an_overloaded_model_is_passed_on_with_its_advice() {
    for status in [429, 503, 529] {
        let reply =
            move || Reply::whole(status, "application/json", "{}").with("retry-after", "7").with("set-cookie", "x=1");
        let model = StandIn::answering(move || reply().with("anthropic-ratelimit-requests-remaining", "0")).await;
        let mut sandbox = working(&model).await;
        let answer = sandbox.ask(&question()).await;
        assert_eq!((answer.status().as_u16(), &answer.headers()["retry-after"]), (status, &"7".parse().unwrap()));
        assert_eq!(answer.headers()["anthropic-ratelimit-requests-remaining"], "0");
        assert!(!answer.headers().contains_key("set-cookie"));
        assert_eq!(sandbox.notice().await, Notice::Overloaded { status });
        assert_eq!(sandbox.exit.spent(), Spent::default());
    }
}

#[tokio::test]
async fn a_model_that_cannot_be_reached_costs_nothing_and_is_told() {
    let mut sandbox = sandbox(settings("http://127.0.0.1:1")).await;
    sandbox.exit.allow(allowance());
    let answer = sandbox.ask(&question()).await;
    assert!(!answer.headers().contains_key("x-should-retry"), "it may be back soon");
    let (status, kind, _) = refusal(answer).await;
    assert_eq!((status, kind.as_str()), (502, "api_error"));
    assert_eq!(sandbox.notice().await, Notice::UpstreamUnreachable);
    assert_eq!(sandbox.exit.spent(), Spent::default());
}

#[tokio::test]
async fn a_model_that_says_nothing_is_given_up() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let mut settings = settings(&format!("http://{}", listener.local_addr().unwrap()));
    settings.limits.response_silence = Duration::from_millis(100);
    let mut sandbox = sandbox(settings).await;
    sandbox.exit.allow(allowance());
    let (status, kind, _) = sandbox.refusal(&question()).await;
    assert_eq!((status, kind.as_str()), (504, "timeout_error"));
    assert_eq!(sandbox.news().await, Notice::UpstreamUnreachable);
}

#[tokio::test]
async fn a_redirect_is_not_followed_and_a_compressed_answer_not_passed() {
    let elsewhere = StandIn::saying("{}").await;
    let address = elsewhere.address.clone();
    let redirecting = StandIn::answering(move || Reply::whole(307, "text/plain", "").with("location", &address)).await;
    let compressing =
        StandIn::answering(|| Reply::whole(200, "text/plain", "x").with("content-encoding", "gzip")).await;
    for model in [&redirecting, &compressing] {
        let sandbox = working(model).await;
        assert_eq!(sandbox.refusal(&question()).await.0, 502);
    }
    assert_eq!(elsewhere.requests(), 0);
}

#[tokio::test]
async fn a_stream_that_breaks_off_is_broken_for_the_sandbox_too() {
    let (say, model) = StandIn::streaming().await;
    let mut sandbox = working(&model).await;
    say.send(Bytes::from_static(START.as_bytes())).await.unwrap();
    let mut answer = sandbox.ask(&question()).await;
    assert!(answer.chunk().await.unwrap().is_some());
    drop(model);
    assert!(timeout(PATIENCE, answer.chunk()).await.unwrap().is_err());
    assert!(matches!(sandbox.notice().await, Notice::FirstByte { .. }));
    assert!(matches!(sandbox.notice().await, Notice::Usage { usage: told, .. } if told == usage(1)));
    drop(say);
}
