//! The App's JWT, its installations and their tokens.

use std::time::Duration;

use rstest::rstest;
use serde_json::{Value, json};
use signalbox_testkit::github::{Level, Visibility};

use crate::harness::{Hub, now, sign};

#[tokio::test]
async fn the_app_knows_itself_and_where_it_is_installed() {
    let hub = Hub::new();
    let app = hub.send("GET", "/app", &hub.jwt(), Value::Null).await.ok();
    assert_eq!((&app["slug"], &app["id"]), (&json!("signalbox"), &json!(hub.server.app_id())));
    assert_eq!(app["permissions"]["checks"], "write");
    let listed = hub.send("GET", "/app/installations", &hub.jwt(), Value::Null).await.ok();
    assert_eq!(listed[0]["account"]["login"], "team");
    let found = hub.send("GET", "/repos/team/app/installation", &hub.jwt(), Value::Null).await.ok();
    assert_eq!(found["id"], hub.installation);
    let enterprise = hub.send("GET", "/api/v3/app", &hub.jwt(), Value::Null).await.ok();
    assert_eq!(enterprise, app);
}

#[tokio::test]
async fn a_jwt_may_name_the_client_id() {
    let hub = Hub::new();
    let claims = json!({"iat": now(), "exp": now() + 60, "iss": hub.server.client_id()});
    hub.send("GET", "/app", &sign(&hub.server.app_key(), &claims), Value::Null).await.ok();
}

#[rstest]
#[case::long(-60, 700, 0, 401, "'Expiration time' claim ('exp') is too far in the future")]
#[case::over(-700, -1, 0, 401, "'Expiration time' claim ('exp') must be a numeric value representing the future time at which the assertion expires")]
#[case::not_yet(
    60,
    120,
    0,
    401,
    "'Issued at' claim ('iat') must be an Integer representing the time that the assertion was issued"
)]
#[case::unknown(-60, 60, 7, 404, "Integration not found")]
#[tokio::test]
async fn a_jwt_that_is_not_good_is_refused(
    #[case] issued: i64,
    #[case] expires: i64,
    #[case] other_app: u64,
    #[case] status: u16,
    #[case] words: &str,
) {
    let hub = Hub::new();
    let now = i64::try_from(now()).unwrap();
    let app = hub.server.app_id() + other_app;
    let token = sign(&hub.server.app_key(), &json!({"iat": now + issued, "exp": now + expires, "iss": app}));
    let refused = hub.send("GET", "/app", &token, Value::Null).await.refused();
    assert_eq!(refused, (status, words.to_owned()));
}

#[tokio::test]
async fn a_jwt_with_another_signature_is_refused() {
    let hub = Hub::new();
    let jwt = hub.jwt();
    let (signed, signature) = jwt.rsplit_once('.').unwrap();
    let other = format!("{signed}.{}", signature.chars().rev().collect::<String>());
    let unsigned = format!("{signed}.");
    for token in [other, unsigned, "a.b.c".to_owned()] {
        let refused = hub.send("GET", "/app", &token, Value::Null).await.refused();
        assert_eq!(refused, (401, "A JSON web token could not be decoded".to_owned()));
    }
}

#[tokio::test]
async fn a_token_ends_after_an_hour() {
    let hub = Hub::new();
    let token = hub.token().await;
    assert!(token.starts_with("ghs_"));
    hub.send("GET", "/repos/team/app", &token, Value::Null).await.ok();
    hub.server.advance(Duration::from_secs(3599));
    hub.send("GET", "/repos/team/app", &token, Value::Null).await.ok();
    hub.server.advance(Duration::from_secs(2));
    let refused = hub.send("GET", "/repos/team/app", &token, Value::Null).await.refused();
    assert_eq!(refused, (401, "Bad credentials".to_owned()));
}

