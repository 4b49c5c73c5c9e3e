//! Votes and decisions, by one, by several, and by many at once.

use super::super::*;
use super::bench::Bench;
use super::fixture::*;
use signalbox_core::approval::{ApprovalState, Saying};
use signalbox_core::card::Card;
use signalbox_core::grant::{Grant, GrantPattern, GrantScope};
use signalbox_core::id::GrantId;
use signalbox_core::task::TaskState;
use std::sync::Arc;

super::on_both!(
    of_fifty_deciders_one_decides,
    votes_are_counted_by_person,
    a_decision_brings_a_parked_task_back,
    a_grant_comes_with_its_decision,
    a_grant_holds_in_its_scope_until_its_end,
    late_words_are_told_so,
);

async fn of_fifty_deciders_one_decides(bench: Arc<Bench>) {
    let cast = Cast::on(&bench.store).await;
    let other = bench.second_node().await;
    let lease = cast.running().await;
    for round in 0..200 {
        let approval = cast.asked(&lease, 1).await;
        let mut deciders = tokio::task::JoinSet::new();
        for number in 0..50 {
            let store = if number % 2 == 0 { bench.store.clone() } else { other.clone() };
            let (id, saying) = (approval.id.clone(), if number % 3 == 0 { no() } else { Saying::Allow });
            deciders
                .spawn(async move { store.decide(&id, vote(&format!("u{number}"), saying)).await.unwrap().unwrap() });
        }
        let verdicts = deciders.join_all().await;
        let winners: Vec<_> = verdicts.iter().filter(|v| matches!(v, Verdict::Applied { .. })).collect();
        let [Verdict::Applied { approval: decided, .. }] = winners.as_slice() else { panic!("{round}: {winners:?}") };
        for verdict in &verdicts {
            if let Verdict::Late(seen) = verdict {
                assert_eq!(seen, decided, "round {round}");
            }
        }
    }
    assert_eq!(bench.count("SELECT COUNT(*) FROM events WHERE kind = 'approval_decided'").await, 200);
    assert_eq!(bench.count("SELECT COUNT(*) FROM votes").await, 200);
    other.close().await;
}

async fn votes_are_counted_by_person(bench: Arc<Bench>) {
    let cast = Cast::on(&bench.store).await;
    let lease = cast.running().await;
    let approval = cast.asked(&lease, 2).await;
    let say = |by: &'static str, saying: Saying| bench.store.decide(&approval.id, vote(by, saying));
    assert_eq!(say("ann", Saying::Allow).await.unwrap(), Some(Verdict::Counted { missing: 1 }));
    assert_eq!(say("ann", Saying::Allow).await.unwrap(), Some(Verdict::Counted { missing: 1 }));
    let verdict = say("bob", Saying::Allow).await.unwrap().unwrap();
    let Verdict::Applied { approval: decided, .. } = verdict else { panic!("{verdict:?}") };
    assert_eq!(decided.state, ApprovalState::Allowed);

    let second = cast.asked(&lease, 3).await;
    bench.store.decide(&second.id, vote("ann", Saying::Allow)).await.unwrap();
    let verdict = bench.store.decide(&second.id, vote("ann", no())).await.unwrap().unwrap();
    assert!(matches!(verdict, Verdict::Applied { approval, .. } if approval.state == ApprovalState::Denied));
}

async fn a_decision_brings_a_parked_task_back(bench: Arc<Bench>) {
    let cast = Cast::on(&bench.store).await;
    let lease = cast.running().await;
    let approval = cast.asked(&lease, 1).await;
    let parking = bench.store.park(&lease, &approval.id, at(4_000)).await.unwrap().applied().unwrap();
    assert!(matches!(parking, Parking::Parked(_)));
    assert_eq!(cast.state(&lease.task).await, TaskState::Parked);
    assert!(bench.store.approval(&approval.id).await.unwrap().unwrap().parked);
    // Parked, it keeps its conversation and counts as nobody's.
    let conversation = bench.store.conversation(&lease.conversation).await.unwrap().unwrap();
    assert_eq!(conversation.live_task, Some(lease.task.clone()));
    assert_eq!(bench.store.adoptable(&lease.node, at(99_000)).await.unwrap(), []);

    let verdict = bench.store.decide(&approval.id, vote("ann", Saying::Allow)).await.unwrap().unwrap();
    assert!(matches!(verdict, Verdict::Applied { task_requeued: true, .. }));
    assert_eq!(cast.state(&lease.task).await, TaskState::Queued);
    let second = bench.store.lease(&lease.task, &claim("two", 6_000, 9_000)).await.unwrap().unwrap();
    assert_eq!((second.number, second.fence > lease.fence), (2, true));
    let kinds = cast.kinds_of(&lease.task).await;
    let expected = ["submitted", "run_started", "approval_opened", "parked", "approval_decided", "run_started"];
    assert_eq!(kinds, expected);
}

