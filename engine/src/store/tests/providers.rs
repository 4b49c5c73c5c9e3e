//! Visits at providers, and the accounts there by which people sign in.

use super::super::*;
use super::bench::Bench;
use super::fixture::{at, new_user};
use signalbox_core::id::UserId;
use signalbox_core::people::Identity;
use std::sync::Arc;

super::on_both!(
    a_visit_is_under_way_until_it_ends_and_not_for_long,
    an_address_has_so_many_visits_under_way_and_no_more,
    a_provider_is_who_it_was_at_first,
    an_account_at_a_provider_is_one_persons_and_their_only_one,
    the_last_way_in_stays,
    of_two_that_are_unlinked_at_once_one_stays,
    what_was_signed_in_by_an_account_ends_with_it,
    an_invitation_replaces_every_way_in,
    an_admin_by_a_provider_can_sign_in,
);

fn visit(ticket: &str, address: &str) -> Visited {
    Visited {
        ticket_hash: ticket.to_owned(),
        provider: "corp".to_owned(),
        purpose: VisitPurpose::SignIn { next: "/tasks".to_owned() },
        salt: "salt".to_owned(),
        redirect: "https://hub.example/sign-in/openid/corp".to_owned(),
        address: address.to_owned(),
        user: None,
        at: at(1_000),
        until: at(2_000),
    }
}

async fn a_visit_is_under_way_until_it_ends_and_not_for_long(bench: Arc<Bench>) {
    let store = &bench.store;
    let ann = store.add_user(new_user("ann")).await.unwrap();
    let purpose = VisitPurpose::GiveCode { next: "/".to_owned(), shown_at: Some(at(7)) };
    let kept = Visited { purpose, user: Some(ann.clone()), ..visit("one", "192.0.2.1") };
    assert!(store.begin_visit(kept.clone()).await.unwrap());
    assert_eq!(store.visit("one", at(1_999)).await.unwrap(), Some(kept));
    assert_eq!(store.visit("one", at(2_000)).await.unwrap(), None, "it took too long");
    assert_eq!(store.visit("two", at(1_500)).await.unwrap(), None);
    assert_eq!([store.end_visit("one").await.unwrap(), store.end_visit("one").await.unwrap()], [true, false]);
    assert_eq!(store.visit("one", at(1_500)).await.unwrap(), None, "it is used up");
    store.begin_visit(Visited { user: Some(ann.clone()), ..visit("three", "192.0.2.1") }).await.unwrap();
    store.strip_person(&ann, at(1_100)).await.unwrap();
    assert_eq!(store.visit("three", at(1_500)).await.unwrap(), None, "whose person is removed");
}

async fn an_address_has_so_many_visits_under_way_and_no_more(bench: Arc<Bench>) {
    let store = &bench.store;
    for n in 0..100 {
        assert!(store.begin_visit(visit(&format!("ticket{n}"), "192.0.2.1")).await.unwrap());
    }
    assert!(!store.begin_visit(visit("more", "192.0.2.1")).await.unwrap());
    assert!(store.begin_visit(visit("elsewhere", "192.0.2.2")).await.unwrap());
    let later = Visited { at: at(2_000), until: at(3_000), ..visit("later", "192.0.2.1") };
    assert!(store.begin_visit(later).await.unwrap(), "those before are over");
}

async fn a_provider_is_who_it_was_at_first(bench: Arc<Bench>) {
    let store = &bench.store;
    assert_eq!(store.known_issuer("corp").await.unwrap(), None);
    assert_eq!(store.issuer_of("corp", "https://a.example", at(1)).await.unwrap(), "https://a.example");
    assert_eq!(store.issuer_of("corp", "https://b.example", at(2)).await.unwrap(), "https://a.example");
    assert_eq!(store.issuer_of("other", "https://b.example", at(2)).await.unwrap(), "https://b.example");
    assert_eq!(store.known_issuer("corp").await.unwrap().as_deref(), Some("https://a.example"));
}

fn account(provider: &str, subject: &str) -> Identity {
    Identity::at_provider(provider, subject)
}

