//! Who decides: another entitled member, with a reason where they say no, and nobody else.

use super::{Team, leave_a_trace, read};
use crate::harness::PATIENCE;
use serde_json::json;
use signalbox_testkit::discord::{Message, ResponseKind};
use signalbox_testkit::script::Script;

#[tokio::test]
async fn an_entitled_member_decides_and_neither_a_viewer_nor_a_stranger_nor_a_forged_button_does() {
    let team = Team::new().await;
    let ann = team.member("Ann", "member").await;
    let olga = team.member("Olga", "maintainer").await;
    let vic = team.member("Vic", "viewer").await;
    let eve = team.stranger("Eve");
    let thread = team.asks(&ann, &leave_a_trace()).await;
    let approval = team.is_asked(&thread).await;
    vic.presses(&thread, &approval, "Once").response().await;
    let refused = team.discord.wait_for(&thread, |message| message.ephemeral_to == Some(vic.id()), PATIENCE).await;
    assert!(read(&refused).contains("leaves this decision to others"), "{}", refused.content);
    for label in ["Once", "Always", "Deny"] {
        eve.presses(&thread, &approval, label).response().await;
    }
    team.whispers(&thread, &eve, "I do not know you.").await;
    let code = approval.button("Once").unwrap().custom_id.unwrap();
    let elsewhere = olga.says(&team.room, "just a message of mine");
    for forged in [code.clone(), code.to_uppercase(), format!("{code}:0"), "o:0000000000000000".to_owned()] {
        olga.presses_id(&team.room, &elsewhere, &forged).response().await;
    }
    team.whispers(&team.room, &olga, "This button is not in use any more.").await;
    assert!(thread.message(&approval).unwrap().button("Once").is_some(), "it still waits");
    olga.presses(&thread, &approval, "Once").response().await;
    team.becomes(&thread, &approval, "Allowed by Olga (discord)").await;
    ann.presses_id(&thread, &approval, &code).response().await;
    team.whispers(&thread, &ann, "Already allowed by Olga").await;
    let outcome = team.hears(&thread, "The trace is left.").await;
    assert!(read(&outcome).contains("1 file, +1 −0"), "it ran once: {}", outcome.content);
    let to_eve = thread.messages().into_iter().filter(|message| message.ephemeral_to == Some(eve.id())).count();
    assert_eq!(to_eve, 1, "one refusal a day: {}", team.discord.transcript(&thread));
    team.ends().await;
}

#[tokio::test]
async fn a_denial_with_a_reason_is_a_form_and_claude_is_told_why() {
    let team = Team::new().await;
    let ann = team.member("Ann", "member").await;
    let olga = team.member("Olga", "maintainer").await;
    let script = Script::new()
        .tool("Bash", json!({"command": "echo ran >> ran.txt", "description": "Leave a trace"}))
        .echo()
        .to_string();
    let thread = team.asks(&ann, &script).await;
    let approval = team.is_asked(&thread).await;
    let pressed = olga.presses(&thread, &approval, "Deny, because …");
    let form = pressed.response().await;
    assert_eq!(form.kind, ResponseKind::Modal);
    assert_eq!(form.data["title"], "Deny, because …");
    let filled = olga.fills(&pressed, &[("words", "no traces, *please*")]);
    assert_eq!(filled.response().await.kind, ResponseKind::DeferredUpdate);
    let denied = team.becomes(&thread, &approval, "Denied by Olga (discord): no traces, *please*").await;
    assert!(denied.labels().is_empty());
    let told = |message: &Message| read(message).contains("no traces") && read(message).contains("done in");
    let outcome = team.discord.wait_for(&thread, told, PATIENCE).await;
    assert!(
        !outcome.content.contains("1 file") && outcome.button("Push").is_none(),
        "nothing ran: {}",
        outcome.content
    );
    team.ends().await;
}
