//! Programs with tokens.

use super::stage::{GOOD, Stage, answered};
use reqwest::Method;
use serde_json::{Value, json};

const NOTHING: &Value = &Value::Null;

#[tokio::test]
async fn a_personal_token_is_good_for_what_it_says_until_it_is_revoked() {
    let stage = Stage::opens().await;
    let mut ada = stage.admin().await;
    for bad in [
        json!({ "name": "x", "scopes": [] }),
        json!({ "name": "", "scopes": ["read"] }),
        json!({ "name": "x", "scopes": ["everything"] }),
        json!({ "name": "x", "scopes": ["read"], "days": 367 }),
    ] {
        assert_eq!(ada.posts("/api/v1/me/tokens", bad.clone()).await.status, 422, "{bad}");
    }
    let made = ada.posts("/api/v1/me/tokens", json!({ "name": "ci", "scopes": ["read"], "days": 1 })).await;
    assert_eq!(made.status, 200, "{made:?}");
    let token = made.body["token"].as_str().unwrap().to_owned();
    assert!(token.starts_with("sbp_"));
    assert_eq!(ada.posts("/api/v1/me/tokens", json!({ "name": "ci", "scopes": ["read"] })).await.status, 409);
    let listed = ada.gets("/api/v1/me/tokens").await.body;
    assert_eq!((listed[0]["name"].as_str(), listed[0].get("token")), (Some("ci"), None), "it is shown once");

    assert_eq!(stage.bears(&token, Method::GET, "/api/v1/tasks", NOTHING).await.status, 200);
    assert_eq!(stage.bears(&token, Method::GET, "/api/v1/me", NOTHING).await.body["name"], "ada");
    for (method, path) in [
        (Method::GET, "/api/v1/users"),
        (Method::POST, "/api/v1/tasks/abc/stop"),
        (Method::POST, "/api/v1/approvals/abc/decision"),
        (Method::GET, "/api/v1/me/tokens"),
        (Method::POST, "/api/v1/me/tokens"),
        (Method::PUT, "/api/v1/me/password"),
    ] {
        let answer = stage.bears(&token, method.clone(), path, &json!({})).await;
        assert_eq!(answer.status, 403, "{method} {path}: {answer:?}");
    }
    let id = made.body["id"].as_str().unwrap();
    assert_eq!(ada.sends(Method::DELETE, &format!("/api/v1/me/tokens/{id}"), NOTHING).await.status, 204);
    assert_eq!(stage.bears(&token, Method::GET, "/api/v1/tasks", NOTHING).await.status, 401);
    assert_eq!(stage.bears("sbp_nonsense", Method::GET, "/api/v1/tasks", NOTHING).await.status, 401);
    drop(ada);
    stage.ends().await;
}

#[tokio::test]
async fn a_refresh_token_is_used_once_and_one_that_comes_twice_ends_them_all() {
    let stage = Stage::opens().await;
    let mut ada = stage.admin().await;
    let grant = json!({ "grant": "password", "name": "ada", "password": GOOD, "scopes": ["read", "work"] });
    let first = stage.posts("/api/v1/token", &grant).await;
    assert_eq!(first.status, 200, "{first:?}");
    let text = |answer: &Value, field: &str| answer[field].as_str().unwrap().to_owned();
    let access = text(&first.body, "access_token");
    assert_eq!(stage.bears(&access, Method::GET, "/api/v1/tasks", NOTHING).await.status, 200);
    assert_eq!(stage.bears(&access, Method::GET, "/api/v1/users", NOTHING).await.status, 403, "not in its scopes");
    let refresh = |token: String| json!({ "grant": "refresh", "refresh_token": token });
    let second = stage.posts("/api/v1/token", &refresh(text(&first.body, "refresh_token"))).await;
    assert_eq!(second.status, 200);
    let newer = text(&second.body, "access_token");
    assert_eq!(stage.bears(&newer, Method::GET, "/api/v1/tasks", NOTHING).await.status, 200);
    // A thief who had the first one comes with it.
    assert_eq!(stage.posts("/api/v1/token", &refresh(text(&first.body, "refresh_token"))).await.status, 401);
    for dead in [&access, &newer] {
        assert_eq!(stage.bears(dead, Method::GET, "/api/v1/tasks", NOTHING).await.status, 401);
    }
    assert_eq!(stage.posts("/api/v1/token", &refresh(text(&second.body, "refresh_token"))).await.status, 401);

    // By a personal token: no more than it is good for, and no longer than it is there.
    let made = ada.posts("/api/v1/me/tokens", json!({ "name": "ci", "scopes": ["read"] })).await.body;
    let grant = json!({ "grant": "token", "token": made["token"], "scopes": ["read", "manage"] });
    let pair = stage.posts("/api/v1/token", &grant).await.body;
    assert_eq!(pair["scopes"], json!(["read"]));
    let access = text(&pair, "access_token");
    assert_eq!(stage.bears(&access, Method::GET, "/api/v1/tasks", NOTHING).await.status, 200);
    let id = made["id"].as_str().unwrap();
    ada.sends(Method::DELETE, &format!("/api/v1/me/tokens/{id}"), NOTHING).await;
    assert_eq!(stage.bears(&access, Method::GET, "/api/v1/tasks", NOTHING).await.status, 401);
    drop(ada);
    stage.ends().await;
}

