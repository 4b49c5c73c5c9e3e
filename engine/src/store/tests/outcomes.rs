//! The ends of runs and tasks.

use super::super::*;
use super::bench::Bench;
use super::fixture::*;
use signalbox_core::approval::{ApprovalState, Saying};
use signalbox_core::event::EventKind;
use signalbox_core::task::{Failure, FailureKind, TaskState, TaskStep};
use std::sync::Arc;

super::on_both!(
    an_answer_ends_the_task,
    a_task_that_ends_takes_its_questions_with_it,
    infrastructure_gives_another_try,
    a_decision_a_moment_before_parking_queues_the_task,
    a_stop_before_parking_is_not_lost,
    what_waits_stops_at_once,
    a_person_may_try_again,
    what_waits_can_fail,
    a_step_that_ends_nothing_is_refused,
);

async fn an_answer_ends_the_task(bench: Arc<Bench>) {
    let cast = Cast::on(&bench.store).await;
    let lease = cast.running().await;
    let card = owed(place("terminal:1"), task_card(&lease.task, TaskState::Succeeded), at(9_000));
    let outcome = Finish {
        result: Some("Done.".to_owned()),
        commit: Some("c0ffee".to_owned()),
        events: vec![warning("slow")],
        deliveries: vec![card.clone()],
        ..finish(TaskStep::Answered)
    };
    let events = bench.store.finish(&lease, outcome.clone()).await.unwrap().applied().unwrap();
    let Some(EventKind::Finished { state, result, branch, elapsed_ms, .. }) = events.last().map(|e| e.kind.clone())
    else {
        panic!("{events:?}")
    };
    assert_eq!((state, result.as_deref(), elapsed_ms), (TaskState::Succeeded, Some("Done."), 8_000));
    assert_eq!(branch, Some(format!("signalbox/{}", lease.task)));

    let task = bench.store.task(&lease.task).await.unwrap().unwrap();
    assert_eq!((task.state, task.result.as_deref()), (TaskState::Succeeded, Some("Done.")));
    assert_eq!((task.finished_at, task.commit.as_deref()), (Some(at(9_000)), Some("c0ffee")));
    let run = bench.store.run(&lease.run).await.unwrap().unwrap();
    assert_eq!((run.ended_at, run.ending.as_deref()), (Some(at(9_000)), Some("succeeded")));
    let conversation = bench.store.conversation(&lease.conversation).await.unwrap().unwrap();
    assert_eq!((conversation.live_task, conversation.head.as_deref()), (None, Some("c0ffee")));
    assert_eq!(bench.store.finish(&lease, outcome).await.unwrap(), Fenced::Stale, "one outcome");
    let owed = bench.store.deliveries(&DeliveryFilter::default()).await.unwrap();
    assert_eq!(owed.iter().filter(|d| d.id == card.id).count(), 1);
}

async fn a_task_that_ends_takes_its_questions_with_it(bench: Arc<Bench>) {
    let cast = Cast::on(&bench.store).await;
    let lease = cast.running().await;
    let approval = cast.asked(&lease, 1).await;
    let failure = Failure::new(FailureKind::TimeLimit, "too long");
    let outcome = Finish { failure: Some(failure.clone()), ..finish(TaskStep::GaveUp) };
    bench.store.finish(&lease, outcome).await.unwrap().applied().unwrap();
    assert_eq!(bench.store.approval(&approval.id).await.unwrap().unwrap().state, ApprovalState::Void);
    assert_eq!(bench.store.task(&lease.task).await.unwrap().unwrap().failure, Some(failure));
    let kinds = cast.kinds_of(&lease.task).await;
    assert_eq!(kinds[2..], ["approval_opened", "approval_voided", "finished"]);
    let late = bench.store.decide(&approval.id, vote("ann", Saying::Allow)).await.unwrap().unwrap();
    assert!(matches!(late, Verdict::Late(seen) if seen.state == ApprovalState::Void));
    let take = Take { node: sender(), kinds: &["telegram"], now: at(9_000), lease_until: at(99_000), limit: 9 };
    let taken = bench.store.take_due(&take).await.unwrap();
    assert_eq!(taken.len(), 1, "the unsent question is dropped for the card that says it is void");
}

async fn infrastructure_gives_another_try(bench: Arc<Bench>) {
    let cast = Cast::on(&bench.store).await;
    let lease = cast.running().await;
    let approval = cast.asked(&lease, 1).await;
    let failure = Failure::new(FailureKind::SandboxFailed, "the container died");
    let requeue = Requeue { at: at(4_000), failure, retry_at: at(6_000), events: vec![warning("dying")] };
    let requeued = bench.store.requeue(&lease, requeue).await.unwrap().applied().unwrap();
    assert!(matches!(requeued, Requeued::Queued(events) if events.len() == 3));
    let task = bench.store.task(&lease.task).await.unwrap().unwrap();
    assert_eq!((task.state, task.faults, task.not_before), (TaskState::Queued, 1, at(6_000)));
    assert_eq!(bench.store.approval(&approval.id).await.unwrap().unwrap().state, ApprovalState::Void);
    assert_eq!(bench.store.run(&lease.run).await.unwrap().unwrap().ending.as_deref(), Some("requeued"));
    // It keeps its conversation: nobody gets in between two tries.
    let conversation = bench.store.conversation(&lease.conversation).await.unwrap().unwrap();
    assert_eq!(conversation.live_task, Some(lease.task.clone()));
    assert_eq!(bench.store.queue_heads(&node("one"), at(5_999), 9).await.unwrap(), []);
    assert_eq!(bench.store.queue_heads(&node("one"), at(6_000), 9).await.unwrap().len(), 1);
}

