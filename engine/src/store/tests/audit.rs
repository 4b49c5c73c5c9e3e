//! The audit log: one chain whoever writes, and every way of tampering with it found and named.

use super::super::*;
use super::bench::{Bench, key};
use super::fixture::*;
use signalbox_core::approval::Saying;
use signalbox_core::audit::{AuditHead, AuditQuery, Breach, Deed, Fault, Kind, Who};
use signalbox_core::people::Actor;
use sqlx::Executor;
use std::sync::Arc;

super::on_both!(
    entries_are_read_as_they_were_entered,
    entries_are_found_by_person_kind_and_time,
    a_page_says_where_it_goes_on,
    writers_at_the_same_time_make_one_chain_without_gaps,
    a_change_and_its_entry_are_there_together_or_not_at_all,
    a_word_and_a_decision_are_told_apart_and_a_late_word_is_not_entered,
    what_the_hub_ends_by_itself_is_entered_once,
    what_was_changed_is_named,
    what_was_entered_past_the_hub_is_named,
    what_was_removed_is_named,
    what_changed_places_is_named,
    a_log_that_was_cut_off_is_seen,
    a_log_that_was_written_anew_without_the_key_is_seen,
    a_seal_of_another_hub_is_seen,
    the_seals_hold_across_a_new_master_key,
    a_log_whose_head_is_gone_takes_nothing_in,
);

fn deed(kind: Kind, object: &str, millis: i64) -> Deed {
    Deed::by(Who::Hub, kind, object, at(millis)).from("192.0.2.1").with("why", "ä \"quoted\"")
}

/// Enters so many.
async fn filled(bench: &Bench, count: i64) -> AuditHead {
    for number in 1..=count {
        bench.store.enter(deed(Kind::ProjectChanged, &format!("project:{number}"), number)).await.unwrap();
    }
    bench.store.audit_head().await.unwrap()
}

async fn faults(bench: &Bench, expected: Option<AuditHead>) -> Vec<(u64, Breach)> {
    let found = bench.store.verify_audit(expected).await.unwrap();
    assert!(found.seals || found.entries == 0);
    found.faults.iter().map(|Fault { number, breach }| (*number, *breach)).collect()
}

fn oldest_first() -> AuditQuery {
    AuditQuery { after: Some(0), limit: 1000, ..AuditQuery::default() }
}

async fn entries_are_read_as_they_were_entered(bench: Arc<Bench>) {
    let cast = Cast::on(&bench.store).await;
    let ann = bench.store.actor(&cast.ann).await.unwrap().unwrap();
    let person = Deed::of(&ann, Kind::UserChanged, "user:ann", at(2));
    let chat = Actor { place: Some(place("telegram:-100/7")), ..ann };
    let deeds = [deed(Kind::KeyRotated, "hub", 1), person, Deed::of(&chat, Kind::TaskStopped, "task:1", at(3))];
    for deed in &deeds {
        bench.store.enter(deed.clone()).await.unwrap();
    }
    let page = bench.store.audit(&oldest_first()).await.unwrap();
    let read: Vec<_> = page.entries.iter().map(|entry| entry.deed.clone()).collect();
    assert_eq!(read, deeds);
    assert_eq!(page.entries[2].deed.from.as_deref(), Some("telegram:-100/7"));
    assert_eq!(page.entries[2].previous, page.entries[1].hash);
    assert_eq!(bench.store.audit_head().await.unwrap(), page.entries[2].head());
    let found = bench.store.verify_audit(None).await.unwrap();
    assert!(found.is_sound() && found.seals && found.entries == 3 && found.head == page.entries[2].head());
}

