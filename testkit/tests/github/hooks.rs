//! Webhooks: who hears of what, how they are signed, and how deliveries are found again.

use std::time::Duration;

use serde_json::{Value, json};
use signalbox_testkit::github::{Fault, GithubSettings};

use crate::harness::{Hub, PATIENCE};
use crate::hook::{Hook, delivered};

#[tokio::test]
async fn a_comment_is_told_signed_over_the_raw_bytes() {
    let hub = Hub::new();
    let hook = Hook::listen(&hub).await;
    let issue = hub.ann.opens_issue(&hub.repo, "Über", "ß");
    hub.ann.comments(&issue, "@signalbox „repair” this");
    delivered(&hub).await;
    assert_eq!(hook.names(), ["issues.opened", "issue_comment.created"]);
    let posted = &hook.posted()[1];
    assert!(posted.is_signed_with(&hub.server.webhook_secret()));
    assert!(!posted.is_signed_with("another secret"));
    assert!(posted.header("user-agent").starts_with("GitHub-Hookshot/"));
    assert_eq!(posted.header("content-type"), "application/json");
    assert_eq!(posted.header("x-github-hook-installation-target-type"), "integration");
    assert_eq!(posted.header("x-github-hook-installation-target-id"), hub.server.app_id().to_string());
    assert_eq!(posted.header("x-github-delivery").len(), 36);
    let payload = posted.payload();
    assert_eq!(payload["comment"]["body"], "@signalbox „repair” this");
    assert_eq!(
        (&payload["sender"]["login"], &payload["installation"]["id"]),
        (&json!("ann"), &json!(hub.installation))
    );
    assert_eq!(
        (&payload["repository"]["full_name"], &payload["organization"]["login"]),
        (&json!("team/app"), &json!("team"))
    );
}

#[tokio::test]
async fn all_that_people_do_is_told() {
    let hub = Hub::new();
    let hook = Hook::listen(&hub).await;
    hub.ann.pushes(&hub.repo, "topic", &[("a.txt", "a\nb\nc\n")]);
    let pull = hub.ann.opens_pull(&hub.repo, "topic", "A", "b");
    let comment = hub.ann.comments(&pull, "one");
    hub.ann.edits(&pull, comment, "two");
    hub.ann.labels(&pull, "bug");
    hub.ann.assigns(&pull, "bob");
    hub.bob.reviews(&pull, "Hm.", &[("a.txt", 2, "Why b?")]);
    let line = pull.review_comments()[0].id;
    hub.ann.replies(&pull, line, "Because.");
    hub.ann.edits_body(&pull, "c");
    hub.ann.deletes(&pull, comment);
    hub.ann.merges(&pull);
    hub.ann.stars(&hub.repo);
    delivered(&hub).await;
    let mut names = hook.names();
    names.retain(|name| !name.starts_with("check_"));
    names.sort();
    let wanted = [
        "issue_comment.created",
        "issue_comment.deleted",
        "issue_comment.edited",
        "pull_request.assigned",
        "pull_request.closed",
        "pull_request.edited",
        "pull_request.labeled",
        "pull_request.opened",
        "pull_request_review.submitted",
        "pull_request_review_comment.created",
        "pull_request_review_comment.created",
        "push",
        "push",
    ];
    assert_eq!(names, wanted, "a star was not subscribed to");
    assert_eq!(hook.payload("issue_comment.edited")["changes"]["body"]["from"], "one");
    assert_eq!(hook.payload("pull_request.edited")["changes"]["body"]["from"], "b");
    assert_eq!(hook.payload("pull_request.labeled")["label"]["name"], "bug");
    assert_eq!(hook.payload("pull_request.closed")["pull_request"]["merged"], true);
    assert_eq!(hook.payload("pull_request_review.submitted")["review"]["state"], "commented");
    let remark = hook.payload("pull_request_review_comment.created");
    assert_eq!(remark["comment"]["diff_hunk"], "@@ -0,0 +1,3 @@\n+a\n+b");
    assert_eq!((&remark["comment"]["line"], &remark["comment"]["path"]), (&json!(2), &json!("a.txt")));
}

