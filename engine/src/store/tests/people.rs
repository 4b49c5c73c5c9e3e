//! People, projects and places.

use super::super::*;
use super::bench::Bench;
use super::fixture::*;
use signalbox_core::id::{ProjectId, UserId};
use signalbox_core::people::{Identity, Role};
use signalbox_core::port::Project;
use std::sync::Arc;

super::on_both!(
    people_are_known_by_name_and_by_their_accounts,
    a_person_is_added_whole_or_not_at_all,
    a_person_is_changed_whole_or_not_at_all,
    who_is_removed_keeps_nothing_but_their_name,
    there_is_one_operator,
    projects_are_shown_to_their_people,
    the_operator_sees_every_project,
    a_project_has_one_name_and_its_policy,
    a_place_is_bound_to_one_project,
    a_bound_place_is_known_by_its_number,
);

fn account(platform: &str, account: &str) -> Identity {
    Identity { platform: platform.to_owned(), account: account.to_owned() }
}

async fn people_are_known_by_name_and_by_their_accounts(bench: Arc<Bench>) {
    let store = &bench.store;
    let ann = NewUser { identities: vec![account("telegram", "42")], admin: true, ..new_user("ann") };
    let id = store.add_user(ann).await.unwrap();
    let found = store.user("ann").await.unwrap().unwrap();
    assert_eq!((&found.user, found.admin, found.place.clone()), (&id, true, None));
    assert_eq!(store.actor(&id).await.unwrap(), Some(found.clone()));
    assert_eq!(store.actor_by_identity(&account("telegram", "42")).await.unwrap(), Some(found));
    assert_eq!(store.actor_by_identity(&account("discord", "42")).await.unwrap(), None);
    assert_eq!(store.user("Ann").await.unwrap(), None, "names are compared exactly");
    store.link_identity(&id, &account("github", "ann"), at(2)).await.unwrap();
    let again = store.link_identity(&id, &account("github", "ann"), at(2)).await.unwrap_err();
    assert!(matches!(again, StoreError::Taken { .. }));
}

async fn a_person_is_added_whole_or_not_at_all(bench: Arc<Bench>) {
    let store = &bench.store;
    store.add_user(NewUser { identities: vec![account("telegram", "42")], ..new_user("ann") }).await.unwrap();
    let thief = NewUser { identities: vec![account("telegram", "42")], ..new_user("bob") };
    let refused = store.add_user(thief).await.unwrap_err();
    assert!(matches!(refused, StoreError::Taken { what: "linked account", .. }), "{refused:?}");
    assert_eq!(store.user("bob").await.unwrap(), None);
    let same = store.add_user(new_user("ann")).await.unwrap_err();
    assert!(matches!(same, StoreError::Taken { what: "person", .. }), "{same:?}");
    let roles = vec![(ProjectId::new("nowhere"), Role::Member)];
    let nowhere = NewUser { roles, ..new_user("carl") };
    assert!(matches!(store.add_user(nowhere).await.unwrap_err(), StoreError::Missing { .. }));
    assert_eq!(store.user("carl").await.unwrap(), None);
}

fn nothing_of(user: &UserId) -> PersonChange {
    PersonChange { user: user.clone(), role: None, admin: None, link: Vec::new(), unlink: Vec::new(), at: at(5) }
}

async fn a_person_is_changed_whole_or_not_at_all(bench: Arc<Bench>) {
    let store = &bench.store;
    let cast = Cast::on(store).await;
    let bob = NewUser { identities: vec![account("telegram", "7")], ..new_user("bob") };
    let bob = store.add_user(bob).await.unwrap();
    let role = Some((cast.project.clone(), Some(Role::Member)));
    let link = vec![account("github", "9")];
    let unlink = vec![account("telegram", "7")];
    let change = PersonChange { role, admin: Some(true), link, unlink, ..nothing_of(&bob) };
    store.change_person(change.clone()).await.unwrap();
    let known = store.people().await.unwrap().into_iter().find(|person| person.name == "bob").unwrap();
    assert_eq!((known.admin, known.accounts), (true, vec![account("github", "9")]));
    assert_eq!(known.roles, [("alpha".to_owned(), Role::Member)]);
    let refused = store.change_person(PersonChange { admin: Some(false), ..change }).await.unwrap_err();
    assert!(matches!(refused, StoreError::Missing { .. }), "it is not linked any more");
    assert!(store.actor(&bob).await.unwrap().unwrap().admin, "nothing else was changed either");
    let taken = PersonChange { link: vec![account("github", "9")], ..nothing_of(&cast.ann) };
    assert!(matches!(store.change_person(taken).await.unwrap_err(), StoreError::Taken { .. }));
}

