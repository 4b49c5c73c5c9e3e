//! Interactions over HTTP, with signatures.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use ring::signature::{ED25519, UnparsedPublicKey};
use serde_json::{Value, json};
use signalbox_testkit::discord::ResponseKind;

use crate::harness::{Stage, row};

/// A bot that listens, and checks signatures unless it is careless.
struct Bot {
    key: Vec<u8>,
    careless: bool,
    fails: AtomicBool,
}

fn bytes(hexadecimal: &str) -> Vec<u8> {
    (0..hexadecimal.len())
        .step_by(2)
        .filter_map(|at| u8::from_str_radix(hexadecimal.get(at..at + 2)?, 16).ok())
        .collect()
}

async fn hear(State(bot): State<Arc<Bot>>, headers: HeaderMap, body: Bytes) -> (StatusCode, String) {
    let header = |name: &str| headers.get(name).unwrap().to_str().unwrap().to_owned();
    let signed = [header("x-signature-timestamp").as_bytes(), &body].concat();
    let key = UnparsedPublicKey::new(&ED25519, &bot.key);
    if !bot.careless && key.verify(&signed, &bytes(&header("x-signature-ed25519"))).is_err() {
        return (StatusCode::UNAUTHORIZED, "invalid request signature".to_owned());
    }
    let heard: Value = serde_json::from_slice(&body).unwrap();
    if heard["type"] == 1 {
        return (StatusCode::OK, json!({"type": 1}).to_string());
    }
    if bot.fails.load(Ordering::Relaxed) {
        return (StatusCode::INTERNAL_SERVER_ERROR, String::new());
    }
    let data = json!({"content": format!("{} pressed", heard["member"]["user"]["global_name"].as_str().unwrap())});
    (StatusCode::OK, json!({"type": 4, "data": data}).to_string())
}

async fn listen(bot: Bot) -> (String, Arc<Bot>) {
    let bot = Arc::new(bot);
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/discord", listener.local_addr().unwrap());
    let router = Router::new().route("/discord", post(hear)).with_state(bot.clone());
    tokio::spawn(async move { axum::serve(listener, router).await });
    (url, bot)
}

#[tokio::test]
async fn an_address_that_checks_signatures_gets_interactions() {
    let stage = Stage::new();
    let key = bytes(&stage.server.public_key());
    let (url, bot) = listen(Bot { key, careless: false, fails: AtomicBool::new(false) }).await;
    let body = json!({"interactions_endpoint_url": url});
    let application = stage.call("PATCH", "/applications/@me", body).await.ok();
    assert_eq!(application["interactions_endpoint_url"], url);
    let mut socket = stage.identified().await;
    let id = stage.bot_says(json!({"components": row(&["Once"])})).await;
    let pressed = stage.ann.presses(&stage.general, id, "Once");
    let response = pressed.response().await;
    assert_eq!((response.kind, &response.data["content"]), (ResponseKind::Message, &json!("Ann pressed")));
    assert!(stage.server.handed_out(&pressed).is_some());
    assert_eq!(socket.names_until_now().await, ["MESSAGE_CREATE", "MESSAGE_CREATE"]);
    bot.fails.store(true, Ordering::Relaxed);
    let failed = stage.ann.presses(&stage.general, id, "Once");
    assert_eq!(failed.answer().await.unwrap_err(), "the bot's endpoint answered 500");
    stage.server.set_interactions_endpoint(None).await.unwrap();
    stage.ann.presses(&stage.general, id, "Once");
    socket.event("INTERACTION_CREATE").await;
}

#[tokio::test]
async fn an_address_that_takes_any_signature_or_none_is_refused() {
    let stage = Stage::new();
    let key = bytes(&stage.server.public_key());
    let (careless, _bot) = listen(Bot { key, careless: true, fails: AtomicBool::new(false) }).await;
    let (strict, _bot) = listen(Bot { key: vec![0; 32], careless: false, fails: AtomicBool::new(false) }).await;
    for url in [careless.as_str(), strict.as_str(), "http://127.0.0.1:1/", "https://127.0.0.1:1/"] {
        let refused = stage.call("PATCH", "/applications/@me", json!({"interactions_endpoint_url": url})).await;
        assert_eq!((refused.status, refused.code()), (400, 50035), "{url}: {refused:?}");
    }
    assert!(stage.server.set_interactions_endpoint(Some(&careless)).await.unwrap_err().contains("bad signature"));
    let application = stage.call("GET", "/applications/@me", Value::Null).await.ok();
    assert_eq!(application["interactions_endpoint_url"], Value::Null);
}
