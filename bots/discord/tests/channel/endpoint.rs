//! Interactions as signed requests.

use crate::stage::{SOON, Stage};
use signalbox_core::command::Verb;
use signalbox_core::desk::{Answered, Said};
use signalbox_discord::Mode;
use signalbox_testkit::discord::ResponseKind;
use tokio::net::TcpListener;

/// Serves the endpoint; its address.
async fn serves(stage: &Stage) -> String {
    let discord = stage.discord(Mode::Http { public_key: stage.server.public_key() });
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let routes = discord.routes().unwrap();
    tokio::spawn(async move { axum::serve(listener, routes).await });
    format!("http://{address}/hooks/discord")
}

#[tokio::test]
async fn discord_takes_the_endpoint_for_it_answers_pings_and_refuses_forgeries() {
    let stage = Stage::new();
    let url = serves(&stage).await;
    stage.server.set_interactions_endpoint(Some(&url)).await.unwrap();
}

#[tokio::test]
async fn a_command_is_stored_then_answered_then_acted_on() {
    let stage = Stage::new();
    stage.server.set_interactions_endpoint(Some(&serves(&stage).await)).await.unwrap();
    stage.desk.answers(Answered::Note("You are Ann.".to_owned()));
    register(&stage).await;
    let asked = stage.ann.slash(&stage.general, "whoami", &[]);
    assert_eq!(asked.response().await.kind, ResponseKind::Deferred);
    let heard = stage.desk.wait_heard(1).await;
    assert_eq!(heard[0].what, Said::Form { verb: Verb::Whoami, fields: vec![] });
    let message = asked.wait_for(|message| message.content.contains("You are Ann"), SOON).await;
    assert_eq!(message.ephemeral_to, Some(stage.ann.id()));
}

#[tokio::test]
async fn what_cannot_be_stored_is_not_acknowledged() {
    let stage = Stage::new();
    stage.server.set_interactions_endpoint(Some(&serves(&stage).await)).await.unwrap();
    register(&stage).await;
    stage.desk.is_out_of_order(1);
    assert!(stage.ann.slash(&stage.general, "whoami", &[]).answer().await.is_err());
    assert!(stage.desk.received().is_empty());
}

#[tokio::test]
async fn a_request_that_nobody_signed_is_refused_whatever_it_says() {
    let stage = Stage::new();
    let url = serves(&stage).await;
    let client = reqwest::Client::new();
    for body in ["", "{}", "{\"type\":1}", "not json"] {
        let answer = client.post(&url).body(body).send().await.unwrap();
        assert_eq!(answer.status(), 401, "{body:?}");
    }
    let large = client.post(&url).body("x".repeat(2 << 20)).send().await.unwrap();
    assert_eq!(large.status(), 413);
    assert!(stage.desk.received().is_empty());
}

/// Commands are registered by whoever listens.
async fn register(stage: &Stage) {
    let stop = tokio_util::sync::CancellationToken::new();
    let discord = stage.discord(Mode::Http { public_key: stage.server.public_key() });
    let listening = tokio::spawn(discord.listen(stop.clone()));
    stage.server.wait_for_command("whoami", SOON).await;
    stop.cancel();
    listening.await.unwrap();
}
