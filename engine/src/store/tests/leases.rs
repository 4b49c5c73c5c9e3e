//! Leases: who has one works, who lost it changes nothing.

use super::super::*;
use super::bench::Bench;
use super::fixture::*;
use signalbox_core::approval::{Approval, Saying};
use signalbox_core::event::{DecidedBy, GateAnswer};
use signalbox_core::id::{NodeId, SessionId, ToolUseId};
use signalbox_core::money::{MicroUsd, Usage};
use signalbox_core::task::{Failure, FailureKind, TaskState, TaskStep};
use std::sync::Arc;

super::on_both!(
    of_many_nodes_one_gets_the_task,
    a_node_that_lost_its_task_does_not_end_it,
    a_node_that_lost_its_task_asks_and_allows_nothing,
    a_node_takes_up_what_it_held_in_an_earlier_life,
    a_lease_is_kept_by_its_heart,
    what_a_run_spends_adds_up,
);

async fn of_many_nodes_one_gets_the_task(bench: Arc<Bench>) {
    let cast = Cast::on(&bench.store).await;
    let other = bench.second_node().await;
    for _ in 0..10 {
        let task = cast.queued().await;
        let mut nodes = tokio::task::JoinSet::new();
        for number in 0..16 {
            let store = if number % 2 == 0 { bench.store.clone() } else { other.clone() };
            let task = task.clone();
            nodes.spawn(async move { store.lease(&task, &claim(&format!("n{number}"), 2_000, 9_000)).await.unwrap() });
        }
        let leases: Vec<_> = nodes.join_all().await.into_iter().flatten().collect();
        assert_eq!(leases.len(), 1);
        assert_eq!(cast.kinds_of(&task).await, ["submitted", "run_started"]);
    }
    other.close().await;
}

/// A lease that another node has taken over, and an allowed approval of its task.
async fn lost(cast: &Cast) -> (Lease, Approval) {
    let lost = cast.running().await;
    let approval = cast.asked(&lost, 1).await;
    cast.store.decide(&approval.id, vote("ann", Saying::Allow)).await.unwrap();
    let taken = cast.store.adopt(&lost.task, &claim("two", 12_000, 20_000)).await.unwrap().unwrap();
    assert_eq!(taken.run, lost.run);
    (lost, approval)
}

async fn a_node_that_lost_its_task_does_not_end_it(bench: Arc<Bench>) {
    let cast = Cast::on(&bench.store).await;
    let (store, (lost, approval)) = (&bench.store, lost(&cast).await);
    let before = cast.record_of(&lost.task).await;
    assert_eq!(store.heartbeat(&lost, at(90_000)).await.unwrap(), Heartbeat::Lost);
    assert_eq!(store.record(&lost, vec![warning("late")], Progress::at(at(1))).await.unwrap(), Fenced::Stale);
    assert_eq!(store.park(&lost, &approval.id, at(1)).await.unwrap(), Fenced::Stale);
    assert_eq!(store.finish(&lost, finish(TaskStep::Answered)).await.unwrap(), Fenced::Stale);
    let failure = Failure::new(FailureKind::SandboxFailed, "gone");
    let requeue = Requeue { at: at(1), failure, retry_at: at(2), events: Vec::new() };
    assert_eq!(store.requeue(&lost, requeue).await.unwrap(), Fenced::Stale);
    assert_eq!(cast.record_of(&lost.task).await, before);
    assert_eq!(cast.state(&lost.task).await, TaskState::Running);
}

async fn a_node_that_lost_its_task_asks_and_allows_nothing(bench: Arc<Bench>) {
    let cast = Cast::on(&bench.store).await;
    let (store, (lost, approval)) = (&bench.store, lost(&cast).await);
    assert_eq!(store.set_head(&lost, "abc").await.unwrap(), Fenced::Stale);
    assert_eq!(store.set_session(&lost, &SessionId::new("s")).await.unwrap(), Fenced::Stale);
    assert_eq!(store.consume(&lost, &approval.id, "req").await.unwrap(), Fenced::Stale);
    let late = cast.approval(&lost, 1);
    assert_eq!(store.open_approval(&lost, asking(&late, &["terminal:1"])).await.unwrap(), Fenced::Stale);
    assert_eq!(store.record_gate(&lost, gate_record(&lost), Vec::new()).await.unwrap(), Fenced::Stale);
    assert_eq!(store.conversation(&lost.conversation).await.unwrap().unwrap().head, None);
    assert_eq!(store.allowed_calls(&lost.task).await.unwrap(), []);
    assert_eq!(bench.count("SELECT COUNT(*) FROM approvals").await, 1);
}