#[tokio::test]
async fn a_token_can_be_narrowed_but_not_widened() {
    let hub = Hub::new();
    let other = hub.server.repository("team/other", Visibility::Private);
    assert_eq!(other.installs_app(), hub.installation);
    let path = format!("/app/installations/{}/access_tokens", hub.installation);
    let body = json!({"repositories": ["app"], "permissions": {"issues": "read"}});
    let made = hub.send("POST", &path, &hub.jwt(), body).await.ok();
    assert_eq!(made["permissions"], json!({"issues": "read"}));
    assert_eq!(made["repositories"][0]["full_name"], "team/app");
    let token = made["token"].as_str().unwrap();
    hub.send("GET", "/repos/team/app/issues", token, Value::Null).await.ok();
    assert_eq!(hub.send("GET", "/repos/team/other/issues", token, Value::Null).await.status, 404);
    let issue = json!({"title": "a"});
    let refused = hub.send("POST", "/repos/team/app/issues", token, issue).await.refused();
    assert_eq!(refused, (403, "Resource not accessible by integration".to_owned()));
    let wide = json!({"permissions": {"administration": "write"}});
    assert_eq!(hub.send("POST", &path, &hub.jwt(), wide).await.status, 422);
    let strange = json!({"repositories": ["strange"]});
    assert_eq!(hub.send("POST", &path, &hub.jwt(), strange).await.status, 422);
}

#[tokio::test]
async fn a_suspended_or_limited_installation_is_worth_less() {
    let hub = Hub::new();
    let token = hub.token().await;
    hub.repo.suspends_app(true);
    assert_eq!(hub.send("GET", "/repos/team/app", &token, Value::Null).await.status, 401);
    let path = format!("/app/installations/{}/access_tokens", hub.installation);
    assert_eq!(hub.send("POST", &path, &hub.jwt(), Value::Null).await.status, 403);
    hub.repo.suspends_app(false);
    hub.repo.limits_app(&[("metadata", Level::Read), ("issues", Level::Write)]);
    let refused = hub.call("GET", "/branches/main", Value::Null).await.refused();
    assert_eq!(refused, (403, "Resource not accessible by integration".to_owned()));
    hub.call("POST", "/issues", json!({"title": "a"})).await.ok();
    hub.repo.uninstalls_app();
    assert_eq!(hub.send("GET", "/repos/team/app/installation", &hub.jwt(), Value::Null).await.status, 404);
}

#[tokio::test]
async fn an_installation_lists_its_repositories() {
    let hub = Hub::new();
    hub.server.repository("team/other", Visibility::Private).installs_app();
    hub.server.repository("team/third", Visibility::Private);
    let token = hub.token().await;
    let listed = hub.send("GET", "/installation/repositories?per_page=1", &token, Value::Null).await;
    assert!(listed.header("link").contains("/installation/repositories?per_page=1&page=2>; rel=\"next\""));
    assert_eq!(listed.body["total_count"], 2);
    assert_eq!(listed.body["repositories"][0]["name"], "app");
}

#[tokio::test]
async fn an_installation_can_have_all_that_there_will_be() {
    let hub = Hub::new();
    let id = hub.server.installs_app("others");
    let repo = hub.server.repository("others/later", Visibility::Private);
    let found = hub.send("GET", "/repos/others/later/installation", &hub.jwt(), Value::Null).await.ok();
    assert_eq!((&found["id"], &found["repository_selection"]), (&json!(id), &json!("all")));
    let listed = hub.send("GET", "/app/installations?per_page=1", &hub.jwt(), Value::Null).await;
    assert!(listed.header("link").contains("rel=\"next\""));
    assert_eq!(repo.branches(), ["main"]);
}

#[tokio::test]
async fn a_manifest_is_exchanged_once() {
    let hub = Hub::new();
    let path = format!("/app-manifests/{}/conversions", hub.server.manifest_code());
    let made = hub.send("POST", &path, "", Value::Null).await;
    assert_eq!(made.status, 201);
    assert_eq!(made.body["pem"], hub.server.app_key());
    assert_eq!(made.body["webhook_secret"], hub.server.webhook_secret());
    assert_eq!(hub.send("POST", &path, "", Value::Null).await.status, 404);
}
