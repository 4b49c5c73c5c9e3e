//! Signing in by a provider: who is known, who is not, what is linked, and what a provider stands for.

mod attacks;
pub(crate) mod corp;
mod trouble;

use self::corp::{Corp, led_to, turned_away};
use super::factors::app_shows;
use super::stage::GOOD;
use reqwest::Method;
use serde_json::{Value, json};
use signalbox_testkit::openid::Misdeed;
use std::time::Duration;

const NOTHING: &Value = &Value::Null;

#[tokio::test]
async fn who_has_linked_an_account_signs_in_by_it_and_unlinks_it() {
    let corp = Corp::opens().await;
    let mut ada = corp.linked_admin().await;
    let linked = ada.entries("identity.linked").await;
    assert_eq!(linked[0]["detail"]["account"], "openid:corp:subject-of-ann", "{linked:?}");

    let mut away = corp.traveller();
    let page = away.gets("/sign-in").await;
    assert!(page.body.as_str().unwrap().contains("Sign in with Corp"), "{page:?}");
    let way = away.goes("/tasks?open=true").await;
    let back = corp.server.chooses(&way, "ann").unwrap();
    assert_eq!(led_to(&away.comes(&back).await), "/tasks?open=true");
    assert_eq!(away.name().await.as_deref(), Some("ada"));
    assert_eq!(away.cookies.len(), 1, "the ticket is gone: {:?}", away.cookies);
    let me = away.gets("/api/v1/me").await.body;
    let own = json!([{ "name": "corp", "label": "Corp", "account": "subject-of-ann" }]);
    assert_eq!((&me["providers"], &me["password_set"]), (&own, &json!(true)));

    let sessions = away.gets("/api/v1/me/sessions").await.body;
    let by: Vec<_> = sessions.as_array().unwrap().iter().map(|one| (&one["provider"], &one["current"])).collect();
    assert_eq!(by.len(), 2, "{sessions}");
    assert!(by.contains(&(&json!("corp"), &json!(true))) && by.contains(&(&NOTHING.clone(), &json!(false))), "{by:?}");
    let page = away.gets("/account").await;
    assert!(page.body.as_str().unwrap().contains("signed in with Corp"), "{page:?}");
    let created = ada.entries("session.created").await;
    assert_eq!((&created[0]["who"]["name"], &created[0]["detail"]["provider"]), (&json!("ada"), &json!("corp")));

    let path = "/api/v1/me/providers/corp";
    assert_eq!(ada.sends(Method::DELETE, path, NOTHING).await.status, 204);
    assert_eq!(ada.sends(Method::DELETE, path, NOTHING).await.status, 404);
    assert_eq!(away.name().await, None, "what was signed in by it has ended");
    assert_eq!(ada.entries("identity.unlinked").await.len(), 1);
    turned_away(&away.signs_in_as("ann").await, 403, "linked to nobody here");
    drop((ada, away));
    corp.ends().await;
}

#[tokio::test]
async fn a_stranger_is_told_how_to_mend_it_and_an_address_links_nothing() {
    let corp = Corp::opens().await;
    let mut ada = corp.admin().await;
    let email = json!([{ "platform": "email", "account": "bob@example.org" }]);
    let bob = json!({ "name": "bob", "role": "member", "project": null, "admin": false, "identities": email });
    assert_eq!(ada.posts("/api/v1/users", bob).await.status, 200);
    let mut stranger = corp.traveller();
    let answer = stranger.signs_in_as("bob").await;
    turned_away(&answer, 403, "Your account at Corp is linked to nobody here");
    assert!(answer.body.as_str().unwrap().contains("under My account"), "{answer:?}");
    assert_eq!((stranger.name().await, stranger.cookies.contains_key("signalbox")), (None, false));
    let longest = "s".repeat(255);
    corp.server.misbehaves(Misdeed::Subject(longest.clone()));
    for _ in 0..30 {
        turned_away(&stranger.signs_in_as("bob").await, 403, "linked to nobody here");
    }
    corp.server.behaves();
    let refused = ada.entries("sender.refused").await;
    let accounts: Vec<_> = refused.iter().map(|entry| &entry["detail"]["account"]).collect();
    let told = [format!("openid:corp:{longest}"), "openid:corp:subject-of-bob".to_owned()];
    assert_eq!(accounts, [&json!(told[0]), &json!(told[1])], "once a day, and nobody has to wait for it");
    let who = json!({ "is": "stranger", "account": "openid:corp:subject-of-bob" });
    assert_eq!((&refused[1]["who"], &refused[1]["object"]), (&who, &json!("provider:corp")));

    let said = corp.stage.world.says(&["user", "change", "bob", "--link", "openid:corp:subject-of-bob"]).await;
    assert_eq!(said.code(), 0, "{}", said.stderr);
    assert_eq!(led_to(&stranger.signs_in_as("bob").await), "/");
    assert_eq!(stranger.name().await.as_deref(), Some("bob"), "an admin may know better");
    let said = corp.stage.world.says(&["user", "change", "bob", "--unlink", "openid:corp:subject-of-bob"]).await;
    assert_eq!(said.code(), 0, "{}", said.stderr);
    assert_eq!(stranger.name().await, None);
    drop((ada, stranger));
    corp.ends().await;
}

