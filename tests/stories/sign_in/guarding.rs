//! What comes from somebody else's page, by another name, or in the open.

use super::stage::{Stage, answered};
use reqwest::Method;
use serde_json::json;

#[tokio::test]
async fn somebody_elses_page_changes_nothing() {
    let stage = Stage::opens().await;
    let ada = stage.admin().await;
    let cookie = ada.cookie.clone().unwrap();
    let own = stage.base.clone();
    let sends = |said: &[(&'static str, String)]| {
        let request = stage.asks(Method::POST, "/api/v1/me/link-code").header("cookie", &cookie).json(&json!({}));
        answered(said.iter().fold(request, |request, (name, value)| request.header(*name, value)))
    };
    let site = |value: &str| ("sec-fetch-site", value.to_owned());
    let origin = |value: &str| ("origin", value.to_owned());
    let foreign = [
        vec![site("cross-site"), origin("https://evil.example")],
        vec![site("same-site"), origin("https://other.localhost")],
        vec![site("cross-site")],
        vec![origin("https://evil.example")],
        vec![origin("null")],
        vec![origin(&own.replace("127.0.0.1", "localhost"))],
        vec![site("same-origin"), origin("https://evil.example")],
        vec![],
    ];
    for said in foreign {
        let answer = sends(&said).await;
        assert_eq!(answer.status, 403, "{said:?}: {answer:?}");
    }
    assert_eq!(sends(&[site("same-origin"), origin(&own)]).await.status, 200);
    assert_eq!(sends(&[origin(&own)]).await.status, 200, "an older browser");
    // Nor may it sign anybody in.
    let login = stage.asks(Method::POST, "/api/v1/session").header("origin", "https://evil.example");
    assert_eq!(answered(login.json(&json!({ "name": "ada", "password": "x" }))).await.status, 403);
    // A form of another page sends no JSON.
    let form = stage.asks(Method::POST, "/api/v1/session").header("content-type", "text/plain");
    assert_eq!(answered(form.body(r#"{"name":"ada","password":"x"}"#)).await.status, 415);
    drop(ada);
    stage.ends().await;
}

#[tokio::test]
async fn another_name_and_an_open_way_are_refused_and_health_is_not() {
    let proxied =
        [("SIGNALBOX_WEB_PUBLIC_URL", "https://hub.example.org"), ("SIGNALBOX_WEB_TRUSTED_PROXIES", "127.0.0.1/32")];
    let stage = Stage::opens_with(&proxied).await;
    let asks = |host: &'static str, proto: &'static str| {
        let request = stage.asks(Method::GET, "/api/v1/me").header("host", host);
        answered(request.header("x-forwarded-proto", proto).header("x-forwarded-for", "203.0.113.7"))
    };
    let through = asks("hub.example.org", "https").await;
    assert_eq!(through.status, 401, "{through:?}");
    assert!(through.headers.contains_key("strict-transport-security"));
    assert_eq!(asks("evil.example", "https").await.status, 421);
    let open = asks("hub.example.org", "http").await;
    assert_eq!(open.status, 403);
    assert!(open.body["detail"].as_str().unwrap().contains("https"), "{open:?}");
    let welcome = json!({ "code": stage.first_code().await, "name": "ada", "password": super::stage::GOOD });
    let request = stage.asks(Method::POST, "/api/v1/welcome").header("host", "hub.example.org");
    let answer = answered(request.header("x-forwarded-for", "203.0.113.7").json(&welcome)).await;
    let cookie = answer.headers["set-cookie"].to_str().unwrap();
    assert!(cookie.starts_with("__Host-signalbox=sbs_"), "{cookie}");
    for attribute in ["; HttpOnly", "; Secure", "; SameSite=Lax", "; Path=/"] {
        assert!(cookie.contains(attribute), "{cookie}");
    }
    assert_eq!(answered(stage.asks(Method::GET, "/healthz").header("host", "anything")).await.status, 200);
    stage.ends().await;
}
