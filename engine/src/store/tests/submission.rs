//! Submitting, and what is submitted twice.

use super::super::*;
use super::bench::Bench;
use super::fixture::*;
use signalbox_core::port::Asking;
use signalbox_core::task::TaskState;
use std::collections::BTreeSet;
use std::sync::Arc;

super::on_both!(
    a_submission_writes_task_event_and_receipt,
    of_many_copies_one_becomes_a_task,
    a_received_update_becomes_one_task,
    a_failed_submission_leaves_nothing,
    keys_that_differ_in_a_blank_are_two,
    tasks_are_found_by_the_beginning_of_their_id,
    a_list_goes_on_page_by_page_with_nothing_missed_or_doubled,
    lists_show_only_what_may_be_seen,
);

async fn a_submission_writes_task_event_and_receipt(bench: Arc<Bench>) {
    let cast = Cast::on(&bench.store).await;
    let mut new = cast.task();
    new.asking = Asking::DenyAll;
    new.task.limits.turns = Some(7);
    new.task.model = Some("opus".to_owned());
    let submitted = bench.store.submit(new.clone()).await.unwrap();
    assert!(!submitted.repeated);

    assert_eq!(bench.store.task(&new.task.id).await.unwrap(), Some(new.task.clone()));
    assert_eq!(bench.store.asking(&new.task.id).await.unwrap(), Some(Asking::DenyAll));
    assert_eq!(cast.record_of(&new.task.id).await[0].kind, new.submitted);
    let owed = bench.store.deliveries(&DeliveryFilter::default()).await.unwrap();
    assert_eq!(owed, [new.receipt.unwrap()]);
    let conversation = bench.store.conversation(&new.task.conversation).await.unwrap();
    assert_eq!(conversation, new.new_conversation);
    assert_eq!(bench.store.queue_position(&new.task.id).await.unwrap(), Some(0));
}

async fn of_many_copies_one_becomes_a_task(bench: Arc<Bench>) {
    let cast = Cast::on(&bench.store).await;
    let other = bench.second_node().await;
    let mut copies = tokio::task::JoinSet::new();
    for number in 0..40 {
        let mut copy = cast.task();
        copy.key = "update-9".to_owned();
        let store = if number % 2 == 0 { bench.store.clone() } else { other.clone() };
        copies.spawn(async move { store.submit(copy).await.unwrap() });
    }
    let answers = copies.join_all().await;
    let tasks: BTreeSet<_> = answers.iter().map(|answer| answer.task.clone()).collect();
    assert_eq!(tasks.len(), 1);
    assert_eq!(answers.iter().filter(|answer| !answer.repeated).count(), 1);
    let rows = ["SELECT COUNT(*) FROM tasks", "SELECT COUNT(*) FROM deliveries", "SELECT COUNT(*) FROM conversations"];
    for sql in rows {
        assert_eq!(bench.count(sql).await, 1, "{sql}");
    }
    other.close().await;
}

async fn a_received_update_becomes_one_task(bench: Arc<Bench>) {
    let cast = Cast::on(&bench.store).await;
    let update = Update {
        source: "test".to_owned(),
        external_id: "u1".to_owned(),
        raw: "{\"text\":\"fix it\"}".to_owned(),
        at: at(900),
    };
    assert_eq!(bench.store.receive(update.clone()).await.unwrap(), Receipt::New);
    assert_eq!(bench.store.receive(update.clone()).await.unwrap(), Receipt::Repeated);
    assert_eq!(bench.store.unhandled("test", None, 10).await.unwrap(), [update]);

    let mut new = cast.task();
    new.key = "u1".to_owned();
    let first = bench.store.submit(new.clone()).await.unwrap();
    assert!(!first.repeated);
    assert_eq!(bench.store.unhandled("test", None, 10).await.unwrap(), []);
    let mut again = cast.task();
    again.key = "u1".to_owned();
    let second = bench.store.submit(again).await.unwrap();
    assert_eq!((second.task, second.repeated), (first.task, true));
    assert!(!bench.store.handled("test", "u1", at(1)).await.unwrap());
}

async fn a_failed_submission_leaves_nothing(bench: Arc<Bench>) {
    let cast = Cast::on(&bench.store).await;
    let mut new = cast.task();
    new.new_conversation = None;
    let error = bench.store.submit(new.clone()).await.unwrap_err();
    assert!(matches!(error, StoreError::Missing { .. }), "{error:?}");
    assert_eq!(bench.count("SELECT COUNT(*) FROM inbox").await, 0);

    // The same request may come again once it can be done.
    let mut mended = cast.task();
    mended.key = new.key;
    assert!(!bench.store.submit(mended).await.unwrap().repeated);
}

