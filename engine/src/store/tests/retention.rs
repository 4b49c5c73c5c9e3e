//! What is over and old goes; what lives, or is needed by what lives, stays.

use super::super::*;
use super::bench::Bench;
use super::fixture::*;
use signalbox_core::event::{EventKind, Excerpt};
use signalbox_core::id::{BlobId, ToolUseId};
use signalbox_core::port::Sent;
use signalbox_core::task::TaskStep;
use std::sync::Arc;
use std::time::Duration;

super::on_both!(
    old_tasks_go_with_all_that_was_theirs,
    a_blob_lives_as_long_as_the_record_that_mentions_it,
    a_session_outlives_its_tasks,
    what_a_crash_left_behind_is_removed,
    old_updates_and_deliveries_go_when_they_are_settled,
);

fn after(millis: u64) -> Retention {
    let span = Duration::from_millis(millis);
    Retention { tasks: span, inbox: span, deliveries: span, blobs: Duration::from_secs(3_600) }
}

/// Blobs are judged by the system's clock; here their time is over at once.
fn at_once() -> Retention {
    Retention { blobs: Duration::ZERO, ..after(1_000_000) }
}

async fn let_the_clock_move() {
    tokio::time::sleep(Duration::from_millis(20)).await;
}

async fn old_tasks_go_with_all_that_was_theirs(bench: Arc<Bench>) {
    let cast = Cast::on(&bench.store).await;
    let (old, living) = (cast.running().await, cast.running().await);
    let approval = cast.asked(&old, 1).await;
    cast.asked(&living, 1).await;
    bench.store.decide(&approval.id, vote("ann", no())).await.unwrap();
    bench.store.finish(&old, finish(TaskStep::Answered)).await.unwrap().applied().unwrap();

    assert_eq!(bench.store.sweep(&after(1_000), at(10_000)).await.unwrap().tasks, 0, "not old yet");
    assert_eq!(bench.store.sweep(&after(1_000), at(10_001)).await.unwrap().tasks, 1);
    assert_eq!(bench.store.task(&old.task).await.unwrap(), None);
    assert_eq!(bench.store.events(&old.task, 0, 9).await.unwrap(), []);
    for (sql, left) in [
        ("SELECT COUNT(*) FROM tasks", 1),
        ("SELECT COUNT(*) FROM runs", 1),
        ("SELECT COUNT(*) FROM approvals", 1),
        ("SELECT COUNT(*) FROM votes", 0),
    ] {
        assert_eq!(bench.count(sql).await, left, "{sql}");
    }
    bench.store.deliveries(&DeliveryFilter::default()).await.unwrap();
    let heart = bench.store.heartbeat(&living, at(90_000)).await.unwrap();
    assert_eq!(heart, Heartbeat::Kept { stop_requested: false });
}

/// A task whose record mentions a blob, twice.
async fn mentioning(cast: &Cast, blob: &BlobId) -> Lease {
    let lease = cast.running().await;
    let output = Excerpt { text: String::new(), bytes: 4, blob: Some(blob.clone()) };
    let event = EventKind::ToolFinished { call: ToolUseId::new("t"), is_error: false, output };
    let recorded = cast.store.record(&lease, vec![event.clone(), event], Progress::at(at(1))).await;
    recorded.unwrap().applied().unwrap();
    lease
}

async fn a_blob_lives_as_long_as_the_record_that_mentions_it(bench: Arc<Bench>) {
    let cast = Cast::on(&bench.store).await;
    let (kept, loose) = (bench.store.put_blob(b"kept").await.unwrap(), bench.store.put_blob(b"loose").await.unwrap());
    let lease = mentioning(&cast, &kept).await;
    let_the_clock_move().await;
    assert_eq!(bench.store.sweep(&after(1), at(2)).await.unwrap().blobs, 0, "young blobs stay");
    assert_eq!(bench.store.sweep(&at_once(), at(2)).await.unwrap().blobs, 1);
    assert!(bench.store.open_blob(&loose).await.is_err());
    assert!(bench.store.open_blob(&kept).await.is_ok());

    bench.store.finish(&lease, finish(TaskStep::Answered)).await.unwrap().applied().unwrap();
    let swept = bench.store.sweep(&Retention { tasks: Duration::ZERO, ..at_once() }, at(9_001)).await.unwrap();
    assert_eq!((swept.tasks, swept.blobs), (1, 1));
    assert!(bench.store.open_blob(&kept).await.is_err());
}

