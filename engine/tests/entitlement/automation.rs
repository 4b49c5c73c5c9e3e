//! What acts by itself or tells others is set up by maintainers, and ends with their role.

use crate::house::House;
use serde_json::json;
use signalbox_core::audit::{AuditQuery, Kind};
use signalbox_core::desk::Update;
use signalbox_core::hook::{AddHook, Told, TryHook};
use signalbox_core::people::{Actor, Role};
use signalbox_core::place::Place;
use signalbox_core::port::{Refusal, TaskFilter};
use signalbox_core::schedule::{AddSchedule, Missed};
use signalbox_core::subscription::AddSubscription;

pub(crate) fn hook(user: &str) -> AddHook {
    AddHook {
        name: "ci".to_owned(),
        project: "alpha".to_owned(),
        user: user.to_owned(),
        rules: "[signature]\nscheme = \"standard\"\n[task]\nprompt = \"Look.\"".to_owned(),
        places: Vec::new(),
        secret: None,
    }
}

pub(crate) fn schedule(user: &str) -> AddSchedule {
    AddSchedule {
        name: "daily".to_owned(),
        project: "alpha".to_owned(),
        user: user.to_owned(),
        cron: "0 7 * * *".to_owned(),
        zone: "UTC".to_owned(),
        prompt: "Look.".to_owned(),
        places: Vec::new(),
        missed: Missed::Skip,
    }
}

#[tokio::test]
async fn only_a_maintainer_sets_up_what_acts_by_itself_and_names_nobody_above_them() {
    let house = House::new().await;
    let mara = house.person("mara", Role::Maintainer, "alpha").await;
    let max = house.person("max", Role::Member, "alpha").await;
    house.person("vic", Role::Viewer, "alpha").await;
    house.person("olga", Role::Owner, "alpha").await;
    let eve = house.person("eve", Role::Owner, "beta").await;
    let refused = async |who: &Actor, named: &str| {
        let hook = house.hub.add_hook(who, hook(named)).await.unwrap_err();
        let schedule = house.hub.add_schedule(who, schedule(named)).await.unwrap_err();
        assert_eq!(std::mem::discriminant(&hook), std::mem::discriminant(&schedule));
        hook
    };
    assert!(matches!(refused(&max, "max").await, Refusal::Forbidden(_)));
    let outside = refused(&eve, "eve").await;
    assert!(matches!(&outside, Refusal::NotFound(text) if text.contains("no project `alpha`")), "{outside:?}");
    assert!(matches!(refused(&mara, "olga").await, Refusal::Forbidden(_)), "an owner may do more");
    assert!(matches!(refused(&mara, "operator").await, Refusal::Forbidden(_)), "so may an admin");
    assert!(matches!(refused(&mara, "vic").await, Refusal::Invalid(_)), "a viewer may not submit");
    assert!(matches!(refused(&mara, "nobody").await, Refusal::NotFound(_)));
    let made = house.hub.add_hook(&mara, hook("max")).await.unwrap();
    assert!(made.secret.is_some_and(|secret| secret.expose().starts_with("whsec_")));
    house.hub.add_schedule(&mara, schedule("mara")).await.unwrap();
    for stranger in [&eve, &max] {
        assert!(house.hub.hooks(stranger).await.unwrap().is_empty());
        assert!(house.hub.schedules(stranger).await.unwrap().is_empty());
        let told = TryHook { told: Told { event: String::new(), payload: json!({}) } };
        let ends = [
            house.hub.remove_hook(stranger, "ci").await.map(drop),
            house.hub.rotate_hook(stranger, "ci").await.map(drop),
            house.hub.try_hook(stranger, "ci", told).await.map(drop),
            house.hub.remove_schedule(stranger, "daily").await.map(drop),
            house.hub.run_schedule(stranger, "daily").await.map(drop),
        ];
        assert!(ends.iter().all(|end| matches!(end, Err(Refusal::NotFound(_)))), "{ends:?}");
    }
    assert_eq!(house.hub.hooks(&mara).await.unwrap().len(), 1);
    house.engine.stop().await;
}

