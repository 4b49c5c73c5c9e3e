//! The outbox: in order, one at a time in a place, at least once, seen once.

use super::super::*;
use super::bench::Bench;
use super::fixture::*;
use signalbox_core::card::{Card, OutcomeCard, TaskCard};
use signalbox_core::delivery::{Delivery, DeliveryState};
use signalbox_core::id::{DeliveryId, TaskId};
use signalbox_core::money::MicroUsd;
use signalbox_core::port::Sent;
use signalbox_core::task::TaskState;
use std::sync::Arc;

super::on_both!(
    a_place_gets_its_cards_in_order_and_one_at_a_time,
    of_many_places_each_gets_its_first_that_does_not_only_pass,
    a_newer_card_replaces_an_unsent_older_one,
    a_sent_card_is_edited,
    a_failed_try_comes_again_when_due,
    a_node_that_died_while_sending_is_replaced,
    of_many_nodes_one_sends,
    a_node_that_comes_back_gives_back_what_it_was_sending,
    what_is_given_up_can_be_sent_again,
    an_unreadable_card_holds_up_nobody,
);

fn take(now: i64) -> Take<'static> {
    Take { node: sender(), kinds: &["terminal", "telegram"], now: at(now), lease_until: at(now + 1_000), limit: 10 }
}

fn task(entropy: u128) -> TaskId {
    TaskId::from_entropy(entropy)
}

fn receipt(to: &str, of: u128) -> Delivery {
    owed(place(to), task_card(&task(of), TaskState::Queued), at(10))
}

fn outcome(to: &str, of: u128) -> Delivery {
    let card = OutcomeCard {
        task: task(of),
        project: "alpha".to_owned(),
        state: TaskState::Succeeded,
        answer: Some("x".repeat(100_000)),
        failure: None,
        branch: None,
        commit: None,
        pushed: false,
        stat: None,
        cost: MicroUsd(5),
        elapsed_ms: 1,
        files: Vec::new(),
        proposal: None,
    };
    owed(place(to), Card::Outcome(card), at(10))
}

async fn a_place_gets_its_cards_in_order_and_one_at_a_time(bench: Arc<Bench>) {
    let store = &bench.store;
    let (first, second, elsewhere) = (receipt("terminal:1", 1), outcome("terminal:1", 1), receipt("telegram:2", 1));
    let foreign = receipt("discord:3", 1);
    for delivery in [&first, &second, &elsewhere, &foreign] {
        store.owe(delivery.clone()).await.unwrap();
    }
    assert_eq!(store.take_due(&take(9)).await.unwrap(), [], "not due yet");
    let taken = store.take_due(&take(10)).await.unwrap();
    let ids: Vec<_> = taken.iter().map(|taken| taken.delivery.id.clone()).collect();
    assert_eq!(ids, [first.id, elsewhere.id]);
    assert_eq!(taken[0].delivery.state, DeliveryState::Sending);
    assert_eq!(taken[0].delivery.attempts, 1);
    assert_eq!(store.take_due(&take(11)).await.unwrap(), []);

    for one in taken {
        assert_eq!(store.accepted(one, Sent { message: None, all: Vec::new() }).await.unwrap(), Fenced::Applied(()));
    }
    let taken = store.take_due(&take(12)).await.unwrap();
    assert_eq!(taken.len(), 1);
    assert_eq!(taken[0].delivery.card, second.card, "a long card comes whole");
}

async fn of_many_places_each_gets_its_first_that_does_not_only_pass(bench: Arc<Bench>) {
    let store = &bench.store;
    let mut wanted = Vec::new();
    for number in 0..20 {
        let to = format!("telegram:{number}");
        let Card::Task(card) = task_card(&task(1), TaskState::Running) else { unreachable!() };
        let passes = owed(place(&to), Card::Task(TaskCard { passing: true, ..card }), at(10));
        let (first, second) = (receipt(&to, 2), receipt(&to, 3));
        for delivery in [&passes, &first, &second] {
            store.owe(delivery.clone()).await.unwrap();
        }
        wanted.push([first.id, second.id, passes.id]);
    }
    for round in 0..3 {
        assert_eq!(store.next_due(&["telegram"]).await.unwrap(), Some(at(10)));
        let all = Take { limit: 100, ..take(10) };
        let taken = store.take_due(&all).await.unwrap();
        let ids: Vec<_> = taken.iter().map(|one| &one.delivery.id).collect();
        assert_eq!(ids, wanted.iter().map(|ids| &ids[round]).collect::<Vec<_>>());
        assert_eq!(store.take_due(&all).await.unwrap(), [], "one at a time");
        for one in taken {
            assert_eq!(store.accepted(one, Sent::one("m")).await.unwrap(), Fenced::Applied(()));
        }
    }
    assert_eq!(store.next_due(&["telegram"]).await.unwrap(), None);
}