async fn keys_that_differ_in_a_blank_are_two(bench: Arc<Bench>) {
    for external_id in ["a", "a ", "A", "ä", &"x".repeat(500), &format!("{}y", "x".repeat(499))] {
        let update =
            Update { source: "test".to_owned(), external_id: external_id.to_owned(), raw: String::new(), at: at(1) };
        assert_eq!(bench.store.receive(update.clone()).await.unwrap(), Receipt::New, "{external_id}");
        assert_eq!(bench.store.receive(update).await.unwrap(), Receipt::Repeated, "{external_id}");
    }
}

async fn tasks_are_found_by_the_beginning_of_their_id(bench: Arc<Bench>) {
    let cast = Cast::on(&bench.store).await;
    let id = cast.queued().await;
    let mut twin = cast.task();
    twin.task.id = format!("{}zzzzzz", &id.as_str()[..6]).parse().unwrap();
    bench.store.submit(twin).await.unwrap();

    let found = |typed: String| {
        let store = bench.store.clone();
        async move { store.task_by_prefix(&typed).await.unwrap() }
    };
    assert!(matches!(found(id.to_string().to_uppercase()).await, Prefix::One(task) if task.id == id));
    assert!(matches!(found(id.as_str()[..7].to_owned()).await, Prefix::One(task) if task.id == id));
    assert!(matches!(found(id.as_str()[..3].to_owned()).await, Prefix::Many));
    for nothing in ["", "%", "_", "zzzzzzzzzzzz", "zzzzzzzzzzzzz", "'; --", "ü"] {
        assert!(matches!(found(nothing.to_owned()).await, Prefix::None), "{nothing}");
    }
}

async fn a_list_goes_on_page_by_page_with_nothing_missed_or_doubled(bench: Arc<Bench>) {
    let cast = Cast::on(&bench.store).await;
    let mut all = Vec::new();
    for second in [1, 1, 1, 2, 3, 3, 4] {
        let mut new = cast.task();
        new.task.created_at = at(second * 1_000);
        all.push((new.task.created_at, bench.store.submit(new).await.unwrap().task));
    }
    all.sort();
    all.reverse();
    let (mut listed, mut before) = (Vec::new(), None);
    loop {
        let query = TaskQuery { before, ..TaskQuery::newest(2, Visible::All) };
        let page = bench.store.tasks(&query).await.unwrap().tasks;
        let Some(last) = page.last() else { break };
        before = Some((last.created_at, last.id.clone()));
        // What is asked meanwhile moves nothing.
        let mut new = cast.task();
        new.task.created_at = at(9_000);
        bench.store.submit(new).await.unwrap();
        listed.extend(page.into_iter().map(|task| (task.created_at, task.id)));
    }
    assert_eq!(listed, all);
}

async fn lists_show_only_what_may_be_seen(bench: Arc<Bench>) {
    let cast = Cast::on(&bench.store).await;
    let beta = add_project(&bench.store, "beta", &cast.ann).await;
    let mine = cast.queued().await;
    let mut other = cast.task_in(&beta);
    other.task.created_at = at(2_000);
    let other = bench.store.submit(other).await.unwrap().task;
    let list = |visible, open| {
        let (store, query) = (bench.store.clone(), TaskQuery { open, ..TaskQuery::newest(50, visible) });
        async move { store.tasks(&query).await.unwrap().tasks.into_iter().map(|task| task.id).collect::<Vec<_>>() }
    };
    assert_eq!(list(Visible::All, true).await, [other.clone(), mine.clone()]);
    assert_eq!(list(Visible::Projects(vec![cast.project.clone()]), true).await, vec![mine.clone()]);
    assert_eq!(list(Visible::Projects(Vec::new()), false).await, []);

    let stop = StopRequest { by: "Ann".to_owned(), at: at(3_000), deliveries: Vec::new() };
    bench.store.request_stop(&mine, stop).await.unwrap();
    assert_eq!(list(Visible::All, true).await, [other]);
    assert_eq!(list(Visible::All, false).await.len(), 2);
    assert_eq!(cast.state(&mine).await, TaskState::Stopped);
}