async fn who_is_removed_keeps_nothing_but_their_name(bench: Arc<Bench>) {
    let store = &bench.store;
    let cast = Cast::on(store).await;
    store.submit(cast.task()).await.unwrap();
    let telegram = account("telegram", "7");
    let change = PersonChange { admin: Some(true), link: vec![telegram.clone()], ..nothing_of(&cast.ann) };
    store.change_person(change).await.unwrap();
    store.keep_link_code(&cast.ann, "abc", at(5), at(1_000)).await.unwrap();
    store.strip_person(&cast.ann, at(6)).await.unwrap();
    assert_eq!(store.actor_by_identity(&telegram).await.unwrap(), None);
    assert_eq!(store.role(&cast.ann, &cast.project).await.unwrap(), None);
    assert!(!store.actor(&cast.ann).await.unwrap().unwrap().admin);
    assert_eq!(store.redeem_link_code("abc", &telegram, at(7)).await.unwrap(), Redeemed::Unknown);
}

async fn there_is_one_operator(bench: Arc<Bench>) {
    let other = bench.second_node().await;
    let mut nodes = tokio::task::JoinSet::new();
    for number in 0..8 {
        let store = if number % 2 == 0 { bench.store.clone() } else { other.clone() };
        nodes.spawn(async move { store.operator(at(5)).await.unwrap() });
    }
    let operators = nodes.join_all().await;
    assert!(operators.iter().all(|operator| *operator == operators[0] && operator.admin));
    other.close().await;
}

async fn projects_are_shown_to_their_people(bench: Arc<Bench>) {
    let store = &bench.store;
    let cast = Cast::on(store).await;
    let bob = store.add_user(new_user("bob")).await.unwrap();
    let beta = add_project(store, "beta", &bob).await;
    let names = async |user| {
        let actor = store.user(user).await.unwrap().unwrap();
        store.projects_for(&actor).await.unwrap().into_iter().map(|p| p.name).collect::<Vec<_>>()
    };
    assert_eq!(names("ann").await, ["alpha"]);
    store.set_role(&cast.ann, &beta, Some(Role::Viewer)).await.unwrap();
    assert_eq!(names("ann").await, ["alpha", "beta"]);
    assert_eq!(store.role(&cast.ann, &beta).await.unwrap(), Some(Role::Viewer));
    assert_eq!(store.role(&cast.ann, &cast.project).await.unwrap(), Some(Role::Owner));
    store.set_role(&cast.ann, &beta, None).await.unwrap();
    let ann = store.user("ann").await.unwrap().unwrap();
    assert_eq!(store.visible_to(&ann).await.unwrap(), Visible::Projects(vec![cast.project.clone()]));
}

async fn the_operator_sees_every_project(bench: Arc<Bench>) {
    let cast = Cast::on(&bench.store).await;
    add_project(&bench.store, "beta", &cast.ann).await;
    let operator = bench.store.operator(at(5)).await.unwrap();
    assert_eq!(bench.store.projects_for(&operator).await.unwrap().len(), 2);
    assert_eq!(bench.store.visible_to(&operator).await.unwrap(), Visible::All);
}