#[tokio::test]
async fn an_app_hears_only_of_where_it_is() {
    let hub = Hub::new();
    let hook = Hook::listen(&hub).await;
    let other = hub.server.repository("others/app", signalbox_testkit::github::Visibility::Public);
    hub.ann.opens_issue(&other, "A", "");
    other.installs_app();
    other.uninstalls_app();
    hub.ann.opens_issue(&other, "A", "");
    hub.server.pings();
    delivered(&hub).await;
    let mut names = hook.names();
    names.sort();
    assert_eq!(names, ["installation.created", "installation.deleted", "ping"]);
    assert_eq!(hook.payload("installation.created")["repositories"][0]["full_name"], "others/app");
    assert_eq!(hook.payload("ping")["hook"]["type"], "App");
}

#[tokio::test]
async fn what_failed_is_not_sent_again_but_can_be_found_and_asked_for() {
    let hub = Hub::new();
    let hook = Hook::failing(&hub, &[500]).await;
    let issue = hub.ann.opens_issue(&hub.repo, "A", "");
    delivered(&hub).await;
    hub.ann.comments(&issue, "b");
    delivered(&hub).await;
    assert_eq!(hook.names().len(), 2);
    let path = "/app/hook/deliveries?status=failure";
    let failed = hub.send("GET", path, &hub.jwt(), Value::Null).await.ok();
    assert_eq!((&failed[0]["status_code"], &failed[0]["status"]), (&json!(500), &json!("Invalid HTTP Response: 500")));
    let id = failed[0]["id"].as_u64().unwrap();
    let whole = hub.send("GET", &format!("/app/hook/deliveries/{id}"), &hub.jwt(), Value::Null).await.ok();
    assert_eq!(whole["request"]["payload"]["issue"]["title"], "A");
    assert_eq!(whole["request"]["headers"]["X-GitHub-Event"], "issues");
    let path = format!("/app/hook/deliveries/{id}/attempts");
    assert_eq!(hub.send("POST", &path, &hub.jwt(), Value::Null).await.status, 202);
    let again = hub.server.wait_for_delivery(|delivery| delivery.redelivery, PATIENCE).await;
    assert_eq!((again.status_code, again.guid.as_str()), (202, whole["guid"].as_str().unwrap()));
    let posted = hook.posted();
    assert_eq!(posted[0].body, posted[2].body);
    assert_eq!(posted[0].header("x-github-delivery"), posted[2].header("x-github-delivery"));
}

#[tokio::test]
async fn deliveries_come_in_pages_and_are_forgotten_after_three_days() {
    let hub = Hub::new();
    let _hook = Hook::listen(&hub).await;
    for number in 0..5 {
        hub.ann.opens_issue(&hub.repo, &number.to_string(), "");
    }
    delivered(&hub).await;
    let mut path = "/app/hook/deliveries?per_page=2".to_owned();
    let mut ids = Vec::new();
    loop {
        let page = hub.send("GET", &path, &hub.jwt(), Value::Null).await;
        ids.extend(page.body.as_array().unwrap().iter().map(|one| one["id"].as_u64().unwrap()));
        let link = page.header("link").to_owned();
        let Some(next) = link.strip_prefix('<').and_then(|link| link.strip_suffix(">; rel=\"next\"")) else { break };
        path = next.strip_prefix(&hub.server.base_url()).unwrap().to_owned();
    }
    assert_eq!(ids.len(), 5);
    assert!(ids.is_sorted_by(|one, next| one > next), "latest first: {ids:?}");
    hub.server.advance(Duration::from_secs(3 * 24 * 3600));
    assert_eq!(hub.send("GET", "/app/hook/deliveries", &hub.jwt(), Value::Null).await.ok(), json!([]));
}