async fn entries_are_found_by_person_kind_and_time(bench: Arc<Bench>) {
    let cast = Cast::on(&bench.store).await;
    let ann = bench.store.actor(&cast.ann).await.unwrap().unwrap();
    bench.store.enter(Deed::of(&ann, Kind::TaskStopped, "task:1", at(10))).await.unwrap();
    bench.store.enter(Deed::of(&ann, Kind::TaskRetried, "task:1", at(20))).await.unwrap();
    bench.store.enter(deed(Kind::TaskStopped, "task:2", 30)).await.unwrap();
    let numbers = async |wanted: AuditQuery| {
        let page = bench.store.audit(&wanted).await.unwrap();
        page.entries.iter().map(|entry| entry.number).collect::<Vec<_>>()
    };
    let all = AuditQuery::default();
    assert_eq!(numbers(all.clone()).await, [3, 2, 1], "the newest first");
    assert_eq!(numbers(AuditQuery { person: Some("ann".to_owned()), ..all.clone() }).await, [2, 1]);
    assert_eq!(numbers(AuditQuery { kind: Some(Kind::TaskStopped), ..all.clone() }).await, [3, 1]);
    assert_eq!(numbers(AuditQuery { since: Some(at(20)), ..all.clone() }).await, [3, 2]);
    assert_eq!(numbers(AuditQuery { person: Some("Ann".to_owned()), ..all }).await, [0_u64; 0]);
}

async fn a_page_says_where_it_goes_on(bench: Arc<Bench>) {
    filled(&bench, 5).await;
    let read = async |wanted: AuditQuery| {
        let page = bench.store.audit(&AuditQuery { limit: 2, ..wanted }).await.unwrap();
        (page.entries.iter().map(|entry| entry.number).collect::<Vec<_>>(), page.next)
    };
    let before = |number| AuditQuery { before: number, ..AuditQuery::default() };
    let after = |number| AuditQuery { after: Some(number), ..AuditQuery::default() };
    assert_eq!(read(before(None)).await, (vec![5, 4], Some(4)));
    assert_eq!(read(before(Some(4))).await, (vec![3, 2], Some(2)));
    assert_eq!(read(before(Some(2))).await, (vec![1], None));
    assert_eq!(read(after(0)).await, (vec![1, 2], Some(2)));
    assert_eq!(read(after(4)).await, (vec![5], None));
}

async fn writers_at_the_same_time_make_one_chain_without_gaps(bench: Arc<Bench>) {
    let other = bench.second_node().await;
    let mut writers = tokio::task::JoinSet::new();
    for number in 0..40 {
        let store = if number % 2 == 0 { bench.store.clone() } else { other.clone() };
        writers.spawn(async move { store.enter(deed(Kind::ProjectChanged, "project:p", number)).await });
    }
    for entered in writers.join_all().await {
        entered.unwrap();
    }
    other.close().await;
    let numbers: Vec<_> = bench.store.audit(&oldest_first()).await.unwrap().entries.iter().map(|e| e.number).collect();
    assert_eq!(numbers, (1..=40).collect::<Vec<u64>>());
    assert_eq!(faults(&bench, None).await, []);
}

async fn a_change_and_its_entry_are_there_together_or_not_at_all(bench: Arc<Bench>) {
    let store = &bench.store;
    let bob = |name: &str| deed(Kind::UserCreated, &format!("user:{name}"), 5);
    store.noting(bob("bob")).add_user(new_user("bob")).await.unwrap();
    store.noting(bob("bob")).add_user(new_user("bob")).await.unwrap_err();
    let chat = place("telegram:9");
    assert!(!store.noting(deed(Kind::SecretRemoved, "secret:s", 6)).remove_secret("s", "n").await.unwrap());
    store.unbind(&chat).await.unwrap();
    assert_eq!(bench.count("SELECT COUNT(*) FROM audit_logs").await, 1, "what changed nothing is not entered");
    // Where it cannot be entered, nothing is changed.
    bench.execute("DELETE FROM audit_head").await;
    store.noting(bob("carl")).add_user(new_user("carl")).await.unwrap_err();
    assert_eq!(store.user("carl").await.unwrap(), None);
}

async fn a_word_and_a_decision_are_told_apart_and_a_late_word_is_not_entered(bench: Arc<Bench>) {
    let cast = Cast::on(&bench.store).await;
    let lease = cast.running().await;
    let approval = cast.asked(&lease, 2).await;
    for by in ["ann", "bob", "carl"] {
        let store = bench.store.noting(deed(Kind::ApprovalDecided, "approval:a", 5));
        store.decide(&approval.id, vote(by, Saying::Allow)).await.unwrap();
    }
    let entries = bench.store.audit(&oldest_first()).await.unwrap().entries;
    let kinds: Vec<_> = entries.iter().map(|entry| entry.deed.kind).collect();
    assert_eq!(kinds, [Kind::ApprovalVoted, Kind::ApprovalDecided]);
}