#[tokio::test]
async fn whoever_has_a_second_factor_here_is_asked_for_it() {
    let corp = Corp::opens().await;
    let mut ada = corp.linked_admin().await;
    let secret = ada.posts("/api/v1/me/second-factor", json!({})).await.body["secret"].as_str().unwrap().to_owned();
    let code = json!({ "code": app_shows(&secret, 0) });
    assert_eq!(ada.sends(Method::PUT, "/api/v1/me/second-factor", &code).await.status, 200);

    let mut away = corp.traveller();
    let way = away.goes("/projects").await;
    let back = corp.server.chooses(&way, "ann").unwrap();
    assert_eq!(led_to(&away.comes(&back).await), "/sign-in/code");
    assert_eq!(away.name().await, None, "the provider alone does not do");
    assert!(away.gets("/sign-in/code").await.body.as_str().unwrap().contains("Code of your authenticator"));
    let mut thief = corp.traveller();
    let right = json!({ "code": app_shows(&secret, 1) });
    assert_eq!(thief.posts("/api/v1/session/code", right.clone()).await.status, 409, "in another browser");
    assert_eq!(away.posts("/api/v1/session/code", json!({ "code": "000000" })).await.status, 401);
    let refused = ada.entries("session.refused").await;
    assert_eq!((&refused[0]["object"], &refused[0]["detail"]["wrong"]), (&json!("user:ada"), &json!("code")));
    let ticket = away.cookies.clone();
    let led = away.posts("/api/v1/session/code", right).await;
    assert_eq!((led.status.as_u16(), &led.body["next"]), (200, &json!("/projects")), "{led:?}");
    assert_eq!(away.name().await.as_deref(), Some("ada"));
    thief.cookies = ticket;
    let again = json!({ "code": app_shows(&secret, 2) });
    assert_eq!(thief.posts("/api/v1/session/code", again).await.status, 409, "it is used up");
    drop((ada, away, thief));
    corp.ends().await;
}

#[tokio::test]
async fn a_provider_may_stand_for_the_second_factor() {
    let corp = Corp::opens_with(&[("SIGNALBOX_OPENID_CORP_SECOND_FACTOR", "theirs")]).await;
    let mut ada = corp.linked_admin().await;
    let secret = ada.posts("/api/v1/me/second-factor", json!({})).await.body["secret"].as_str().unwrap().to_owned();
    let code = json!({ "code": app_shows(&secret, 0) });
    assert_eq!(ada.sends(Method::PUT, "/api/v1/me/second-factor", &code).await.status, 200);
    assert_eq!(led_to(&corp.traveller().signs_in_as("ann").await), "/");
    let asked = corp.stage.browser().signs_in("ada", GOOD).await;
    assert_eq!(asked.body["code_needed"], true, "a password alone does as little as before");
    drop(ada);
    corp.ends().await;
}

#[tokio::test]
async fn an_invitation_is_used_by_a_provider_and_the_last_way_in_stays() {
    let corp = Corp::opens().await;
    let mut ada = corp.linked_admin().await;
    let bob = json!({ "name": "bob", "role": "member", "project": null, "admin": false, "identities": [] });
    assert_eq!(ada.posts("/api/v1/users", bob).await.status, 200);
    let code = ada.posts("/api/v1/users/bob/invitation", json!({})).await.body["code"].clone();
    let mut bob = corp.traveller();
    let welcome = |code: &Value| json!({ "provider": "corp", "code": code, "name": null, "password": "" });
    assert_eq!(bob.posts("/api/v1/welcome/visit", welcome(&json!("wrong-code"))).await.status, 401);
    let way = bob.posts("/api/v1/welcome/visit", welcome(&code)).await.body["url"].clone();
    let back = corp.server.chooses(way.as_str().unwrap(), "ann").unwrap();
    turned_away(&bob.comes(&back).await, 409, "linked to somebody else here");
    let way = bob.posts("/api/v1/welcome/visit", welcome(&code)).await.body["url"].clone();
    let back = corp.server.chooses(way.as_str().unwrap(), "bob").unwrap();
    assert_eq!(led_to(&bob.comes(&back).await), "/");
    assert_eq!(bob.name().await.as_deref(), Some("bob"));
    assert_eq!(bob.posts("/api/v1/welcome/visit", welcome(&code)).await.status, 401, "it is used up");
    let accepted = ada.entries("invitation.accepted").await;
    assert_eq!(accepted[0]["detail"]["account"], "openid:corp:subject-of-bob");

    assert_eq!(bob.gets("/api/v1/me").await.body["password_set"], false);
    let last = bob.sends(Method::DELETE, "/api/v1/me/providers/corp", NOTHING).await;
    assert!(last.status == 409 && last.body["detail"].as_str().unwrap().contains("set a password first"), "{last:?}");
    let password = json!({ "old": null, "new": GOOD });
    assert_eq!(bob.sends(Method::PUT, "/api/v1/me/password", &password).await.status, 204);
    assert_eq!(bob.sends(Method::DELETE, "/api/v1/me/providers/corp", NOTHING).await.status, 204);
    assert_eq!(bob.name().await.as_deref(), Some("bob"), "the session that asks goes on");
    assert_eq!(corp.stage.browser().signs_in("bob", GOOD).await.status, 200);
    drop((ada, bob));
    corp.ends().await;
}

