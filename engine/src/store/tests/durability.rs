//! What is acknowledged is there; what is not there was never acknowledged.

use super::super::*;
use super::bench::{Backend, Bench, key, run};
use super::fixture::*;
use secrecy::SecretString;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::sync::Arc;

super::on_both!(a_closed_store_refuses, a_failed_write_takes_no_other_with_it, events_stay_in_order_under_load);

async fn a_closed_store_refuses(bench: Arc<Bench>) {
    let cast = Cast::on(&bench.store).await;
    let other = bench.second_node().await;
    other.close().await;
    assert!(other.ping().await.unwrap_err().is_unavailable());
    assert!(other.submit(cast.task()).await.unwrap_err().is_unavailable());
    bench.store.ping().await.unwrap();
}

async fn a_failed_write_takes_no_other_with_it(bench: Arc<Bench>) {
    let cast = Cast::on(&bench.store).await;
    let mut writes = tokio::task::JoinSet::new();
    for number in 0..60 {
        let mut new = cast.task();
        if number % 3 == 0 {
            new.new_conversation = None;
        }
        let store = bench.store.clone();
        writes.spawn(async move { store.submit(new).await.is_ok() });
    }
    let done = writes.join_all().await;
    assert_eq!(done.iter().filter(|done| **done).count(), 40);
    assert_eq!(bench.count("SELECT COUNT(*) FROM tasks").await, 40);
    assert_eq!(bench.count("SELECT COUNT(*) FROM inbox").await, 40);
}

async fn events_stay_in_order_under_load(bench: Arc<Bench>) {
    let cast = Cast::on(&bench.store).await;
    let lease = cast.running().await;
    let mut writes = tokio::task::JoinSet::new();
    for number in 0..40 {
        let (store, lease) = (bench.store.clone(), lease.clone());
        let events = vec![warning(&format!("{number} a")), warning(&format!("{number} b"))];
        writes
            .spawn(async move { store.record(&lease, events, Progress::at(at(1))).await.unwrap().applied().unwrap() });
    }
    for events in writes.join_all().await {
        assert_eq!(events[1].seq, events[0].seq + 1);
    }
    assert_eq!(cast.record_of(&lease.task).await.len(), 82);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn writes_that_wait_together_are_committed_together() {
    run(Backend::Sqlite, async |bench: Arc<Bench>| {
        let cast = Cast::on(&bench.store).await;
        let before = bench.store.group_commits().unwrap();
        let mut writes = tokio::task::JoinSet::new();
        for _ in 0..400 {
            let (store, new) = (bench.store.clone(), cast.task());
            writes.spawn(async move { store.submit(new).await.unwrap() });
        }
        assert_eq!(writes.join_all().await.len(), 400);
        let commits = bench.store.group_commits().unwrap() - before;
        assert!(commits <= 100, "400 writes took {commits} commits");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn lost_connections_are_an_outage_and_lose_nothing() {
    run(Backend::MySql, async |bench: Arc<Bench>| {
        let cast = Cast::on(&bench.store).await;
        let mut writes = tokio::task::JoinSet::new();
        for _ in 0..100 {
            let (store, new) = (bench.store.clone(), cast.task());
            writes.spawn(async move { (new.task.id.clone(), store.submit(new).await) });
        }
        while writes.len() > 50 {
            check_acknowledged(&bench.store, writes.join_next().await).await;
        }
        bench.kill_connections().await;
        while let Some(write) = writes.join_next().await {
            check_acknowledged(&bench.store, Some(write)).await;
        }
        bench.store.submit(cast.task()).await.unwrap();
    })
    .await;
}

type Submission = (signalbox_core::id::TaskId, Result<signalbox_core::port::Submitted, StoreError>);

async fn check_acknowledged(store: &Store, write: Option<Result<Submission, tokio::task::JoinError>>) {
    let (task, answer) = write.unwrap().unwrap();
    match answer {
        // The reader's own connection may have been among those that were killed.
        Ok(_) => assert!(matches!(store.task(&task).await, Ok(Some(_)) | Err(StoreError::Unavailable { .. }))),
        Err(error) => assert!(error.is_unavailable(), "{error:?}"),
    }
}

#[tokio::test]
async fn what_was_acknowledged_is_there_after_a_crash() {
    let directory = tempfile::tempdir().unwrap();
    let copy = tempfile::tempdir().unwrap();
    let open = |file: PathBuf| {
        Store::open(StoreSettings {
            url: SecretString::from(format!("sqlite://{}", file.display())),
            blobs: directory.path().join("blobs"),
            master_key: key(1),
        })
    };
    let store = open(directory.path().join("hub.db")).await.unwrap();
    store.migrate().await.unwrap();
    for name in ["hub.db", "hub.db-wal", "blobs"] {
        let mode = std::fs::metadata(directory.path().join(name)).unwrap().permissions().mode();
        assert_eq!(mode & 0o077, 0, "{name} is its owner's alone");
    }
    let cast = Cast::on(&store).await;
    let task = cast.queued().await;
    // The files as they are on the disk now, without anybody having closed anything: what a killed hub leaves.
    for name in ["hub.db", "hub.db-wal"] {
        std::fs::copy(directory.path().join(name), copy.path().join(name)).unwrap();
    }
    let revived = open(copy.path().join("hub.db")).await.unwrap();
    assert_eq!(revived.task(&task).await.unwrap(), store.task(&task).await.unwrap());
    assert_eq!(revived.events(&task, 0, 9).await.unwrap().len(), 1);
    revived.close().await;
    store.close().await;
}

#[tokio::test]
async fn a_full_disk_is_an_outage_and_loses_nothing() {
    run(Backend::Sqlite, async |bench: Arc<Bench>| {
        let cast = Cast::on(&bench.store).await;
        let kept = cast.queued().await;
        let store = &bench.store;
        let full = store.pages().await;
        let mut refused = 0;
        for _ in 0..40 {
            // The limit is the connection's, and after a failure the store takes a new one.
            store.limit_pages(full).await;
            let mut new = cast.task();
            new.task.prompt = "x".repeat(20_000);
            match store.submit(new).await {
                Ok(submitted) => assert!(store.task(&submitted.task).await.unwrap().is_some()),
                Err(error) => {
                    assert!(error.is_unavailable(), "{error:?}");
                    refused += 1;
                }
            }
        }
        assert!(refused > 30, "the disk was full, yet only {refused} were refused");
        store.limit_pages(1_000_000).await;
        assert!(store.task(&kept).await.unwrap().is_some());
        store.submit(cast.task()).await.unwrap();
    })
    .await;
}

impl Store {
    async fn pages(&self) -> i64 {
        sqlx::query_scalar("PRAGMA page_count").fetch_one(&mut *self.db.schema().await.unwrap()).await.unwrap()
    }

    /// SQLite's own limit on the file's size: it refuses to grow with the very error of a full disk.
    async fn limit_pages(&self, pages: i64) {
        let limit = sqlx::AssertSqlSafe(format!("PRAGMA max_page_count = {pages}"));
        sqlx::query(limit).fetch_one(&mut *self.db.schema().await.unwrap()).await.unwrap();
    }
}
