//! The gateway: identification, intents, heartbeats, resumes, and how it ends.

use std::time::Duration;

use serde_json::{Value, json};
use signalbox_testkit::discord::{Beginning, DiscordSettings, Fault, Resumable};

use crate::harness::{ALL, Heard, SOON, Socket, Stage, WITHOUT_CONTENT};

#[tokio::test]
async fn a_bot_is_greeted_and_hears_of_its_guilds() {
    let stage = Stage::new();
    let gateway = stage.call("GET", "/gateway/bot", Value::Null).await.ok();
    let mut socket = Socket::open(gateway["url"].as_str().unwrap()).await;
    assert_eq!(socket.interval, 41_250);
    let properties = json!({"os": "linux", "browser": "test", "device": "test"});
    let data = json!({"token": stage.token(), "intents": ALL, "properties": properties});
    socket.send(json!({"op": 2, "d": data})).await;
    let ready = socket.event("READY").await;
    assert_eq!(ready["guilds"], json!([{"id": stage.guild.id().to_string(), "unavailable": true}]));
    assert_eq!(ready["application"]["id"], stage.server.application_id().to_string());
    let guild = socket.event("GUILD_CREATE").await;
    assert_eq!((guild["name"].as_str(), guild["channels"][0]["name"].as_str()), (Some("Team"), Some("general")));
    assert_eq!(guild["members"].as_array().unwrap().len(), 3);
    stage.server.wait_connected(SOON).await;
    assert_eq!(stage.server.connections()[0].began, [Beginning::Identified]);
}

#[tokio::test]
async fn wrong_identification_is_answered_by_its_code() {
    let stage = Stage::with(DiscordSettings { message_content: false, ..DiscordSettings::default() });
    let properties = json!({"os": "linux", "browser": "test", "device": "test"});
    let identify = |token: &str, intents: u64| {
        let data = json!({"token": token, "intents": intents, "properties": properties});
        json!({"op": 2, "d": data})
    };
    for (payload, code) in [
        (identify("wrong", 1), 4004),
        (identify(stage.token(), ALL), 4014),
        (identify(stage.token(), 1 << 8), 4014),
        (identify(stage.token(), 1 << 40), 4013),
        (json!({"op": 6, "d": {"token": "wrong", "session_id": "x", "seq": 1}}), 4004),
        (json!({"op": 3, "d": {}}), 4003),
        (json!({"op": 77}), 4001),
        (json!("nonsense"), 4002),
    ] {
        let mut socket = Socket::open(&stage.server.gateway_url()).await;
        socket.send(payload.clone()).await;
        assert_eq!(socket.closed().await, Some(code), "{payload}");
    }
    let mut socket = stage.identified_with(WITHOUT_CONTENT).await;
    socket.send(identify(stage.token(), 1)).await;
    assert_eq!(socket.closed().await, Some(4005));
    let old = format!("{}/?v=9&encoding=json", stage.server.gateway_url());
    let (mut stream, _) = tokio_tungstenite::connect_async(old).await.unwrap();
    let frame = futures::StreamExt::next(&mut stream).await.unwrap().unwrap();
    assert!(
        matches!(frame, tokio_tungstenite::tungstenite::Message::Close(Some(frame)) if u16::from(frame.code) == 4012)
    );
}

#[tokio::test]
async fn intents_decide_what_is_heard() {
    let stage = Stage::new();
    let mut guilds_only = stage.identified_with(1).await;
    let mut veiled = stage.identified_with(WITHOUT_CONTENT).await;
    let mut all = stage.identified().await;
    stage.ann.says(&stage.general, "secret");
    stage.ann.mentions(&stage.general, "for you");
    let direct = stage.server.dm(&stage.ann);
    stage.ann.says(&direct, "direct");
    assert!(guilds_only.names_until_now().await.is_empty());
    assert_eq!(veiled.event("MESSAGE_CREATE").await["content"], "");
    let mention = veiled.event("MESSAGE_CREATE").await;
    assert_eq!(mention["content"], format!("<@{}> for you", stage.server.bot_id()));
    assert_eq!(mention["mentions"][0]["id"], stage.server.bot_id().to_string());
    assert_eq!(veiled.event("MESSAGE_CREATE").await["content"], "direct");
    assert_eq!(all.event("MESSAGE_CREATE").await["content"], "secret");
}

