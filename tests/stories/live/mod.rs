//! `/api/v1/live`: what happens, as it happens, to whoever may know of it; once, in its order, and no more to whoever may not.

mod crowd;
mod reader;

use crate::sign_in::stage::Stage;
use reader::Reader;
use reqwest::Method;
use serde_json::{Value, json};
use signalbox_testkit::script::Script;

fn leave_a_trace() -> String {
    let input = json!({"command": "echo once >> trace", "description": "Leave a trace"});
    Script::new().tool("Bash", input).say("Done.").to_string()
}

#[tokio::test]
async fn a_reader_hears_all_once_in_order_and_goes_on_where_it_was_cut_off_by_a_restart_of_the_hub_too() {
    let stage = Stage::opens().await;
    let mut ada = stage.admin().await;
    let cookie = ada.cookie.clone();
    ada.adds_site().await;
    let mut reader = Reader::with_cookie(&stage.base, cookie.as_deref().unwrap()).await.unwrap();
    reader.subscribes("lists", &json!({"topic": "tasks", "project": "site"})).await;
    reader.subscribes("asked", &json!({"topic": "approvals"})).await;
    let task = ada.submits(&leave_a_trace(), json!({})).await;
    reader.subscribes("record", &json!({"topic": "task", "task": task})).await;
    let open = reader.until(|said| said["type"] == "approval" && said["id"] == "asked").await;
    assert_eq!((&open["approval"]["task"], &open["approval"]["state"]), (&json!(task), &json!("open")), "{open}");
    let seen = reader.events("record");
    assert!(seen.iter().enumerate().all(|(at, event)| event["seq"] == at as u64 + 1), "{seen:?}");
    let last = seen.len();
    drop(ada);
    let stage = stage.restarts().await;
    assert_eq!(reader.hung_up().await, (1012, "the hub stops; connect again in a moment".to_owned()));
    let mut reader = Reader::with_cookie(&stage.base, cookie.as_deref().unwrap()).await.unwrap();
    reader.subscribes("record", &json!({"topic": "task", "task": task, "after": last})).await;
    reader.subscribes("asked", &json!({"topic": "approvals"})).await;
    let mut ada = stage.browser();
    ada.cookie = cookie;
    let code = open["approval"]["id"].as_str().unwrap();
    let yes = json!({"approval": code, "saying": {"say": "allow"}, "span": "once"});
    let answer = ada.posts(&format!("/api/v1/approvals/{code}/decision"), yes).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    reader.until(|said| said["type"] == "ended" && said["id"] == "record").await;
    let rest = reader.events("record");
    assert!(rest.iter().enumerate().all(|(at, event)| event["seq"] == (last + at) as u64 + 1), "{rest:?}");
    assert_eq!(rest.last().unwrap()["event"], "finished");
    let is_closed = |said: &Value| said["type"] == "approval" && said["approval"]["state"] == "allowed";
    if !reader.heard.iter().any(is_closed) {
        reader.until(is_closed).await;
    }
    assert!(reader.heard.iter().filter(|said| is_closed(said)).all(|said| said["approval"]["id"] == code));
    drop((ada, reader));
    stage.ends().await;
}

#[tokio::test]
async fn who_may_not_know_of_it_hears_nothing_and_who_may_no_longer_hears_no_more() {
    let stage = Stage::opens().await;
    let mut ada = stage.admin().await;
    ada.adds_site().await;
    let mut bob = stage.person(&mut ada, "bob").await;
    let cookie = bob.cookie.clone().unwrap();
    assert_eq!(Reader::with(&stage.base, &[]).await.unwrap_err(), 401, "nobody is signed in");
    let foreign = [("cookie", cookie.as_str()), ("origin", "https://evil.example")];
    assert_eq!(Reader::with(&stage.base, &foreign).await.unwrap_err(), 403, "a page of somebody else's");
    let silent = [("cookie", cookie.as_str())];
    assert_eq!(Reader::with(&stage.base, &silent).await.unwrap_err(), 403, "a browser that does not say from where");
    let answer = ada.gets("/api/v1/live").await;
    assert_eq!(answer.status, 422, "{answer:?}");

    let mut reader = Reader::with_cookie(&stage.base, &cookie).await.unwrap();
    let task = ada.submits(&leave_a_trace(), json!({})).await;
    reader.subscribes("record", &json!({"topic": "task", "task": task})).await;
    for (nonsense, why) in [
        ("{", "not understood"),
        (r#"{"do":"subscribe","id":"x","to":{"topic":"everything"}}"#, "unknown variant"),
        (r#"{"do":"subscribe","id":"","to":{"topic":"approvals"}}"#, "1 to 64 bytes"),
        (r#"{"do":"subscribe","id":"x","to":{"topic":"task","task":"../x"}}"#, "no task's id"),
        (r#"{"do":"subscribe","id":"x","to":{"topic":"tasks","project":"nowhere"}}"#, "nowhere"),
    ] {
        reader.says(nonsense).await;
        let refused = reader.until(|said| said["type"] == "refused").await;
        assert!(refused["refusal"]["message"].as_str().unwrap().contains(why), "{nonsense}: {refused}");
    }
    reader.subscribes("asked", &json!({"topic": "approvals"})).await;
    reader.says(r#"{"do":"unsubscribe","id":"asked"}"#).await;
    reader.until(|said| said["type"] == "ended" && said["id"] == "asked").await;

    let outsider = json!({ "role": ["site", null], "admin": null, "link": [], "unlink": [] });
    assert_eq!(ada.sends(Method::PATCH, "/api/v1/users/bob", &outsider).await.status, 200);
    let refused = reader.until(|said| said["type"] == "refused" && said["id"] == "record").await;
    assert_eq!(refused["refusal"]["refusal"], "not_found", "{refused}");
    let mut second = Reader::with_cookie(&stage.base, &cookie).await.unwrap();
    second.says(&json!({"do": "subscribe", "id": "r", "to": {"topic": "task", "task": task}}).to_string()).await;
    second.until(|said| said["type"] == "refused").await;
    second.subscribes("asked", &json!({"topic": "approvals"})).await;

    assert_eq!(ada.posts(&format!("/api/v1/tasks/{task}/stop"), json!({})).await.status, 200);
    let mut own = Reader::with_cookie(&stage.base, ada.cookie.as_deref().unwrap()).await.unwrap();
    own.subscribes("record", &json!({"topic": "task", "task": task})).await;
    own.until(|said| said["type"] == "ended").await;
    assert_eq!(bob.sends(Method::DELETE, "/api/v1/session", &Value::Null).await.status, 204);
    let (code, why) = second.hung_up().await;
    assert_eq!(code, 4001, "{why}");
    assert_eq!(second.count("approval"), 0, "{:?}", second.heard);
    drop((ada, bob, reader, second, own));
    stage.ends().await;
}