async fn a_newer_card_replaces_an_unsent_older_one(bench: Arc<Bench>) {
    let store = &bench.store;
    let (older, newer) = (receipt("terminal:1", 1), receipt("terminal:1", 1));
    let (one_outcome, other_outcome) = (outcome("terminal:1", 1), outcome("terminal:1", 1));
    for delivery in [&older, &one_outcome, &receipt("terminal:1", 2), &newer, &other_outcome] {
        store.owe(delivery.clone()).await.unwrap();
    }
    let state_of = |id| {
        let store = store.clone();
        async move {
            let all = store.deliveries(&DeliveryFilter::default()).await.unwrap();
            all.into_iter().find(|delivery| delivery.id == id).unwrap().state
        }
    };
    assert_eq!(state_of(older.id).await, DeliveryState::Superseded);
    assert_eq!(state_of(newer.id).await, DeliveryState::Pending);
    assert_eq!(state_of(one_outcome.id).await, DeliveryState::Pending, "each try has its own outcome");
}

async fn a_sent_card_is_edited(bench: Arc<Bench>) {
    let store = &bench.store;
    store.owe(receipt("telegram:1", 1)).await.unwrap();
    let taken = store.take_due(&take(10)).await.unwrap().remove(0);
    assert_eq!(taken.message, None);
    // While the first is in flight a newer one is owed: it must neither overtake nor replace it.
    store.owe(receipt("telegram:1", 1)).await.unwrap();
    assert_eq!(store.take_due(&take(11)).await.unwrap(), []);
    store.accepted(taken, Sent::one("msg-77")).await.unwrap().applied().unwrap();
    let edit = store.take_due(&take(12)).await.unwrap().remove(0);
    assert_eq!(edit.message.as_deref(), Some("msg-77"));
    store.edit_lost(edit, at(13)).await.unwrap().applied().unwrap();
    let anew = store.take_due(&take(13)).await.unwrap().remove(0);
    assert_eq!((anew.message.as_deref(), anew.delivery.attempts), (None, 2));
}

async fn a_failed_try_comes_again_when_due(bench: Arc<Bench>) {
    let store = &bench.store;
    store.owe(receipt("telegram:1", 1)).await.unwrap();
    store.owe(outcome("telegram:1", 1)).await.unwrap();
    let taken = store.take_due(&take(10)).await.unwrap().remove(0);
    store.failed(taken.clone(), "429", at(5_000)).await.unwrap().applied().unwrap();
    assert_eq!(store.failed(taken, "429", at(1)).await.unwrap(), Fenced::Stale);
    assert_eq!(store.take_due(&take(4_999)).await.unwrap(), [], "the place is left alone, order is kept");
    let due = store.next_due(&["telegram"]).await.unwrap();
    assert_eq!(due, Some(at(5_000)), "what waits behind it is not due before");
    assert_eq!(store.next_due(&["terminal"]).await.unwrap(), None);
    let again = store.take_due(&take(5_000)).await.unwrap().remove(0);
    assert_eq!((again.delivery.attempts, again.delivery.error.as_deref()), (2, Some("429")));
}

async fn a_node_that_died_while_sending_is_replaced(bench: Arc<Bench>) {
    let store = &bench.store;
    store.owe(receipt("telegram:1", 1)).await.unwrap();
    let lost = store.take_due(&take(10)).await.unwrap().remove(0);
    assert_eq!(store.take_due(&take(1_009)).await.unwrap(), []);
    assert_eq!(store.next_due(&["telegram"]).await.unwrap(), Some(at(1_010)));
    let again = store.take_due(&take(1_010)).await.unwrap().remove(0);
    assert_eq!((&again.delivery.id, again.delivery.attempts), (&lost.delivery.id, 2));
    // The first one was no corpse and comes back: its message is kept in mind, its word does not count.
    assert_eq!(store.accepted(lost, Sent::one("msg-1")).await.unwrap(), Fenced::Stale);
    store.failed(again, "slow", at(1_011)).await.unwrap().applied().unwrap();
    let third = store.take_due(&take(1_011)).await.unwrap().remove(0);
    assert_eq!(third.message.as_deref(), Some("msg-1"), "seen once: the next try edits");
}

