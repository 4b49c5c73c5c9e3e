//! Issues, comments, labels and reactions: what is written is there, and people see it.

use serde_json::{Value, json};
use signalbox_testkit::github::{GithubSettings, Role};

use crate::harness::{Hub, PATIENCE};

#[tokio::test]
async fn what_the_hub_writes_is_seen_and_kept_up_to_date() {
    let hub = Hub::new();
    let issue = hub.ann.opens_issue(&hub.repo, "Broken", "It is broken.");
    let asked = hub.ann.comments(&issue, "@signalbox repair this");
    let made = hub.call("POST", "/issues/1/comments", json!({"body": "On it"})).await;
    assert_eq!(made.status, 201);
    assert_eq!(made.body["user"]["login"], "signalbox[bot]");
    assert_eq!(made.body["user"]["type"], "Bot");
    let id = made.body["id"].as_u64().unwrap();
    let path = format!("/issues/comments/{id}");
    hub.call("PATCH", &path, json!({"body": "Done\nand well"})).await.ok();
    let eyes = json!({"content": "eyes"});
    let react = format!("/issues/comments/{asked}/reactions");
    assert_eq!(hub.call("POST", &react, eyes.clone()).await.status, 201);
    assert_eq!(hub.call("POST", &react, eyes).await.status, 200);
    let seen = issue.wait_for_comment(|comment| comment.body.starts_with("Done"), PATIENCE).await;
    assert_eq!(seen.versions[0].body, "On it");
    hub.ann.labels(&issue, "bug");
    let wanted = "#1 Broken (open) [bug]\nann: It is broken.\nann: @signalbox repair this <eyes signalbox[bot]>\n\
                  signalbox[bot] (edited): Done\n    and well";
    assert_eq!(issue.transcript(), wanted);
    hub.call("DELETE", &path, Value::Null).await.ok();
    assert_eq!(hub.call("GET", &path, Value::Null).await.status, 404);
    assert_eq!(hub.server.complaints(), [""; 0]);
}

#[tokio::test]
async fn an_issue_is_made_tended_and_closed() {
    let hub = Hub::new();
    let made = hub.call("POST", "/issues", json!({"title": "A", "body": "b", "labels": ["bug"]})).await.ok();
    assert_eq!((&made["number"], &made["labels"][0]["name"]), (&json!(1), &json!("bug")));
    hub.call("POST", "/issues/1/labels", json!({"labels": ["ours"]})).await.ok();
    assert_eq!(hub.call("DELETE", "/issues/1/labels/none", Value::Null).await.status, 404);
    hub.call("DELETE", "/issues/1/labels/bug", Value::Null).await.ok();
    hub.call("POST", "/issues/1/assignees", json!({"assignees": ["ann"]})).await.ok();
    let changed = json!({"title": "B", "state": "closed", "labels": ["ours", "new"]});
    let closed = hub.call("PATCH", "/issues/1", changed).await.ok();
    assert_eq!(
        (&closed["state"], &closed["title"], &closed["assignee"]["login"]),
        (&json!("closed"), &json!("B"), &json!("ann"))
    );
    let thread = hub.repo.thread(1);
    assert_eq!(thread.labels(), ["ours", "new"]);
    assert!(!thread.is_open());
    assert_eq!(hub.get("/issues").await, json!([]));
    assert_eq!(hub.get("/issues?state=closed&labels=new").await[0]["number"], 1);
}

#[tokio::test]
async fn lists_come_in_pages() {
    let hub = Hub::new();
    let issue = hub.ann.opens_issue(&hub.repo, "A", "");
    for number in 0..5 {
        hub.ann.comments(&issue, &format!("comment {number}"));
    }
    let first = hub.call("GET", "/issues/1/comments?per_page=2", Value::Null).await;
    let next = format!("<{}/repos/team/app/issues/1/comments?per_page=2&page=2>; rel=\"next\"", hub.server.base_url());
    assert!(first.header("link").contains(&next), "{}", first.header("link"));
    let last = hub.call("GET", "/issues/1/comments?per_page=2&page=3", Value::Null).await;
    assert_eq!(last.body[0]["body"], "comment 4");
    assert!(!last.header("link").contains("next"));
}

