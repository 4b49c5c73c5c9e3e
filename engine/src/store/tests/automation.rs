//! What starts and follows tasks without anybody writing: hooks, and the places that are told along.

use super::super::*;
use super::bench::Bench;
use super::fixture::*;
use signalbox_core::card::Card;
use signalbox_core::id::TaskId;
use signalbox_core::schedule::Missed;
use signalbox_core::task::{TaskState, TaskStep};
use std::sync::Arc;

super::on_both!(
    a_hook_is_kept_with_what_became_of_it,
    followers_are_told_what_the_first_place_is_told,
    a_time_is_passed_on_once
);

fn new_hook(cast: &Cast, name: &str) -> NewHook {
    NewHook {
        id: format!("id-of-{name}"),
        name: name.to_owned(),
        project: cast.project.clone(),
        user: cast.ann.clone(),
        made_by: cast.ann.clone(),
        rules: "rules".to_owned(),
        places: vec![place("telegram:1"), place("discord:2")],
        at: at(1),
    }
}

fn told(id: &str) -> Update {
    Update { source: "hook:id-of-ci".to_owned(), external_id: id.to_owned(), raw: "{}".to_owned(), at: at(2) }
}

async fn a_hook_is_kept_with_what_became_of_it(bench: Arc<Bench>) {
    let (store, cast) = (&bench.store, Cast::on(&bench.store).await);
    store.add_hook(new_hook(&cast, "ci")).await.unwrap();
    let taken = store.add_hook(NewHook { id: "other".to_owned(), ..new_hook(&cast, "ci") }).await.unwrap_err();
    assert!(matches!(taken, StoreError::Taken { .. }), "{taken:?}");
    let hook = store.hook("ci").await.unwrap().unwrap();
    assert_eq!((hook.project_name.as_str(), hook.user_name.as_str(), hook.places.len()), ("alpha", "ann", 2));
    store.receive_all(["1", "2", "3", "4"].map(told).to_vec()).await.unwrap();
    let task = TaskId::from_entropy(9);
    store.heeded(&hook, "1", Heeded::Asked(task.clone()), at(5)).await.unwrap();
    store.heeded(&hook, "2", Heeded::Refused("no such field".to_owned()), at(6)).await.unwrap();
    let now = store.hook("ci").await.unwrap().unwrap();
    assert_eq!(
        (now.last_at, now.last_task.clone(), now.refusal.as_deref()),
        (Some(at(6)), Some(task.clone()), Some("no such field"))
    );
    store.heeded(&hook, "3", Heeded::Unwanted, at(7)).await.unwrap();
    let now = store.hook("ci").await.unwrap().unwrap();
    assert_eq!((now.last_task, now.refusal), (Some(task), None));
    store.hook_rotated(&hook.id, at(99)).await.unwrap();
    assert_eq!(store.hooks().await.unwrap()[0].previous_until, Some(at(99)));
    assert_eq!(store.unhandled("hook:id-of-ci", None, 9).await.unwrap().len(), 1);
    assert!(store.remove_hook("id-of-ci", at(8)).await.unwrap());
    assert!(!store.remove_hook("id-of-ci", at(8)).await.unwrap());
    assert_eq!(store.unhandled("hook:id-of-ci", None, 9).await.unwrap().len(), 0, "what it has told goes with it");
}

async fn followers_are_told_what_the_first_place_is_told(bench: Arc<Bench>) {
    let (store, cast) = (&bench.store, Cast::on(&bench.store).await);
    let new = NewTask { followers: vec![place("telegram:5"), place("discord:6")], ..cast.task() };
    let task = store.submit(new).await.unwrap().task;
    let lease = store.lease(&task, &claim("one", 2_000, 12_000)).await.unwrap().unwrap();
    let approval = cast.approval(&lease, 1);
    let opened = store.open_approval(&lease, asking(&approval, &["terminal:1", "telegram:7"])).await.unwrap();
    opened.applied().expect("not stale");
    let mut end = finish(TaskStep::Answered);
    end.deliveries = vec![owed(place("terminal:1"), task_card(&task, TaskState::Succeeded), at(9_000))];
    store.finish(&lease, end).await.unwrap().applied().expect("not stale");
    let to = async |text: &str| {
        let filter = DeliveryFilter { place: Some(place(text)), ..DeliveryFilter::default() };
        let owed = store.deliveries(&filter).await.unwrap();
        let kind = |card: &Card| if matches!(card, Card::Approval(_)) { "approval" } else { "task" };
        owed.iter().rev().map(|one| kind(&one.card)).collect::<Vec<_>>()
    };
    let first = to("terminal:1").await;
    assert_eq!(first.iter().filter(|kind| **kind == "task").count(), 2, "{first:?}");
    assert!(first.contains(&"approval"));
    for follower in ["telegram:5", "discord:6"] {
        let told = to(follower).await;
        assert_eq!(told.iter().filter(|kind| **kind == "task").count(), 2, "{follower}: {told:?}");
        assert!(told.contains(&"approval"), "{follower}: {told:?}");
    }
    assert!(!to("telegram:7").await.contains(&"task"), "where approvals are shown besides, tasks are not");
}

async fn a_time_is_passed_on_once(bench: Arc<Bench>) {
    let (store, cast) = (&bench.store, Cast::on(&bench.store).await);
    let new = NewSchedule {
        id: "s1".to_owned(),
        name: "morning".to_owned(),
        project: cast.project.clone(),
        user: cast.ann.clone(),
        made_by: cast.ann.clone(),
        cron: "0 7 * * *".to_owned(),
        zone: "UTC".to_owned(),
        prompt: "Look.".to_owned(),
        places: vec![place("telegram:1")],
        missed: Missed::Once,
        next_at: at(100),
        at: at(1),
    };
    store.add_schedule(new.clone()).await.unwrap();
    let taken = store.add_schedule(NewSchedule { id: "s2".to_owned(), ..new }).await.unwrap_err();
    assert!(matches!(taken, StoreError::Taken { .. }), "{taken:?}");
    assert!(store.due_schedules(at(99)).await.unwrap().is_empty());
    let due = store.due_schedules(at(100)).await.unwrap().remove(0);
    assert_eq!((due.name.as_str(), due.missed, due.places.len()), ("morning", Missed::Once, 1));
    let task = TaskId::from_entropy(5);
    let passing = Passing { due: at(100), next: at(200), task: Some(task.clone()), refusal: None, at: at(101) };
    assert!(store.schedule_passed("s1", passing.clone()).await.unwrap());
    assert!(!store.schedule_passed("s1", passing.clone()).await.unwrap(), "another node was faster");
    let refused = Passing { due: at(200), next: at(300), task: None, refusal: Some("missed".to_owned()), at: at(250) };
    assert!(store.schedule_passed("s1", refused).await.unwrap());
    let now = store.schedule("morning").await.unwrap().unwrap();
    assert_eq!((now.next_at, now.last_task, now.refusal.as_deref()), (at(300), Some(task), Some("missed")));
    assert!(store.remove_schedule("morning").await.unwrap() && !store.remove_schedule("morning").await.unwrap());
}
