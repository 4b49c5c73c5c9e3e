//! Subscribers are owed what a task's record says, and hear no more once their receiver has failed for too long.

use super::super::*;
use super::bench::Bench;
use super::fixture::*;
use signalbox_core::approval::{ApprovalState, Saying};
use signalbox_core::card::{Card, ReplyCard};
use signalbox_core::delivery::{Delivery, DeliveryState};
use signalbox_core::event::EventKind;
use signalbox_core::id::ProjectId;
use signalbox_core::subscription::{Happening, Topic};
use signalbox_core::task::{TaskState, TaskStep};
use std::sync::Arc;

super::on_both!(
    what_happens_is_owed_in_its_order_to_those_who_want_it,
    a_receiver_that_fails_for_too_long_is_switched_off_once
);

async fn subscribes(cast: &Cast, name: &str, project: &ProjectId, topics: &[Topic]) {
    let new = NewSubscription {
        id: format!("id-of-{name}"),
        name: name.to_owned(),
        project: project.clone(),
        owner: cast.ann.clone(),
        url: "https://example.org/".to_owned(),
        topics: topics.to_vec(),
        place: Some(place("telegram:9")),
        at: at(1),
    };
    cast.store.add_subscription(new).await.unwrap();
}

/// What is owed to a subscriber, the oldest first.
async fn owed_to(store: &Store, name: &str) -> Vec<Delivery> {
    let filter = DeliveryFilter { place: Some(place(&format!("webhook:id-of-{name}"))), ..DeliveryFilter::default() };
    store.deliveries(&filter).await.unwrap().into_iter().rev().collect()
}

fn told(owed: &[Delivery]) -> Vec<Happening> {
    let told = |one: &Delivery| match &one.card {
        Card::Event(told) => told.as_ref().clone(),
        other => panic!("{other:?}"),
    };
    owed.iter().map(told).collect()
}

async fn what_happens_is_owed_in_its_order_to_those_who_want_it(bench: Arc<Bench>) {
    let (store, cast) = (&bench.store, Cast::on(&bench.store).await);
    let other = add_project(store, "beta", &cast.ann).await;
    subscribes(&cast, "all", &cast.project, &[]).await;
    subscribes(&cast, "some", &cast.project, &[Topic::ApprovalDecided, Topic::TaskFailed]).await;
    subscribes(&cast, "other", &other, &[]).await;
    let lease = cast.running().await;
    let noted = store.record(&lease, vec![warning("never mind")], Progress::at(at(2_500))).await;
    noted.unwrap().applied().expect("not stale");
    let approval = cast.asked(&lease, 1).await;
    store.decide(&approval.id, vote("ben", Saying::Allow)).await.unwrap();
    store.finish(&lease, finish(TaskStep::Answered)).await.unwrap().applied().expect("not stale");
    let all = owed_to(store, "all").await;
    let seen: Vec<_> = told(&all).iter().map(|told| (told.topic, told.task.as_ref().unwrap().state)).collect();
    let expected = [
        (Topic::TaskQueued, TaskState::Queued),
        (Topic::TaskStarted, TaskState::Running),
        (Topic::ApprovalOpened, TaskState::Running),
        (Topic::ApprovalDecided, TaskState::Running),
        (Topic::TaskSucceeded, TaskState::Succeeded),
    ];
    assert_eq!(seen, expected);
    let first = told(&all)[0].clone();
    assert_eq!((first.project.as_str(), first.by.as_deref()), ("alpha", Some("Ann")));
    let events: Vec<_> = told(&all).iter().map(|told| told.task.as_ref().unwrap().event).collect();
    assert_eq!(events, [1, 2, 4, 5, 6], "each says which entry of the record it is");
    let some = owed_to(store, "some").await;
    assert_eq!(told(&some).iter().map(|told| told.topic).collect::<Vec<_>>(), [Topic::ApprovalDecided]);
    let state = told(&some)[0].approval.as_ref().map(|approval| approval.state);
    assert_eq!(state, Some(ApprovalState::Allowed));
    assert!(owed_to(store, "other").await.is_empty());
}

fn failed(now: i64, patience: i64) -> Failed {
    let (to, message, parts, file, rows, wants) = ("off".to_owned(), None, Vec::new(), None, Vec::new(), None);
    let notice = owed(place("telegram:9"), Card::Reply(ReplyCard { to, message, parts, file, rows, wants }), at(now));
    Failed { why: "it answered 500".to_owned(), at: at(now), patience: at(patience), notice: Some(notice) }
}

async fn a_receiver_that_fails_for_too_long_is_switched_off_once(bench: Arc<Bench>) {
    let (store, cast) = (&bench.store, Cast::on(&bench.store).await);
    subscribes(&cast, "board", &cast.project, &[]).await;
    let id = "id-of-board";
    let task = cast.queued().await;
    assert!(store.subscriber_missed(id, failed(1_000, 0)).await.unwrap());
    let board = store.subscription("board").await.unwrap().unwrap();
    assert_eq!((board.failing_since, board.failure.as_deref()), (Some(at(1_000)), Some("it answered 500")));
    assert!(store.subscriber_missed(id, failed(2_000, 999)).await.unwrap(), "it fails since 1000, which is later");
    store.subscriber_told(id, at(2_500)).await.unwrap();
    assert!(store.subscriber_missed(id, failed(3_000, 2_000)).await.unwrap(), "it fails anew, since 3000");
    let notices = async || {
        let filter = DeliveryFilter { place: Some(place("telegram:9")), ..DeliveryFilter::default() };
        store.deliveries(&filter).await.unwrap().len()
    };
    assert_eq!((owed_to(store, "board").await.len(), notices().await), (1, 0));
    assert!(!store.subscriber_missed(id, failed(9_000, 3_000)).await.unwrap());
    assert!(!store.subscriber_missed(id, failed(9_500, 3_000)).await.unwrap());
    let board = store.subscription("board").await.unwrap().unwrap();
    assert_eq!((board.disabled_at, board.last_at), (Some(at(9_000)), Some(at(2_500))));
    assert_eq!(notices().await, 1, "its owner is told once");
    assert!(owed_to(store, "board").await.iter().all(|one| one.state == DeliveryState::Dead));
    store.note(&task, EventKind::RetryRequested { by: "ann".to_owned() }, at(9_600)).await.unwrap();
    assert_eq!(owed_to(store, "board").await.len(), 1, "what happens meanwhile is not owed");
    store.enable_subscription(id).await.unwrap();
    store.note(&task, EventKind::RetryRequested { by: "ann".to_owned() }, at(9_700)).await.unwrap();
    assert_eq!(store.waiting_for(&place("webhook:id-of-board")).await.unwrap(), 1);
    store.remove_subscription(id, at(9_800)).await.unwrap();
    assert_eq!(store.waiting_for(&place("webhook:id-of-board")).await.unwrap(), 0);
    assert_eq!(store.subscription("board").await.unwrap(), None);
}
