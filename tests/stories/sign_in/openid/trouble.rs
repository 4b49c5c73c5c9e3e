//! Providers that are not well, changed, or not who they were: people are told, and passwords go on working.

use super::corp::{Corp, led_to, turned_away};
use crate::sign_in::stage::{GOOD, answered};
use reqwest::Method;
use serde_json::{Value, json};
use signalbox_testkit::openid::{Endpoint, Misdeed, OpenIdServer, OpenIdSettings};

#[tokio::test]
async fn a_provider_that_is_down_keeps_nobody_from_their_password() {
    let corp = Corp::opens().await;
    corp.server.misbehaves(Misdeed::Fails(Endpoint::Discovery));
    let mut ada = corp.admin().await;
    let asked = ada.posts("/api/v1/me/providers/corp", json!({})).await;
    assert_eq!(asked.status, 503, "{asked:?}");
    let visit = json!({ "provider": "corp", "next": "/" });
    let asked = corp.traveller().posts("/api/v1/session/visit", visit).await;
    assert_eq!(asked.status, 503, "{asked:?}");
    assert!(asked.body["detail"].as_str().unwrap().contains("a password goes on working"), "{asked:?}");
    assert_eq!(corp.stage.browser().signs_in("ada", GOOD).await.status, 200);
    let unknown = corp.traveller().posts("/api/v1/session/visit", json!({ "provider": "corb" })).await;
    assert_eq!(unknown.status, 404);
    drop(ada);
    corp.ends().await;
}

#[tokio::test]
async fn a_provider_that_fails_on_the_way_back_is_told_of_and_counted_against_nobody() {
    let corp = Corp::opens().await;
    let mut ada = corp.linked_admin().await;
    let elsewhere = Misdeed::Redirects(Endpoint::Token, format!("{}/keys", corp.server.issuer()));
    let misdeeds = [
        Misdeed::Fails(Endpoint::Token),
        Misdeed::Endless(Endpoint::Token),
        Misdeed::Hangs(Endpoint::Token),
        elsewhere,
    ];
    for misdeed in misdeeds {
        corp.server.misbehaves(misdeed);
        let mut ann = corp.traveller();
        turned_away(&ann.signs_in_as("ann").await, 503, "Corp does not answer as it should");
        assert!(!ann.cookies.contains_key("signalbox"));
    }
    corp.server.behaves();
    let mut ann = corp.traveller();
    let way = ann.goes("/").await;
    let back = corp.server.chooses(&way, "").unwrap();
    let answer = ann.comes(&back).await;
    turned_away(&answer, 403, "You have not signed in at Corp");
    assert!(!answer.body.as_str().unwrap().contains("<b>"), "what the provider writes is not repeated");
    assert_eq!(ada.entries("session.refused").await, [] as [Value; 0]);
    corp.server.rotates().unwrap();
    assert_eq!(led_to(&ann.signs_in_as("ann").await), "/", "a new key is found");
    drop((ada, ann));
    corp.ends().await;
}

#[tokio::test]
async fn another_provider_under_the_same_name_is_believed_nothing() {
    let corp = Corp::opens().await;
    let ada = corp.linked_admin().await;
    drop(ada);
    let other = OpenIdServer::start(OpenIdSettings::default()).unwrap();
    let Corp { stage, .. } = corp;
    let stage = stage.restarts_with("SIGNALBOX_OPENID_CORP_ISSUER", &other.issuer()).await;
    let asked = stage.posts("/api/v1/session/visit", &json!({ "provider": "corp", "next": "/" })).await;
    assert_eq!(asked.status, 503, "{asked:?}");
    assert!(asked.body["detail"].as_str().unwrap().contains("give it another name"), "{asked:?}");
    assert_eq!(stage.browser().signs_in("ada", GOOD).await.status, 200);
    stage.ends().await;
}

#[tokio::test]
async fn people_are_sent_back_to_the_address_that_the_hub_is_known_by_and_nowhere_else() {
    let public = ("SIGNALBOX_WEB_PUBLIC_URL", "https://hub.example");
    let corp = Corp::opens_with(&[public, ("SIGNALBOX_WEB_TRUSTED_PROXIES", "127.0.0.1/32")]).await;
    let visit = json!({ "provider": "corp", "next": "/" });
    let asked = |host: &str, scheme: &str| {
        let request = corp.stage.asks(Method::POST, "/api/v1/session/visit").json(&visit);
        answered(request.header("host", host).header("x-forwarded-proto", scheme))
    };
    let here = asked("hub.example", "https").await;
    let url = here.body["url"].as_str().unwrap();
    assert!(url.contains("redirect_uri=https%3A%2F%2Fhub.example%2Fsign-in%2Fopenid%2Fcorp"), "{url}");
    let cookie = here.headers["set-cookie"].to_str().unwrap();
    assert!(cookie.starts_with("__Host-signalbox-visit=sbv_"), "{cookie}");
    assert!(cookie.ends_with("; Max-Age=600; Path=/; HttpOnly; SameSite=Lax; Secure"), "{cookie}");
    for (host, scheme) in [("localhost", "https"), ("localhost", "http")] {
        let elsewhere = asked(host, scheme).await;
        assert_eq!(elsewhere.status, 409, "{elsewhere:?}");
        assert!(elsewhere.body["detail"].as_str().unwrap().contains("open https://hub.example"), "{elsewhere:?}");
    }
    assert_eq!(asked("evil.example", "https").await.status, 421, "nor is anybody sent to a name that is not ours");
    corp.ends().await;
}

#[tokio::test]
async fn the_doctor_looks_after_providers() {
    let corp = Corp::opens().await;
    let found = async || {
        let said = corp.stage.world.says(&["doctor", "--json"]).await;
        let all: Value = serde_json::from_str(&said.stdout).unwrap();
        let own = all.as_array().unwrap().iter().filter(|one| one["check"] == "sign-in provider");
        own.map(|one| (one["grade"].clone(), one["what"].as_str().unwrap().to_owned())).collect::<Vec<_>>()
    };
    let well = found().await;
    assert_eq!(well[0].0, "ok", "{well:?}");
    assert!(well[1].0 == "warn" && well[1].1.contains("this machine alone"), "{well:?}");
    corp.server.misbehaves(Misdeed::AnotherDocument);
    let another = found().await;
    assert!(another[0].0 == "fail" && another[0].1.contains("calls itself https://somebody-else"), "{another:?}");
    corp.ends().await;
}