fn gate_record(lease: &Lease) -> GateRecord {
    GateRecord {
        task: lease.task.clone(),
        call: ToolUseId::new("toolu_9"),
        round: 0,
        hash: signalbox_core::tool::CallHash::new("h"),
        answer: GateAnswer::Allow,
        by: DecidedBy::Policy("read".to_owned()),
        reason: String::new(),
        run: lease.run.clone(),
        request: "req_9".to_owned(),
        consumed: false,
        at: at(4_000),
    }
}

async fn a_node_takes_up_what_it_held_in_an_earlier_life(bench: Arc<Bench>) {
    let cast = Cast::on(&bench.store).await;
    let lease = cast.running().await;
    let (store, one, two) = (&bench.store, NodeId::new("one"), NodeId::new("two"));
    assert_eq!(store.adoptable(&two, at(3_000)).await.unwrap(), [], "its lease has not ended");
    assert_eq!(store.adopt(&lease.task, &claim("two", 3_000, 9_000)).await.unwrap(), None);
    assert_eq!(store.lapsed(at(3_000)).await.unwrap(), []);
    assert_eq!(store.adoptable(&one, at(3_000)).await.unwrap(), vec![lease.task.clone()]);

    let again = store.adopt(&lease.task, &claim("one", 3_000, 13_000)).await.unwrap().unwrap();
    assert_eq!((&again.run, again.number, again.fence), (&lease.run, lease.number, lease.fence + 1));
    assert_eq!(store.lapsed(at(13_000)).await.unwrap(), vec![lease.task.clone()]);
    let taken = store.adopt(&lease.task, &claim("two", 13_000, 20_000)).await.unwrap().unwrap();
    assert_eq!(store.run(&taken.run).await.unwrap().unwrap().node, two);
    let nothing = "000000000000".parse().unwrap();
    assert_eq!(store.adopt(&nothing, &claim("two", 13_000, 20_000)).await.unwrap(), None);
}

async fn a_lease_is_kept_by_its_heart(bench: Arc<Bench>) {
    let cast = Cast::on(&bench.store).await;
    let lease = cast.running().await;
    let kept = bench.store.heartbeat(&lease, at(50_000)).await.unwrap();
    assert_eq!(kept, Heartbeat::Kept { stop_requested: false });
    assert_eq!(bench.store.lapsed(at(40_000)).await.unwrap(), []);
    let stop = StopRequest { by: "Ann".to_owned(), at: at(4_000), deliveries: Vec::new() };
    let asked = bench.store.request_stop(&lease.task, stop.clone()).await.unwrap();
    assert!(matches!(asked, Stopping::Asked(events) if events.len() == 1));
    assert_eq!(bench.store.request_stop(&lease.task, stop).await.unwrap(), Stopping::Asked(Vec::new()));
    let kept = bench.store.heartbeat(&lease, at(50_000)).await.unwrap();
    assert_eq!(kept, Heartbeat::Kept { stop_requested: true });
}

async fn what_a_run_spends_adds_up(bench: Arc<Bench>) {
    let cast = Cast::on(&bench.store).await;
    let lease = cast.running().await;
    let usage = Usage { input_tokens: 10, output_tokens: 2, ..Usage::default() };
    for line in 1..=3 {
        let progress = Progress {
            log_lines: Some(line),
            spent: Some((MicroUsd(7), usage)),
            session: Some(SessionId::new("session-1")),
            base: Some("c0ffee".to_owned()),
            ..Progress::at(at(4_000))
        };
        let events = bench.store.record(&lease, vec![warning("a"), warning("b")], progress).await.unwrap();
        assert_eq!(events.applied().unwrap().len(), 2);
    }
    let task = bench.store.task(&lease.task).await.unwrap().unwrap();
    assert_eq!((task.cost, task.usage.input_tokens, task.usage.output_tokens), (MicroUsd(21), 30, 6));
    assert_eq!(task.base.as_deref(), Some("c0ffee"));
    assert_eq!(bench.store.run(&lease.run).await.unwrap().unwrap().log_lines, 3);
    let conversation = bench.store.conversation(&lease.conversation).await.unwrap().unwrap();
    assert_eq!(conversation.session, Some(SessionId::new("session-1")));
    assert_eq!(cast.record_of(&lease.task).await.len(), 8);
    let later = bench.store.events(&lease.task, 6, 1).await.unwrap();
    assert_eq!((later.len(), later[0].seq), (1, 7));
}