async fn an_account_at_a_provider_is_one_persons_and_their_only_one(bench: Arc<Bench>) {
    let store = &bench.store;
    let (ann, bob) = (store.add_user(new_user("ann")).await.unwrap(), store.add_user(new_user("bob")).await.unwrap());
    let longest = "s".repeat(255);
    let link = async |user: &UserId, subject: &str| store.link_provider(user, &account("corp", subject), at(2)).await;
    assert_eq!(link(&ann, &longest).await.unwrap(), Linking::Linked);
    assert_eq!(link(&ann, &longest).await.unwrap(), Linking::Before);
    assert_eq!(link(&ann, "another").await.unwrap(), Linking::Before);
    assert_eq!(link(&bob, &longest).await.unwrap(), Linking::Taken);
    assert_eq!(link(&bob, &longest.to_uppercase()).await.unwrap(), Linking::Linked, "letters are compared exactly");
    let owner = store.actor_by_identity(&account("corp", &longest)).await.unwrap();
    assert_eq!(owner.map(|owner| owner.user), Some(ann));
    assert_eq!(store.actor_by_identity(&account("other", &longest)).await.unwrap(), None);
}

fn unlinking(user: &UserId, provider: &str) -> Unlink {
    let platforms = ["corp", "other"].map(Identity::platform_of).to_vec();
    Unlink { user: user.clone(), platform: Identity::platform_of(provider), platforms, keep_session: None, at: at(9) }
}

async fn the_last_way_in_stays(bench: Arc<Bench>) {
    let store = &bench.store;
    let ann = store.add_user(new_user("ann")).await.unwrap();
    assert_eq!(store.unlink_provider(unlinking(&ann, "corp")).await.unwrap(), Unlinking::Missing);
    store.link_provider(&ann, &account("corp", "1"), at(2)).await.unwrap();
    store.link_provider(&ann, &account("gone", "1"), at(2)).await.unwrap();
    let last = store.unlink_provider(unlinking(&ann, "corp")).await.unwrap();
    assert_eq!(last, Unlinking::Last, "a provider that there is no more is no way in");
    store.link_provider(&ann, &account("other", "1"), at(2)).await.unwrap();
    assert_eq!(store.unlink_provider(unlinking(&ann, "corp")).await.unwrap(), Unlinking::Unlinked);
    assert_eq!(store.actor_by_identity(&account("corp", "1")).await.unwrap(), None);
    let password = NewPassword { user: ann.clone(), hash: "h".to_owned(), keep_session: None, at: at(3) };
    store.set_password(password).await.unwrap();
    assert_eq!(store.unlink_provider(unlinking(&ann, "other")).await.unwrap(), Unlinking::Unlinked);
}

async fn of_two_that_are_unlinked_at_once_one_stays(bench: Arc<Bench>) {
    let ann = bench.store.add_user(new_user("ann")).await.unwrap();
    let other = bench.second_node().await;
    for round in 0..10 {
        for provider in ["corp", "other"] {
            bench.store.link_provider(&ann, &account(provider, &format!("{round}")), at(2)).await.unwrap();
        }
        let (one, two) = tokio::join!(
            bench.store.unlink_provider(unlinking(&ann, "corp")),
            other.unlink_provider(unlinking(&ann, "other")),
        );
        let mut both = [one.unwrap(), two.unwrap()];
        both.sort_by_key(|unlinking| *unlinking == Unlinking::Last);
        assert_eq!(both, [Unlinking::Unlinked, Unlinking::Last]);
        let left = bench.store.identities_of(&ann).await.unwrap();
        bench.store.change_person(all_unlinked(&ann, left)).await.unwrap();
    }
    other.close().await;
}

fn all_unlinked(user: &UserId, unlink: Vec<Identity>) -> PersonChange {
    PersonChange { user: user.clone(), role: None, admin: None, link: Vec::new(), unlink, at: at(5) }
}

fn session(user: &UserId, id: &str, provider: Option<&str>) -> NewSession {
    NewSession {
        id: id.to_owned(),
        user: user.clone(),
        token_hash: format!("hash-of-{id}"),
        expires_at: at(9_000),
        provider: provider.map(str::to_owned),
        confirmed_at: at(2),
        device: None,
        address: "192.0.2.1".to_owned(),
        at: at(3),
    }
}

async fn open(store: &Store, user: &UserId) {
    for (id, provider) in
        [("by-password", None), ("here", Some("corp")), ("there", Some("corp")), ("other", Some("other"))]
    {
        store.open_session(session(user, id, provider)).await.unwrap();
    }
}

