//! The second factor.

use super::stage::{GOOD, Stage};
use reqwest::Method;
use ring::hmac;
use serde_json::{Value, json};
use std::time::{SystemTime, UNIX_EPOCH};

/// The code that an authenticator app shows: RFC 6238, told here apart from the hub's own.
pub(crate) fn app_shows(secret: &str, steps_on: u64) -> String {
    let alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    let bits: String = secret.chars().map(|c| format!("{:05b}", alphabet.find(c).unwrap())).collect();
    let bytes: Vec<u8> = bits
        .as_bytes()
        .chunks_exact(8)
        .map(|b| u8::from_str_radix(std::str::from_utf8(b).unwrap(), 2).unwrap())
        .collect();
    let step = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs() / 30 + steps_on;
    let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, &bytes);
    let tag = hmac::sign(&key, &step.to_be_bytes());
    let at = usize::from(tag.as_ref()[19] & 15);
    let word = u32::from_be_bytes(tag.as_ref()[at..at + 4].try_into().unwrap()) & 0x7fff_ffff;
    format!("{:06}", word % 1_000_000)
}

#[tokio::test]
async fn a_second_factor_is_asked_for_counts_once_and_can_be_recovered_from() {
    let stage = Stage::opens().await;
    let mut ada = stage.admin().await;
    let made = ada.posts("/api/v1/me/second-factor", json!({})).await;
    assert_eq!(made.status, 200, "{made:?}");
    let secret = made.body["secret"].as_str().unwrap().to_owned();
    assert!(made.body["uri"].as_str().unwrap().contains(&secret));
    assert_eq!(stage.browser().signs_in("ada", GOOD).await.status, 200, "it is not in force yet");
    let wrong = ada.sends(Method::PUT, "/api/v1/me/second-factor", &json!({ "code": "000000" })).await;
    assert_eq!(wrong.status, 403);
    let used = app_shows(&secret, 0);
    let confirmed = ada.sends(Method::PUT, "/api/v1/me/second-factor", &json!({ "code": used })).await;
    assert_eq!(confirmed.status, 200, "{confirmed:?}");
    let recovery: Vec<String> = serde_json::from_value(confirmed.body["recovery_codes"].clone()).unwrap();
    assert_eq!(recovery.len(), 10);

    let entered = ada.gets("/api/v1/audit?kind=factor.added").await.body;
    assert_eq!(entered["entries"].as_array().map(Vec::len), Some(1), "{entered}");
    let mut browser = stage.browser();
    let asked = browser.signs_in("ada", GOOD).await;
    assert_eq!((asked.status.as_u16(), &asked.body["code_needed"]), (401, &json!(true)));
    let blind = browser.signs_in("ada", "wrong wrong wrong").await;
    assert_eq!(blind.body["code_needed"], Value::Null, "who does not know the password is not told");
    let with = |code: &str| json!({ "name": "ada", "password": GOOD, "code": code });
    assert_eq!(browser.posts("/api/v1/session", with(&used)).await.status, 401, "a code counts once");
    let next = app_shows(&secret, 1);
    assert_eq!(browser.posts("/api/v1/session", with(&next)).await.status, 200);
    assert_eq!(browser.posts("/api/v1/session", with(&next)).await.status, 401, "this one too");
    assert_eq!(browser.posts("/api/v1/session", with(&recovery[0])).await.status, 200);
    assert_eq!(browser.posts("/api/v1/session", with(&recovery[0])).await.status, 401, "and a recovery code");
    assert_eq!(ada.gets("/api/v1/me").await.body["recovery_codes"], 9);

    let remove = |proof: Value| proof;
    let path = "/api/v1/me/second-factor";
    let bare = ada.sends(Method::DELETE, path, &Value::Null).await;
    assert_eq!((bare.status.as_u16(), &bare.body["password_needed"]), (403, &json!(true)));
    assert_eq!(ada.sends(Method::DELETE, path, &remove(json!({ "password": "wrong wrong wrong" }))).await.status, 403);
    let alone = ada.sends(Method::DELETE, path, &remove(json!({ "password": GOOD }))).await;
    assert!(alone.status == 403 && alone.body.to_string().contains("recovery code"), "{alone:?}");
    let half =
        ada.sends(Method::DELETE, path, &remove(json!({ "password": "wrong wrong", "code": recovery[1] }))).await;
    assert_eq!(half.status, 403, "both must be right");
    assert_eq!(ada.sends(Method::DELETE, path, &remove(json!({ "code": recovery[1] }))).await.status, 204);
    assert_eq!(stage.browser().signs_in("ada", GOOD).await.status, 200);
    drop((ada, browser));
    stage.ends().await;
}
