//! What can go wrong between a hub and the API.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use signalbox_testkit::github::Fault;

use crate::harness::Hub;

#[tokio::test]
async fn a_lost_answer_leaves_the_deed_done() {
    let hub = Hub::new();
    let issue = hub.ann.opens_issue(&hub.repo, "A", "");
    let token = hub.token().await;
    let path = "/repos/team/app/issues/1/comments";
    hub.server.misbehave(Fault::LoseRequest.once().on("POST", "/comments"));
    hub.try_post_fails(path, &token).await;
    assert_eq!(issue.comments().len(), 0);
    hub.server.misbehave(Fault::LoseResponse.once().on("POST", "/comments"));
    hub.try_post_fails(path, &token).await;
    assert_eq!(issue.comments().len(), 1);
    let statuses: Vec<u16> =
        hub.server.calls().iter().filter(|call| call.path == path).map(|call| call.status).collect();
    assert_eq!(statuses, [0, 201]);
}

impl Hub {
    async fn try_post_fails(&self, path: &str, token: &str) {
        let sent = self.try_send("POST", path, token, json!({"body": "a"})).await;
        assert!(sent.is_err(), "{sent:?}");
    }
}

#[tokio::test]
async fn an_answer_can_be_late_or_a_page() {
    let hub = Hub::new();
    let token = hub.token().await;
    hub.server.misbehave(Fault::Html(502).once());
    let page = hub.send("GET", "/repos/team/app", &token, Value::Null).await;
    assert_eq!(page.status, 502);
    assert!(page.body.as_str().unwrap().contains("Unicorn"));
    hub.server.misbehave(Fault::Delay(Duration::from_millis(300)).once());
    let started = Instant::now();
    hub.send("GET", "/repos/team/app", &token, Value::Null).await.ok();
    assert!(started.elapsed() >= Duration::from_millis(300));
}

#[tokio::test]
async fn all_is_recorded() {
    let hub = Hub::new();
    hub.call("POST", "/issues", json!({"title": "A"})).await.ok();
    let call = hub.server.calls().pop().unwrap();
    assert_eq!((call.method.as_str(), call.path.as_str(), call.status), ("POST", "/repos/team/app/issues", 201));
    assert_eq!((call.body, call.caller), (json!({"title": "A"}), format!("installation {}", hub.installation)));
}
