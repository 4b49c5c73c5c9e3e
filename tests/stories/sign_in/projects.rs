//! Looking after a project over the network and on the command line, as several people do at once.

use super::stage::{Answer, Browser, Stage, answered};
use reqwest::Method;
use serde_json::{Value, json};

const MAKE: &str = "version = 1\n\n[[commands]]\nprogram = \"make\"\noperands = \"any\"\n";

fn tag(answer: &Answer) -> String {
    answer.headers["etag"].to_str().unwrap().to_owned()
}

async fn changes(stage: &Stage, browser: &Browser<'_>, tag: Option<&str>, change: &Value) -> Answer {
    let request = stage.asks(Method::PATCH, "/api/v1/projects/site").header("origin", &stage.base);
    let request = request.header("cookie", browser.cookie.clone().unwrap()).json(change);
    answered(tag.into_iter().fold(request, |request, tag| request.header("if-match", tag))).await
}

#[tokio::test]
async fn two_who_edit_a_policy_do_not_overwrite_each_other() {
    let stage = Stage::opens().await;
    let mut ada = stage.admin().await;
    ada.adds_site().await;
    let shown = ada.gets("/api/v1/projects/site").await;
    assert_eq!((shown.status.as_u16(), &shown.body["policy"]), (200, &Value::Null), "{shown:?}");
    assert_eq!(shown.body["rules"]["hosts"], json!([]), "{shown:?}");
    let first = tag(&shown);
    let change = json!({ "policy": MAKE });
    assert_eq!(changes(&stage, &ada, None, &change).await.status, 428);
    let changed = changes(&stage, &ada, Some(&first), &change).await;
    assert_eq!((changed.status.as_u16(), &changed.body["policy"]), (200, &json!(MAKE)), "{changed:?}");
    let late = changes(&stage, &ada, Some(&first), &json!({ "policy": null })).await;
    assert_eq!(late.status, 412);
    assert!(late.body["detail"].as_str().unwrap().contains("somebody has changed it"), "{late:?}");
    let now = tag(&ada.gets("/api/v1/projects/site").await);
    let faulty = changes(&stage, &ada, Some(&now), &json!({ "policy": "version = 1\nhosts = []\n" })).await;
    assert_eq!(faulty.status, 422);
    assert!(faulty.body["detail"].as_str().unwrap().contains("line 2"), "{faulty:?}");
    assert_eq!(changes(&stage, &ada, Some(&now), &json!({ "policy": null })).await.status, 200);
    drop(ada);
    stage.ends().await;
}

#[tokio::test]
async fn a_policy_is_tried_before_it_is_saved() {
    let stage = Stage::opens().await;
    let mut ada = stage.admin().await;
    ada.adds_site().await;
    let trial = "/api/v1/projects/site/policy/trial";
    let call = |policy: Value| json!({ "policy": policy, "tool": "Bash", "input": { "command": "make all" } });
    let own = ada.posts(trial, json!({ "tool": "Bash", "input": { "command": "make all" } })).await.body;
    assert_eq!(
        (&own["verdict"]["decision"], &own["approvers"]["people"]),
        (&json!("ask"), &json!(["ada", "operator"]))
    );
    let draft = ada.posts(trial, call(json!(MAKE))).await.body;
    assert_eq!(draft["verdict"]["decision"], "allow", "{draft}");
    let faulty = ada.posts(trial, call(json!("version = 1\n[nothing]\n"))).await.body;
    assert_eq!((&faulty["faults"][0]["line"], &faulty["verdict"]), (&json!(2), &Value::Null), "{faulty}");

    std::fs::write(stage.world.folder().join("draft.toml"), MAKE).unwrap();
    let draft = stage.world.folder().join("draft.toml");
    let draft = draft.to_str().unwrap();
    let asks = stage.world.says(&["policy", "test", "site", "make all"]).await;
    assert!(asks.stdout.starts_with("ask: ") && asks.stdout.contains("who could say yes now: ada"), "{}", asks.stdout);
    let allows = stage.world.says(&["policy", "test", "site", "--policy", draft, "make all"]).await;
    assert!(allows.stdout.starts_with("allow: "), "{}", allows.stdout);
    let reads = stage.world.says(&["policy", "test", "site", "--tool", "Edit", "src/main.rs"]).await;
    assert!(reads.stdout.starts_with("allow: "), "{}", reads.stdout);
    let set = stage.world.says(&["project", "set", "site", "--policy", draft]).await;
    assert_eq!(set.code(), 0, "{}", set.stderr);
    let allows = stage.world.says(&["policy", "test", "site", "make all"]).await;
    assert!(allows.stdout.starts_with("allow: "), "{}", allows.stdout);
    let shown = stage.world.says(&["project", "show", "site"]).await;
    assert!(shown.stdout.contains("policy: its own"), "{}", shown.stdout);
    assert_eq!(stage.world.says(&["project", "set", "site"]).await.code(), 2);
    drop(ada);
    stage.ends().await;
}

#[tokio::test]
async fn a_credential_goes_in_and_never_comes_out() {
    let stage = Stage::opens().await;
    let mut ada = stage.admin().await;
    let project =
        json!({ "name": "far", "git": "https://git.example.org/far.git", "policy": null, "credential": null });
    ada.posts("/api/v1/projects", project).await;
    let token = json!({ "kind": "token", "user": "x", "token": "purple-lamp" });
    let set = ada.sends(Method::PUT, "/api/v1/projects/far/credential", &token).await;
    assert_eq!((set.status.as_u16(), &set.body["kind"]), (200, &json!("token")), "{set:?}");
    for path in ["/api/v1/projects/far", "/api/v1/projects", "/projects/far", "/api/v1/audit"] {
        let shown = ada.gets(path).await;
        assert_eq!(shown.status, 200, "{path}");
        assert!(!shown.body.to_string().contains("purple-lamp"), "{path}: {shown:?}");
    }
    let gone = ada.sends(Method::DELETE, "/api/v1/projects/far/credential", &Value::Null).await;
    assert_eq!(gone.status, 204);
    assert_eq!(ada.gets("/api/v1/projects/far").await.body["credential"], Value::Null);
    drop(ada);
    stage.ends().await;
}