#[tokio::test]
async fn a_webhook_can_be_lost_doubled_late_overtaken_or_forged() {
    let hub = Hub::new();
    let hook = Hook::listen(&hub).await;
    let opened = async |title: &str, fault: Option<Fault>| {
        if let Some(fault) = fault {
            hub.server.misbehave(fault.once().of("issues"));
        }
        hub.ann.opens_issue(&hub.repo, title, "");
        if fault != Some(Fault::SwapWebhooks) {
            delivered(&hub).await;
        }
    };
    opened("lost", Some(Fault::LoseWebhook)).await;
    opened("down", Some(Fault::WebhookDown)).await;
    opened("doubled", Some(Fault::RepeatWebhook)).await;
    opened("late", Some(Fault::DelayWebhook(Duration::from_millis(20)))).await;
    opened("overtaken", Some(Fault::SwapWebhooks)).await;
    opened("overtaking", None).await;
    opened("forged", Some(Fault::WrongSignature)).await;
    let posted = hook.posted();
    let titles: Vec<String> =
        posted.iter().map(|one| one.payload()["issue"]["title"].as_str().unwrap().to_owned()).collect();
    let mut sorted = titles.clone();
    sorted.sort();
    assert_eq!(sorted, ["doubled", "doubled", "forged", "late", "overtaken", "overtaking"]);
    assert_eq!(posted[0].header("x-github-delivery"), posted[1].header("x-github-delivery"));
    assert!(!posted.last().unwrap().is_signed_with(&hub.server.webhook_secret()));
    let deliveries = hub.server.deliveries();
    let codes: Vec<u16> = deliveries.iter().map(|delivery| delivery.status_code).collect();
    assert_eq!(codes, [504, 502, 202, 202, 202, 202, 202]);
    assert!(deliveries[5].sent < deliveries[4].sent);
    assert_eq!(hub.server.misbehaviours_left(), 0);
}

#[tokio::test]
async fn a_slow_answer_holds_up_no_other_webhook() {
    let hub = Hub::new();
    let hook = Hook::slow(&hub, Duration::from_millis(300)).await;
    for _ in 0..20 {
        hub.ann.opens_issue(&hub.repo, "A", "");
    }
    let started = std::time::Instant::now();
    delivered(&hub).await;
    assert_eq!(hook.posted().len(), 20);
    assert!(started.elapsed() < Duration::from_secs(3), "{:?}", started.elapsed());
}

#[tokio::test]
async fn a_repository_has_webhooks_of_its_own_for_who_has_no_app() {
    let hub = Hub::start(GithubSettings { limits: false, ..GithubSettings::default() });
    let hook = Hook::default();
    let url = hook.clone().serve().await;
    let id = hub.repo.webhooks_to(&url, "mine", &["issue_comment", "check_run"]);
    let issue = hub.ann.opens_issue(&hub.repo, "A", "");
    hub.ann.comments(&issue, "b");
    delivered(&hub).await;
    let mut names = hook.names();
    names.sort();
    assert_eq!(names, ["issue_comment.created", "ping"]);
    assert!(hook.posted().iter().all(|posted| posted.is_signed_with("mine")));
    assert_eq!(hook.posted()[0].header("x-github-hook-installation-target-type"), "repository");
    assert!(hook.payload("issue_comment.created").get("installation").is_none());
    let owner = hub.server.user("root");
    hub.repo.grants(&owner, signalbox_testkit::github::Role::Admin);
    let token = owner.token(&["repo"]);
    let listed = hub.send("GET", "/repos/team/app/hooks", &token, Value::Null).await.ok();
    assert_eq!((&listed[0]["id"], &listed[0]["config"]["secret"]), (&json!(id), &json!("********")));
    let path = format!("/repos/team/app/hooks/{id}/deliveries");
    let deliveries = hub.send("GET", &path, &token, Value::Null).await.ok();
    assert_eq!(deliveries.as_array().unwrap().len(), 2);
    let attempt = format!("{path}/{}/attempts", deliveries[0]["id"]);
    assert_eq!(hub.send("POST", &attempt, &token, Value::Null).await.status, 202);
    assert_eq!(hub.send("GET", "/repos/team/app/hooks", &hub.ann.token(&["repo"]), Value::Null).await.status, 403);
}
