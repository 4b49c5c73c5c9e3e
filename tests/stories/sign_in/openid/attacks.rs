//! What an attacker brings back, and what a provider that is none says: each is refused, changes nothing, and is entered.

use super::corp::{Corp, Traveller, led_to, turned_away};
use reqwest::Method;
use serde_json::{Value, json};
use signalbox_testkit::openid::Misdeed;

/// What the last entry about a refused sign-in says was wrong.
async fn wrong(admin: &mut Traveller<'_>) -> Value {
    admin.entries("session.refused").await[0]["detail"]["wrong"].clone()
}

#[tokio::test]
async fn what_is_not_to_be_believed_lets_nobody_in() {
    let corp = Corp::opens().await;
    let mut ada = corp.linked_admin().await;
    let issuer = corp.server.issuer();
    let misdeeds = [
        (Misdeed::Nonce, "nonce"),
        (Misdeed::Audience, "audience"),
        (Misdeed::SharedAudience, "audience"),
        (Misdeed::AuthorizedParty, "audience"),
        (Misdeed::Expired, "time"),
        (Misdeed::Issuer, "issuer"),
        (Misdeed::AccessToken, "access token"),
        (Misdeed::Unsigned, "algorithm"),
        (Misdeed::PublicKeyAsSecret, "algorithm"),
        (Misdeed::UnknownKey, "unknown key"),
        (Misdeed::ForeignKey, "signature"),
        (Misdeed::Critical, "extensions"),
        (Misdeed::Subject("subject-of-ann ".to_owned()), "subject"),
        (Misdeed::MixUp("https://other.example".to_owned()), "issuer"),
        (Misdeed::MixUp(format!("{issuer}/")), "issuer"),
        (Misdeed::NamesNobody, "issuer"),
    ];
    for (count, (misdeed, word)) in (1..).zip(misdeeds) {
        corp.server.misbehaves(misdeed.clone());
        let mut thief = corp.traveller();
        let answer = thief.signs_in_as("ann").await;
        assert_eq!(answer.status, 403, "{misdeed:?}: {answer:?}");
        assert!(!thief.cookies.contains_key("signalbox"), "{misdeed:?}");
        let refused = ada.entries("session.refused").await;
        assert_eq!((refused.len(), &refused[0]["detail"]["wrong"]), (count, &json!(word)), "{misdeed:?}");
        assert_eq!((&refused[0]["object"], &refused[0]["from"]), (&json!("provider:corp"), &json!("127.0.0.1")));
    }
    corp.server.behaves();
    assert_eq!(ada.entries("session.created").await.len(), 1, "nobody was let in");
    assert_eq!(led_to(&corp.traveller().signs_in_as("ann").await), "/", "nor is anybody kept out by it");
    drop(ada);
    corp.ends().await;
}

#[tokio::test]
async fn a_way_back_counts_once_and_in_the_browser_that_went() {
    let corp = Corp::opens().await;
    let mut ada = corp.linked_admin().await;
    let unbegun = "not begun in this browser";
    let mut ann = corp.traveller();
    let way = ann.goes("/").await;
    let back = corp.server.chooses(&way, "ann").unwrap();

    let mut thief = corp.traveller();
    turned_away(&thief.comes(&back).await, 403, unbegun);
    assert_eq!(wrong(&mut ada).await, "visit", "who has stolen the address has no ticket");
    let own = thief.goes("/").await;
    turned_away(&thief.comes(&back).await, 403, unbegun);
    assert_eq!(wrong(&mut ada).await, "visit", "nor is a ticket of another visit one");

    let attackers = corp.server.chooses(&own, "mallory").unwrap();
    turned_away(&ann.comes(&attackers).await, 403, unbegun);
    assert_eq!(ann.name().await, None, "nobody signs her in as somebody else behind her back");
    let mixed = back.split_once("code=").unwrap().1.split('&').next().unwrap().to_owned();
    let injected = attackers.replacen(attackers.split_once("code=").unwrap().1.split('&').next().unwrap(), &mixed, 1);
    turned_away(&thief.comes(&injected).await, 403, "cannot be believed");
    assert_eq!(wrong(&mut ada).await, "code", "a stolen code belongs to its own visit");

    let mut ben = corp.traveller();
    let way = ben.goes("/").await;
    let back = corp.server.chooses(&way, "ann").unwrap();
    let elsewhere = back.replace("/sign-in/openid/corp", "/sign-in/openid/other");
    turned_away(&ben.comes(&elsewhere).await, 404, "does not know such a provider");
    let tickets = ben.cookies.clone();
    assert_eq!(led_to(&ben.comes(&back).await), "/");
    ben.cookies.extend(tickets);
    turned_away(&ben.comes(&back).await, 403, unbegun);
    assert_eq!(ben.name().await.as_deref(), Some("ada"), "and the session is as it was");
    let proof = ada.entries("proof.refused").await;
    assert_eq!(proof[0]["detail"]["wrong"], "visit", "it came twice");
    drop((ada, ann, thief, ben));
    corp.ends().await;
}

