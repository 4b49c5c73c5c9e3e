//! Messages: written, changed, listed, and whom they ring up.

use std::time::Duration;

use serde_json::{Value, json};

use crate::harness::{SOON, Stage, row};

#[tokio::test]
async fn a_message_can_be_written_changed_read_and_deleted() {
    let stage = Stage::new();
    let id = stage.bot_says(json!({"content": "hello", "components": row(&["Once", "Deny"])})).await;
    let message = stage.server.wait_for(&stage.general, |message| message.content == "hello", SOON).await;
    assert_eq!((message.id, message.from_bot, message.labels()), (id, true, vec!["Once".into(), "Deny".into()]));
    let path = format!("{}/{id}", stage.messages_path());
    stage.call("PATCH", &path, json!({"content": "done", "components": []})).await.ok();
    let changed = stage.general.message(id).unwrap();
    assert_eq!((changed.content.as_str(), changed.buttons().len(), changed.versions.len()), ("done", 0, 1));
    let read = stage.call("GET", &path, Value::Null).await.ok();
    assert_eq!((read["content"].as_str(), read["author"]["bot"].as_bool()), (Some("done"), Some(true)));
    assert!(read["edited_timestamp"].is_string());
    assert_eq!(stage.call("DELETE", &path, Value::Null).await.status, 204);
    stage.server.wait_gone(&stage.general, id, SOON).await;
    assert_eq!(stage.general.deleted()[0].content, "done");
}

#[tokio::test]
async fn messages_are_listed_newest_first() {
    let stage = Stage::new();
    let ids: Vec<_> = (0..5).map(|number| stage.ann.says(&stage.general, &number.to_string()).id).collect();
    for (query, contents) in [
        (String::new(), vec!["4", "3", "2", "1", "0"]),
        ("?limit=2".to_owned(), vec!["4", "3"]),
        (format!("?after={}&limit=2", ids[1]), vec!["3", "2"]),
        (format!("?before={}&limit=2", ids[3]), vec!["2", "1"]),
    ] {
        let listed = stage.call("GET", &format!("{}{query}", stage.messages_path()), Value::Null).await.ok();
        let found: Vec<_> = listed.as_array().unwrap().iter().map(|m| m["content"].as_str().unwrap()).collect();
        assert_eq!(found, contents, "{query}");
    }
}

#[tokio::test]
async fn an_enforced_nonce_gives_the_first_message_again() {
    let stage = Stage::new();
    let body = json!({"content": "once", "nonce": "ABCDEFGHJKMNPQRS", "enforce_nonce": true});
    let first = stage.bot_says(body.clone()).await;
    assert_eq!(stage.bot_says(body.clone()).await, first);
    assert_eq!(stage.general.messages().len(), 1);
    stage.server.advance(Duration::from_secs(301));
    assert_ne!(stage.bot_says(body).await, first);
    let free = json!({"content": "twice", "nonce": "n"});
    assert_ne!(stage.bot_says(free.clone()).await, stage.bot_says(free).await);
}

#[tokio::test]
async fn only_allowed_mentions_ring() {
    let stage = Stage::new();
    let (ann, role) = (stage.ann.id(), stage.guild.role("devs", &[&stage.bob]));
    let asked = stage.ann.says(&stage.general, "please").id;
    let text = format!("<@{ann}> <@&{role}> @everyone");
    let loud = stage.bot_says(json!({"content": text, "message_reference": {"message_id": asked}})).await;
    let pings = stage.general.message(loud).unwrap().pings;
    assert_eq!((pings.everyone, pings.users, pings.roles), (true, vec![ann], vec![role]));
    let quiet = json!({"content": text, "message_reference": {"message_id": asked}, "allowed_mentions": {"parse": []}});
    let quiet = stage.bot_says(quiet).await;
    let message = stage.general.message(quiet).unwrap();
    assert!(message.pings.is_empty());
    assert_eq!(message.reply_to, Some(asked));
}

#[tokio::test]
async fn files_go_both_ways() {
    let stage = Stage::new();
    let body =
        json!({"content": "see", "attachments": [{"id": 0, "filename": "diff ü.patch", "description": "a diff"}]});
    let sent = stage.upload(&stage.messages_path(), body, &[("x.patch", b"+1\n-1")]).await.ok();
    assert_eq!(sent["attachments"][0]["filename"], "diff ü.patch");
    assert_eq!(stage.fetch(sent["attachments"][0]["url"].as_str().unwrap()).await, b"+1\n-1");
    let file = &stage.general.messages()[0].attachments[0];
    assert_eq!((file.name.as_str(), stage.server.file(file.id).unwrap().len()), ("diff ü.patch", 5));
    let theirs = stage.ann.attaches(&stage.general, ("a.txt", "text/plain"), "abc", "here");
    let read = stage.call("GET", &format!("{}/{}", stage.messages_path(), theirs.id), Value::Null).await.ok();
    assert_eq!(read["attachments"][0]["content_type"], "text/plain");
    assert_eq!(stage.fetch(read["attachments"][0]["url"].as_str().unwrap()).await, b"abc");
}

#[tokio::test]
async fn reactions_typing_and_direct_messages() {
    let stage = Stage::new();
    let asked = stage.ann.says(&stage.general, "please");
    let path = format!("{}/{}/reactions/%F0%9F%91%80/@me", stage.messages_path(), asked.id);
    assert_eq!(stage.call("PUT", &path, Value::Null).await.status, 204);
    let bot = stage.server.bot_id();
    assert_eq!(stage.general.message(&asked).unwrap().reactions, [("👀".to_owned(), bot)]);
    stage.call("DELETE", &path, Value::Null).await.ok();
    assert!(stage.general.message(&asked).unwrap().reactions.is_empty());
    stage.call("POST", &format!("/channels/{}/typing", stage.general.id()), Value::Null).await.ok();
    assert_eq!(stage.general.typing(), 1);
    let body = json!({"recipient_id": stage.ann.id().to_string()});
    let direct = stage.call("POST", "/users/@me/channels", body).await.ok();
    let path = format!("/channels/{}/messages", direct["id"].as_str().unwrap());
    stage.call("POST", &path, json!({"content": "psst"})).await.ok();
    assert_eq!(stage.server.messages(&stage.server.dm(&stage.ann))[0].content, "psst");
    stage.ann.blocks_bot();
    assert_eq!(stage.call("POST", &path, json!({"content": "psst"})).await.code(), 50007);
}

#[tokio::test]
async fn a_transcript_reads_like_the_channel() {
    let stage = Stage::new();
    let asked = stage.ann.says(&stage.general, "please");
    let answers = json!({"message_id": asked.id.to_string()});
    let body = json!({"content": "May I?", "components": row(&["Once", "Deny"]), "message_reference": answers});
    stage.bot_says(body).await;
    let lines = "#general\nAnn: please\nSignalbox (answers please): May I? [Once] [Deny]";
    assert_eq!(stage.server.transcript(&stage.general), lines);
}
