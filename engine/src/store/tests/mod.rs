//! One suite for both databases: each story is a function over a [`Bench`] and runs on SQLite and on MySQL.
//!
//! The MySQL half needs a server: `SIGNALBOX_TEST_MYSQL_URL` names one where databases may be made. Without it that half
//! fails; it is never skipped.

mod approvals;
mod audit;
mod automation;
mod bench;
mod blobs;
mod chats;
mod conversations;
mod deciding;
mod deliveries;
mod discarding;
mod durability;
mod fixture;
mod gate;
mod leases;
mod listing;
mod outcomes;
mod people;
mod providers;
mod queue;
mod repeats;
mod retention;
mod schema;
mod secrets;
mod submission;
mod subscribers;
mod traffic;

/// Makes a test on each database of each story.
macro_rules! on_both {
    ($($story:ident),* $(,)?) => {
        mod on_sqlite {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $story() {
                crate_bench::run(crate_bench::Backend::Sqlite, super::$story).await;
            })*
            use super::super::bench as crate_bench;
        }
        mod on_mysql {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $story() {
                crate_bench::run(crate_bench::Backend::MySql, super::$story).await;
            })*
            use super::super::bench as crate_bench;
        }
    };
}
use on_both;