#[tokio::test]
async fn nobody_links_their_account_to_somebody_elses_session() {
    let corp = Corp::opens().await;
    let mut ada = corp.linked_admin().await;
    let bob = json!({ "name": "bob", "role": "member", "project": null, "admin": false, "identities": [] });
    assert_eq!(ada.posts("/api/v1/users", bob).await.status, 200);
    let path = "/api/v1/me/providers/corp";
    let mut nobody = corp.traveller();
    assert_eq!(nobody.posts(path, json!({})).await.status, 401);
    let again = ada.posts(path, json!({})).await.body["url"].as_str().unwrap().to_owned();
    let back = corp.server.chooses(&again, "mallory").unwrap();
    turned_away(&ada.comes(&back).await, 409, "unlink it first");

    assert_eq!(ada.sends(Method::DELETE, path, &Value::Null).await.status, 204);
    let way = ada.posts(path, json!({})).await.body["url"].as_str().unwrap().to_owned();
    let back = corp.server.chooses(&way, "mallory").unwrap();
    let mut mallory = corp.traveller();
    turned_away(&mallory.comes(&back).await, 403, "not begun in this browser");
    let ticket = ada.cookies["signalbox-visit"].clone();
    mallory.cookies.insert("signalbox-visit".to_owned(), ticket);
    turned_away(&mallory.comes(&back).await, 403, "not signed in as when you went");
    assert_eq!(ada.gets("/api/v1/me").await.body["providers"][0]["account"], Value::Null, "nothing is linked");

    let sent = corp.stage.asks(Method::POST, path).header("cookie", format!("signalbox={}", ada.cookies["signalbox"]));
    let foreign = sent.header("origin", "https://evil.example").header("sec-fetch-site", "cross-site").json(&json!({}));
    assert_eq!(crate::sign_in::stage::answered(foreign).await.status, 403, "nor by a page of somebody else's");
    drop((ada, nobody, mallory));
    corp.ends().await;
}

#[tokio::test]
async fn a_way_on_leads_to_paths_of_ours_only() {
    let corp = Corp::opens().await;
    let ada = corp.linked_admin().await;
    for elsewhere in ["https://evil.example", "//evil.example", "/\\evil.example", "javascript:alert(1)", "/{code}"] {
        let mut ann = corp.traveller();
        let way = ann.goes(elsewhere).await;
        let back = corp.server.chooses(&way, "ann").unwrap();
        assert_eq!(led_to(&ann.comes(&back).await), "/", "{elsewhere}");
    }
    drop(ada);
    corp.ends().await;
}

#[tokio::test]
async fn who_is_wrong_too_often_has_to_wait() {
    let corp = Corp::opens().await;
    let mut ada = corp.linked_admin().await;
    let forged = format!("{}/sign-in/openid/corp?code=x&state=y", corp.stage.base);
    let mut last = 0;
    for _ in 0..30 {
        last = corp.traveller().comes(&forged).await.status.as_u16();
        if last == 429 {
            break;
        }
        assert_eq!(last, 403);
    }
    assert_eq!(last, 429);
    assert_eq!(ada.entries("session.throttled").await.len(), 1);
    drop(ada);
    corp.ends().await;
}