async fn a_decision_a_moment_before_parking_queues_the_task(bench: Arc<Bench>) {
    let cast = Cast::on(&bench.store).await;
    let lease = cast.running().await;
    let approval = cast.asked(&lease, 1).await;
    let verdict = bench.store.decide(&approval.id, vote("ann", Saying::Allow)).await.unwrap().unwrap();
    assert!(matches!(verdict, Verdict::Applied { task_requeued: false, .. }));
    let parking = bench.store.park(&lease, &approval.id, at(5_000)).await.unwrap();
    assert_eq!(parking, Fenced::Applied(Parking::AlreadyDecided));
    assert_eq!(cast.state(&lease.task).await, TaskState::Queued);
    assert!(bench.store.lease(&lease.task, &claim("two", 5_000, 9_000)).await.unwrap().is_some());
}

async fn a_stop_before_parking_is_not_lost(bench: Arc<Bench>) {
    let cast = Cast::on(&bench.store).await;
    let lease = cast.running().await;
    let approval = cast.asked(&lease, 1).await;
    let stop = StopRequest { by: "Ann".to_owned(), at: at(4_000), deliveries: Vec::new() };
    bench.store.request_stop(&lease.task, stop).await.unwrap();
    let parking = bench.store.park(&lease, &approval.id, at(5_000)).await.unwrap();
    assert_eq!(parking, Fenced::Applied(Parking::StopRequested));
    let failure = Failure::new(FailureKind::SandboxFailed, "gone");
    let requeue = Requeue { at: at(5_000), failure, retry_at: at(6_000), events: Vec::new() };
    assert_eq!(bench.store.requeue(&lease, requeue).await.unwrap(), Fenced::Applied(Requeued::StopRequested));
    bench.store.finish(&lease, finish(TaskStep::Interrupted)).await.unwrap().applied().unwrap();
    let task = bench.store.task(&lease.task).await.unwrap().unwrap();
    assert_eq!((task.state, task.stop_requested), (TaskState::Stopped, false));
}

async fn what_waits_stops_at_once(bench: Arc<Bench>) {
    let cast = Cast::on(&bench.store).await;
    let lease = cast.running().await;
    let approval = cast.asked(&lease, 1).await;
    bench.store.park(&lease, &approval.id, at(4_000)).await.unwrap().applied().unwrap();
    let card = owed(place("terminal:1"), task_card(&lease.task, TaskState::Stopped), at(5_000));
    let stop = StopRequest { by: "Ann".to_owned(), at: at(5_000), deliveries: vec![card] };
    let stopping = bench.store.request_stop(&lease.task, stop.clone()).await.unwrap();
    let Stopping::Stopped(events) = stopping else { panic!("{stopping:?}") };
    let kinds: Vec<_> = events.iter().map(|event| event.kind.name()).collect();
    assert_eq!(kinds, ["stop_requested", "approval_voided", "finished"]);
    assert_eq!(bench.store.conversation(&lease.conversation).await.unwrap().unwrap().live_task, None);
    let over = bench.store.request_stop(&lease.task, stop.clone()).await.unwrap();
    assert_eq!(over, Stopping::Over(TaskState::Stopped));
    let missing = bench.store.request_stop(&"000000000000".parse().unwrap(), stop).await.unwrap();
    assert_eq!(missing, Stopping::Missing);
}

async fn a_person_may_try_again(bench: Arc<Bench>) {
    let cast = Cast::on(&bench.store).await;
    let lease = cast.running().await;
    assert_eq!(bench.store.retry(&lease.task, "Ann", at(5_000)).await.unwrap(), Retrying::Illegal(TaskState::Running));
    let failure = Some(Failure::new(FailureKind::KeyRefused, "401"));
    bench.store.finish(&lease, Finish { failure, ..finish(TaskStep::GaveUp) }).await.unwrap().applied().unwrap();
    let again = bench.store.retry(&lease.task, "Ann", at(10_000)).await.unwrap();
    assert!(matches!(again, Retrying::Queued(events) if events.len() == 1));
    let task = bench.store.task(&lease.task).await.unwrap().unwrap();
    assert_eq!((task.state, task.failure, task.finished_at), (TaskState::Queued, None, None));
    let second = bench.store.lease(&lease.task, &claim("two", 10_000, 20_000)).await.unwrap().unwrap();
    assert_eq!(second.number, 2);
    bench.store.finish(&second, finish(TaskStep::Answered)).await.unwrap().applied().unwrap();
    let refused = bench.store.retry(&lease.task, "Ann", at(11_000)).await.unwrap();
    assert_eq!(refused, Retrying::Illegal(TaskState::Succeeded));
}

async fn what_waits_can_fail(bench: Arc<Bench>) {
    let cast = Cast::on(&bench.store).await;
    let queued = cast.queued().await;
    let outcome = || Finish {
        failure: Some(Failure::new(FailureKind::TimeLimit, "it waited too long")),
        ..finish(TaskStep::GaveUp)
    };
    assert_eq!(bench.store.fail_unleased(&queued, outcome()).await.unwrap().unwrap().len(), 1);
    assert_eq!(bench.store.fail_unleased(&queued, outcome()).await.unwrap(), None);
    let lease = cast.running().await;
    assert_eq!(bench.store.fail_unleased(&lease.task, outcome()).await.unwrap(), None);
    assert_eq!(cast.state(&lease.task).await, TaskState::Running);
}

async fn a_step_that_ends_nothing_is_refused(bench: Arc<Bench>) {
    let cast = Cast::on(&bench.store).await;
    let lease = cast.running().await;
    let refused = bench.store.finish(&lease, finish(TaskStep::DecisionMade)).await.unwrap_err();
    assert!(matches!(refused, StoreError::Illegal(_)), "{refused:?}");
    assert_eq!(cast.state(&lease.task).await, TaskState::Running);
}
