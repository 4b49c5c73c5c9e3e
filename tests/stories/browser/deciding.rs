//! One question, shown in two places.

use super::window::{Device, Window};
use crate::sign_in::stage::{GOOD, said};
use crate::telegram::{Team, leave_a_trace};
use serde_json::json;
use signalbox_testkit::script::Script;
use signalbox_testkit::telegram::TelegramSettings;

#[tokio::test]
async fn a_yes_on_a_phone_sized_inbox_settles_the_card_that_a_chat_shows() {
    let listening = |world: crate::harness::World| world.with("SIGNALBOX_WEB_LISTEN", "127.0.0.1:0");
    let team = Team::with(TelegramSettings::default(), "", listening).await;
    let (ann, chat) = team.member("Ann", "member").await;
    let base = said(&team.world, "web: ").await;
    let invitation = team.says(&["user", "invite", "Ann"]).await;
    let (_, code) = invitation.trim().rsplit_once('#').unwrap();

    let window = Window::opens(&base, Device::Phone).await;
    window.visits(&format!("/welcome#{code}")).await;
    window.types("New password", GOOD).await;
    window.presses("Set the password and sign in").await;
    window.reads("The line is clear.").await;
    ann.says(&chat, &leave_a_trace());
    let card = team.is_asked(&chat).await;
    // It comes by itself to the page that is open.
    window.reads("echo ran >> ran.txt").await;
    window.presses("Once").await;
    window.reads("Allowed.").await;
    let settled = team.becomes(&chat, card.id, "Allowed by Ann").await;
    assert!(settled.buttons.is_empty(), "{settled:?}");
    team.hears(&chat, "The trace is left.").await;
    // What is asked next comes to the same page, which still shows what was decided.
    let next = Script::new().tool("Bash", json!({"command": "echo again >> ran.txt", "description": "Once more"}));
    ann.says(&chat, &next.to_string());
    window.reads("echo again >> ran.txt").await;
    window.presses("Deny").await;
    window.reads("Denied.").await;
    window.reads("No task is queued or running.").await;
    window.closes().await;
    team.ends().await;
}
