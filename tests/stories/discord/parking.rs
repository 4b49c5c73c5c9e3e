//! Questions that wait: overnight with no process at all, and across the hub's death around a press.

use super::{Team, leave_a_trace, read};
use crate::harness::PATIENCE;
use signalbox_testkit::discord::{Message, ResponseKind};
use std::time::Duration;

#[tokio::test]
async fn a_question_parked_overnight_is_answered_by_its_button_in_the_morning() {
    let mut team = Team::with("", |world| world.with("SIGNALBOX_APPROVAL_HOLD", "1s")).await;
    let ann = team.member("Ann", "member").await;
    team.discord.wait_for_command("task", PATIENCE).await;
    let asked = ann.slash(&team.room, "task", &[("prompt", &leave_a_trace())]);
    assert_eq!(asked.response().await.kind, ResponseKind::Deferred);
    let shown = asked.wait_for(|message| message.thread.is_some(), PATIENCE).await;
    let thread = team.thread_of(&team.room, &shown).await;
    let approval = team.is_asked(&thread).await;
    let receipt = team.hears(&thread, "in demo").await;
    team.world.is_quiet().await;
    team.becomes(&thread, &receipt, "⏸ Waiting for a decision").await;
    // The machine is rebooted in the night, and what the command was answered by is long over.
    team.stops().await;
    team.discord.advance(Duration::from_secs(10 * 3600));
    team.returns().await;
    team.discord.wait_connected(PATIENCE).await;
    assert!(team.world.containers().await.is_empty(), "nothing runs meanwhile");
    let pressed = ann.presses(&thread, &approval, "Once");
    assert_eq!(pressed.response().await.kind, ResponseKind::DeferredUpdate);
    team.becomes(&thread, &approval, "Allowed by Ann (discord)").await;
    let outcome = team.hears(&thread, "The trace is left.").await;
    assert!(read(&outcome).contains("1 file, +1 −0"), "it ran once: {}", outcome.content);
    team.ends().await;
}

#[tokio::test]
async fn a_press_counts_although_the_hub_is_killed_before_it_answers() {
    let mut team = Team::new().await;
    let ann = team.member("Ann", "member").await;
    let thread = team.asks(&ann, &leave_a_trace()).await;
    let approval = team.is_asked(&thread).await;
    team.dies().await;
    // Pressed while nobody listens: the client says that it failed, but the gateway keeps it for the session's return.
    let pressed = ann.presses(&thread, &approval, "Once");
    tokio::time::sleep(Duration::from_secs(4)).await;
    team.returns().await;
    let decided = team.becomes(&thread, &approval, "Allowed by Ann (discord)").await;
    assert!(decided.labels().is_empty() && pressed.answer().await.is_err());
    let outcome = team.hears(&thread, "The trace is left.").await;
    assert!(read(&outcome).contains("1 file, +1 −0"), "it ran once: {}", outcome.content);
    team.ends().await;
}

#[tokio::test]
async fn a_hub_killed_in_the_middle_of_everything_loses_and_doubles_nothing() {
    let mut team = Team::new().await;
    let ann = team.member("Ann", "member").await;
    for round in 0..3_u64 {
        let request = ann.mentions(&team.room, &format!("{}\nSAY round {round}", leave_a_trace()));
        tokio::time::sleep(Duration::from_millis(60 * round)).await;
        team.dies().await;
        team.returns().await;
        let thread = team.thread_of(&team.room, &request).await;
        let approval = team.is_asked(&thread).await;
        ann.presses(&thread, &approval, "Once");
        tokio::time::sleep(Duration::from_millis(15 * round)).await;
        team.dies().await;
        team.returns().await;
        let says = format!("round {round}");
        let ends = |message: &Message| read(message).contains(&says) && read(message).contains("done in");
        let outcome = team.discord.wait_for(&thread, ends, PATIENCE).await;
        assert!(read(&outcome).contains("1 file, +1 −0"), "it ran once: {}", outcome.content);
        let heads = thread.messages().iter().filter(|message| message.button("Once").is_some()).count();
        assert_eq!(heads, 0, "no card is left open: {}", team.discord.transcript(&thread));
    }
    assert_eq!(team.tasks().await.len(), 3, "each message made one task");
    assert_eq!(team.discord.threads(&team.room).len(), 3, "and one thread");
    team.ends().await;
}
