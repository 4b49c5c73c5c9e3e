//! What must never be, point 7: somebody unlinked, unentitled or outside a project learns anything about it or moves anything
//! in it. Tried at the port that every adapter uses, on a real store.

#![allow(clippy::unwrap_used)]

mod audit;
mod automation;
mod house;
mod project;
mod traffic;

use house::{House, request};
use signalbox_core::approval::{Approval, ApprovalState, Saying};
use signalbox_core::id::TaskId;
use signalbox_core::people::{Actor, Role};
use signalbox_core::port::{AddProject, AddUser, Decided, Refusal, TaskFilter};

fn deny() -> Saying {
    Saying::Deny { reason: None }
}

fn is_missing<T: std::fmt::Debug>(outcome: &Result<T, Refusal>) -> bool {
    matches!(outcome, Err(Refusal::NotFound(_)))
}

fn is_forbidden<T: std::fmt::Debug>(outcome: &Result<T, Refusal>) -> bool {
    matches!(outcome, Err(Refusal::Forbidden(_)))
}

#[tokio::test]
async fn somebody_outside_is_told_that_nothing_is_there() {
    let house = House::new().await;
    let mia = house.person("mia", Role::Member, "alpha").await;
    let approval = house.asks(&mia, false).await;
    for stranger in [house.nobody().await, house.person("bea", Role::Owner, "beta").await] {
        let name = &stranger.name;
        for outcome in house.looks(&stranger, &approval).await {
            assert!(is_missing(&outcome), "{name}: {outcome:?}");
        }
        let task = approval.task.as_str();
        assert!(is_missing(&house.submits(&stranger).await), "{name} submits");
        let joined = house.hub.submit(&stranger, request(None, Some(approval.conversation.clone()))).await;
        assert!(is_missing(&joined), "{name} joins a conversation");
        assert!(is_missing(&house.hub.stop(&stranger, task).await), "{name} stops");
        assert!(is_missing(&house.hub.retry(&stranger, task).await), "{name} retries");
        let place = "telegram:7".parse().unwrap();
        assert!(is_missing(&house.hub.bind(&stranger, "alpha", &place).await), "{name} binds");
        for saying in [Saying::Allow, deny()] {
            assert!(is_missing(&house.says(&stranger, &approval, saying).await), "{name} decides");
        }
        assert_eq!(house.hub.approvals(&stranger).await.unwrap(), Vec::new(), "{name} lists approvals");
        assert_eq!(
            house.hub.tasks(&stranger, TaskFilter::default()).await.unwrap().tasks,
            Vec::new(),
            "{name} lists tasks"
        );
        let projects = house.hub.projects(&stranger).await.unwrap();
        assert!(projects.iter().all(|project| project.name != "alpha"), "{name} lists projects");
        same_words_as_for_nothing(&house, &stranger, &approval).await;
    }
    let untouched = house.store.approval(&approval.id).await.unwrap().unwrap();
    assert_eq!(untouched.state, ApprovalState::Open);
    house.engine.stop().await;
}

/// What is there and may not be seen is refused in the words for what is not there.
async fn same_words_as_for_nothing(house: &House, stranger: &Actor, approval: &Approval) {
    let there = house.hub.task(stranger, approval.task.as_str()).await.unwrap_err().to_string();
    let nothing = TaskId::from_entropy(42);
    let not_there = house.hub.task(stranger, nothing.as_str()).await.unwrap_err().to_string();
    assert_eq!(there.replace(approval.task.as_str(), "ID"), not_there.replace(nothing.as_str(), "ID"));
}

#[tokio::test]
async fn each_role_may_what_is_its_own_and_no_more() {
    let house = House::new().await;
    let mia = house.person("mia", Role::Member, "alpha").await;
    // Name, role, and whether they may submit, stop mia's task, say yes to a harmless and to a dangerous call of hers.
    let others = [
        ("vic", Role::Viewer, [false, false, false, false]),
        ("max", Role::Member, [true, false, false, false]),
        ("meg", Role::Maintainer, [true, true, true, true]),
        ("olga", Role::Owner, [true, true, true, true]),
    ];
    let mut people = vec![(mia.clone(), [true, true, true, false]), (house.operator.clone(), [true, true, true, true])];
    for (name, role, may) in others {
        people.push((house.person(name, role, "alpha").await, may));
    }
    for (person, [submits, stops, allows, allows_dangerous]) in people {
        let name = &person.name;
        let harmless = house.asks(&mia, false).await;
        for outcome in house.looks(&person, &harmless).await {
            assert!(outcome.is_ok(), "{name} may look: {outcome:?}");
        }
        let submitted = house.submits(&person).await;
        assert!(if submits { submitted.is_ok() } else { is_forbidden(&submitted) }, "{name} submits: {submitted:?}");
        let dangerous = house.asks(&mia, true).await;
        for (approval, may) in [(&harmless, allows), (&dangerous, allows_dangerous)] {
            let said = house.says(&person, approval, Saying::Allow).await;
            let applied = matches!(said, Ok(Decided::Applied { .. }));
            assert!(if may { applied } else { is_forbidden(&said) }, "{name} says yes: {said:?}");
        }
        let stopped = house.hub.stop(&person, harmless.task.as_str()).await;
        assert!(if stops { stopped.is_ok() } else { is_forbidden(&stopped) }, "{name} stops: {stopped:?}");
    }
    house.engine.stop().await;
}

#[tokio::test]
async fn a_requester_may_refuse_what_they_may_not_allow_and_a_lost_role_takes_effect_at_once() {
    let house = House::new().await;
    let mia = house.person("mia", Role::Member, "alpha").await;
    let dangerous = house.asks(&mia, true).await;
    assert!(is_forbidden(&house.says(&mia, &dangerous, Saying::Allow).await));
    assert!(matches!(house.says(&mia, &dangerous, deny()).await, Ok(Decided::Applied { .. })));
    let harmless = house.asks(&mia, false).await;
    house.store.set_role(&mia.user, &harmless.project, Some(Role::Viewer)).await.unwrap();
    assert!(is_forbidden(&house.says(&mia, &harmless, Saying::Allow).await), "judged at the moment of the click");
    house.store.set_role(&mia.user, &harmless.project, None).await.unwrap();
    assert!(is_missing(&house.says(&mia, &harmless, Saying::Allow).await));
    house.engine.stop().await;
}

#[tokio::test]
async fn only_admins_add_projects_and_people_and_only_maintainers_bind() {
    let house = House::new().await;
    let owner = house.person("olga", Role::Owner, "alpha").await;
    let member = house.person("mia", Role::Member, "alpha").await;
    let project =
        AddProject { name: "gamma".to_owned(), git: "https://x.example/g".to_owned(), policy: None, credential: None };
    assert!(is_forbidden(&house.hub.add_project(&owner, project).await));
    let (name, role, identities) = ("eve".to_owned(), Role::Owner, Vec::new());
    let user = AddUser { name, role, project: Some("alpha".to_owned()), admin: true, identities };
    assert!(is_forbidden(&house.hub.add_user(&owner, user).await));
    let place = "telegram:7".parse().unwrap();
    assert!(is_forbidden(&house.hub.bind(&member, "alpha", &place).await));
    assert!(house.hub.bind(&owner, "alpha", &place).await.is_ok());
    house.engine.stop().await;
}
