//! Questions that wait: overnight with no process at all, and across the hub's death between tap and answer.

use super::{Team, leave_a_trace};
use signalbox_testkit::telegram::TelegramSettings;
use std::time::Duration;

#[tokio::test]
async fn a_question_parked_overnight_is_answered_by_its_button_in_the_morning() {
    let parks_soon = |world: crate::harness::World| world.with("SIGNALBOX_APPROVAL_HOLD", "1s");
    let mut team = Team::with(TelegramSettings::default(), "", parks_soon).await;
    let (ann, chat) = team.member("Ann", "member").await;
    ann.says(&chat, &leave_a_trace());
    let approval = team.is_asked(&chat).await;
    let receipt = team.hears(&chat, "in demo").await;
    team.world.is_quiet().await;
    team.becomes(&chat, receipt.id, "⏸ Waiting for a decision").await;
    // The machine is rebooted in the night.
    team.hub.take().unwrap().stops().await;
    team.returns().await;
    assert!(chat.message(approval.id).unwrap().button("Once").is_some());
    ann.presses(&chat, approval.id, "Once").answer().await;
    team.becomes(&chat, approval.id, "Allowed by Ann").await;
    let outcome = team.hears(&chat, "The trace is left.").await;
    assert!(outcome.text.contains("1 file, +1 −0"), "it ran once: {}", outcome.text);
    team.ends().await;
}

#[tokio::test]
async fn a_tap_counts_although_the_hub_is_killed_before_it_answers() {
    let mut team = Team::new().await;
    let (ann, chat) = team.member("Ann", "member").await;
    ann.says(&chat, &leave_a_trace());
    let approval = team.is_asked(&chat).await;
    team.dies().await;
    // Tapped while nobody listens: the platform keeps it.
    ann.presses(&chat, approval.id, "Once");
    team.returns().await;
    let outcome = team.hears(&chat, "The trace is left.").await;
    assert!(outcome.text.contains("1 file, +1 −0"), "it ran once: {}", outcome.text);
    team.ends().await;
}

#[tokio::test]
async fn a_hub_killed_in_the_middle_of_everything_loses_and_doubles_nothing() {
    let mut team = Team::new().await;
    let (ann, chat) = team.member("Ann", "member").await;
    for round in 0..3_u64 {
        let known = chat.messages().last().map_or(0, |message| message.id);
        ann.says(&chat, &format!("/new {}\nSAY round {round}", leave_a_trace()));
        tokio::time::sleep(Duration::from_millis(40 * round)).await;
        team.dies().await;
        team.returns().await;
        let asks =
            |message: &signalbox_testkit::telegram::Message| message.id > known && message.button("Once").is_some();
        let approval = team.telegram.wait_for(&chat, asks, crate::harness::PATIENCE).await;
        ann.presses(&chat, approval.id, "Once");
        tokio::time::sleep(Duration::from_millis(15 * round)).await;
        team.dies().await;
        team.returns().await;
        let says = format!("round {round}");
        let ends = |message: &signalbox_testkit::telegram::Message| {
            message.id > known && message.text.contains(&says) && message.text.contains("done in")
        };
        let outcome = team.telegram.wait_for(&chat, ends, crate::harness::PATIENCE).await;
        assert!(outcome.text.contains("1 file, +1 −0"), "it ran once: {}", outcome.text);
    }
    let tasks: serde_json::Value = serde_json::from_str(&team.says(&["tasks", "--all", "--json"]).await).unwrap();
    assert_eq!(tasks.as_array().unwrap().len(), 3, "each message made one task");
    team.ends().await;
}
