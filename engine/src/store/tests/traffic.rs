//! What whoever looks after the hub sees of deliveries and updates, and what they set in motion again.

use super::super::*;
use super::bench::Bench;
use super::fixture::*;
use signalbox_core::card::Card;
use signalbox_core::delivery::{Delivery, DeliveryState};
use signalbox_core::id::{DeliveryId, TaskId};
use signalbox_core::task::TaskState;
use signalbox_core::traffic::{DeliveryQuery, UpdateQuery, UpdateState};
use std::sync::Arc;

super::on_both!(
    deliveries_are_listed_page_by_page,
    each_try_that_failed_is_kept_with_its_answer,
    all_dead_ones_of_a_place_are_sent_again_but_those_that_are_overtaken,
    a_card_that_cannot_be_read_hides_nothing_else,
    updates_are_listed_with_what_came_of_them,
    an_update_of_which_a_task_came_is_not_handled_again,
    what_could_not_be_handled_yet_says_why_until_it_is,
    a_long_update_is_cut,
);

fn take(now: i64) -> Take<'static> {
    Take { node: sender(), kinds: &["telegram"], now: at(now), lease_until: at(now + 1_000), limit: 10 }
}

fn card(to: &str, task: u128) -> Delivery {
    owed(place(to), task_card(&TaskId::from_entropy(task), TaskState::Queued), at(10))
}

async fn dies(store: &Store, delivery: &Delivery, why: &str) {
    store.owe(delivery.clone()).await.unwrap();
    let taken = store.take_due(&take(10)).await.unwrap().remove(0);
    store.given_up(taken, why).await.unwrap().applied().unwrap();
}

async fn ids(store: &Store, wanted: &DeliveryQuery) -> (Vec<DeliveryId>, Option<u64>) {
    let page = store.delivery_page(wanted).await.unwrap();
    (page.deliveries.into_iter().map(|one| one.id).collect(), page.next)
}

async fn deliveries_are_listed_page_by_page(bench: Arc<Bench>) {
    let store = &bench.store;
    let dead = card("telegram:1", 9);
    dies(store, &dead, "gone").await;
    let mut owed = vec![dead.id.clone()];
    for number in 0..5 {
        let one = card(if number < 3 { "telegram:1" } else { "telegram:2" }, number);
        owed.insert(0, one.id.clone());
        store.owe(one).await.unwrap();
    }
    let (first, next) = ids(store, &DeliveryQuery { limit: 4, ..DeliveryQuery::default() }).await;
    assert_eq!(first, owed[..4]);
    let rest = DeliveryQuery { limit: 4, before: next, ..DeliveryQuery::default() };
    assert_eq!(ids(store, &rest).await, (owed[4..].to_vec(), None));
    let of_place = DeliveryQuery { place: Some(place("telegram:2")), ..DeliveryQuery::default() };
    assert_eq!(ids(store, &of_place).await.0, owed[..2]);
    let given_up = DeliveryQuery { state: Some(DeliveryState::Dead), ..DeliveryQuery::default() };
    assert_eq!(ids(store, &given_up).await, (vec![dead.id], None));
}

async fn each_try_that_failed_is_kept_with_its_answer(bench: Arc<Bench>) {
    let store = &bench.store;
    let delivery = card("telegram:1", 1);
    store.owe(delivery.clone()).await.unwrap();
    let first = store.take_due(&take(10)).await.unwrap().remove(0);
    store.failed(first, "429", at(20)).await.unwrap().applied().unwrap();
    store.take_due(&take(20)).await.unwrap().remove(0);
    // That node goes away with it.
    let third = store.take_due(&take(5_000)).await.unwrap().remove(0);
    store.given_up(third, &"x".repeat(5_000)).await.unwrap().applied().unwrap();
    let whole = store.seen_whole(&delivery.id).await.unwrap().unwrap();
    let answers: Vec<_> = whole.tries.iter().map(|one| one.answer.as_str()).collect();
    assert_eq!(answers[..2], ["429", "the node that sent it went away"]);
    assert_eq!((answers.len(), answers[2].len()), (3, 1000), "a long answer is cut");
    assert_eq!((whole.report.attempts, whole.report.state), (3, DeliveryState::Dead));
    assert_eq!((whole.card, whole.overtaken), (Some(delivery.card), false));
    assert_eq!(store.seen_whole(&DeliveryId::new("none")).await.unwrap(), None);
}

async fn all_dead_ones_of_a_place_are_sent_again_but_those_that_are_overtaken(bench: Arc<Bench>) {
    let store = &bench.store;
    let (old, other, elsewhere) = (card("telegram:1", 1), card("telegram:1", 2), card("telegram:2", 3));
    for delivery in [&old, &other, &elsewhere] {
        dies(store, delivery, "gone").await;
    }
    let newer = card("telegram:1", 1);
    dies(store, &newer, "gone").await;
    assert_eq!(store.send_again(&old.id, at(20)).await.unwrap(), Again::Overtaken);
    assert!(store.seen_whole(&old.id).await.unwrap().unwrap().overtaken);
    assert_eq!(store.send_all_again(&place("telegram:1"), at(20)).await.unwrap(), Some(2));
    assert_eq!(store.send_all_again(&place("telegram:1"), at(20)).await.unwrap(), None);
    let dead = DeliveryQuery { state: Some(DeliveryState::Dead), ..DeliveryQuery::default() };
    assert_eq!(ids(store, &dead).await.0, [elsewhere.id, old.id]);
}

