//! Who has subscribed is told what happens, and nobody else is.

use super::receiver::Receiver;
use super::{Reachable, secret_of};
use crate::harness::World;
use crate::telegram::leave_a_trace;
use serde_json::Value;
use std::time::Duration;

/// A hub that may tell on this machine.
async fn hub(patience: &str) -> Reachable {
    let adjust = |world: World| {
        world.with("SIGNALBOX_WEBHOOKS_NETWORKS", "127.0.0.0/8, ::1/128").with("SIGNALBOX_WEBHOOKS_PATIENCE", patience)
    };
    Reachable::with(adjust).await
}

impl Reachable {
    /// Subscribes, and returns the secret.
    async fn subscribes(&self, name: &str, url: &str, more: &[&str]) -> String {
        let arguments = ["subscription", "add", name, "--project", "demo", "--url", url];
        secret_of(&self.team.says(&[&arguments[..], more].concat()).await)
    }

    async fn subscription(&self, name: &str) -> Value {
        let listed = self.team.says(&["subscription", "list", "--json"]).await;
        let listed: Vec<Value> = serde_json::from_str(&listed).unwrap();
        listed.into_iter().find(|one| one["name"] == name).expect("it is listed")
    }

    /// Waits until the subscription has failed for a reason that says this.
    async fn fails(&self, name: &str, says: &str) {
        for _ in 0..200 {
            if self.subscription(name).await["failure"].as_str().is_some_and(|why| why.contains(says)) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("no failure says {says:?}: {}", self.subscription(name).await);
    }
}

#[tokio::test]
async fn what_happens_is_told_in_its_order_signed_and_again_until_it_arrives() {
    let hub = hub("1h").await;
    let receiver = Receiver::start().await;
    let secret = hub.subscribes("board", &receiver.url("127.0.0.1"), &[]).await;
    receiver.answers(&[500, 503]);
    hub.ann.says(&hub.chat, &leave_a_trace());
    let approval = hub.team.is_asked(&hub.chat).await;
    hub.ann.presses(&hub.chat, approval.id, "Once").answer().await;
    hub.team.hears(&hub.chat, "The trace is left.").await;
    let taken = receiver.has_taken(5).await;
    let topics: Vec<_> = taken.iter().map(|request| request.topic()).collect();
    assert_eq!(
        topics,
        ["task.queued", "task.started", "approval.opened", "approval.decided", "task.succeeded"],
        "{taken:#?}"
    );
    let tries: Vec<_> = receiver.requests().into_iter().take(3).collect();
    let ids: Vec<_> = tries.iter().map(|(request, status)| (request.id.as_str(), *status)).collect();
    let first = taken[0].id.as_str();
    assert_eq!(ids, [(first, 500), (first, 503), (first, 200)], "the same id on every try, and nothing before it");
    assert!(taken.iter().all(|request| request.is_signed_with(&secret)), "{taken:#?}");
    assert!(taken.iter().all(|request| !request.body.contains("ran.txt") && !request.body.contains("trace")));
    let last = taken[4].json();
    assert_eq!((&last["version"], &last["data"]["project"]), (&Value::from(1), &Value::from("demo")));
    assert_eq!(
        (&last["data"]["task"]["state"], &last["data"]["task"]["requester"]),
        (&"succeeded".into(), &"Ann".into())
    );
    assert_eq!(taken[3].json()["data"]["approval"]["state"], "allowed");
    let fresh = secret_of(&hub.team.says(&["subscription", "rotate", "board"]).await);
    hub.team.says(&["subscription", "test", "board"]).await;
    let test = receiver.has_taken(6).await.remove(5);
    assert_eq!(test.topic(), "subscription.test");
    assert!(test.is_signed_with(&fresh) && test.is_signed_with(&secret), "with both for a while: {test:?}");
    let listed = hub.subscription("board").await;
    assert!(listed["last_at"].is_i64() && listed["failing_since"].is_null(), "{listed}");
    hub.team.says(&["subscription", "remove", "board"]).await;
    hub.team.ends().await;
}

#[tokio::test]
async fn a_receiver_that_fails_for_long_is_left_alone_and_its_owner_is_told_once() {
    let hub = hub("3s").await;
    let receiver = Receiver::start().await;
    let place = hub.place();
    receiver.always_answers(Some((500, None)));
    hub.subscribes("board", &receiver.url("127.0.0.1"), &["--event", "task.failed", "--place", &place]).await;
    hub.team.says(&["subscription", "test", "board"]).await;
    let notice = hub.team.hears(&hub.chat, "is switched off").await;
    assert!(notice.text.contains("board") && notice.text.contains("answered 500"), "{}", notice.text);
    let tries = receiver.requests();
    assert!(tries.len() >= 3 && tries.iter().all(|(request, _)| request.id == tries[0].0.id), "{tries:#?}");
    assert!(hub.subscription("board").await["disabled_at"].is_i64());
    let refused = hub.team.world.says(&["subscription", "test", "board"]).await;
    assert!(refused.code() == 1 && refused.stderr.contains("subscription enable board"), "{}", refused.stderr);
    let doctor = hub.team.world.says(&["doctor"]).await;
    assert!(doctor.stdout.contains("board: switched off"), "{}", doctor.stdout);
    tokio::time::sleep(Duration::from_secs(3)).await;
    assert_eq!(receiver.requests().len(), tries.len(), "it is left alone");
    receiver.always_answers(None);
    hub.team.says(&["subscription", "enable", "board"]).await;
    hub.team.says(&["subscription", "test", "board"]).await;
    receiver.has_taken(1).await;
    let notices = hub.chat.messages().iter().filter(|message| message.text.contains("is switched off")).count();
    assert_eq!(notices, 1, "{}", hub.chat.transcript());
    receiver.always_answers(Some((410, None)));
    hub.team.says(&["subscription", "test", "board"]).await;
    let unwanted = |message: &signalbox_testkit::telegram::Message| message.text.contains("wants nothing more");
    hub.team.telegram.wait_for(&hub.chat, unwanted, crate::harness::PATIENCE).await;
    hub.team.ends().await;
}

#[tokio::test]
async fn nothing_is_told_where_it_should_not_be_whatever_names_and_answers_lead_to() {
    let hub = Reachable::new().await;
    let receiver = Receiver::start().await;
    let add = async |url: &str| {
        let arguments = ["subscription", "add", "board", "--project", "demo", "--url", url];
        hub.team.world.says(&arguments).await
    };
    for url in ["https://127.0.0.1/in", "https://[::1]/in", "https://2130706433/", "https://10.1.2.3/", "https://0/"] {
        let refused = add(url).await;
        assert!(refused.code() == 2 && refused.stderr.contains("private"), "{url}: {}", refused.stderr);
    }
    let plain = add(&receiver.url("localhost")).await;
    assert!(plain.code() == 2 && plain.stderr.contains("https://"), "{}", plain.stderr);
    let by_name = receiver.url("localhost").replace("http://", "https://");
    hub.subscribes("board", &by_name, &[]).await;
    hub.team.says(&["subscription", "test", "board"]).await;
    hub.fails("board", "private").await;
    hub.team.ends().await;
    let hub = self::hub("1h").await;
    let elsewhere = Receiver::start().await;
    receiver.always_answers(Some((307, Some(elsewhere.url("127.0.0.1")))));
    hub.subscribes("board", &receiver.url("localhost"), &[]).await;
    hub.team.says(&["subscription", "test", "board"]).await;
    hub.fails("board", "redirects (307)").await;
    assert!(receiver.requests().iter().all(|(request, _)| request.path == "/in"));
    assert!(elsewhere.requests().is_empty(), "where an answer leads is not followed");
    hub.team.ends().await;
}