fn grant(cast: &Cast, id: &str, scope: GrantScope) -> Grant {
    Grant {
        id: GrantId::new(id),
        scope,
        pattern: GrantPattern::WorkspaceFiles { tool: "Edit".to_owned() },
        until: at(10_000),
        given_by: cast.ann.clone(),
        given_at: at(5_000),
    }
}

async fn a_grant_comes_with_its_decision(bench: Arc<Bench>) {
    let cast = Cast::on(&bench.store).await;
    let lease = cast.running().await;
    let task = bench.store.task(&lease.task).await.unwrap().unwrap();
    let given = grant(&cast, "g1", GrantScope::Conversation(lease.conversation.clone()));
    let denied = cast.asked(&lease, 1).await;
    let word = Vote { grant: Some(given.clone()), ..vote("ann", no()) };
    bench.store.decide(&denied.id, word).await.unwrap();
    assert_eq!(bench.store.active_grants(&task, at(6_000)).await.unwrap(), [], "a no grants nothing");

    let allowed = cast.asked(&lease, 1).await;
    let word = Vote { grant: Some(given.clone()), ..vote("ann", Saying::Allow) };
    bench.store.decide(&allowed.id, word).await.unwrap();
    let decision = bench.store.approval(&allowed.id).await.unwrap().unwrap().decision.unwrap();
    assert_eq!(decision.grant, Some(given.id.clone()));
    assert_eq!(bench.store.active_grants(&task, at(6_000)).await.unwrap(), [given]);
}

async fn a_grant_holds_in_its_scope_until_its_end(bench: Arc<Bench>) {
    let cast = Cast::on(&bench.store).await;
    let task = bench.store.task(&cast.queued().await).await.unwrap().unwrap();
    let foreign = GrantScope::Task("zzzzzzzzzzzz".parse().unwrap());
    for (id, scope) in [
        ("own", GrantScope::Task(task.id.clone())),
        ("foreign", foreign),
        ("wide", GrantScope::Project(cast.project.clone())),
    ] {
        bench.store.add_grant(grant(&cast, id, scope)).await.unwrap();
    }
    let active = |now| {
        let (store, task) = (bench.store.clone(), task.clone());
        async move { store.active_grants(&task, at(now)).await.unwrap().into_iter().map(|g| g.id).collect::<Vec<_>>() }
    };
    let (own, wide) = (GrantId::new("own"), GrantId::new("wide"));
    assert_eq!(active(9_999).await, [own.clone(), wide.clone()]);
    assert_eq!(active(10_000).await, []);
    assert!(bench.store.revoke_grant(&own, at(6_500)).await.unwrap());
    assert!(!bench.store.revoke_grant(&own, at(6_500)).await.unwrap());
    assert_eq!(active(9_999).await, [wide]);
}

async fn late_words_are_told_so(bench: Arc<Bench>) {
    let cast = Cast::on(&bench.store).await;
    let lease = cast.running().await;
    let approval = cast.asked(&lease, 1).await;
    bench.store.decide(&approval.id, vote("ann", no())).await.unwrap();
    let late = bench.store.decide(&approval.id, vote("bob", Saying::Allow)).await.unwrap().unwrap();
    let Verdict::Late(seen) = late else { panic!("{late:?}") };
    assert_eq!((seen.state, seen.decision.unwrap().name), (ApprovalState::Denied, "ann".to_owned()));
    assert_eq!(bench.count("SELECT COUNT(*) FROM votes").await, 1);
    let nowhere = "0000000000000000".parse().unwrap();
    assert_eq!(bench.store.decide(&nowhere, vote("bob", no())).await.unwrap(), None);

    // Every place that has the card is owed the edited one; the unsent question is dropped for it.
    let take =
        Take { node: sender(), kinds: &["terminal", "telegram"], now: at(5_000), lease_until: at(9_000), limit: 10 };
    let taken = bench.store.take_due(&take).await.unwrap();
    let cards = taken.iter().filter_map(|taken| match &taken.delivery.card {
        Card::Approval(approval) => Some((taken.delivery.place.to_string(), approval.state)),
        _ => None,
    });
    assert_eq!(cards.collect::<Vec<_>>(), [("telegram:7".to_owned(), ApprovalState::Denied)]);
}