#[tokio::test]
async fn whoever_loses_their_role_lends_their_name_to_nothing_more() {
    let house = House::new().await;
    let max = house.person("max", Role::Member, "alpha").await;
    house.hub.add_hook(&house.operator, hook("max")).await.unwrap();
    let source = signalbox_core::hook::source(&house.store.hook("ci").await.unwrap().unwrap().id);
    let told = async |id: &str| {
        let raw = "{\"event\":\"\",\"payload\":{}}".to_owned();
        let update = Update { source: source.clone(), id: id.to_owned(), raw };
        house.engine.desk().receive(vec![update.clone()]).await.unwrap();
        for _ in 0..2 {
            house.engine.hook_desk().take("ci", &update).await.unwrap();
        }
        house.hub.hooks(&house.operator).await.unwrap().remove(0)
    };
    let first = told("1").await;
    assert!(first.last_task.is_some() && first.refusal.is_none(), "{first:?}");
    let alpha = house.store.project("alpha").await.unwrap().unwrap().id;
    house.store.set_role(&max.user, &alpha, None).await.unwrap();
    let second = told("2").await;
    assert_eq!(second.last_task, first.last_task);
    assert!(second.refusal.is_some_and(|why| why.contains("no project")));
    let tasks = house.hub.tasks(&house.operator, TaskFilter::default()).await.unwrap().tasks;
    assert_eq!(tasks.len(), 1, "told twice, one task; told again, none");
    assert!(house.engine.desk().unhandled(&source, None, 9).await.unwrap().is_empty());
    house.engine.stop().await;
}

pub(crate) fn subscription(name: &str) -> AddSubscription {
    let (project, url) = ("alpha".to_owned(), "https://board.example.org/in".to_owned());
    AddSubscription { name: name.to_owned(), project, url, topics: Vec::new(), place: None }
}

#[tokio::test]
async fn only_a_maintainer_has_others_told_and_not_once_they_are_none() {
    let house = House::new().await;
    let mara = house.person("mara", Role::Maintainer, "alpha").await;
    let max = house.person("max", Role::Member, "alpha").await;
    let eve = house.person("eve", Role::Owner, "beta").await;
    let refused = async |who: &Actor| house.hub.add_subscription(who, subscription("board")).await.unwrap_err();
    assert!(matches!(refused(&max).await, Refusal::Forbidden(_)));
    assert!(matches!(refused(&eve).await, Refusal::NotFound(_)));
    for url in ["https://127.0.0.1/", "http://board.example.org/", "https://169.254.169.254/", "board"] {
        let private = AddSubscription { url: url.to_owned(), ..subscription("board") };
        assert!(matches!(house.hub.add_subscription(&mara, private).await, Err(Refusal::Invalid(_))), "{url}");
    }
    let theirs: Place = "telegram:-5".parse().unwrap();
    house.hub.bind(&eve, "beta", &theirs).await.unwrap();
    let elsewhere = AddSubscription { place: Some(theirs), ..subscription("board") };
    assert!(matches!(house.hub.add_subscription(&mara, elsewhere).await, Err(Refusal::Forbidden(_))));
    house.hub.add_subscription(&mara, subscription("board")).await.unwrap();
    for stranger in [&eve, &max] {
        assert!(house.hub.subscriptions(stranger).await.unwrap().is_empty());
        let ends = [
            house.hub.remove_subscription(stranger, "board").await,
            house.hub.rotate_subscription(stranger, "board").await.map(drop),
            house.hub.enable_subscription(stranger, "board").await,
            house.hub.test_subscription(stranger, "board").await,
        ];
        assert!(ends.iter().all(|end| matches!(end, Err(Refusal::NotFound(_)))), "{ends:?}");
    }
    let id = house.store.subscription("board").await.unwrap().unwrap().id;
    let receivers = house.engine.receivers();
    assert_eq!(receivers.receiver(&id).await.unwrap().map(|one| one.secrets.len()), Some(1));
    house.hub.rotate_subscription(&mara, "board").await.unwrap();
    assert_eq!(receivers.receiver(&id).await.unwrap().map(|one| one.secrets.len()), Some(2));
    let alpha = house.store.project("alpha").await.unwrap().unwrap().id;
    house.store.set_role(&mara.user, &alpha, Some(Role::Member)).await.unwrap();
    assert_eq!(receivers.receiver(&id).await.unwrap(), None);
    let listed = house.hub.subscriptions(&house.operator).await.unwrap().remove(0);
    assert!(listed.disabled_at.is_some() && listed.failure.is_some_and(|why| why.contains("owner")));
    let query = AuditQuery { kind: Some(Kind::SubscriptionDisabled), ..AuditQuery::default() };
    assert_eq!(house.hub.audit(&house.operator, query).await.unwrap().entries.len(), 1);
    house.engine.stop().await;
}
