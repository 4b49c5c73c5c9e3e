//! Many who read at once, and one who does not.

use super::reader::Reader;
use crate::sign_in::stage::Stage;
use futures::StreamExt as _;
use futures::future::join_all;
use serde_json::json;
use signalbox_testkit::script::Script;
use std::time::Duration;
use tokio::io::AsyncReadExt as _;
use tokio::time::{sleep, timeout};
use tokio_tungstenite::tungstenite::Message;

const READERS: usize = 500;
/// What a reader may cost, in bytes.
const MOST: u64 = 50_000;

/// Work with many events.
fn busy() -> String {
    let calls = (0..40).fold(Script::new(), |script, at| {
        script.tool("Bash", json!({"command": format!("echo {at}"), "description": "Count"}))
    });
    calls.say("Done.").to_string()
}

fn resident(pid: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse::<u64>().unwrap() * 1024
}

#[tokio::test]
async fn five_hundred_readers_of_a_busy_task_each_hear_every_event_once_in_order() {
    let stage = Stage::opens_with(&[
        ("SIGNALBOX_WEB_CONNECTIONS", "700"),
        ("SIGNALBOX_WEB_CONNECTIONS_PER_ADDRESS", "700"),
        ("SIGNALBOX_WEB_REQUESTS_PER_MINUTE", "10000"),
    ])
    .await;
    let mut ada = stage.admin().await;
    ada.adds_site().await;
    let cookie = ada.cookie.clone().unwrap();
    let task = ada.submits(&busy(), json!({ "asking": "allow_all" })).await;
    let topic = json!({"topic": "task", "task": task});
    // The first few make what is made once.
    let mut readers = Vec::with_capacity(READERS);
    for _ in 0..20 {
        let mut reader = Reader::with_cookie(&stage.base, &cookie).await.unwrap();
        reader.subscribes("r", &topic).await;
        readers.push(reader);
    }
    let before = resident(stage.pid());
    while readers.len() < READERS {
        let mut reader = Reader::with_cookie(&stage.base, &cookie).await.unwrap();
        reader.subscribes("r", &topic).await;
        readers.push(reader);
    }
    let each = resident(stage.pid()).saturating_sub(before) / (READERS as u64 - 20);
    join_all(readers.iter_mut().map(|reader| reader.until(|said| said["type"] == "ended"))).await;
    let whole = readers[0].events("r");
    assert!(whole.len() > 120 && whole.last().unwrap()["event"] == "finished", "{} events", whole.len());
    for reader in &readers {
        let seen = reader.events("r");
        assert!(seen.iter().enumerate().all(|(at, event)| event["seq"] == at as u64 + 1), "{seen:?}");
        assert_eq!(seen.len(), whole.len());
    }
    println!("{each} bytes a reader, {} events each", whole.len());
    assert!(each < MOST, "{each} bytes a reader");
    drop((ada, readers));
    stage.ends().await;
}

#[tokio::test]
async fn a_reader_has_a_hundred_subscriptions_and_is_left_when_nothing_is_heard_of_it() {
    let stage = Stage::opens().await;
    let ada = stage.admin().await;
    let mut reader = Reader::with_cookie(&stage.base, ada.cookie.as_deref().unwrap()).await.unwrap();
    for at in 0..100 {
        reader.subscribes(&format!("r{at}"), &json!({"topic": "approvals"})).await;
    }
    reader.subscribes("r0", &json!({"topic": "approvals"})).await;
    reader.says(&json!({"do": "subscribe", "id": "more", "to": {"topic": "approvals"}}).to_string()).await;
    let refused = reader.until(|said| said["type"] == "refused").await;
    assert_eq!((&refused["id"], &refused["refusal"]["refusal"]), (&json!("more"), &json!("throttled")), "{refused}");
    // Who does not read answers no ping either.
    sleep(Duration::from_secs(68)).await;
    let mut left = Vec::new();
    timeout(Duration::from_secs(10), reader.into_socket().get_mut().read_to_end(&mut left)).await.unwrap().unwrap();
    let told = [&4003_u16.to_be_bytes()[..], b"nothing was heard of you"].concat();
    assert!(left.windows(told.len()).any(|part| part == told), "{}", String::from_utf8_lossy(&left));
    drop(ada);
    stage.ends().await;
}

#[tokio::test]
async fn a_reader_who_does_not_read_is_told_why_it_is_left_and_the_hub_does_not_grow() {
    let stage = Stage::opens().await;
    let mut ada = stage.admin().await;
    ada.adds_site().await;
    let cookie = ada.cookie.clone().unwrap();
    let noise = json!({"command": format!("echo {}", "x".repeat(3000)), "description": "Much"});
    let prompt = (0..60).fold(Script::new(), |script, _| script.tool("Bash", noise.clone()));
    let prompt = prompt.say("Done.").to_string();
    let task = ada.submits(&prompt, json!({ "asking": "allow_all" })).await;
    let mut reader = Reader::with_cookie(&stage.base, &cookie).await.unwrap();
    reader.subscribes("whole", &json!({"topic": "task", "task": task})).await;
    reader.until(|said| said["type"] == "ended").await;
    let before = resident(stage.pid());
    // Nor does such a reader keep the hub's database from others. The record a hundred times over is more than the network holds for who does not read.
    for at in 0..99 {
        let ask = json!({"do": "subscribe", "id": format!("r{at}"), "to": {"topic": "task", "task": task}});
        reader.says(&ask.to_string()).await;
    }
    sleep(Duration::from_secs(3)).await;
    for _ in 0..20 {
        assert_eq!(ada.gets("/api/v1/tasks").await.status, 200, "others are answered meanwhile");
    }
    sleep(Duration::from_secs(9)).await;
    let grown = resident(stage.pid()).saturating_sub(before);
    assert!(grown < 30_000_000, "{grown} bytes");
    let mut socket = reader.into_socket();
    let mut why = None;
    let mut bytes = 0;
    while let Ok(Some(Ok(message))) = timeout(Duration::from_secs(10), socket.next()).await {
        bytes += message.len();
        if let Message::Close(Some(frame)) = message {
            why = Some((u16::from(frame.code), frame.reason.to_string()));
            break;
        }
    }
    let (code, words) = why.unwrap_or_else(|| panic!("it is not told why after {bytes} bytes"));
    assert!(code == 4002 && words.contains("too slowly"), "{code} {words}");
    drop(ada);
    stage.ends().await;
}
