//! What people say on its way in, brought by Telegram.

use super::rig::Rig;
use crate::webhook::PATH;
use crate::{Mode, Pace};
use signalbox_testkit::telegram::{Fault, TelegramSettings};
use std::net::SocketAddr;
use tokio::net::TcpListener;

const SECRET: &str = "s3cret-s3cret-s3cret";

/// An adapter with its route open, and where.
async fn hooked() -> (Rig, SocketAddr) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let mode = Mode::Webhook { public_url: format!("http://{address}{PATH}"), secret: SECRET.into() };
    let settings = TelegramSettings { limits: false, ..TelegramSettings::default() };
    let rig = Rig::with(settings, mode, Pace::default());
    let routes = rig.telegram.routes().unwrap();
    tokio::spawn(async move { axum::serve(listener, routes).await });
    (rig, address)
}

async fn brings(address: SocketAddr, secret: Option<&str>, body: impl Into<reqwest::Body>) -> u16 {
    let mut request = reqwest::Client::new().post(format!("http://{address}{PATH}")).body(body);
    if let Some(secret) = secret {
        request = request.header("X-Telegram-Bot-Api-Secret-Token", secret);
    }
    request.send().await.unwrap().status().as_u16()
}

#[tokio::test]
async fn what_is_brought_is_heard_in_its_order_and_once() {
    let (rig, _) = hooked().await;
    let chat = rig.server.private(&rig.ann);
    rig.server.misbehave(Fault::RepeatUpdate.times(2).on("getUpdates"));
    let ears = rig.listen();
    let numbers: Vec<_> = (0..20).map(|number| number.to_string()).collect();
    numbers.iter().for_each(|number| rig.says(&chat, number));
    assert_eq!(rig.desk.words(20).await, numbers);
    ears.close().await;
}

#[tokio::test]
async fn only_telegram_can_bring_anything() {
    let (rig, address) = hooked().await;
    let update = r#"{"update_id": 1, "message": {}}"#;
    for secret in
        [None, Some(""), Some("s3cret-s3cret-s3cre"), Some("s3cret-s3cret-s3crets"), Some("S3CRET-S3CRET-S3CRET")]
    {
        assert_eq!(brings(address, secret, update).await, 401, "{secret:?}");
    }
    assert!(rig.desk.state().updates.is_empty());
    for body in ["", "[]", "{}", "{\"update_id\": \"x\"}", "\u{feff}"] {
        assert_eq!(brings(address, Some(SECRET), body).await, 400, "{body:?}");
    }
    assert_eq!(brings(address, Some(SECRET), vec![0xff; 100]).await, 400);
    assert_eq!(brings(address, Some(SECRET), vec![b' '; (1 << 20) + 1]).await, 413);
    assert!(rig.desk.state().updates.is_empty());
    assert_eq!(brings(address, Some(SECRET), update).await, 200);
    assert_eq!(rig.desk.state().updates[0].raw, update);
}

#[tokio::test]
async fn what_cannot_be_stored_is_brought_again() {
    let (rig, _) = hooked().await;
    let chat = rig.server.private(&rig.ann);
    rig.desk.state().full = 2;
    let ears = rig.listen();
    rig.ann.says(&chat, "do not lose me");
    assert_eq!(rig.desk.words(1).await, ["do not lose me"]);
    ears.close().await;
}

#[tokio::test]
async fn a_bot_that_is_examined_tells_how_it_gets_its_updates() {
    let (rig, address) = hooked().await;
    let settings = |mode| crate::TelegramSettings {
        token: rig.server.token().into(),
        api_url: rig.server.base_url(),
        mode,
        pace: Pace::default(),
    };
    let about = crate::examine(&settings(Mode::Polling)).await.unwrap();
    assert_eq!((about.username, about.webhook), (rig.server.bot_name(), None));
    let chat = rig.server.private(&rig.ann);
    let ears = rig.listen();
    rig.ann.says(&chat, "hello");
    rig.desk.words(1).await;
    let about = crate::examine(&settings(Mode::Polling)).await.unwrap();
    assert_eq!(about.webhook.unwrap().url, format!("http://{address}{PATH}"));
    ears.close().await;
    let wrong = crate::TelegramSettings { token: "1:wrong".into(), ..settings(Mode::Polling) };
    let error = crate::examine(&wrong).await.unwrap_err();
    assert!(!format!("{error:?}").contains("wrong"), "{error:?}");
}
