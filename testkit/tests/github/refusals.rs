//! What is refused of a body, and in which words.

use rstest::rstest;
use serde_json::{Value, json};

use crate::harness::Hub;

fn output(summary: usize) -> Value {
    json!({"title": "a", "summary": "a".repeat(summary)})
}

fn action(label: usize, description: usize, identifier: usize) -> Value {
    json!({"label": "a".repeat(label), "description": "a".repeat(description), "identifier": "a".repeat(identifier)})
}

fn annotations(count: usize) -> Value {
    let one = json!({"path": "a", "start_line": 1, "end_line": 1, "annotation_level": "notice", "message": "m"});
    json!({"title": "a", "summary": "a", "annotations": vec![one; count]})
}

#[rstest]
#[case::name(json!({"name": null}), "\"name\" wasn't supplied.")]
#[case::head(json!({"head_sha": null}), "\"head_sha\" wasn't supplied.")]
#[case::misspelt(json!({"detail_url": "a"}), "\"detail_url\" is not a permitted key.")]
#[case::misspelt_output(json!({"output": {"title": "a", "sumary": "a"}}), "\"sumary\" is not a permitted key.")]
#[case::state(json!({"status": "running"}), "For 'properties/status', \"running\" is not a member of")]
#[case::kind(json!({"external_id": 5}), "For 'properties/external_id', 5 is not a string.")]
#[case::conclusion(json!({"status": "completed"}), "\"conclusion\" wasn't supplied.")]
#[case::no_summary(json!({"output": {"title": "a"}}), "\"summary\" wasn't supplied.")]
#[case::summary(json!({"output": output(65_536)}), "Only 65535 characters are allowed; 65536 were supplied.")]
#[case::annotations(json!({"output": annotations(51)}), "No more than 50 items are allowed; 51 were supplied.")]
#[case::actions(json!({"actions": vec![action(1, 1, 1); 4]}), "No more than 3 items are allowed; 4 were supplied.")]
#[case::label(json!({"actions": [action(21, 40, 20)]}), "Only 20 characters are allowed; 21 were supplied.")]
#[case::description(json!({"actions": [action(20, 41, 20)]}), "Only 40 characters are allowed; 41 were supplied.")]
#[case::identifier(json!({"actions": [action(20, 40, 21)]}), "Only 20 characters are allowed; 21 were supplied.")]
#[tokio::test]
async fn a_check_run_has_its_bounds(#[case] change: Value, #[case] words: &str) {
    let hub = Hub::new();
    let mut body = json!({"name": "a", "head_sha": hub.repo.head("main").unwrap()});
    body.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
    let (status, message) = hub.call("POST", "/check-runs", body).await.refused();
    assert_eq!(status, 422);
    assert!(message.starts_with(&format!("Invalid request.\n\n{words}")), "{message}");
    assert!(hub.repo.check_runs().is_empty());
    assert_eq!(hub.server.complaints().len(), usize::from(message.contains("permitted key")));
}

#[tokio::test]
async fn what_just_fits_is_taken() {
    let hub = Hub::new();
    let mut output = annotations(50);
    output["summary"] = "ß".repeat(65_535).into();
    let head = hub.repo.head("main").unwrap();
    let body = json!({"name": "a", "head_sha": head, "output": output, "actions": vec![action(20, 40, 20); 3]});
    hub.call("POST", "/check-runs", body).await.ok();
    let missing = json!({"name": "a", "head_sha": "0123456789012345678901234567890123456789"});
    let refused = hub.call("POST", "/check-runs", missing).await.refused();
    assert_eq!(refused, (422, "No commit found for SHA: 0123456789012345678901234567890123456789".to_owned()));
    hub.ann.opens_issue(&hub.repo, "A", "");
    hub.call("POST", "/issues/1/comments", json!({"body": "🦀".repeat(65_536)})).await.ok();
}