async fn a_card_that_cannot_be_read_hides_nothing_else(bench: Arc<Bench>) {
    let store = &bench.store;
    let delivery = card("telegram:1", 1);
    store.owe(delivery.clone()).await.unwrap();
    bench.execute("UPDATE deliveries SET card = '{}'").await;
    assert_eq!(store.take_due(&take(10)).await.unwrap(), []);
    let whole = store.seen_whole(&delivery.id).await.unwrap().unwrap();
    assert_eq!((whole.card, whole.report.state, whole.tries.len()), (None::<Card>, DeliveryState::Dead, 1));
}

fn update(source: &str, id: &str, received: i64) -> Update {
    Update { source: source.to_owned(), external_id: id.to_owned(), raw: "{\"a\":1}".to_owned(), at: at(received) }
}

async fn states(store: &Store, wanted: &UpdateQuery) -> Vec<(String, UpdateState)> {
    let page = store.update_page(wanted).await.unwrap();
    page.updates.into_iter().map(|one| (one.id, one.state)).collect()
}

async fn updates_are_listed_with_what_came_of_them(bench: Arc<Bench>) {
    let store = &bench.store;
    for (source, id, received) in
        [("telegram:1", "1", 5), ("telegram:1", "2", 6), ("github", "g", 6), ("hook:x", "h", 7)]
    {
        store.receive(update(source, id, received)).await.unwrap();
    }
    store.handled("telegram:1", "1", at(8)).await.unwrap();
    assert!(store.give_up_update("github", "g", "it cannot be read", at(9)).await.unwrap());
    assert!(!store.give_up_update("telegram:1", "1", "too late", at(9)).await.unwrap());
    store.put_off_update("hook:x", "h", "not now", at(9)).await.unwrap();
    let all = [
        ("h", UpdateState::Failing),
        ("g", UpdateState::Failed),
        ("2", UpdateState::Waiting),
        ("1", UpdateState::Handled),
    ]
    .map(|(id, state)| (id.to_owned(), state));
    let every = UpdateQuery::default();
    assert_eq!(states(store, &every).await, all);
    for (id, state) in all.clone() {
        let only = UpdateQuery { state: Some(state), ..UpdateQuery::default() };
        assert_eq!(states(store, &only).await, [(id, state)]);
    }
    let of_telegram = UpdateQuery { source: Some("telegram:1".to_owned()), ..UpdateQuery::default() };
    assert_eq!(states(store, &of_telegram).await, all[2..]);
    let first = store.update_page(&UpdateQuery { limit: 2, ..UpdateQuery::default() }).await.unwrap();
    assert_eq!(first.sources, ["github", "hook:x", "telegram:1"]);
    let second = UpdateQuery { limit: 2, before: first.next, ..UpdateQuery::default() };
    assert_eq!(states(store, &second).await, all[2..]);
    assert_eq!(store.update_page(&second).await.unwrap().next, None);
}

async fn an_update_of_which_a_task_came_is_not_handled_again(bench: Arc<Bench>) {
    let (store, cast) = (&bench.store, Cast::on(&bench.store).await);
    for id in ["1", "2"] {
        store.receive(update("telegram:1", id, 5)).await.unwrap();
    }
    let of_update = || {
        let task = cast.task();
        NewTask { source: "telegram:1".to_owned(), key: "1".to_owned(), ..task }
    };
    let task = store.submit(of_update()).await.unwrap().task;
    let handled = Reopened::NotFailed(UpdateState::Handled);
    assert_eq!(store.reopen_update("telegram:1", "1").await.unwrap(), handled);
    let whole = store.whole_update("telegram:1", "1").await.unwrap().unwrap();
    assert_eq!((whole.report.task, whole.raw.as_str(), whole.cut), (Some(task.clone()), "{\n  \"a\": 1\n}", false));

    assert_eq!(store.reopen_update("telegram:1", "2").await.unwrap(), Reopened::NotFailed(UpdateState::Waiting));
    store.give_up_update("telegram:1", "2", "no", at(6)).await.unwrap();
    assert_eq!(store.reopen_update("telegram:1", "2").await.unwrap(), Reopened::Waits);
    assert!(store.is_unhandled("telegram:1", "2").await.unwrap());
    assert_eq!(store.reopen_update("telegram:1", "3").await.unwrap(), Reopened::Missing);

    // Even if the update is taken for one that failed, it makes no second task.
    bench.execute("UPDATE inbox SET handled_at = NULL, trouble = 'x' WHERE external_id = '1'").await;
    let again = store.submit(of_update()).await.unwrap();
    assert_eq!((again.task, again.repeated), (task, true));
}

async fn what_could_not_be_handled_yet_says_why_until_it_is(bench: Arc<Bench>) {
    let store = &bench.store;
    store.receive(update("telegram:1", "1", 5)).await.unwrap();
    store.put_off_update("telegram:1", "1", "the database was away", at(6)).await.unwrap();
    let report = store.whole_update("telegram:1", "1").await.unwrap().unwrap().report;
    assert_eq!(report.trouble.as_deref(), Some("the database was away"));
    store.handled("telegram:1", "1", at(7)).await.unwrap();
    let report = store.whole_update("telegram:1", "1").await.unwrap().unwrap().report;
    assert_eq!((report.state, report.trouble), (UpdateState::Handled, None));
}

async fn a_long_update_is_cut(bench: Arc<Bench>) {
    let store = &bench.store;
    let raw = "y".repeat(200_000);
    store.receive(Update { raw: raw.clone(), ..update("hook:x", "1", 5) }).await.unwrap();
    let whole = store.whole_update("hook:x", "1").await.unwrap().unwrap();
    assert!(whole.cut && raw.starts_with(&whole.raw) && whole.raw.len() < raw.len());
    assert_eq!(whole.bytes, 200_000);
}
