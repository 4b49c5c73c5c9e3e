//! A sandbox that means harm: everything it can send is bounded.

use super::*;
use std::io;

const ANSWER: &str = r#"{"type":"message","usage":{"input_tokens":1,"output_tokens":1}}"#;

async fn with_limits(model: &StandIn, change: impl FnOnce(&mut Limits)) -> Sandbox {
    let mut settings = settings(&model.address);
    change(&mut settings.limits);
    let sandbox = sandbox(settings).await;
    sandbox.exit.allow(allowance());
    sandbox
}

#[tokio::test]
async fn garbage_is_answered_with_an_error_and_nothing_breaks() {
    let model = StandIn::saying(ANSWER).await;
    let sandbox = working(&model).await;
    let long = format!("GET / HTTP/1.1\r\nx: {}\r\n\r\n", "a".repeat(1_000_000));
    let many = format!("GET / HTTP/1.1\r\n{}\r\n", "x: y\r\n".repeat(500));
    let smuggled = "POST /v1/messages HTTP/1.1\r\nhost: x\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\n";
    let pieces: [&[u8]; 6] = [
        b"\0\xff\xfe garbage \r\n\r\n",
        b"\x16\x03\x01\x02\0\x01",
        b"\r\n\r\n\r\nnothing\r\n\r\n",
        long.as_bytes(),
        many.as_bytes(),
        smuggled.as_bytes(),
    ];
    for bytes in pieces {
        let mut connection = sandbox.connection().await;
        // The gateway may have hung up before all is written.
        let _ = connection.write_all(bytes).await;
        let _ = connection.shutdown().await;
        let mut answer = Vec::new();
        let _ = timeout(PATIENCE, connection.read_to_end(&mut answer)).await.unwrap();
        let answer = String::from_utf8_lossy(&answer);
        assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 4"), "{answer}");
    }
    assert_eq!((sandbox.ask(&question()).await.status().as_u16(), model.requests()), (200, 1));
}

#[tokio::test]
async fn a_body_over_the_limit_is_refused_whether_announced_or_not() {
    let model = StandIn::saying(ANSWER).await;
    let sandbox = with_limits(&model, |limits| limits.request_body = 10_000).await;
    let body = |length: usize| {
        let mut body = question();
        body["messages"][0]["content"] = json!("x".repeat(length));
        body
    };
    assert_eq!(sandbox.ask(&body(5_000)).await.status(), 200);
    let (status, kind, _) = sandbox.refusal(&body(10_000)).await;
    assert_eq!((status, kind.as_str()), (413, "request_too_large"));
    let pieces = futures::stream::iter((0..20).map(|_| Ok::<_, io::Error>("x".repeat(1_000))));
    let unannounced = sandbox.post("/v1/messages").body(reqwest::Body::wrap_stream(pieces)).send().await.unwrap();
    assert_eq!((unannounced.status().as_u16(), model.requests()), (413, 1));
}

#[tokio::test]
async fn a_small_text_cannot_become_a_huge_tree() {
    let model = StandIn::saying(ANSWER).await;
    let sandbox = with_limits(&model, |limits| limits.request_values = 1_000).await;
    let mut body = question();
    body["metadata"] = json!(vec![1; 2_000]);
    assert_eq!((sandbox.refusal(&body).await.0, model.requests()), (400, 0));
}

#[tokio::test]
async fn who_dawdles_is_cut_off() {
    let model = StandIn::saying(ANSWER).await;
    let sandbox = with_limits(&model, |limits| {
        limits.header = Duration::from_millis(200);
        limits.body = Duration::from_millis(200);
    })
    .await;
    assert!(!sandbox.speaks(b"POST /v1/messages HT").await.contains("200 OK"));
    let head = format!("POST /v1/messages HTTP/1.1\r\nhost: x\r\nx-api-key: {TOKEN}\r\ncontent-length: 9\r\n\r\n{{");
    let answer = sandbox.speaks(head.as_bytes()).await;
    assert!(answer.starts_with("HTTP/1.1 408"), "{answer}");
    assert_eq!(model.requests(), 0);
}

#[tokio::test]
async fn connections_beyond_the_limit_wait_for_a_place() {
    let model = StandIn::saying(ANSWER).await;
    let sandbox = with_limits(&model, |limits| limits.connections = 3).await;
    let held = [sandbox.connection().await, sandbox.connection().await, sandbox.connection().await];
    tokio::time::sleep(Duration::from_millis(100)).await;
    let asking = tokio::spawn(sandbox.post("/v1/messages").json(&question()).send());
    tokio::time::sleep(Duration::from_millis(200)).await;
    assert_eq!(model.requests(), 0);
    drop(held);
    let answer = timeout(PATIENCE, asking).await.unwrap().unwrap().unwrap();
    assert_eq!((answer.status().as_u16(), model.requests()), (200, 1));
}

#[tokio::test]
async fn thousands_of_connections_leave_the_gateway_standing() {
    let model = StandIn::saying(ANSWER).await;
    let sandbox = working(&model).await;
    let mut held = Vec::new();
    for _ in 0..2_000 {
        let path = sandbox.home.path().join("gateway.sock");
        let Ok(Ok(connection)) = timeout(Duration::from_millis(20), UnixStream::connect(path)).await else { break };
        held.push(connection);
    }
    drop(held);
    assert_eq!(sandbox.ask(&question()).await.status(), 200);
}

#[tokio::test]
async fn the_room_for_bodies_is_shared_and_given_back() {
    let model = StandIn::saying(ANSWER).await;
    let sandbox = with_limits(&model, |limits| {
        limits.request_body = 64 * 1024;
        limits.bodies_under_way = 64 * 1024;
    })
    .await;
    let mut dawdler = sandbox.connection().await;
    let head =
        format!("POST /v1/messages HTTP/1.1\r\nhost: x\r\nx-api-key: {TOKEN}\r\ncontent-length: 65536\r\n\r\n{{");
    dawdler.write_all(head.as_bytes()).await.unwrap();
    tokio::time::sleep(Duration::from_millis(100)).await;
    let asking = tokio::spawn(sandbox.post("/v1/messages").json(&question()).send());
    tokio::time::sleep(Duration::from_millis(200)).await;
    assert_eq!(model.requests(), 0);
    drop(dawdler);
    assert_eq!(timeout(PATIENCE, asking).await.unwrap().unwrap().unwrap().status(), 200);
    let mut body = question();
    body["messages"][0]["content"] = json!("x".repeat(40_000));
    for _ in 0..3 {
        assert_eq!(sandbox.ask(&body).await.status(), 200);
    }
}