async fn a_project_has_one_name_and_its_policy(bench: Arc<Bench>) {
    let store = &bench.store;
    let cast = Cast::on(store).await;
    let beta = add_project(store, "beta", &cast.ann).await;
    let seen = store.project("beta").await.unwrap().unwrap();
    let policy = Some("[gate]".to_owned());
    store.put_secret("project:id-of-beta", "remote", &"token".to_owned().into()).await.unwrap();
    let forget = Some(("project:id-of-beta".to_owned(), "remote".to_owned()));
    let change = ProjectChange { seen: seen.clone(), git: "/srv/beta".to_owned(), policy: policy.clone(), forget };
    let again = ProjectChange { git: "/srv/gamma".to_owned(), ..change.clone() };
    assert!(store.change_project(change).await.unwrap());
    assert!(!store.change_project(again.clone()).await.unwrap(), "it was seen as it is no more");
    let now = store.project("beta").await.unwrap().unwrap();
    assert_eq!((now.policy.clone(), now.git.as_str()), (policy.clone(), "/srv/beta"));
    assert!(store.secret("project:id-of-beta", "remote").await.unwrap().is_none());
    let same = ProjectChange { git: now.git.clone(), seen: now, policy, forget: None };
    assert!(store.change_project(same).await.unwrap(), "what changes nothing is done all the same");
    let unknown = Project { id: ProjectId::new("unknown"), ..seen };
    assert!(!store.change_project(ProjectChange { seen: unknown, ..again }).await.unwrap());
    let people = store.people_in(&beta).await.unwrap();
    assert_eq!(
        people.iter().map(|(who, role)| (who.name.as_str(), *role)).collect::<Vec<_>>(),
        [("ann", Some(Role::Owner))]
    );
    assert_eq!(store.project("id-of-beta").await.unwrap(), store.project("beta").await.unwrap());
    let mut twin = store.project("beta").await.unwrap().unwrap();
    twin.id = ProjectId::new("twin");
    assert!(matches!(store.add_project(twin).await.unwrap_err(), StoreError::Taken { what: "project", .. }));
}

async fn a_place_is_bound_to_one_project(bench: Arc<Bench>) {
    let store = &bench.store;
    let cast = Cast::on(store).await;
    let beta = add_project(store, "beta", &cast.ann).await;
    let chat = place("telegram:-100/7");
    assert_eq!(store.bound_project(&chat).await.unwrap(), None);
    store.bind(&chat, &cast.project, at(1)).await.unwrap();
    store.bind(&chat, &beta, at(2)).await.unwrap();
    assert_eq!(store.bound_project(&chat).await.unwrap(), Some(beta));
    store.unbind(&chat).await.unwrap();
    assert_eq!(store.bound_project(&chat).await.unwrap(), None);
    let nowhere = ProjectId::new("nowhere");
    assert!(matches!(store.bind(&chat, &nowhere, at(3)).await.unwrap_err(), StoreError::Missing { .. }));
}

async fn a_bound_place_is_known_by_its_number(bench: Arc<Bench>) {
    let store = &bench.store;
    let cast = Cast::on(store).await;
    let (site, shouted) = (place("github:acme/site"), place("github:ACME/Site"));
    assert!(store.recognises(&site, "1").await.unwrap(), "nothing is bound");
    store.bind_numbered(&site, &cast.project, Some("1".to_owned()), at(1)).await.unwrap();
    assert!(store.recognises(&site, "1").await.unwrap() && store.recognises(&shouted, "1").await.unwrap());
    assert_eq!(store.places().await.unwrap()[0].place, shouted, "written as the platform writes it now");
    assert!(store.recognises(&site, "1").await.unwrap());
    assert!(!store.recognises(&site, "2").await.unwrap(), "somebody else has the name");
    let lost = store.place(&site).await.unwrap().lost.unwrap();
    assert!(store.recognises(&site, "1").await.unwrap(), "the one that is bound is heard all the same");
    assert_eq!(store.place(&site).await.unwrap().lost, None);
    assert!(lost.contains("another one has its name now: bind it again"), "{lost}");
    let moved = place("github:acme/shop");
    store.move_place(&site, &moved).await.unwrap();
    assert!(store.recognises(&moved, "1").await.unwrap() && !store.recognises(&moved, "2").await.unwrap());
    store.bind(&moved, &cast.project, at(2)).await.unwrap();
    assert!(store.recognises(&moved, "2").await.unwrap(), "bound anew, it is the one that has the name now");
    assert_eq!(store.place(&moved).await.unwrap().lost, None);
    assert!(!store.recognises(&moved, "1").await.unwrap(), "and takes the first number that it is told");
    store.unbind(&place("github:Acme/Shop")).await.unwrap();
    assert_eq!(store.bound_project(&moved).await.unwrap(), None);
}