async fn what_the_hub_ends_by_itself_is_entered_once(bench: Arc<Bench>) {
    let cast = Cast::on(&bench.store).await;
    let lease = cast.running().await;
    let approval = cast.asked(&lease, 1).await;
    for _ in 0..2 {
        let store = bench.store.noting(deed(Kind::ApprovalExpired, "approval:a", 5));
        store.void_approval(&approval.id, "nobody decided in time", at(5)).await.unwrap();
    }
    let moved = bench.store.noting(deed(Kind::PlaceMoved, "place:telegram:1", 6));
    moved.move_place(&place("telegram:1"), &place("telegram:-100")).await.unwrap();
    let entries = bench.store.audit(&oldest_first()).await.unwrap().entries;
    let kinds: Vec<_> = entries.iter().map(|entry| entry.deed.kind).collect();
    assert_eq!(kinds, [Kind::ApprovalExpired, Kind::PlaceMoved]);
}

async fn what_was_changed_is_named(bench: Arc<Bench>) {
    filled(&bench, 5).await;
    bench.execute("UPDATE audit_logs SET resource = 'project:other' WHERE number = 3").await;
    assert_eq!(faults(&bench, None).await, [(3, Breach::Changed)]);
    bench.execute("UPDATE audit_logs SET action = 'no.such' WHERE number = 4").await;
    assert_eq!(faults(&bench, None).await, [(3, Breach::Changed), (4, Breach::Unreadable)]);
    let damaged = bench.store.audit(&oldest_first()).await.unwrap_err();
    assert!(matches!(damaged, StoreError::Damaged { .. }), "{damaged:?}");
}

async fn what_was_entered_past_the_hub_is_named(bench: Arc<Bench>) {
    filled(&bench, 4).await;
    // One more at the end, with a hash that is right, and a seal that somebody without the key has to invent.
    let head = bench.store.audit_head().await.unwrap();
    let forged = deed(Kind::UserChanged, "user:mallory", 9);
    let hash = signalbox_core::audit::Entry::hash_after(&head, &forged);
    let row = "INSERT INTO audit_logs SELECT 5, 9, who, user_id, name, token_id, origin, 'user.changed', 'user:mallory', \
         details, hash, ?, seal FROM audit_logs WHERE number = 4";
    sqlx::query(row).bind(hash.to_string()).execute(&mut bench.raw().await).await.unwrap();
    assert_eq!(faults(&bench, None).await, [(5, Breach::Unsealed), (5, Breach::Appended)]);
    let moved = sqlx::query("UPDATE audit_head SET number = 5, hash = ?").bind(hash.to_string());
    moved.execute(&mut bench.raw().await).await.unwrap();
    assert_eq!(faults(&bench, None).await, [(5, Breach::Unsealed)]);
    // And one in the middle, behind which all others are numbered anew.
    for number in (3..=5).rev() {
        let sql = sqlx::AssertSqlSafe(format!("UPDATE audit_logs SET number = {} WHERE number = {number}", number + 1));
        bench.raw().await.execute(sqlx::raw_sql(sql)).await.unwrap();
    }
    bench
        .execute(
            "INSERT INTO audit_logs SELECT 3, created_at, who, user_id, name, token_id, origin, action, resource, \
         details, previous, hash, seal FROM audit_logs WHERE number = 2",
        )
        .await;
    assert_eq!(faults(&bench, None).await[0], (3, Breach::Changed));
}

async fn what_was_removed_is_named(bench: Arc<Bench>) {
    filled(&bench, 6).await;
    bench.execute("DELETE FROM audit_logs WHERE number = 2").await;
    assert_eq!(faults(&bench, None).await, [(2, Breach::Missing { until: 2 })]);
    bench.execute("DELETE FROM audit_logs WHERE number = 4 OR number = 5").await;
    let both = [(2, Breach::Missing { until: 2 }), (4, Breach::Missing { until: 5 })];
    assert_eq!(faults(&bench, None).await, both);
}

async fn what_changed_places_is_named(bench: Arc<Bench>) {
    filled(&bench, 5).await;
    bench.execute("UPDATE audit_logs SET number = 99 WHERE number = 2").await;
    bench.execute("UPDATE audit_logs SET number = 2 WHERE number = 3").await;
    bench.execute("UPDATE audit_logs SET number = 3 WHERE number = 99").await;
    let found: Vec<_> = faults(&bench, None).await;
    assert_eq!(found[..2], [(2, Breach::Changed), (3, Breach::Changed)]);
}