#[tokio::test]
async fn the_first_admin_comes_by_a_provider_too() {
    let corp = Corp::opens().await;
    let code = corp.stage.first_code().await;
    let mut ada = corp.traveller();
    let unnamed = json!({ "provider": "corp", "code": code, "name": null });
    assert_eq!(ada.posts("/api/v1/welcome/visit", unnamed).await.status, 422);
    let named = json!({ "provider": "corp", "code": code, "name": "ada" });
    let way = ada.posts("/api/v1/welcome/visit", named.clone()).await.body["url"].clone();
    let back = corp.server.chooses(way.as_str().unwrap(), "ann").unwrap();
    assert_eq!(led_to(&ada.comes(&back).await), "/");
    assert_eq!(ada.gets("/api/v1/me").await.body["admin"], true);
    assert_eq!(ada.posts("/api/v1/welcome/visit", named).await.status, 401, "there is an admin now");
    drop(ada);
    corp.ends().await;
}

#[tokio::test]
async fn who_has_no_password_shows_once_more_who_they_are_by_the_provider() {
    let corp = Corp::opens().await;
    let mut ada = corp.linked_admin().await;
    let code = {
        let bob = json!({ "name": "bob", "role": "member", "project": null, "admin": false, "identities": [] });
        assert_eq!(ada.posts("/api/v1/users", bob).await.status, 200);
        ada.posts("/api/v1/users/bob/invitation", json!({})).await.body["code"].clone()
    };
    corp.server.remembers_for(Duration::from_secs(8 * 3600));
    let mut bob = corp.traveller();
    let welcome = json!({ "provider": "corp", "code": code, "name": null });
    let way = bob.posts("/api/v1/welcome/visit", welcome).await.body["url"].clone();
    bob.comes(&corp.server.chooses(way.as_str().unwrap(), "bob").unwrap()).await;
    let token = json!({ "name": "ci", "scopes": ["read"], "password": null });
    let asked = bob.posts("/api/v1/me/tokens", token.clone()).await;
    assert_eq!((asked.status.as_u16(), &asked.body["password_needed"]), (403, &json!(true)), "that was in the morning");

    let path = "/api/v1/me/providers/corp/confirmation";
    let way = bob.posts(path, json!({})).await.body["url"].as_str().unwrap().to_owned();
    assert!(way.contains("prompt=login") && way.contains("max_age=0"), "{way}");
    let back = corp.server.chooses(&way, "mallory").unwrap();
    turned_away(&bob.comes(&back).await, 403, "not your account at Corp");
    corp.server.misbehaves(Misdeed::NoMoment);
    let way = bob.posts(path, json!({})).await.body["url"].as_str().unwrap().to_owned();
    turned_away(&bob.comes(&corp.server.chooses(&way, "bob").unwrap()).await, 403, "cannot be believed");
    assert_eq!(bob.posts("/api/v1/me/tokens", token.clone()).await.status, 403);
    corp.server.behaves();
    let way = bob.posts(path, json!({})).await.body["url"].as_str().unwrap().to_owned();
    let back = corp.server.chooses(&way, "bob").unwrap();
    assert_eq!(led_to(&bob.comes(&back).await), "/account?done=confirmed");
    assert_eq!(bob.posts("/api/v1/me/tokens", token).await.status, 200);
    let refused = ada.entries("proof.refused").await;
    let words: Vec<_> = refused.iter().map(|entry| entry["detail"]["wrong"].as_str().unwrap()).collect();
    assert_eq!(words, ["presence", "another person"], "{refused:?}");
    assert!(refused.iter().all(|entry| entry["who"]["name"] == "bob"));
    drop((ada, bob));
    corp.ends().await;
}
