//! What came to a stop is seen by an admin on the pages, and set in motion again.

use super::receiver::Receiver;
use super::{Reachable, Request, secret_of};
use crate::harness::World;
use crate::sign_in::stage::{Answer, GOOD, answered, said};
use reqwest::{Client, Method};
use serde_json::{Value, json};
use std::time::Duration;

/// An admin's browser.
struct Admin<'a> {
    hub: &'a Reachable,
    cookie: String,
}

impl<'a> Admin<'a> {
    async fn of(hub: &'a Reachable) -> Self {
        let code = said(&hub.team.world, "within 24 hours: ").await;
        let welcome = json!({ "code": code, "name": "ada", "password": GOOD });
        let request = Client::new().post(format!("{}/api/v1/welcome", hub.address)).json(&welcome);
        let answer = answered(request.header("origin", &hub.address)).await;
        let cookie = answer.headers["set-cookie"].to_str().unwrap().split(';').next().unwrap().to_owned();
        Self { hub, cookie }
    }

    async fn asks(&self, method: Method, path: &str) -> Answer {
        let request = Client::new().request(method, format!("{}{path}", self.hub.address));
        answered(request.header("origin", &self.hub.address).header("cookie", &self.cookie).json(&json!({}))).await
    }

    /// Waits until the hub knows that a delivery has arrived.
    async fn is_delivered(&self, one: &str) {
        let place = self.asks(Method::GET, &format!("/api/v1/deliveries/{one}")).await.body["place"].clone();
        let path = format!("/api/v1/deliveries?state=delivered&place={}", place.as_str().unwrap());
        self.finds_one(&path, "deliveries").await;
    }

    /// Waits until a list holds one thing; gives it.
    async fn finds_one(&self, path: &str, list: &str) -> Value {
        for _ in 0..200 {
            let found = self.asks(Method::GET, path).await.body[list].clone();
            if found.as_array().is_some_and(|found| found.len() == 1) {
                return found[0].clone();
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("{path} does not hold one: {:?}", self.asks(Method::GET, path).await);
    }
}

#[tokio::test]
async fn an_update_from_which_nothing_came_is_handled_again_and_makes_one_task() {
    let hub = Reachable::new().await;
    let admin = Admin::of(&hub).await;
    let rules = "[signature]\nscheme = \"standard\"\n[task]\nprompt = \"SAY Incident {{ payload.number }}.\"\n";
    let secret = hub.hook("incidents", rules).await;
    hub.team.says(&["user", "change", "Ann", "--project", "demo", "--role", "viewer"]).await;
    let told = "{\"number\": 7, \"token\": \"tk-123\", \"by\": \"<img src=x onerror=alert(1)>\"}";
    let request = Request::signed(&hub, "incidents", &secret, ("msg_1", told));
    request.send().await.unwrap();
    let failed = admin.finds_one("/api/v1/updates?state=failed", "updates").await;
    assert!(failed["trouble"].as_str().unwrap().contains("not submit tasks"), "{failed}");
    let one = format!("{}/{}", failed["source"].as_str().unwrap(), failed["id"].as_str().unwrap());
    let shown = admin.asks(Method::GET, &format!("/updates/{one}")).await;
    let html = shown.body.as_str().unwrap();
    assert!(html.contains("&lt;img src=x") && !html.contains("<img src=x"), "as text: {html}");
    assert!(!html.contains("tk-123") && html.contains("(not shown)") && html.contains("Handle again"), "{html}");

    hub.team.says(&["user", "change", "Ann", "--project", "demo", "--role", "member"]).await;
    let again = format!("/api/v1/updates/{one}/again");
    assert_eq!(admin.asks(Method::POST, &again).await.status, 200);
    hub.team.hears(&hub.chat, "Incident 7.").await;
    let whole = admin.asks(Method::GET, &format!("/api/v1/updates/{one}")).await.body;
    assert_eq!(whole["state"], "handled", "{whole}");
    assert!(whole["task"].is_string(), "{whole}");
    assert_eq!(admin.asks(Method::POST, &again).await.status, 409, "once it was handled");
    request.send().await.unwrap();
    assert_eq!(hub.tasks().await, 1, "and its sender may bring it again");
    hub.team.ends().await;
}

#[tokio::test]
async fn what_was_given_up_is_seen_with_its_answer_and_sent_again() {
    let adjust = |world: World| world.with("SIGNALBOX_WEBHOOKS_NETWORKS", "127.0.0.0/8, ::1/128");
    let hub = Reachable::with(adjust).await;
    let admin = Admin::of(&hub).await;
    let receiver = Receiver::start().await;
    receiver.answers(&[500, 410]);
    let url = receiver.url("127.0.0.1");
    secret_of(&hub.team.says(&["subscription", "add", "board", "--project", "demo", "--url", &url]).await);
    hub.team.says(&["subscription", "test", "board"]).await;
    let dead = admin.finds_one("/api/v1/deliveries?state=dead", "deliveries").await;
    let one = dead["id"].as_str().unwrap();
    let whole = admin.asks(Method::GET, &format!("/api/v1/deliveries/{one}")).await.body;
    let answers: Vec<_> =
        whole["tries"].as_array().unwrap().iter().map(|one| one["answer"].as_str().unwrap()).collect();
    assert_eq!(answers.len(), 2, "{whole}");
    assert!(answers[0].contains("answered 500") && answers[1].contains("410"), "{answers:?}");
    let page = admin.asks(Method::GET, &format!("/deliveries/{one}")).await;
    assert!(page.body.as_str().unwrap().contains("Send again"), "{page:?}");

    hub.team.says(&["subscription", "enable", "board"]).await;
    let sent = admin.asks(Method::POST, &format!("/api/v1/deliveries/{one}/again")).await;
    assert_eq!((sent.status.as_u16(), sent.body["state"].as_str()), (200, Some("pending")), "{sent:?}");
    let taken = receiver.has_taken(1).await.remove(0);
    assert_eq!(taken.id, one, "the receiver can tell that it is the same");
    admin.is_delivered(one).await;
    assert_eq!(admin.asks(Method::POST, &format!("/api/v1/deliveries/{one}/again")).await.status, 409);
    let none = admin.asks(Method::POST, "/api/v1/places/telegram:-42/again").await;
    assert_eq!(none.body, json!({ "count": 0 }));
    hub.team.ends().await;
}
