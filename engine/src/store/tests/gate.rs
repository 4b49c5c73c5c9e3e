//! What the gate answered.

use super::super::*;
use super::bench::Bench;
use super::fixture::*;
use signalbox_core::approval::{ApprovalState, Saying};
use signalbox_core::event::{DecidedBy, EventKind, GateAnswer};
use signalbox_core::id::ToolUseId;
use signalbox_core::tool::CallHash;
use std::sync::Arc;

super::on_both!(a_round_of_a_call_has_one_answer, a_decision_is_used_up_once);

fn record(lease: &Lease, round: u32, answer: GateAnswer) -> GateRecord {
    GateRecord {
        task: lease.task.clone(),
        call: ToolUseId::new("toolu_1"),
        round,
        hash: CallHash::new("hash"),
        answer,
        by: DecidedBy::Policy("shell".to_owned()),
        reason: "it writes".to_owned(),
        run: lease.run.clone(),
        request: format!("req_{round}"),
        consumed: answer == GateAnswer::Allow,
        at: at(4_000),
    }
}

async fn a_round_of_a_call_has_one_answer(bench: Arc<Bench>) {
    let cast = Cast::on(&bench.store).await;
    let lease = cast.running().await;
    let deferred = record(&lease, 0, GateAnswer::Defer);
    let event = EventKind::GateAnswered {
        call: deferred.call.clone(),
        tool: "Bash".to_owned(),
        answer: deferred.answer,
        by: deferred.by.clone(),
        reason: deferred.reason.clone(),
    };
    let recorded = bench.store.record_gate(&lease, deferred.clone(), vec![event]).await.unwrap().applied().unwrap();
    assert!(matches!(recorded, Gated::Recorded(events) if events.len() == 1));
    let forged = record(&lease, 0, GateAnswer::Allow);
    let refused = bench.store.record_gate(&lease, forged, vec![warning("no")]).await.unwrap().applied().unwrap();
    assert_eq!(refused, Gated::Exists(Box::new(deferred.clone())));
    assert_eq!(bench.store.allowed_calls(&lease.task).await.unwrap(), []);

    let allowed = record(&lease, 1, GateAnswer::Allow);
    bench.store.record_gate(&lease, allowed.clone(), Vec::new()).await.unwrap().applied().unwrap();
    let rounds = bench.store.gate_records(&lease.task, &allowed.call).await.unwrap();
    assert_eq!(rounds, [deferred, allowed.clone()]);
    assert_eq!(bench.store.allowed_calls(&lease.task).await.unwrap(), [allowed]);
    assert_eq!(cast.record_of(&lease.task).await.len(), 3);
}

async fn a_decision_is_used_up_once(bench: Arc<Bench>) {
    let cast = Cast::on(&bench.store).await;
    let lease = cast.running().await;
    let (yes, nay) = (cast.asked(&lease, 1).await, cast.asked(&lease, 1).await);
    let hand = |id: &signalbox_core::id::ApprovalId, request: &'static str| {
        let (store, lease, id) = (bench.store.clone(), lease.clone(), id.clone());
        async move { store.consume(&lease, &id, request).await.unwrap().applied().unwrap() }
    };
    assert_eq!(hand(&yes.id, "r1").await, Consumed::NotAllowed(ApprovalState::Open));
    bench.store.decide(&yes.id, vote("ann", Saying::Allow)).await.unwrap();
    bench.store.decide(&nay.id, vote("ann", no())).await.unwrap();
    let mut many = tokio::task::JoinSet::new();
    for _ in 0..8 {
        many.spawn(hand(&yes.id, "r2"));
    }
    let handed = many.join_all().await;
    assert_eq!(handed.iter().filter(|one| **one == Consumed::Now).count(), 1);
    assert_eq!(hand(&yes.id, "r3").await, Consumed::Already { request: "r2".to_owned() });
    assert_eq!(hand(&nay.id, "r3").await, Consumed::NotAllowed(ApprovalState::Denied));
}
