//! Requests that come again with a key.

use super::bench::{Bench, key};
use super::fixture::new_user;
use signalbox_core::account::{GivenAnswer, Known, Repeatable};
use signalbox_core::time::Timestamp;
use std::sync::Arc;

super::on_both!(
    what_was_answered_comes_again_and_lies_sealed,
    what_is_being_done_was_cut_off_or_is_another_request_is_told_apart,
    of_many_at_once_one_is_the_first,
    what_failed_can_be_sent_again,
    another_master_key_forgets_what_was_answered,
);

const NOW: Timestamp = Timestamp::from_millis(1_000_000);

async fn request(bench: &Bench, key: &str, asks: &str) -> Repeatable {
    let user = bench.store.add_user(new_user("ann")).await.unwrap();
    Repeatable { user, key: key.to_owned(), fingerprint: asks.to_owned() }
}

fn answer() -> GivenAnswer {
    GivenAnswer { status: 200, body: "{\"secret\":\"whsec_tökén\"}".to_owned() }
}

async fn what_was_answered_comes_again_and_lies_sealed(bench: Arc<Bench>) {
    let first = request(&bench, "k", "a").await;
    assert_eq!(bench.store.begin_request(&first, NOW).await.unwrap(), Known::New);
    bench.store.settle_request(&first, Some(&answer())).await.unwrap();
    assert_eq!(bench.store.begin_request(&first, NOW).await.unwrap(), Known::Done(answer()));
    assert_eq!(bench.count("SELECT COUNT(*) FROM repeated_requests WHERE answer LIKE '%whsec%'").await, 0);
    let other = Repeatable { key: "l".to_owned(), ..first };
    assert_eq!(bench.store.begin_request(&other, NOW).await.unwrap(), Known::New, "keys are apart");
}

async fn what_is_being_done_was_cut_off_or_is_another_request_is_told_apart(bench: Arc<Bench>) {
    let first = request(&bench, "k", "a").await;
    bench.store.begin_request(&first, NOW).await.unwrap();
    assert_eq!(bench.store.begin_request(&first, NOW).await.unwrap(), Known::Running);
    let later = Timestamp::from_millis(NOW.millis() + 120_000);
    assert_eq!(bench.store.begin_request(&first, later).await.unwrap(), Known::Lost);
    let another = Repeatable { fingerprint: "b".to_owned(), ..first.clone() };
    assert_eq!(bench.store.begin_request(&another, NOW).await.unwrap(), Known::Another);
    bench.store.settle_request(&another, Some(&answer())).await.unwrap();
    assert_eq!(bench.store.begin_request(&first, NOW).await.unwrap(), Known::Running, "it is not answered by another");
}

async fn of_many_at_once_one_is_the_first(bench: Arc<Bench>) {
    let first = request(&bench, "k", "a").await;
    let many = (0..8).map(|_| bench.store.begin_request(&first, NOW));
    let known: Vec<_> = futures::future::join_all(many).await.into_iter().map(Result::unwrap).collect();
    assert_eq!(known.iter().filter(|known| **known == Known::New).count(), 1, "{known:?}");
    assert_eq!(known.iter().filter(|known| **known == Known::Running).count(), 7, "{known:?}");
}

async fn what_failed_can_be_sent_again(bench: Arc<Bench>) {
    let first = request(&bench, "k", "a").await;
    bench.store.begin_request(&first, NOW).await.unwrap();
    bench.store.settle_request(&first, None).await.unwrap();
    assert_eq!(bench.store.begin_request(&first, NOW).await.unwrap(), Known::New);
    bench.store.settle_request(&first, Some(&answer())).await.unwrap();
    bench.store.settle_request(&first, None).await.unwrap();
    assert_eq!(bench.store.begin_request(&first, NOW).await.unwrap(), Known::Done(answer()), "what was answered stays");
}

async fn another_master_key_forgets_what_was_answered(bench: Arc<Bench>) {
    let first = request(&bench, "k", "a").await;
    bench.store.begin_request(&first, NOW).await.unwrap();
    bench.store.settle_request(&first, Some(&answer())).await.unwrap();
    let stranger = bench.with_key(key(2)).await;
    assert_eq!(stranger.begin_request(&first, NOW).await.unwrap(), Known::Forgotten);
    stranger.close().await;
}