#[tokio::test]
async fn all_that_happens_is_heard() {
    let stage = Stage::new();
    let mut socket = stage.identified().await;
    let said = stage.ann.says(&stage.general, "a");
    let said = stage.ann.edits(&said, "b");
    stage.ann.reacts(&said, "👍");
    stage.ann.deletes(&said);
    let thread = stage.ann.opens_thread(&stage.general, "t");
    thread.archives();
    thread.deletes();
    let zed = stage.server.user("Zed");
    stage.guild.admits(&zed);
    stage.guild.removes(&zed);
    let other = stage.guild.channel("other");
    other.deletes();
    stage.guild.kicks_bot();
    let expected = "MESSAGE_CREATE MESSAGE_UPDATE MESSAGE_REACTION_ADD MESSAGE_DELETE THREAD_CREATE THREAD_UPDATE \
                    THREAD_DELETE GUILD_MEMBER_ADD GUILD_MEMBER_REMOVE CHANNEL_CREATE CHANNEL_DELETE GUILD_DELETE";
    assert_eq!(socket.names_until_now().await.join(" "), expected);
    stage.ann.says(&stage.general, "alone");
    assert!(socket.names_until_now().await.is_empty());
    stage.guild.invites_bot();
    assert_eq!(socket.names_until_now().await, ["GUILD_CREATE"]);
    assert!(stage.server.handed_out(&said).is_some());
}

#[tokio::test]
async fn a_session_goes_on_where_it_was_left() {
    let stage = Stage::new();
    let mut socket = stage.identified().await;
    stage.ann.says(&stage.general, "heard");
    socket.event("MESSAGE_CREATE").await;
    let left = socket.sequence;
    stage.server.cut_gateway();
    assert_eq!(socket.closed().await, None);
    stage.ann.says(&stage.general, "missed");
    let mut again = socket.resumed_from(stage.token(), left).await;
    assert_eq!(again.event("MESSAGE_CREATE").await["content"], "missed");
    let resumed = again.payload().await;
    assert_eq!((resumed["t"].as_str(), resumed["s"].as_u64()), (Some("RESUMED"), Some(left + 2)));
    stage.ann.says(&stage.general, "new");
    assert_eq!(again.event("MESSAGE_CREATE").await["content"], "new");
    let connections = stage.server.connections();
    assert_eq!(
        (connections[1].path.as_str(), &connections[1].began[..]),
        ("/gateway/resume", &[Beginning::Resumed][..])
    );
    // Whoever comes later takes the session over; an earlier place to go on from hands everything out again.
    let mut third = again.resumed_from(stage.token(), left).await;
    assert_eq!(again.closed().await, None);
    assert_eq!(third.event("MESSAGE_CREATE").await["content"], "missed");
}

#[tokio::test]
async fn a_session_that_cannot_be_resumed_is_refused() {
    let settings = DiscordSettings { replayed: 3, ..DiscordSettings::default() };
    let stage = Stage::with(settings);
    let refused = json!({"op": 9, "d": false, "s": null, "t": null});
    let mut short = stage.identified().await;
    let left = short.sequence;
    for number in 0..4 {
        stage.ann.says(&stage.general, &number.to_string());
    }
    assert_eq!(short.resumed_from(stage.token(), left).await.payload().await, refused);
    stage.server.cut_gateway();
    short.closed().await;
    let mut late = stage.identified().await;
    stage.server.cut_gateway();
    late.closed().await;
    stage.server.advance(Duration::from_secs(181));
    assert_eq!(late.resumed_from(stage.token(), late.sequence).await.payload().await, refused);
    let mut told = stage.identified().await;
    stage.server.misbehave(Fault::RefuseResume.once());
    stage.server.close_gateway(4000);
    assert_eq!(told.closed().await, Some(4000));
    let mut again = told.resumed_from(stage.token(), told.sequence).await;
    assert_eq!(again.payload().await, refused);
    again.identify(stage.token(), ALL).await;
    let mut ahead = again.resumed_from(stage.token(), again.sequence + 100).await;
    assert_eq!(ahead.closed().await, Some(4007));
}

#[tokio::test]
async fn sessions_are_declared_invalid_and_connections_sent_away() {
    let stage = Stage::new();
    let mut socket = stage.identified().await;
    stage.server.asks_to_reconnect();
    assert_eq!(socket.payload().await["op"], 7);
    stage.server.invalidate_sessions(Resumable::Yes);
    assert_eq!(socket.payload().await["d"], true);
    let mut again = socket.resumed_from(stage.token(), socket.sequence).await;
    again.event("RESUMED").await;
    stage.server.invalidate_sessions(Resumable::No);
    assert_eq!(again.payload().await["d"], false);
    let mut third = again.resumed_from(stage.token(), again.sequence).await;
    assert_eq!(third.payload().await["d"], false);
}

#[tokio::test]
async fn who_sends_no_heartbeats_is_sent_away() {
    let settings = DiscordSettings { heartbeat_interval: Duration::from_millis(100), ..DiscordSettings::default() };
    let stage = Stage::with(settings);
    let mut socket = stage.identified().await;
    assert_eq!(socket.hear().await, Heard::Closed(Some(4009)));
    assert_eq!(stage.server.connections()[0].closed, Some(4009));
    let mut again = socket.resumed_from(stage.token(), socket.sequence).await;
    again.event("RESUMED").await;
}

#[tokio::test]
async fn the_server_stops_with_connections_open() {
    let stage = Stage::new();
    let mut socket = stage.identified().await;
    stage.server.stop().await;
    assert_eq!(socket.closed().await, None);
}