#[rstest]
#[case::long("/issues/1/comments", json!({"body": "a".repeat(65_537)}), "Body is too long (maximum is 65536 characters)")]
#[case::blank("/issues/1/comments", json!({"body": " \n"}), "Body can't be blank")]
#[case::long_issue("/issues", json!({"title": "a", "body": "a".repeat(65_537)}), "Body is too long (maximum is 65536 characters)")]
#[case::no_title("/issues", json!({"title": " "}), "title missing_field")]
#[case::reaction("/issues/1/reactions", json!({"content": "👀"}), "content invalid")]
#[case::label("/labels", json!({"name": "bug"}), "name already_exists")]
#[tokio::test]
async fn what_cannot_be_written_is_refused(#[case] path: &str, #[case] body: Value, #[case] words: &str) {
    let hub = Hub::new();
    let issue = hub.ann.opens_issue(&hub.repo, "A", "");
    hub.ann.labels(&issue, "bug");
    let refused = hub.call("POST", path, body).await;
    let error = &refused.body["errors"][0];
    let field = format!("{} {}", error["field"].as_str().unwrap(), error["code"].as_str().unwrap());
    assert_eq!(error["message"].as_str().unwrap_or(&field), words);
    assert_eq!(refused.refused(), (422, "Validation Failed".to_owned()));
}

#[rstest]
#[case::field("POST", "/issues/1/comments", json!({"body": "a", "text": "b"}), "unknown field \"text\"")]
#[case::query("GET", "/issues?labels=a&assigned=b", Value::Null, "unknown query parameter \"assigned\"")]
#[case::query_of_pages("GET", "/issues/1/comments?perpage=5", Value::Null, "unknown query parameter \"perpage\"")]
#[tokio::test]
async fn what_github_would_ignore_is_complained_of(
    #[case] method: &str,
    #[case] path: &str,
    #[case] body: Value,
    #[case] words: &str,
) {
    let hub = Hub::new();
    hub.ann.opens_issue(&hub.repo, "A", "");
    assert_eq!(hub.call(method, path, body).await.status, 422);
    let complaints = hub.server.complaints();
    assert_eq!(complaints.len(), 1);
    assert!(complaints[0].starts_with(words), "{complaints:?}");
}

#[rstest]
#[case::route("GET", "/isues", 404, "Not Found")]
#[case::number("GET", "/issues/99", 404, "Not Found")]
#[case::word("GET", "/issues/one", 404, "Not Found")]
#[case::comment("GET", "/issues/comments/1", 404, "Not Found")]
#[case::run("GET", "/check-runs/1", 404, "Not Found")]
#[tokio::test]
async fn what_is_not_there_is_not_found(
    #[case] method: &str,
    #[case] path: &str,
    #[case] status: u16,
    #[case] words: &str,
) {
    let hub = Hub::new();
    assert_eq!(hub.call(method, path, Value::Null).await.refused(), (status, words.to_owned()));
}

#[tokio::test]
async fn a_request_has_a_name_a_version_and_json() {
    let hub = Hub::new();
    let token = hub.token().await;
    let send = async |headers: &[(&str, &str)]| {
        hub.send_with("GET", "/repos/team/app", &token, (Value::Null, headers)).await.unwrap()
    };
    send(&[("x-github-api-version", "2022-11-28")]).await.ok();
    assert_eq!(send(&[("x-github-api-version", "1999-01-01")]).await.refused().0, 400);
    let url = format!("{}/repos/team/app", hub.server.base_url());
    let nameless = reqwest::Client::new().get(&url).bearer_auth(&token).send().await.unwrap();
    assert_eq!(nameless.status(), 403);
    assert!(nameless.text().await.unwrap().contains("Please make sure your request has a User-Agent header"));
    let request = reqwest::Client::new().post(format!("{url}/issues")).header("user-agent", "a").bearer_auth(&token);
    let broken = request.body("{\"title\":").send().await.unwrap();
    assert_eq!(broken.status(), 400);
    assert!(broken.text().await.unwrap().contains("Problems parsing JSON"));
}