async fn a_log_that_was_cut_off_is_seen(bench: Arc<Bench>) {
    let head = filled(&bench, 5).await;
    bench.execute("DELETE FROM audit_logs WHERE number > 3").await;
    assert_eq!(faults(&bench, None).await, [(4, Breach::Cut { until: 5 })], "by the head beside it");
    // Whoever sets the head back too is seen by nobody but those who have kept one.
    bench.execute("UPDATE audit_head SET number = 3, hash = (SELECT hash FROM audit_logs WHERE number = 3)").await;
    assert_eq!(faults(&bench, None).await, []);
    assert_eq!(faults(&bench, Some(head)).await, [(4, Breach::Cut { until: 5 })]);
    filled(&bench, 2).await;
    assert_eq!(faults(&bench, None).await, []);
    assert_eq!(faults(&bench, Some(head)).await, [(5, Breach::Unexpected)], "and so it stays");
    bench.execute("DELETE FROM audit_logs").await;
    assert_eq!(faults(&bench, None).await, [(1, Breach::Cut { until: 5 })]);
}

async fn a_log_that_was_written_anew_without_the_key_is_seen(bench: Arc<Bench>) {
    filled(&bench, 3).await;
    // A change with all hashes after it made right again, as anybody can who knows how they are made.
    bench.execute("UPDATE audit_logs SET resource = 'project:other' WHERE number = 2").await;
    let mut head = bench.store.audit(&oldest_first()).await.unwrap().entries[0].head();
    for entry in bench.store.audit(&AuditQuery { after: Some(1), ..oldest_first() }).await.unwrap().entries {
        let hash = signalbox_core::audit::Entry::hash_after(&head, &entry.deed);
        let row = sqlx::query("UPDATE audit_logs SET previous = ?, hash = ? WHERE number = ?");
        let row = row.bind(head.hash.to_string()).bind(hash.to_string()).bind(i64::try_from(entry.number).unwrap());
        row.execute(&mut bench.raw().await).await.unwrap();
        head = AuditHead { number: entry.number, hash };
    }
    let kept = sqlx::query("UPDATE audit_head SET hash = ?").bind(head.hash.to_string());
    kept.execute(&mut bench.raw().await).await.unwrap();
    assert_eq!(faults(&bench, None).await, [(2, Breach::Unsealed), (3, Breach::Unsealed)]);
}

async fn a_seal_of_another_hub_is_seen(bench: Arc<Bench>) {
    filled(&bench, 2).await;
    bench.execute("DELETE FROM secrets").await;
    let other = bench.with_key(key(2)).await;
    let found = other.verify_audit(None).await.unwrap();
    assert_eq!(found.faults.len(), 2);
    assert!(found.faults.iter().all(|fault| fault.breach == Breach::Unsealed));
    other.close().await;
}

async fn the_seals_hold_across_a_new_master_key(bench: Arc<Bench>) {
    filled(&bench, 2).await;
    bench.store.noting(deed(Kind::KeyRotated, "hub", 3)).rotate(key(2)).await.unwrap();
    let reopened = bench.with_key(key(2)).await;
    reopened.enter(deed(Kind::ProjectChanged, "project:p", 4)).await.unwrap();
    let found = reopened.verify_audit(None).await.unwrap();
    assert!(found.is_sound() && found.entries == 4, "{found:?}");
    let with_the_old = bench.with_key(key(1)).await;
    assert!(matches!(with_the_old.verify_audit(None).await.unwrap_err(), StoreError::Sealed { .. }));
    with_the_old.close().await;
    reopened.close().await;
}

async fn a_log_whose_head_is_gone_takes_nothing_in(bench: Arc<Bench>) {
    filled(&bench, 2).await;
    bench.execute("DELETE FROM audit_head").await;
    let refused = bench.store.enter(deed(Kind::ProjectChanged, "project:p", 9)).await.unwrap_err();
    assert!(matches!(refused, StoreError::Damaged { .. }), "{refused:?}");
    assert_eq!(bench.count("SELECT COUNT(*) FROM audit_logs").await, 2);
}
