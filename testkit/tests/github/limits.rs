//! What is too much, and for how long.

use std::time::Duration;

use rstest::rstest;
use serde_json::{Value, json};
use signalbox_testkit::github::{Fault, GithubSettings};

use crate::harness::{Hub, now};

#[tokio::test]
async fn an_hour_has_so_many_requests() {
    let hub = Hub::start(GithubSettings { hourly: 3, ..GithubSettings::default() });
    let token = hub.token().await;
    let get = async || hub.send("GET", "/repos/team/app", &token, Value::Null).await;
    let left: Vec<String> =
        [get().await, get().await, get().await].map(|one| one.header("x-ratelimit-remaining").to_owned()).into();
    assert_eq!(left, ["2", "1", "0"]);
    let refused = get().await;
    let reset: u64 = refused.header("x-ratelimit-reset").parse().unwrap();
    assert!((now() + 3500..now() + 3602).contains(&reset), "{reset}");
    assert_eq!(refused.header("x-ratelimit-limit"), "3");
    assert_eq!(refused.refused(), (403, format!("API rate limit exceeded for installation ID {}.", hub.installation)));
    let told = hub.send("GET", "/rate_limit", &token, Value::Null).await.ok();
    assert_eq!(told["resources"]["core"]["remaining"], 0);
    hub.send("GET", "/app", &hub.jwt(), Value::Null).await.ok();
    assert_eq!(hub.server.limited(), 1);
    hub.server.advance(Duration::from_secs(3599));
    let token = hub.token().await;
    assert_eq!(hub.send("GET", "/repos/team/app", &token, Value::Null).await.status, 403);
    hub.server.advance(Duration::from_secs(2));
    hub.send("GET", "/repos/team/app", &token, Value::Null).await.ok();
}

#[rstest]
#[case::forbidden(false, 403)]
#[case::too_many(true, 429)]
#[tokio::test]
async fn a_minute_has_eighty_new_things(#[case] secondary_as_429: bool, #[case] status: u16) {
    let hub = Hub::start(GithubSettings { secondary_as_429, ..GithubSettings::default() });
    hub.ann.opens_issue(&hub.repo, "A", "");
    let token = hub.token().await;
    let path = "/repos/team/app/issues/1/comments";
    let say = async || hub.send("POST", path, &token, json!({"body": "a"})).await;
    for _ in 0..80 {
        say().await.ok();
    }
    let refused = say().await;
    let wait: u64 = refused.header("retry-after").parse().unwrap();
    assert!((1..=60).contains(&wait), "{wait}");
    let (code, words) = refused.refused();
    assert_eq!(code, status);
    assert!(words.starts_with("You have exceeded a secondary rate limit."), "{words}");
    hub.send("GET", path, &token, Value::Null).await.ok();
    assert_eq!(hub.server.limited_again(), 0);
    assert_eq!(say().await.status, status);
    assert_eq!(hub.server.limited_again(), 1);
    hub.server.advance(Duration::from_secs(61));
    say().await.ok();
}

#[tokio::test]
async fn an_hour_has_so_many_new_things() {
    let hub = Hub::start(GithubSettings { creations: (80, 5), ..GithubSettings::default() });
    hub.ann.opens_issue(&hub.repo, "A", "");
    for _ in 0..5 {
        hub.call("POST", "/issues/1/comments", json!({"body": "a"})).await.ok();
    }
    let refused = hub.call("POST", "/issues/1/comments", json!({"body": "a"})).await;
    let wait: u64 = refused.header("retry-after").parse().unwrap();
    assert!((3500..=3600).contains(&wait), "{wait}");
    hub.server.advance(Duration::from_secs(wait));
    hub.call("POST", "/issues/1/comments", json!({"body": "a"})).await.ok();
}

#[tokio::test]
async fn a_minute_has_so_many_changes() {
    let hub = Hub::start(GithubSettings::default());
    hub.ann.opens_issue(&hub.repo, "A", "");
    let token = hub.token().await;
    let path = "/repos/team/app/issues/1/reactions";
    for _ in 0..180 {
        hub.send("POST", path, &token, json!({"content": "eyes"})).await.ok();
    }
    let refused = hub.send("POST", path, &token, json!({"content": "eyes"})).await;
    assert_eq!((refused.status, refused.header("retry-after")), (403, "60"));
    hub.server.advance(Duration::from_secs(60));
    hub.send("POST", path, &token, json!({"content": "eyes"})).await.ok();
}

#[tokio::test]
async fn the_secondary_limit_can_come_at_any_time() {
    let hub = Hub::new();
    hub.server.misbehave(Fault::Secondary(7).once().on("GET", "/repos/team/app"));
    let refused = hub.call("GET", "", Value::Null).await;
    assert_eq!((refused.status, refused.header("retry-after")), (403, "7"));
    hub.call("GET", "", Value::Null).await.ok();
}