async fn a_session_outlives_its_tasks(bench: Arc<Bench>) {
    let cast = Cast::on(&bench.store).await;
    let lease = cast.running().await;
    let session = bench.store.put_blob(b"session").await.unwrap();
    bench.store.set_session_blob(&lease, &session).await.unwrap().applied().unwrap();
    bench.store.finish(&lease, finish(TaskStep::Answered)).await.unwrap().applied().unwrap();
    let_the_clock_move().await;
    let swept = bench.store.sweep(&Retention { tasks: Duration::ZERO, ..at_once() }, at(9_001)).await.unwrap();
    assert_eq!((swept.tasks, swept.blobs), (1, 0));
    assert!(bench.store.open_blob(&session).await.is_ok(), "the conversation can still be continued");
}

async fn what_a_crash_left_behind_is_removed(bench: Arc<Bench>) {
    let known = bench.store.put_blob(b"known").await.unwrap();
    let cast = Cast::on(&bench.store).await;
    let lease = cast.running().await;
    bench.store.set_session_blob(&lease, &known).await.unwrap().applied().unwrap();
    // Between the file and its row, and in the middle of the file.
    let stray = bench.blobs().join("ab").join("cd").join(format!("abcd{}", "0".repeat(60)));
    std::fs::create_dir_all(stray.parent().unwrap()).unwrap();
    std::fs::write(&stray, "whole, but nobody knows").unwrap();
    let draft = bench.blobs().join("new").join("half");
    std::fs::write(&draft, "hal").unwrap();

    let_the_clock_move().await;
    assert_eq!(bench.store.sweep(&after(1), at(2)).await.unwrap().blobs, 0, "it may be on its way to its row");
    assert_eq!(bench.store.sweep(&at_once(), at(2)).await.unwrap().blobs, 2);
    assert!(!stray.exists() && !draft.exists());
    assert_eq!(bench.store.read_blob(&known, 9).await.unwrap(), b"known");
}

async fn old_updates_and_deliveries_go_when_they_are_settled(bench: Arc<Bench>) {
    let cast = Cast::on(&bench.store).await;
    let submitted = cast.task();
    bench.store.submit(submitted).await.unwrap();
    let waiting = Update { source: "s".to_owned(), external_id: "e".to_owned(), raw: "r".to_owned(), at: at(1_000) };
    bench.store.receive(waiting.clone()).await.unwrap();
    let swept = bench.store.sweep(&after(10), at(500_000)).await.unwrap();
    assert_eq!((swept.inbox, swept.deliveries), (1, 0), "what is not handled or sent stays, however old");
    assert_eq!(bench.store.unhandled("s", None, 9).await.unwrap(), [waiting]);
    let take = Take { node: sender(), kinds: &["terminal"], now: at(500_000), lease_until: at(500_001), limit: 1 };
    let taken = bench.store.take_due(&take).await.unwrap().remove(0);
    bench.store.accepted(taken, Sent::one("m")).await.unwrap().applied().unwrap();
    assert_eq!(bench.store.sweep(&after(10), at(500_000)).await.unwrap().deliveries, 1);
    let place = place("terminal:1");
    assert!(bench.store.card_of(&place, "m").await.unwrap().is_some(), "an answer to it still finds its card");
    let_the_clock_move().await;
    bench.store.sweep(&Retention { tasks: Duration::ZERO, ..after(10) }, at(500_000)).await.unwrap();
    assert_eq!(bench.store.card_of(&place, "m").await.unwrap(), None);
}
