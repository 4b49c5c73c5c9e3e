//! The budget of a task.

use super::stand_in::Reply;
use super::*;
use signalbox_core::money::MicroUsd;
use std::sync::Mutex;
use tokio::sync::mpsc;

/// Costs 100 + 50 millionths of a dollar.
const ANSWER: &str = r#"{"type":"message","usage":{"input_tokens":100,"output_tokens":5}}"#;

fn with_budget(millionths: i64) -> Allowance {
    Allowance { budget: Some(MicroUsd(millionths)), ..allowance() }
}

#[tokio::test]
async fn a_budget_that_is_used_up_ends_the_conversation_with_the_model() {
    let model = StandIn::saying(ANSWER).await;
    let mut sandbox = working(&model).await;
    sandbox.exit.allow(with_budget(151));
    for _ in 0..2 {
        assert_eq!(sandbox.ask(&question()).await.text().await.unwrap(), ANSWER);
        until(|| sandbox.exit.spent().requests > 0).await;
    }
    until(|| sandbox.exit.spent().cost == MicroUsd(300)).await;
    for _ in 0..2 {
        let (status, kind, message) = sandbox.refusal(&question()).await;
        assert_eq!((status, kind.as_str()), (400, "invalid_request_error"));
        assert_eq!(message, "signalbox: the budget of $0.0002 is used up");
    }
    assert_eq!((sandbox.news().await, model.requests()), (Notice::BudgetReached, 2));
    assert!(sandbox.notices.try_recv().is_err(), "it is told once");
}

#[tokio::test]
async fn the_next_task_has_a_budget_of_its_own() {
    let model = StandIn::saying(ANSWER).await;
    let sandbox = working(&model).await;
    sandbox.exit.allow(with_budget(0));
    assert_eq!(sandbox.refusal(&question()).await.0, 400);
    sandbox.exit.allow(with_budget(1));
    sandbox.ask(&question()).await.bytes().await.unwrap();
    until(|| sandbox.exit.spent().requests == 1).await;
    assert_eq!(sandbox.refusal(&question()).await.0, 400);
    sandbox.exit.allow(allowance());
    assert_eq!(sandbox.ask(&question()).await.status(), 200);
}

#[tokio::test]
async fn requests_at_once_cannot_pass_the_budget_together() {
    let senders: Arc<Mutex<Vec<mpsc::Sender<bytes::Bytes>>>> = Arc::default();
    let kept = senders.clone();
    let model = StandIn::answering(move || {
        let (sender, mut reply) = Reply::stream();
        reply.headers = vec![("content-type", "application/json".to_owned())];
        kept.lock().unwrap().push(sender);
        reply
    })
    .await;
    let sandbox = working(&model).await;
    // One request can cost about 100 (its text) + 100 (ten tokens): two at once pass 300 only together.
    sandbox.exit.allow(with_budget(300));
    let asking: Vec<_> = (0..8).map(|_| tokio::spawn(sandbox.post("/v1/messages").json(&question()).send())).collect();
    until(|| model.requests() == 2).await;
    tokio::time::sleep(Duration::from_millis(200)).await;
    assert_eq!(model.requests(), 2, "the others wait");
    while asking.iter().any(|asked| !asked.is_finished()) || !senders.lock().unwrap().is_empty() {
        let sender = senders.lock().unwrap().pop();
        if let Some(sender) = sender {
            sender.send(ANSWER.into()).await.unwrap();
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let mut refused = 0;
    for asked in asking {
        let answer = asked.await.unwrap().unwrap();
        refused += u32::from(answer.status() == 400);
        answer.bytes().await.unwrap();
    }
    let spent = sandbox.exit.close().await;
    assert!(spent.cost < MicroUsd(300 + 150) && spent.cost >= MicroUsd(300), "{spent:?}");
    assert_eq!((spent.requests, refused), (2, 6));
}

#[tokio::test]
async fn a_request_that_waited_is_judged_by_what_is_allowed_then() {
    let (say, model) = StandIn::streaming().await;
    let sandbox = working(&model).await;
    sandbox.exit.allow(with_budget(10));
    let first = tokio::spawn(sandbox.post("/v1/messages").json(&question()).send());
    until(|| model.requests() == 1).await;
    let waiting = tokio::spawn(sandbox.post("/v1/messages").json(&question()).send());
    tokio::time::sleep(Duration::from_millis(100)).await;
    sandbox.exit.allow(Allowance { models: vec![ModelRule::new("another-*")], ..Allowance::default() });
    assert_eq!(refusal(waiting.await.unwrap().unwrap()).await.0, 403);
    assert_eq!(model.requests(), 1);
    drop(say);
    first.await.unwrap().unwrap();
}
