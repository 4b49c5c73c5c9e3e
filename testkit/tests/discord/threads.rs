//! Threads: opened, closed, and what they take then.

use serde_json::{Value, json};

use crate::harness::{SOON, Stage};

#[tokio::test]
async fn a_thread_opens_at_a_message_once() {
    let stage = Stage::new();
    let asked = stage.ann.says(&stage.general, "please");
    let path = format!("{}/{}/threads", stage.messages_path(), asked.id);
    for name in [String::new(), "n".repeat(101)] {
        assert_eq!(stage.call("POST", &path, json!({"name": name})).await.code(), 50035);
    }
    let opened = stage.call("POST", &path, json!({"name": "task", "auto_archive_duration": 1440})).await;
    assert_eq!(opened.status, 201);
    assert_eq!(opened.body["id"], asked.id.to_string());
    assert_eq!(stage.call("POST", &path, json!({"name": "again"})).await.code(), 160_004);
    let thread = stage.server.wait_for_thread(&stage.general, |name| name == "task", SOON).await;
    stage.ann.says(&thread, "more");
    let inside = format!("/channels/{}/messages", thread.id());
    stage.call("POST", &inside, json!({"content": "here"})).await.ok();
    assert_eq!(stage.server.threads(&stage.general)[0].messages().len(), 2);
    let nested = stage.call("POST", &format!("/channels/{}/threads", thread.id()), json!({"name": "x"})).await;
    assert_eq!(nested.code(), 50024);
    stage.call("PUT", &format!("/channels/{}/thread-members/@me", thread.id()), Value::Null).await.ok();
    let active = stage.call("GET", &format!("/guilds/{}/threads/active", stage.guild.id()), Value::Null).await.ok();
    assert_eq!(active["threads"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn an_archived_thread_opens_for_a_message_unless_it_is_locked() {
    let stage = Stage::new();
    let thread = stage.ann.opens_thread(&stage.general, "task");
    let inside = format!("/channels/{}/messages", thread.id());
    thread.archives();
    stage.call("POST", &inside, json!({"content": "here"})).await.ok();
    assert!(!thread.is_archived());
    thread.archives();
    thread.locks();
    assert_eq!(stage.call("POST", &inside, json!({"content": "here"})).await.code(), 50083);
    let own = format!("/channels/{}", thread.id());
    assert_eq!(stage.call("PATCH", &own, json!({"name": "x"})).await.code(), 50083);
    stage.call("PATCH", &own, json!({"archived": false, "locked": false})).await.ok();
    stage.call("POST", &inside, json!({"content": "again"})).await.ok();
    assert!(!thread.is_locked());
    thread.deletes();
    assert_eq!(stage.call("POST", &inside, json!({"content": "late"})).await.code(), 10003);
}

#[tokio::test]
async fn a_thread_of_its_own_is_private_unless_it_says_otherwise() {
    let stage = Stage::new();
    let path = format!("/channels/{}/threads", stage.general.id());
    assert_eq!(stage.call("POST", &path, json!({"name": "a"})).await.ok()["type"], 12);
    assert_eq!(stage.call("POST", &path, json!({"name": "b", "type": 11})).await.ok()["type"], 11);
    assert_eq!(stage.call("POST", &path, json!({"name": "b", "type": 10})).await.code(), 50035);
}