#[tokio::test]
async fn whoever_did_not_write_it_may_not_change_it() {
    let hub = Hub::new();
    let issue = hub.ann.opens_issue(&hub.repo, "A", "");
    let comment = hub.ann.comments(&issue, "mine");
    let path = format!("/issues/comments/{comment}");
    let refused = hub.call("PATCH", &path, json!({"body": "yours"})).await.refused();
    assert_eq!(refused, (403, "Resource not accessible by integration".to_owned()));
    let token = hub.bob.token(&["repo"]);
    let refused = hub.send("PATCH", &format!("/repos/team/app{path}"), &token, json!({"body": "bob's"})).await;
    assert_eq!(refused.status, 403);
    assert_eq!(issue.comments()[0].body, "mine");
}

#[tokio::test]
async fn a_locked_issue_is_for_those_who_may_push() {
    let hub = Hub::new();
    let issue = hub.ann.opens_issue(&hub.repo, "A", "");
    hub.ann.locks(&issue);
    let (bob, ann) = (hub.bob.token(&["repo"]), hub.ann.token(&["repo"]));
    let path = "/repos/team/app/issues/1/comments";
    let refused = hub.send("POST", path, &bob, json!({"body": "a"})).await.refused();
    assert_eq!(refused, (403, "Unable to create comment because issue is locked.".to_owned()));
    hub.send("POST", path, &ann, json!({"body": "a"})).await.ok();
}

#[tokio::test]
async fn an_unchanged_answer_is_not_sent_again_and_costs_nothing() {
    let hub = Hub::start(GithubSettings::default());
    let issue = hub.ann.opens_issue(&hub.repo, "A", "");
    let token = hub.token().await;
    let path = "/repos/team/app/issues/1";
    let first = hub.send("GET", path, &token, Value::Null).await;
    let tag = first.header("etag").to_owned();
    let again = hub.send_with("GET", path, &token, (Value::Null, &[("if-none-match", &tag)])).await.unwrap();
    assert_eq!((again.status, again.header("etag")), (304, tag.as_str()));
    assert_eq!(again.header("x-ratelimit-remaining"), first.header("x-ratelimit-remaining"));
    hub.ann.comments(&issue, "news");
    let news = hub.send_with("GET", path, &token, (Value::Null, &[("if-none-match", &tag)])).await.unwrap();
    assert_eq!((news.status, &news.body["comments"]), (200, &json!(1)));
}

#[tokio::test]
async fn permissions_are_told_to_those_who_may_ask() {
    let hub = Hub::new();
    hub.repo.grants(&hub.server.user("mia"), Role::Maintain);
    let permission = async |login: &str| hub.get(&format!("/collaborators/{login}/permission")).await;
    let ann = permission("ann").await;
    assert_eq!(
        (&ann["permission"], &ann["role_name"], &ann["user"]["login"]),
        (&json!("write"), &json!("write"), &json!("ann"))
    );
    assert_eq!(permission("bob").await["permission"], "read");
    let mia = permission("mia").await;
    assert_eq!((&mia["permission"], &mia["role_name"]), (&json!("write"), &json!("maintain")));
    hub.server.user("eve");
    assert_eq!(permission("eve").await["permission"], "none");
    let gone = hub.call("GET", "/collaborators/nobody/permission", Value::Null).await.refused();
    assert_eq!(gone, (404, "nobody is not a user".to_owned()));
    let bob = hub.bob.token(&["repo"]);
    let refused = hub.send("GET", "/repos/team/app/collaborators/ann/permission", &bob, Value::Null).await.refused();
    assert_eq!(refused, (403, "Must have push access to view collaborator permission.".to_owned()));
}