async fn a_node_that_comes_back_gives_back_what_it_was_sending(bench: Arc<Bench>) {
    let store = &bench.store;
    for to in ["terminal:1", "telegram:2"] {
        store.owe(receipt(to, 1)).await.unwrap();
    }
    let (mine, other) = (node("mine"), node("other"));
    let by = |node, kinds| Take { node, kinds, ..take(10) };
    let own = store.take_due(&by(&mine, &["terminal"])).await.unwrap().remove(0);
    store.take_due(&by(&other, &["telegram"])).await.unwrap();
    store.give_back(&mine).await.unwrap();
    let again = store.take_due(&by(&mine, &["terminal", "telegram"])).await.unwrap();
    assert_eq!(again.len(), 1, "what another node sends stays with it");
    assert_eq!((&again[0].delivery.id, again[0].delivery.attempts), (&own.delivery.id, 2));
    assert_eq!(store.accepted(own, Sent::one("m")).await.unwrap(), Fenced::Stale, "the try before counts no more");
}

async fn of_many_nodes_one_sends(bench: Arc<Bench>) {
    let other = bench.second_node().await;
    for number in 0..20 {
        bench.store.owe(receipt(&format!("telegram:{number}"), 1)).await.unwrap();
        bench.store.owe(outcome(&format!("telegram:{number}"), 1)).await.unwrap();
    }
    let mut nodes = tokio::task::JoinSet::new();
    for number in 0..8 {
        let store = if number % 2 == 0 { bench.store.clone() } else { other.clone() };
        nodes.spawn(async move { store.take_due(&Take { limit: 100, ..take(10) }).await.unwrap() });
    }
    let mut taken: Vec<_> = nodes.join_all().await.into_iter().flatten().map(|t| t.delivery.place).collect();
    assert_eq!(taken.len(), 20);
    taken.sort();
    taken.dedup();
    assert_eq!(taken.len(), 20, "one in flight in each place");
    other.close().await;
}

async fn what_is_given_up_can_be_sent_again(bench: Arc<Bench>) {
    let store = &bench.store;
    let delivery = receipt("telegram:1", 1);
    store.owe(delivery.clone()).await.unwrap();
    let pending = Again::NotDead(DeliveryState::Pending);
    assert_eq!(store.send_again(&delivery.id, at(10)).await.unwrap(), pending);
    let taken = store.take_due(&take(10)).await.unwrap().remove(0);
    store.given_up(taken, "the chat is gone").await.unwrap().applied().unwrap();
    let dead = DeliveryFilter { state: Some(DeliveryState::Dead), place: Some(place("telegram:1")), limit: 5 };
    let listed = store.deliveries(&dead).await.unwrap();
    assert_eq!(listed[0].error.as_deref(), Some("the chat is gone"));
    assert_eq!(store.next_due(&["telegram"]).await.unwrap(), None);
    assert_eq!(store.send_again(&delivery.id, at(20)).await.unwrap(), Again::Owed);
    let again = store.take_due(&take(20)).await.unwrap().remove(0);
    assert_eq!((again.failed, again.delivery.attempts), (0, 2), "it has all its tries again, and a number of its own");
    assert_eq!(store.send_again(&DeliveryId::new("none"), at(20)).await.unwrap(), Again::Missing);
}

async fn an_unreadable_card_holds_up_nobody(bench: Arc<Bench>) {
    let store = &bench.store;
    store.owe(receipt("telegram:1", 1)).await.unwrap();
    bench.execute("UPDATE deliveries SET card = '{}'").await;
    store.owe(receipt("telegram:1", 2)).await.unwrap();
    assert_eq!(store.take_due(&take(10)).await.unwrap(), []);
    assert_eq!(store.take_due(&take(10)).await.unwrap().len(), 1);
    assert_eq!(bench.count("SELECT COUNT(*) FROM deliveries WHERE status = 'dead'").await, 1);
}