#[tokio::test]
async fn a_request_with_a_key_is_done_once_and_answered_the_same_to_whoever_asked() {
    let stage = Stage::opens().await;
    let mut ada = stage.admin().await;
    ada.adds_site().await;
    let mut tokens = Vec::new();
    for (name, scopes) in [("all", json!(["read", "work", "manage"])), ("reads", json!(["read"]))] {
        let made = ada.posts("/api/v1/me/tokens", json!({ "name": name, "scopes": scopes, "days": 1 })).await;
        tokens.push(made.body["token"].as_str().unwrap().to_owned());
    }
    let ask = |token: &str, key: &'static str, body: &Value| {
        let request = stage.asks(Method::POST, "/api/v1/hooks").bearer_auth(token).header("idempotency-key", key);
        answered(request.json(body))
    };
    let rules = include_str!("../../../config/hooks/standard.toml");
    let hook = |name: &str| json!({ "name": name, "project": "site", "user": "ada", "rules": rules, "places": [] });
    let first = ask(&tokens[0], "k-1", &hook("pager")).await;
    assert_eq!(first.status, 200, "{first:?}");
    for _ in 0..3 {
        let again = ask(&tokens[0], "k-1", &hook("pager")).await;
        assert_eq!((again.status, &again.body), (first.status, &first.body), "the secret, too, is the same");
        assert_eq!(again.headers["idempotency-replayed"], "true");
    }
    let other = ask(&tokens[0], "k-1", &hook("other")).await;
    assert!(other.status == 409 && other.body["detail"].as_str().unwrap().contains("another request"), "{other:?}");
    let less = ask(&tokens[1], "k-1", &hook("pager")).await;
    assert!(less.status == 409 && !less.body.to_string().contains("whsec"), "{less:?}");
    assert_eq!(ask(&tokens[0], "k 2", &hook("other")).await.status, 422);
    assert_eq!(ask("sbp_nonsense", "k-1", &hook("pager")).await.status, 401);
    let refused = ask(&tokens[1], "k-3", &hook("third")).await;
    assert_eq!(refused.status, 403, "{refused:?}");
    assert!(!ask(&tokens[1], "k-3", &hook("third")).await.headers.contains_key("idempotency-replayed"));
    let (new, twice) = (hook("both"), ask(&tokens[0], "k-4", &hook("both")));
    let (one, two) = tokio::join!(twice, ask(&tokens[0], "k-4", &new));
    let statuses = [one.status.as_u16(), two.status.as_u16()];
    assert!(statuses.contains(&200) && statuses.iter().all(|status| [200, 409].contains(status)), "{one:?} {two:?}");
    let hooks = ada.gets("/api/v1/hooks").await.body;
    assert_eq!(hooks.as_array().unwrap().len(), 2, "{hooks}");
    drop(ada);
    stage.ends().await;
}

#[tokio::test]
async fn a_list_of_tasks_names_its_next_page() {
    let stage = Stage::opens().await;
    let mut ada = stage.admin().await;
    ada.adds_site().await;
    let mut asked = Vec::new();
    for _ in 0..5 {
        asked.push(Value::from(ada.submits("Later", json!({ "not_before": 9_000_000_000_000_i64 })).await));
    }
    let (mut listed, mut pages) = (Vec::new(), 0);
    let mut address = "/api/v1/tasks?project=site&limit=2".to_owned();
    loop {
        let page = ada.gets(&address).await;
        assert_eq!(page.status, 200, "{page:?}");
        listed.extend(page.body.as_array().unwrap().iter().map(|task| task["id"].clone()));
        pages += 1;
        let Some(link) = page.headers.get("link") else { break };
        let link = link.to_str().unwrap().strip_suffix(">; rel=\"next\"").unwrap();
        address = link.strip_prefix('<').unwrap().to_owned();
    }
    asked.sort_by_key(Value::to_string);
    listed.sort_by_key(Value::to_string);
    assert_eq!((listed, pages), (asked, 3));
    assert_eq!(ada.gets("/api/v1/tasks?before=zzzzzzzzzzzz").await.status, 404);
    assert_eq!(ada.gets("/api/v1/tasks?limit=4000000000").await.status, 200);
    drop(ada);
    stage.ends().await;
}
