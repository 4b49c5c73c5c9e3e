//! Pull requests and their reviews.

use rstest::rstest;
use serde_json::{Value, json};

use crate::harness::Hub;

fn draft(head: &str) -> Value {
    json!({"title": "Repair it", "head": head, "base": "main", "body": "Closes #1", "draft": true})
}

#[tokio::test]
async fn a_draft_is_opened_and_read() {
    let hub = Hub::new();
    hub.ann.opens_issue(&hub.repo, "Broken", "");
    hub.ann.pushes(&hub.repo, "topic", &[("a.txt", "a\n")]);
    let made = hub.call("POST", "/pulls", draft("topic")).await;
    assert_eq!(made.status, 201);
    assert_eq!(
        (&made.body["number"], &made.body["draft"], &made.body["commits"]),
        (&json!(2), &json!(true), &json!(1))
    );
    let pull = hub.repo.thread(2);
    assert_eq!((pull.author().as_str(), pull.is_draft(), pull.body().as_str()), ("signalbox[bot]", true, "Closes #1"));
    assert_eq!(hub.get("/pulls/2/files").await[0]["filename"], "a.txt");
    assert_eq!(hub.get("/pulls/2/commits").await[0]["author"]["login"], "ann");
    assert_eq!(hub.get("/pulls?head=team:topic").await[0]["number"], 2);
    assert_eq!(hub.get("/pulls?head=team:none").await, json!([]));
    let head = pull.head();
    assert_eq!(hub.get(&format!("/commits/{head}/pulls")).await[0]["number"], 2);
    assert!(hub.get("/issues/2").await["pull_request"]["url"].as_str().unwrap().ends_with("/pulls/2"));
    assert_eq!(hub.call("GET", "/pulls/1", Value::Null).await.status, 404);
    let closed = hub.call("PATCH", "/pulls/2", json!({"state": "closed", "title": "Not now"})).await.ok();
    assert_eq!((&closed["state"], &closed["title"]), (&json!("closed"), &json!("Not now")));
    let token = hub.token().await;
    let diff = [("accept", "application/vnd.github.diff")];
    let diff = hub.send_with("GET", "/repos/team/app/pulls/2", &token, (Value::Null, &diff)).await.unwrap();
    assert!(diff.body.as_str().unwrap().ends_with("+++ b/a.txt\n@@ -0,0 +1 @@\n+a\n"));
}

#[rstest]
#[case::twice("topic", "A pull request already exists for team:topic.")]
#[case::nothing("same", "No commits between main and same")]
#[case::no_branch("none", "head invalid")]
#[case::no_owner("eve:topic", "head invalid")]
#[tokio::test]
async fn a_pull_request_that_cannot_be_is_refused(#[case] head: &str, #[case] words: &str) {
    let hub = Hub::new();
    hub.ann.pushes(&hub.repo, "topic", &[("a.txt", "a\n")]);
    hub.ann.opens_pull(&hub.repo, "topic", "A", "");
    let main = hub.repo.head("main").unwrap();
    hub.ann.force_pushes(&hub.repo, "other", &main, &[("b.txt", "b\n")]);
    let directory = tempfile::tempdir().unwrap();
    let url = crate::harness::with_token(&hub.repo.clone_url(), &hub.ann.token(&["repo"]));
    crate::harness::git_ok(directory.path(), &["clone", "--quiet", &url, "."]).await;
    crate::harness::git_ok(directory.path(), &["push", "--quiet", "origin", "main:same"]).await;
    let refused = hub.call("POST", "/pulls", draft(head)).await;
    let error = &refused.body["errors"][0];
    let field = format!("{} {}", error["field"].as_str().unwrap(), error["code"].as_str().unwrap());
    assert_eq!(error["message"].as_str().unwrap_or(&field), words);
    assert_eq!(refused.refused(), (422, "Validation Failed".to_owned()));
}

#[tokio::test]
async fn a_review_with_comments_at_lines() {
    let hub = Hub::new();
    hub.ann.pushes(&hub.repo, "topic", &[("a.txt", "a\nb\nc\n")]);
    let pull = hub.ann.opens_pull(&hub.repo, "topic", "A", "");
    let comments = json!([{"path": "a.txt", "line": 2, "side": "RIGHT", "body": "Why?"}]);
    let review = json!({"event": "REQUEST_CHANGES", "body": "Hm.", "comments": comments});
    let made = hub.call("POST", "/pulls/1/reviews", review).await.ok();
    assert_eq!(made["state"], "CHANGES_REQUESTED");
    assert_eq!(pull.reviews(), [("Hm.".to_owned(), "CHANGES_REQUESTED")]);
    let id = made["id"].as_u64().unwrap();
    let comment = hub.get(&format!("/pulls/1/reviews/{id}/comments")).await[0].clone();
    assert_eq!((&comment["diff_hunk"], &comment["line"]), (&json!("@@ -0,0 +1,3 @@\n+a\n+b"), &json!(2)));
    let path = format!("/pulls/1/comments/{}/replies", comment["id"]);
    let reply = hub.call("POST", &path, json!({"body": "Because."})).await.ok();
    assert_eq!(reply["in_reply_to_id"], comment["id"]);
    hub.ann.replies(&pull, reply["id"].as_u64().unwrap(), "I see.");
    assert_eq!(pull.review_comments()[2].reply_to, comment["id"].as_u64());
    let eyes = format!("/pulls/comments/{}/reactions", comment["id"]);
    assert_eq!(hub.call("POST", &eyes, json!({"content": "eyes"})).await.status, 201);
    let path = format!("/pulls/comments/{}", reply["id"]);
    hub.call("PATCH", &path, json!({"body": "Because!"})).await.ok();
    assert!(pull.transcript().contains("signalbox[bot] at a.txt:2 (edited): Because!"));
    let outside = json!({"event": "COMMENT", "comments": [{"path": "a.txt", "line": 9, "body": "?"}]});
    let refused = hub.call("POST", "/pulls/1/reviews", outside).await;
    assert_eq!(refused.body["errors"][0]["message"], "pull_request_review_thread.line must be part of the diff");
    let single = json!({"body": "One", "commit_id": pull.head(), "path": "a.txt", "line": 1});
    hub.call("POST", "/pulls/1/comments", single).await.ok();
    assert_eq!(hub.get("/pulls/1/comments").await.as_array().unwrap().len(), 4);
}

#[tokio::test]
async fn nobody_approves_their_own() {
    let hub = Hub::new();
    hub.ann.pushes(&hub.repo, "topic", &[("a.txt", "a\n")]);
    hub.call("POST", "/pulls", draft("topic")).await.ok();
    let refused = hub.call("POST", "/pulls/1/reviews", json!({"event": "APPROVE"})).await.refused();
    assert_eq!(refused, (422, "Unprocessable Entity: Can not approve your own pull request".to_owned()));
    let pull = hub.repo.thread(1);
    hub.bob.approves(&pull, "Good.");
    assert_eq!(pull.reviews(), [("Good.".to_owned(), "APPROVED")]);
}
