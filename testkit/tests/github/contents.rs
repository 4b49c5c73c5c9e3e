//! Files, branches, commits and what lies between.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use signalbox_testkit::github::Push;

use crate::harness::Hub;

#[tokio::test]
async fn files_and_folders_are_read_as_they_are_in_git() {
    let hub = Hub::new();
    let push = Push::to("main")
        .file("src/a \"b\".rs", "fn a() {}\n")
        .link("out", "/etc/passwd")
        .program("run.sh", "#!/bin/sh\n");
    let head = hub.ann.pushes_commit(&hub.repo, push);
    let file = hub.get("/contents/src/a%20%22b%22.rs").await;
    let content = file["content"].as_str().unwrap().replace('\n', "");
    assert_eq!(STANDARD.decode(content).unwrap(), b"fn a() {}\n");
    assert_eq!((&file["type"], &file["encoding"], &file["size"]), (&json!("file"), &json!("base64"), &json!(10)));
    let link = hub.get(&format!("/contents/out?ref={head}")).await;
    assert_eq!((&link["type"], &link["target"]), (&json!("symlink"), &json!("/etc/passwd")));
    let folder = hub.get("/contents/").await;
    let names: Vec<&str> = folder.as_array().unwrap().iter().map(|entry| entry["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["README.md", "out", "run.sh", "src"]);
    assert_eq!(hub.call("GET", "/contents/none", Value::Null).await.status, 404);
    let token = hub.token().await;
    let raw = [("accept", "application/vnd.github.raw+json")];
    let raw = hub.send_with("GET", "/repos/team/app/contents/run.sh", &token, (Value::Null, &raw)).await.unwrap();
    assert_eq!(raw.body, "#!/bin/sh\n");
}

#[tokio::test]
async fn branches_say_whether_they_are_protected() {
    let hub = Hub::new();
    hub.ann.pushes(&hub.repo, "feature/one", &[("a", "a")]);
    hub.repo.protects("main");
    let main = hub.get("/branches/main").await;
    assert_eq!((&main["protected"], &main["commit"]["commit"]["message"]), (&json!(true), &json!("Begin")));
    let feature = hub.get("/branches/feature/one").await;
    assert_eq!((&feature["protected"], &feature["name"]), (&json!(false), &json!("feature/one")));
    assert_eq!(hub.get("/git/ref/heads/feature/one").await["object"]["sha"], json!(hub.repo.head("feature/one")));
    assert_eq!(hub.get("/branches").await[1]["name"], "main");
    let gone = hub.call("GET", "/branches/feature", Value::Null).await.refused();
    assert_eq!(gone, (404, "Branch not found".to_owned()));
    assert_eq!(hub.call("GET", "/branches/main/protection", Value::Null).await.status, 403);
}

#[tokio::test]
async fn what_lies_between_two_commits_is_told() {
    let hub = Hub::new();
    hub.ann.pushes(&hub.repo, "topic", &[("a", "one\ntwo\n")]);
    hub.ann.pushes_commit(&hub.repo, Push::to("topic").without("README.md").file("a", "one\n2\n"));
    hub.ann.pushes(&hub.repo, "main", &[("b", "b\n")]);
    let compared = hub.get("/compare/main...topic").await;
    assert_eq!(
        (&compared["status"], &compared["ahead_by"], &compared["behind_by"]),
        (&json!("diverged"), &json!(2), &json!(1))
    );
    assert_eq!(compared["files"][0]["filename"], "README.md");
    assert_eq!(compared["files"][0]["status"], "removed");
    assert_eq!(compared["files"][1]["patch"], "@@ -0,0 +1,2 @@\n+one\n+2");
    assert_eq!(compared["commits"][1]["author"]["login"], "ann");
    let commit = hub.get("/commits/topic").await;
    assert_eq!(commit["stats"], json!({"total": 3, "additions": 1, "deletions": 2}));
    let fork = hub.bob.forks(&hub.repo);
    hub.bob.pushes(&fork, "mine", &[("c", "c\n")]);
    let compared = hub.get("/compare/main...bob:mine").await;
    assert_eq!((&compared["status"], &compared["ahead_by"]), (&json!("ahead"), &json!(1)));
    assert_eq!(hub.call("GET", "/compare/main...none", Value::Null).await.status, 404);
    let missing = hub.call("GET", "/commits/none", Value::Null).await.refused();
    assert_eq!(missing, (422, "No commit found for SHA: none".to_owned()));
}
