//! Migrations, step by step on filled tables, and again.

use super::super::*;
use super::bench::{Backend, Bench, run_unmigrated};
use super::fixture::*;
use sqlx::Executor;
use std::sync::Arc;

/// Rows for every table that step 1 makes, as a hub of that age would have left them.
const PEOPLE: &str = "INSERT INTO users (id, username, email, role, created_at, updated_at) \
     VALUES ('u', 'old-ann', 'a@example.org', 'admin', 1, 1); \
     INSERT INTO identities (platform, account, user_id, created_at) VALUES ('telegram', '42', 'u', 1); \
     INSERT INTO link_codes (code, user_id, expires_at, created_at) VALUES ('c', 'u', 2, 1); \
     INSERT INTO projects (id, name, git_url, user_id, config, created_at) VALUES ('p', 'old', 'g', 'u', '{}', 1); \
     INSERT INTO project_roles (project_id, user_id, role) VALUES ('p', 'u', 'owner'); \
     INSERT INTO secrets (scope, name, key_id, sealed, updated_at) VALUES ('s', 'n', 'k', '00', 1); \
     INSERT INTO bindings (place, project_id, created_at) VALUES ('terminal:9', 'p', 1); \
     INSERT INTO sessions (id, user_id, token_hash, expires_at, created_at) VALUES ('s', 'u', 'h', 2, 1); \
     INSERT INTO audit_logs (id, user_id, action, resource, details, created_at) VALUES ('a', 'u', 'x', 'y', '{}', 1);";

/// The same for step 2.
const TASKS: &str = "INSERT INTO conversations (id, project_id, place, created_at, updated_at) \
     VALUES ('c', 'p', 'terminal:9', 1, 1); \
     INSERT INTO tasks (id, project_id, conversation_id, user_id, place, command, attachments, asking, status, priority, \
     limits, stop_requested, faults, cost, tokens, last_seq, fence, created_at, not_before) VALUES ('000000000001', 'p', \
     'c', 'u', 'terminal:9', 'old prompt', '[]', '\"ask\"', 'queued', 0, '{}', 0, 0, 0, '{}', 1, 0, 1, 1); \
     INSERT INTO runs (id, task_id, number, node, log_lines, started_at) VALUES ('r', '000000000001', 1, 'n', 3, 1); \
     INSERT INTO events (task_id, seq, at_ms, kind, payload) \
     VALUES ('000000000001', 1, 1, 'warning', '{\"event\":\"warning\",\"message\":\"old\"}'); \
     INSERT INTO inbox (source, external_id, raw, received_at) VALUES ('s', 'e', 'raw', 1); \
     INSERT INTO notifications (id, user_id, type, content, created_at) VALUES ('n', 'u', 't', 'c', 1);";

/// The same for step 3.
const GATE: &str = "INSERT INTO grants (id, scope, scope_id, pattern, given_by, given_at, expires_at) \
     VALUES ('g', 'project', 'p', '{\"covers\":\"host\",\"tool\":\"WebFetch\",\"host\":\"example.org\"}', 'u', 1, 9); \
     INSERT INTO gate_calls (task_id, call_id, round, hash, answer, decided_by, reason, run_id, request, consumed, \
     created_at) VALUES ('000000000001', 't', 0, 'h', 'allow', '{\"source\":\"policy\",\"name\":\"x\"}', '', 'r', 'q', 0, 1);";

/// The same for step 4.
const OUTBOX: &str = "INSERT INTO deliveries (id, place, kind, card_key, card, status, attempts, due_at, created_at) VALUES \
     ('d', 'telegram:9', 'telegram', 'task:000000000001', '{\"card\":\"task\",\"task\":\"000000000001\",\"project\":\"old\",\
     \"state\":\"queued\",\"position\":null,\"created_at\":1,\"cost\":0,\"lines\":[],\"text\":\"\"}', 'pending', 0, 1, 1); \
     INSERT INTO cards (place, card_key, message, updated_at) VALUES ('telegram:9', 'task:000000000001', 'm', 1);";

#[tokio::test]
async fn filled_tables_survive_each_step_on_sqlite() {
    run_unmigrated(Backend::Sqlite, step_by_step).await;
}

#[tokio::test]
async fn filled_tables_survive_each_step_on_mysql() {
    run_unmigrated(Backend::MySql, step_by_step).await;
}

