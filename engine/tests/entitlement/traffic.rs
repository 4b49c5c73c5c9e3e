//! Traffic is an admin's business: whoever else asks learns nothing and moves nothing, and what an admin moves is entered.

use crate::house::House;
use signalbox_core::audit::AuditQuery;
use signalbox_core::card::{Card, ReplyCard};
use signalbox_core::id::{DeliveryId, NodeId};
use signalbox_core::people::{Actor, Role};
use signalbox_core::port::Refusal;
use signalbox_core::traffic::{DeliveryQuery, UpdateQuery};
use signalbox_engine::fresh;
use signalbox_engine::store::{Take, Update, owed};
use std::time::Duration;

const PLACE: &str = "telegram:7";

/// A delivery that was given up, and an update from which nothing came.
async fn lay_out(house: &House) -> DeliveryId {
    let card =
        ReplyCard { to: "1".to_owned(), message: None, parts: Vec::new(), file: None, rows: Vec::new(), wants: None };
    let delivery = owed(PLACE.parse().unwrap(), Card::Reply(card), fresh::now());
    house.store.owe(delivery.clone()).await.unwrap();
    let (node, now) = (NodeId::new("one"), fresh::now() + Duration::from_secs(1));
    let take = Take { node: &node, kinds: &["telegram"], now, lease_until: now + Duration::from_secs(60), limit: 1 };
    let taken = house.store.take_due(&take).await.unwrap().remove(0);
    house.store.given_up(taken, "the chat is gone").await.unwrap().applied().unwrap();
    let (source, external_id) = ("telegram:1".to_owned(), "1".to_owned());
    house.store.receive(Update { source, external_id, raw: "{}".to_owned(), at: fresh::now() }).await.unwrap();
    house.engine.desk().give_up("telegram:1", vec!["1".to_owned()], "it cannot be read").await.unwrap();
    delivery.id
}

/// Everything there is to ask, with what each answers.
async fn asks_all(house: &House, who: &Actor, id: &DeliveryId) -> Vec<Result<(), Refusal>> {
    let hub = &house.hub;
    vec![
        hub.deliveries(who, DeliveryQuery::default()).await.map(drop),
        hub.delivery(who, id).await.map(drop),
        hub.send_again(who, id).await.map(drop),
        hub.send_all_again(who, &PLACE.parse().unwrap()).await.map(drop),
        hub.updates(who, UpdateQuery::default()).await.map(drop),
        hub.update(who, "telegram:1", "1").await.map(drop),
        hub.handle_again(who, "telegram:1", "1").await.map(drop),
    ]
}

#[tokio::test]
async fn only_admins_see_and_move_traffic() {
    let house = House::new().await;
    let id = lay_out(&house).await;
    house.hub.bind(&house.operator, "alpha", &PLACE.parse().unwrap()).await.unwrap();
    for role in Role::ALL {
        let person = house.person(role.as_str(), role, "alpha").await;
        for asked in asks_all(&house, &person, &id).await {
            assert!(matches!(asked, Err(Refusal::Forbidden(_))), "{role}: {asked:?}");
        }
    }
    for asked in asks_all(&house, &house.operator, &id).await {
        assert!(asked.is_ok(), "{asked:?}");
    }
    let entries = house.hub.audit(&house.operator, AuditQuery { limit: 4, ..AuditQuery::default() }).await.unwrap();
    let entered: Vec<_> =
        entries.entries.iter().map(|entry| format!("{} {}", entry.deed.kind, entry.deed.object)).collect();
    let sent_again = format!("delivery.sent_again delivery:{id}");
    assert_eq!(
        entered[..2],
        ["update.reopened update:telegram:1/1".to_owned(), sent_again],
        "what moved nothing is not entered"
    );
    house.engine.stop().await;
}

#[tokio::test]
async fn what_is_not_there_or_does_not_fit_is_said_so() {
    let house = House::new().await;
    let id = lay_out(&house).await;
    let (hub, operator) = (&house.hub, &house.operator);
    hub.send_again(operator, &id).await.unwrap();
    assert!(matches!(hub.send_again(operator, &id).await, Err(Refusal::Conflict(_))));
    hub.handle_again(operator, "telegram:1", "1").await.unwrap();
    assert!(matches!(hub.handle_again(operator, "telegram:1", "1").await, Err(Refusal::Conflict(_))));
    for asked in asks_all(&house, operator, &DeliveryId::new("none")).await[1..3].iter() {
        assert!(matches!(asked, Err(Refusal::NotFound(_))), "{asked:?}");
    }
    assert!(matches!(hub.update(operator, "telegram:1", "2").await, Err(Refusal::NotFound(_))));
    assert!(matches!(hub.handle_again(operator, "telegram:1", "2").await, Err(Refusal::NotFound(_))));
    house.engine.stop().await;
}
