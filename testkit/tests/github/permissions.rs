//! Who may do what, by which credential, and in which words it is refused.

use rstest::rstest;
use serde_json::{Value, json};
use signalbox_testkit::github::{Level, Role, Visibility};

use crate::harness::Hub;

const INTEGRATION: &str = "Resource not accessible by integration";

#[rstest]
#[case::comment("POST", "/issues/1/comments", json!({"body": "a"}))]
#[case::issue("POST", "/issues", json!({"title": "a"}))]
#[case::label("POST", "/issues/1/labels", json!({"labels": ["a"]}))]
#[case::reaction("POST", "/issues/1/reactions", json!({"content": "eyes"}))]
#[case::pull("POST", "/pulls", json!({"title": "a", "head": "topic", "base": "main"}))]
#[case::check("POST", "/check-runs", json!({"name": "a", "head_sha": "a"}))]
#[case::review("POST", "/pulls/1/reviews", json!({"event": "COMMENT", "body": "a"}))]
#[case::permission("GET", "/collaborators/ann/permission", Value::Null)]
#[tokio::test]
async fn an_app_that_is_not_there_may_only_look(#[case] method: &str, #[case] path: &str, #[case] body: Value) {
    let hub = Hub::new();
    let other = hub.server.repository("others/app", Visibility::Public);
    hub.ann.opens_issue(&other, "A", "");
    let token = hub.token().await;
    let path = format!("/repos/others/app{path}");
    let answer = hub.send(method, &path, &token, body).await;
    if path.ends_with("permission") {
        // Everybody has the permission to see metadata.
        assert_eq!(answer.status, 403, "{answer:?}");
    } else {
        assert_eq!(answer.refused(), (403, INTEGRATION.to_owned()));
    }
    hub.send("GET", "/repos/others/app/issues/1", &token, Value::Null).await.ok();
}

#[rstest]
#[case::nobody("", 404)]
#[case::app_itself("jwt", 404)]
#[case::stranger("eve", 404)]
#[case::unscoped("unscoped", 404)]
#[case::reader("bob", 200)]
#[case::fine_elsewhere("fine", 404)]
#[tokio::test]
async fn a_private_repository_is_not_there_for_others(#[case] who: &str, #[case] status: u16) {
    let hub = Hub::new();
    let other = hub.server.repository("team/other", Visibility::Private);
    other.grants(&hub.ann, Role::Write);
    let token = match who {
        "jwt" => hub.jwt(),
        "eve" => hub.server.user("eve").token(&["repo"]),
        "unscoped" => hub.bob.token(&["public_repo"]),
        "bob" => hub.bob.token(&["repo"]),
        "fine" => hub.ann.fine_grained_token(&[("contents", Level::Write)], &[&other]),
        _ => String::new(),
    };
    assert_eq!(hub.send("GET", "/repos/team/app", &token, Value::Null).await.status, status);
}

#[tokio::test]
async fn one_token_does_what_its_owner_may() {
    let hub = Hub::new();
    let public = hub.server.repository("others/app", Visibility::Public);
    let issue = hub.ann.opens_issue(&public, "A", "");
    let token = hub.ann.token(&["public_repo"]);
    hub.send("POST", "/repos/others/app/issues/1/comments", &token, json!({"body": "a"})).await.ok();
    assert_eq!(issue.comments()[0].author, "ann");
    let label = json!({"labels": ["a"]});
    assert_eq!(hub.send("POST", "/repos/others/app/issues/1/labels", &token, label).await.status, 403);
    let me = hub.send("GET", "/user", &token, Value::Null).await;
    assert_eq!((me.header("x-oauth-scopes"), &me.body["login"]), ("public_repo", &json!("ann")));
    let refused = hub.send("GET", "/user", &hub.token().await, Value::Null).await.refused();
    assert_eq!(refused, (403, INTEGRATION.to_owned()));
    let fine = hub.ann.fine_grained_token(&[("contents", Level::Read)], &[&hub.repo]);
    let refused = hub.send("POST", "/repos/team/app/issues", &fine, json!({"title": "a"})).await.refused();
    assert_eq!(refused, (403, "Resource not accessible by personal access token".to_owned()));
    hub.ann.revokes(&token);
    assert_eq!(hub.send("GET", "/user", &token, Value::Null).await.refused(), (401, "Bad credentials".to_owned()));
}

#[tokio::test]
async fn an_archived_repository_is_read_only() {
    let hub = Hub::new();
    hub.repo.archives();
    let refused = hub.call("POST", "/issues", json!({"title": "a"})).await.refused();
    assert_eq!(refused, (403, "Repository was archived so is read-only.".to_owned()));
    assert_eq!(hub.get("").await["archived"], true);
}
