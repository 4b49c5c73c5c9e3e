//! Who may start next.

use super::super::Progress;
use super::bench::Bench;
use super::fixture::*;
use signalbox_core::task::{TaskState, TaskStep};
use std::sync::Arc;

super::on_both!(
    each_project_shows_its_first_few,
    a_conversation_has_one_live_task,
    a_start_time_is_kept,
    those_before_are_counted_by_project_and_priority,
    a_conversation_waits_for_the_node_that_has_its_volumes_while_that_lives,
    many_leases_never_give_a_conversation_two_tasks,
);

async fn each_project_shows_its_first_few(bench: Arc<Bench>) {
    let cast = Cast::on(&bench.store).await;
    let beta = add_project(&bench.store, "beta", &cast.ann).await;
    for number in 0..5 {
        let mut task = cast.task();
        (task.task.created_at, task.task.priority) = (at(1_000 + number), if number == 4 { 9 } else { 0 });
        bench.store.submit(task).await.unwrap();
    }
    let mut lone = cast.task_in(&beta);
    lone.task.created_at = at(5_000);
    let lone = bench.store.submit(lone).await.unwrap().task;

    let heads = bench.store.queue_heads(&node("one"), at(9_000), 2).await.unwrap();
    let of = |project: &signalbox_core::id::ProjectId| heads.iter().filter(|h| h.project == *project).count();
    assert_eq!((of(&cast.project), of(&beta)), (2, 1));
    assert_eq!(heads[0].priority, 9, "the most urgent first");
    assert_eq!(heads[1].created_at, at(1_000), "then the oldest");
    assert_eq!(bench.store.queue_position(&lone).await.unwrap(), Some(5));
    assert_eq!(bench.store.queue_position(&heads[0].task).await.unwrap(), Some(0));

    bench.store.lease(&lone, &claim("one", 9_000, 19_000)).await.unwrap().unwrap();
    assert_eq!(bench.store.running_by_project().await.unwrap().get(&beta), Some(&1));
    assert_eq!(bench.store.queue_position(&lone).await.unwrap(), None);
}

async fn a_conversation_has_one_live_task(bench: Arc<Bench>) {
    let cast = Cast::on(&bench.store).await;
    let first = cast.task();
    let (second, mut third) = (cast.next_in_conversation(&first), cast.next_in_conversation(&first));
    third.task.created_at = at(8_000);
    third.task.priority = 5;
    for task in [&first, &second, &third] {
        bench.store.submit(task.clone()).await.unwrap();
    }
    let heads = |now| {
        let store = bench.store.clone();
        async move {
            store.queue_heads(&node("one"), at(now), 9).await.unwrap().into_iter().map(|h| h.task).collect::<Vec<_>>()
        }
    };
    assert_eq!(heads(9_000).await, vec![first.task.id.clone()], "one at a time, in the order asked");
    let lease = bench.store.lease(&first.task.id, &claim("one", 9_000, 19_000)).await.unwrap().unwrap();
    assert_eq!(heads(9_000).await, []);
    assert_eq!(bench.store.lease(&second.task.id, &claim("two", 9_000, 19_000)).await.unwrap(), None);
    assert_eq!(cast.state(&second.task.id).await, TaskState::Queued);

    bench.store.finish(&lease, finish(TaskStep::Answered)).await.unwrap().applied().unwrap();
    assert_eq!(heads(9_500).await, vec![second.task.id.clone()]);
    assert!(bench.store.lease(&second.task.id, &claim("two", 9_500, 19_000)).await.unwrap().is_some());
}

async fn a_start_time_is_kept(bench: Arc<Bench>) {
    let cast = Cast::on(&bench.store).await;
    let mut later = cast.task();
    later.task.not_before = at(60_000);
    let later = bench.store.submit(later).await.unwrap().task;
    assert_eq!(bench.store.next_start().await.unwrap(), Some(at(60_000)));
    assert_eq!(bench.store.queue_heads(&node("one"), at(59_999), 9).await.unwrap(), []);
    assert_eq!(bench.store.lease(&later, &claim("one", 59_999, 70_000)).await.unwrap(), None);
    assert!(bench.store.lease(&later, &claim("one", 60_000, 70_000)).await.unwrap().is_some());
    assert_eq!(bench.store.next_start().await.unwrap(), None);
}

async fn a_conversation_waits_for_the_node_that_has_its_volumes_while_that_lives(bench: Arc<Bench>) {
    let cast = Cast::on(&bench.store).await;
    let (store, first) = (&bench.store, cast.task());
    let second = cast.next_in_conversation(&first);
    for task in [&first, &second] {
        store.submit(task.clone()).await.unwrap();
    }
    let lease = store.lease(&first.task.id, &claim("one", 9_000, 19_000)).await.unwrap().unwrap();
    let progress = Progress { volumes: Some("v".to_owned()), ..Progress::at(at(9_000)) };
    store.record(&lease, Vec::new(), progress).await.unwrap().applied().unwrap();
    store.finish(&lease, finish(TaskStep::Answered)).await.unwrap().applied().unwrap();
    store.announce_node(&node("one"), at(15_000)).await.unwrap();
    store.announce_node(&node("one"), at(20_000)).await.unwrap();
    let seen = async |name: &str, now| store.queue_heads(&node(name), at(now), 9).await.unwrap().len();
    assert_eq!((seen("one", 19_999).await, seen("two", 19_999).await), (1, 0), "it lives");
    assert_eq!((seen("one", 20_000).await, seen("two", 20_000).await), (1, 1), "it is gone");
}

async fn many_leases_never_give_a_conversation_two_tasks(bench: Arc<Bench>) {
    let cast = Cast::on(&bench.store).await;
    let other = bench.second_node().await;
    for _ in 0..10 {
        let first = cast.task();
        let mut nodes = tokio::task::JoinSet::new();
        for number in 0..8 {
            let task = if number == 0 { first.clone() } else { cast.next_in_conversation(&first) };
            bench.store.submit(task.clone()).await.unwrap();
            let store = if number % 2 == 0 { bench.store.clone() } else { other.clone() };
            nodes.spawn(async move { store.lease(&task.task.id, &claim("n", 9_000, 19_000)).await.unwrap() });
        }
        assert_eq!(nodes.join_all().await.into_iter().flatten().count(), 1);
    }
    other.close().await;
}

async fn those_before_are_counted_by_project_and_priority(bench: Arc<Bench>) {
    let cast = Cast::on(&bench.store).await;
    let beta = add_project(&bench.store, "beta", &cast.ann).await;
    let before = |priority| bench.store.queued_before(&cast.project, priority, at(2_000));
    assert_eq!(before(0).await.unwrap(), 0);
    for (priority, not_before) in [(0, 1_000), (5, 1_000), (-1, 1_000), (0, 9_000)] {
        let mut task = cast.task();
        (task.task.priority, task.task.not_before) = (priority, at(not_before));
        bench.store.submit(task).await.unwrap();
    }
    bench.store.submit(cast.task_in(&beta)).await.unwrap();
    assert_eq!((before(0).await.unwrap(), before(5).await.unwrap(), before(6).await.unwrap()), (2, 1, 0));
    cast.running().await;
    assert_eq!(before(0).await.unwrap(), 2, "what runs is not before anybody");
}
