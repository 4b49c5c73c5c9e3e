//! Interactions as signed requests, where no connection is kept.

use super::{Team, leave_a_trace, read};
use crate::harness::PATIENCE;
use serde_json::json;
use signalbox_testkit::discord::ResponseKind;
use std::time::Duration;

#[tokio::test]
async fn a_task_by_command_and_its_approval_by_button_come_as_signed_requests_and_forged_ones_are_refused() {
    let port = {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        listener.local_addr().unwrap().port()
    };
    let url = format!("http://127.0.0.1:{port}/hooks/discord");
    let by_http = |world: crate::harness::World, discord: &signalbox_testkit::discord::DiscordServer| {
        world
            .with("SIGNALBOX_WEB_LISTEN", &format!("127.0.0.1:{port}"))
            .with("SIGNALBOX_DISCORD_MODE", "http")
            .with("SIGNALBOX_DISCORD_PUBLIC_KEY", &discord.public_key())
    };
    let team = Team::without_gateway("", by_http).await;
    let ann = team.member("Ann", "member").await;
    team.discord.wait_for_command("task", PATIENCE).await;
    // Discord itself tries a true and a forged ping before it takes the address.
    team.discord.set_interactions_endpoint(Some(&url)).await.unwrap();
    let asked = ann.slash(&team.room, "task", &[("prompt", &leave_a_trace())]);
    let response = asked.response().await;
    assert_eq!(response.kind, ResponseKind::Deferred);
    assert!(response.after < Duration::from_secs(3), "{:?}", response.after);
    let shown = asked.wait_for(|message| message.thread.is_some(), PATIENCE).await;
    let thread = team.thread_of(&team.room, &shown).await;
    let approval = team.is_asked(&thread).await;
    let code = approval.button("Once").unwrap().custom_id.unwrap();
    for signature in [None, Some("00".repeat(64)), Some("not hexadecimal".to_owned())] {
        assert_eq!(forges(&url, &team, (&ann.id().to_string(), &thread.id().to_string()), &code, signature).await, 401);
    }
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert!(thread.message(&approval).unwrap().button("Once").is_some(), "a forged press decides nothing");
    let pressed = ann.presses(&thread, &approval, "Deny, because …");
    assert_eq!(pressed.response().await.kind, ResponseKind::Modal);
    ann.presses(&thread, &approval, "Once").response().await;
    team.becomes(&thread, &approval, "Allowed by Ann (discord)").await;
    let outcome = team.hears(&thread, "The trace is left.").await;
    assert!(read(&outcome).contains("1 file, +1 −0"), "it ran once: {}", outcome.content);
    ann.slash(&thread, "whoami", &[]).response().await;
    team.whispers(&thread, &ann, "You are `Ann` to this hub.").await;
    assert!(team.discord.connections().is_empty(), "no connection to the gateway was made");
    team.ends().await;
}

/// A press of Ann's that Discord has not signed; the status that it is answered with.
async fn forges(url: &str, team: &Team, (ann, thread): (&str, &str), code: &str, signature: Option<String>) -> u16 {
    let body = json!({
        "id": "1", "application_id": team.discord.application_id(), "type": 3, "token": "x", "version": 1,
        "channel_id": thread, "guild_id": team.guild.id(), "member": {"user": {"id": ann, "username": "Ann"}},
        "data": {"custom_id": code, "component_type": 2},
    });
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs().to_string();
    let mut request = reqwest::Client::new().post(url).body(body.to_string()).header("x-signature-timestamp", now);
    if let Some(signature) = signature {
        request = request.header("x-signature-ed25519", signature);
    }
    request.send().await.unwrap().status().as_u16()
}
