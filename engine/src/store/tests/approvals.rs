//! Questions to people: shown whole, found by their code, void when their time is over.

use super::super::*;
use super::bench::Bench;
use super::fixture::*;
use serde_json::json;
use signalbox_core::approval::ApprovalState;
use signalbox_core::task::TaskState;
use std::sync::Arc;

super::on_both!(
    an_approval_is_read_as_it_was_asked,
    a_huge_call_is_shown_whole,
    an_expired_question_becomes_void_and_the_task_goes_on,
    what_a_task_asks_can_be_voided_together,
);

async fn an_approval_is_read_as_it_was_asked(bench: Arc<Bench>) {
    let cast = Cast::on(&bench.store).await;
    let lease = cast.running().await;
    let mut approval = cast.approval(&lease, 2);
    (approval.dangerous, approval.may_have_run, approval.reason) = (true, true, "„rm“ löscht 🗑".to_owned());
    bench.store.open_approval(&lease, asking(&approval, &["terminal:1"])).await.unwrap().applied().unwrap();
    assert_eq!(bench.store.approval(&approval.id).await.unwrap(), Some(approval.clone()));
    assert_eq!(bench.store.open_approvals(&Visible::All).await.unwrap(), [approval.clone()]);
    assert_eq!(bench.store.open_approvals(&Visible::Projects(Vec::new())).await.unwrap(), []);
    assert_eq!(bench.store.approvals_of(&lease.task).await.unwrap(), [approval.clone()]);
    let typed = approval.id.as_str()[..6].to_uppercase();
    assert_eq!(bench.store.approval_by_prefix(&typed).await.unwrap(), Prefix::One(approval));
    assert_eq!(bench.store.approval_by_prefix("%").await.unwrap(), Prefix::None);
}

async fn a_huge_call_is_shown_whole(bench: Arc<Bench>) {
    let cast = Cast::on(&bench.store).await;
    let lease = cast.running().await;
    let mut approval = cast.approval(&lease, 1);
    approval.call.input = json!({"file_path": "/workspace/a", "content": "ä".repeat(1 << 20)});
    approval.hash = approval.call.hash();
    bench.store.open_approval(&lease, asking(&approval, &["terminal:7"])).await.unwrap().applied().unwrap();
    assert_eq!(bench.store.approval(&approval.id).await.unwrap().unwrap(), approval);
    let take = Take { node: sender(), kinds: &["terminal"], now: at(5_000), lease_until: at(9_000), limit: 10 };
    let taken = bench.store.take_due(&take).await.unwrap();
    let card = taken.iter().find(|taken| taken.delivery.place == place("terminal:7")).unwrap();
    assert_eq!(card.delivery.card, signalbox_core::card::Card::Approval(Box::new(approval)));
}

async fn an_expired_question_becomes_void_and_the_task_goes_on(bench: Arc<Bench>) {
    let cast = Cast::on(&bench.store).await;
    let lease = cast.running().await;
    let approval = cast.asked(&lease, 1).await;
    bench.store.park(&lease, &approval.id, at(4_000)).await.unwrap().applied().unwrap();
    assert_eq!(bench.store.expired_approvals(at(899_999)).await.unwrap(), []);
    assert_eq!(bench.store.expired_approvals(at(900_000)).await.unwrap(), vec![approval.id.clone()]);
    let voided = bench.store.void_approval(&approval.id, "nobody answered", at(900_000)).await.unwrap().unwrap();
    assert!(voided.task_requeued);
    assert_eq!(voided.events.len(), 1);
    assert_eq!(bench.store.void_approval(&approval.id, "again", at(900_001)).await.unwrap(), None);
    assert_eq!(bench.store.approval(&approval.id).await.unwrap().unwrap().state, ApprovalState::Void);
    assert_eq!(cast.state(&lease.task).await, TaskState::Queued);
    assert_eq!(bench.store.expired_approvals(at(900_000)).await.unwrap(), []);
}

async fn what_a_task_asks_can_be_voided_together(bench: Arc<Bench>) {
    let cast = Cast::on(&bench.store).await;
    let lease = cast.running().await;
    cast.asked(&lease, 1).await;
    cast.asked(&lease, 1).await;
    let other = cast.running().await;
    let kept = cast.asked(&other, 1).await;
    let voided = bench.store.void_approvals(&lease.task, "the container died", at(4_000)).await.unwrap();
    assert_eq!((voided.events.len(), voided.task_requeued), (2, false));
    assert_eq!(bench.store.open_approvals(&Visible::All).await.unwrap(), [kept]);
    let nothing = bench.store.void_approvals(&lease.task, "again", at(4_000)).await.unwrap();
    assert_eq!(nothing, Voided { events: Vec::new(), task_requeued: false });
}