async fn lives(store: &Store, user: &UserId) -> Vec<(String, Option<String>)> {
    let mut all: Vec<_> =
        store.sessions_of(user, at(5), at(0)).await.unwrap().into_iter().map(|s| (s.id, s.provider)).collect();
    all.sort();
    all
}

async fn what_was_signed_in_by_an_account_ends_with_it(bench: Arc<Bench>) {
    let store = &bench.store;
    let ann = store.add_user(new_user("ann")).await.unwrap();
    for provider in ["corp", "other"] {
        store.link_provider(&ann, &account(provider, "1"), at(2)).await.unwrap();
    }
    open(store, &ann).await;
    let confirmed = store.session("hash-of-here", at(5), at(0)).await.unwrap().unwrap().confirmed_at;
    assert_eq!(confirmed, at(2), "what the provider says of it counts");
    let unlink = Unlink { keep_session: Some("here".to_owned()), ..unlinking(&ann, "corp") };
    assert_eq!(store.unlink_provider(unlink).await.unwrap(), Unlinking::Unlinked);
    let named = |id: &str, provider: Option<&str>| (id.to_owned(), provider.map(str::to_owned));
    let left = [named("by-password", None), named("here", Some("corp")), named("other", Some("other"))];
    assert_eq!(lives(store, &ann).await, left);
    store.change_person(all_unlinked(&ann, vec![account("other", "1")])).await.unwrap();
    assert_eq!(lives(store, &ann).await, left[..2], "also where an admin does it");
}

async fn an_invitation_replaces_every_way_in(bench: Arc<Bench>) {
    let store = &bench.store;
    let ann = store.add_user(new_user("ann")).await.unwrap();
    store
        .link_identity(&ann, &Identity { platform: "telegram".to_owned(), account: "7".to_owned() }, at(2))
        .await
        .unwrap();
    store.link_provider(&ann, &account("corp", "old"), at(2)).await.unwrap();
    let password = NewPassword { user: ann.clone(), hash: "h".to_owned(), keep_session: None, at: at(3) };
    store.set_password(password).await.unwrap();
    open(store, &ann).await;
    let invited = Invited::Person(ann.clone(), "ann".to_owned());
    let acceptance = |by| Acceptance {
        code_hash: "code".to_owned(),
        invited: invited.clone(),
        name: "ann".to_owned(),
        by,
        at: at(4),
    };
    store.keep_invitation(Some(&ann), "code", at(3), at(99)).await.unwrap();
    let by_account = acceptance(WayIn::Account(account("corp", "new")));
    assert_eq!(store.accept_invitation(by_account.clone()).await.unwrap(), Some(ann.clone()));
    assert_eq!(store.accept_invitation(by_account).await.unwrap(), None, "once");
    assert!(store.credentials("ann").await.unwrap().unwrap().password_hash.is_none());
    assert_eq!(lives(store, &ann).await, []);
    let linked: Vec<_> = store.identities_of(&ann).await.unwrap().into_iter().map(|one| one.account).collect();
    assert_eq!(linked, ["new", "7"], "where they write from stays theirs");
    store.keep_invitation(Some(&ann), "code", at(3), at(99)).await.unwrap();
    store.accept_invitation(acceptance(WayIn::Password("h".to_owned()))).await.unwrap();
    assert_eq!(store.actor_by_identity(&account("corp", "new")).await.unwrap(), None);
}

async fn an_admin_by_a_provider_can_sign_in(bench: Arc<Bench>) {
    let store = &bench.store;
    store.operator(at(1)).await.unwrap();
    assert!(!store.has_admin_who_can_sign_in().await.unwrap());
    let telegram = Identity { platform: "telegram".to_owned(), account: "7".to_owned() };
    store.add_user(NewUser { admin: true, identities: vec![telegram], ..new_user("ada") }).await.unwrap();
    let bob = store.add_user(NewUser { identities: vec![account("corp", "1")], ..new_user("bob") }).await.unwrap();
    assert!(!store.has_admin_who_can_sign_in().await.unwrap());
    store.change_person(PersonChange { admin: Some(true), ..all_unlinked(&bob, Vec::new()) }).await.unwrap();
    assert!(store.has_admin_who_can_sign_in().await.unwrap());
}