async fn step_by_step(bench: Arc<Bench>) -> Result<(), tokio::task::JoinError> {
    tokio::spawn(async move {
        let store = &bench.store;
        assert_eq!(store.schema_version().await.unwrap(), SchemaVersion { applied: None, latest: 17 });
        for (version, filling) in [(1, PEOPLE), (2, TASKS), (3, GATE), (4, OUTBOX)] {
            store.migrate_to(version).await.unwrap();
            bench.raw().await.execute(sqlx::raw_sql(filling)).await.unwrap();
        }
        store.migrate().await.unwrap();
        store.migrate().await.unwrap();
        assert_eq!(store.schema_version().await.unwrap(), SchemaVersion { applied: Some(17), latest: 17 });
        old_rows_are_read(store).await;
        seed_tables_and_indexes_are_there(&bench).await;
    })
    .await
}

async fn old_rows_are_read(store: &Store) {
    let ann = store.user("old-ann").await.unwrap().unwrap();
    assert!(ann.admin);
    let project = store.bound_project(&place("terminal:9")).await.unwrap().unwrap();
    assert_eq!(store.project("old").await.unwrap().unwrap().id, project);
    assert!(store.recognises(&place("terminal:9"), "7").await.unwrap(), "what was bound before learns its number");
    assert!(!store.recognises(&place("terminal:9"), "8").await.unwrap());
    assert_eq!(store.begin("s", "e").await.unwrap(), 1);
    let task = store.task(&"000000000001".parse().unwrap()).await.unwrap().unwrap();
    assert_eq!(task.prompt, "old prompt");
    let words = vec!["OLD".to_owned(), "prompt".to_owned()];
    let found = store.tasks(&TaskQuery { words, ..TaskQuery::newest(9, Visible::All) }).await.unwrap();
    assert_eq!(found.tasks, std::slice::from_ref(&task), "what was asked before is found by words");
    assert_eq!(store.events(&task.id, 0, 9).await.unwrap()[0].kind, warning("old"));
    assert_eq!(store.unhandled("s", None, 9).await.unwrap()[0].raw, "raw");
    assert_eq!(store.active_grants(&task, at(2)).await.unwrap().len(), 1);
    assert_eq!(store.allowed_calls(&task.id).await.unwrap().len(), 1);
    let take = Take { node: sender(), kinds: &["telegram"], now: at(5), lease_until: at(9), limit: 9 };
    let owed = store.take_due(&take).await.unwrap().remove(0);
    assert_eq!((owed.message.as_deref(), owed.delivery.sent.len()), (Some("m"), 0));
    let lease = store.lease(&task.id, &claim("n", 5, 9)).await.unwrap().unwrap();
    assert_eq!(lease.number, 2);
}

async fn seed_tables_and_indexes_are_there(bench: &Bench) {
    let twice = "INSERT INTO users (id, username, email, role, created_at, updated_at) VALUES \
         ('v', 'other', 'a@example.org', 'user', 1, 1)";
    let refused = bench.raw().await.execute(twice).await.unwrap_err();
    assert!(refused.as_database_error().unwrap().is_unique_violation(), "email is unique");
    for table in ["users", "projects", "tasks", "notifications", "sessions", "audit_logs", "audit_logs_unchained"] {
        let count = sqlx::AssertSqlSafe(format!("SELECT COUNT(*) FROM {table}"));
        sqlx::query_scalar::<_, i64>(count).fetch_one(&mut bench.raw().await).await.expect(table);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nodes_that_start_together_migrate_once_on_sqlite() {
    run_unmigrated(Backend::Sqlite, together).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nodes_that_start_together_migrate_once_on_mysql() {
    run_unmigrated(Backend::MySql, together).await;
}

async fn together(bench: Arc<Bench>) -> Result<(), tokio::task::JoinError> {
    tokio::spawn(async move {
        let mut nodes = tokio::task::JoinSet::new();
        for _ in 0..4 {
            let store = bench.second_node().await;
            nodes.spawn(async move {
                store.migrate().await.unwrap();
                store.close().await;
            });
        }
        nodes.join_all().await;
        assert_eq!(bench.store.schema_version().await.unwrap().applied, Some(17));
    })
    .await
}

#[tokio::test]
async fn a_database_of_a_newer_program_is_refused() {
    run_unmigrated(Backend::Sqlite, async |bench| {
        tokio::spawn(async move {
            bench.store.migrate().await.unwrap();
            bench.execute("UPDATE _sqlx_migrations SET version = 99 WHERE version = 17").await;
            let refused = bench.store.migrate().await.unwrap_err();
            assert!(matches!(refused, StoreError::Migration { .. }), "{refused:?}");
        })
        .await
    })
    .await;
}
