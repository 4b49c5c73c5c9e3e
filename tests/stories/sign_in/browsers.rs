//! People with browsers.

use super::stage::{GOOD, Stage};
use reqwest::Method;
use serde_json::{Value, json};

#[tokio::test]
async fn the_first_admin_is_made_by_the_code_that_the_hub_shows_and_invites_others() {
    let stage = Stage::opens().await;
    let guess = json!({ "code": "0000-0000-0000-0000", "name": "eve", "password": GOOD });
    assert_eq!(stage.posts("/api/v1/welcome", &guess).await.status, 401);
    let mut ada = stage.admin().await;
    let me = ada.gets("/api/v1/me").await;
    assert_eq!((me.status.as_u16(), &me.body["name"], &me.body["admin"]), (200, &json!("ada"), &json!(true)));
    assert_eq!((&me.body["password_set"], &me.body["second_factor"]), (&json!(true), &json!(false)));
    let again = json!({ "code": stage.first_code().await, "name": "eve", "password": GOOD });
    assert_eq!(stage.posts("/api/v1/welcome", &again).await.status, 401, "the code was used");

    let mut bob = stage.person(&mut ada, "bob").await;
    assert_eq!(bob.gets("/api/v1/me").await.body["admin"], false);
    assert_eq!(bob.gets("/api/v1/users").await.status, 403, "an admin's business");
    assert_eq!(bob.gets("/api/v1/tasks").await.status, 200);
    // By the command line, when a password is lost: sessions end, the old password does not count.
    let said = stage.world.says(&["user", "invite", "bob"]).await;
    assert_eq!(said.code(), 0, "{}", said.stderr);
    let code = said.stdout.trim().rsplit_once('#').unwrap().1.to_owned();
    assert!(said.stdout.contains("/welcome#"), "{}", said.stdout);
    let new = "a different lamp on every street";
    let welcome = json!({ "code": code.to_uppercase().replace('-', " "), "password": new });
    assert_eq!(stage.posts("/api/v1/welcome", &welcome).await.status, 200, "as people type it");
    assert_eq!(bob.gets("/api/v1/me").await.status, 401);
    assert_eq!(stage.browser().signs_in("bob", GOOD).await.status, 401);
    assert_eq!(stage.browser().signs_in("bob", new).await.status, 200);
    let stage = stage.restarts().await;
    let log = std::fs::read_to_string(stage.world.folder().join("serve.log")).unwrap();
    assert!(!log.contains("first admin"), "an admin can sign in: {log}");
    stage.ends().await;
}

#[tokio::test]
async fn who_is_wrong_learns_nothing_and_waits_longer_each_time() {
    let stage = Stage::opens().await;
    stage.admin().await;
    let mut browser = stage.browser();
    let wrong = browser.signs_in("ada", "wrong wrong wrong").await;
    let unknown = browser.signs_in("nobody", "wrong wrong wrong").await;
    assert_eq!((wrong.status.as_u16(), unknown.status.as_u16()), (401, 401));
    assert_eq!(wrong.body["detail"], unknown.body["detail"]);
    assert!(!wrong.body["reference"].as_str().unwrap().is_empty());
    let mut last = wrong;
    for _ in 0..8 {
        last = browser.signs_in("ada", "wrong wrong wrong").await;
    }
    assert_eq!(last.status, 429, "{last:?}");
    let wait: u64 = last.headers["retry-after"].to_str().unwrap().parse().unwrap();
    assert!((1..=900).contains(&wait), "{wait}");
    assert_eq!(last.body["retry_after"], wait);
    assert_eq!(browser.signs_in("operator", "").await.status, 401, "nobody signs in as the operator");
    stage.ends().await;
}

#[tokio::test]
async fn a_session_ends_when_it_is_signed_out_revoked_or_the_person_removed() {
    let stage = Stage::opens().await;
    let mut ada = stage.admin().await;
    let before = ada.cookie.clone();
    let mut second = stage.browser();
    assert_eq!(second.signs_in("ada", GOOD).await.status, 200);
    assert_ne!(second.cookie, before, "each has a token of its own");
    let sessions = ada.gets("/api/v1/me/sessions").await.body;
    let (current, others): (Vec<&Value>, Vec<&Value>) =
        sessions.as_array().unwrap().iter().partition(|session| session["current"] == true);
    assert_eq!((current.len(), others.len()), (1, 1), "{sessions}");
    let other = format!("/api/v1/me/sessions/{}", others[0]["id"].as_str().unwrap());
    let mut bob = stage.person(&mut ada, "bob").await;
    assert_eq!(bob.sends(Method::DELETE, &other, &Value::Null).await.status, 404, "somebody else's");
    assert_eq!(second.gets("/api/v1/me").await.status, 200);
    assert_eq!(ada.sends(Method::DELETE, &other, &Value::Null).await.status, 204);
    assert_eq!(second.gets("/api/v1/me").await.status, 401);
    // A session lives through a restart of the hub, and not beyond the person's removal.
    assert_eq!(bob.gets("/api/v1/me").await.status, 200);
    assert_eq!(ada.sends(Method::DELETE, "/api/v1/users/bob", &Value::Null).await.status, 204);
    assert_eq!(bob.gets("/api/v1/me").await.status, 401);
    let cookie = ada.cookie.clone();
    assert_eq!(ada.sends(Method::DELETE, "/api/v1/session", &Value::Null).await.status, 204);
    assert_eq!(ada.cookie, None, "the browser forgets it");
    ada.cookie = cookie;
    assert_eq!(ada.gets("/api/v1/me").await.status, 401, "and so does the hub");
    drop((ada, second, bob));
    stage.ends().await;
}

#[tokio::test]
async fn a_password_is_changed_by_who_knows_it_and_every_other_session_ends() {
    let stage = Stage::opens().await;
    let mut ada = stage.admin().await;
    let mut second = stage.browser();
    second.signs_in("ada", GOOD).await;
    for (old, new, status) in [
        (json!("not it at all, is it"), "another one that is long", 403),
        (Value::Null, "another one that is long", 403),
        (json!(GOOD), "short", 422),
        (json!(GOOD), "password1234", 422),
        (json!(GOOD), "adaadaadaada", 422),
    ] {
        let answer = ada.sends(Method::PUT, "/api/v1/me/password", &json!({ "old": old, "new": new })).await;
        assert_eq!(answer.status, status, "{new}: {answer:?}");
    }
    let change = json!({ "old": GOOD, "new": "another one that is long" });
    assert_eq!(ada.sends(Method::PUT, "/api/v1/me/password", &change).await.status, 204);
    assert_eq!(ada.gets("/api/v1/me").await.status, 200);
    assert_eq!(second.gets("/api/v1/me").await.status, 401);
    assert_eq!(stage.browser().signs_in("ada", GOOD).await.status, 401);
    assert_eq!(stage.browser().signs_in("ada", "another one that is long").await.status, 200);
    drop((ada, second));
    stage.ends().await;
}
