//! Who is let in: accounts are linked by one-time codes; everybody else gets one refusal a day and nothing else.

use super::{Team, just_say, leave_a_trace};
use crate::harness::PATIENCE;
use signalbox_testkit::discord::Message;
use std::time::Duration;

#[tokio::test]
async fn an_account_is_linked_by_a_code_that_nobody_else_sees_and_a_stranger_gets_one_refusal() {
    let team = Team::new().await;
    team.says(&["user", "add", "ann", "--role", "member", "--project", "demo"]).await;
    let code = team.says(&["user", "link-code", "ann"]).await;
    let (ann, eve) = (team.stranger("Ann"), team.stranger("Eve"));
    team.discord.wait_for_command("link", PATIENCE).await;
    eve.mentions(&team.room, &leave_a_trace());
    team.hears(&team.room, "I do not know you.").await;
    eve.mentions(&team.room, "/help");
    eve.slash(&team.room, "link", &[("code", "aaaa-bbbb-cccc-dddd")]).response().await;
    eve.slash(&team.room, "task", &[("prompt", &leave_a_trace())]).response().await;
    tokio::time::sleep(Duration::from_secs(2)).await;
    let transcript = team.discord.transcript(&team.room);
    assert_eq!(said_by_the_bot(&team).len(), 1, "one refusal: {transcript}");
    assert!(team.discord.threads(&team.room).is_empty(), "a stranger begins nothing: {transcript}");
    assert_eq!(team.room.typing(), 0, "no sign that we heard");
    // Said aloud, a code is worth nothing any more.
    let aloud = ann.mentions(&team.room, &format!("/link {}", code.trim()));
    let refused = |message: &Message| message.reply_to == Some(aloud.id) && message.content.contains("private chat");
    team.discord.wait_for(&team.room, refused, PATIENCE).await;
    let code = team.says(&["user", "link-code", "ann"]).await;
    ann.slash(&team.room, "link", &[("code", code.trim())]).response().await;
    team.whispers(&team.room, &ann, "Welcome, ann").await;
    let overheard = |message: &Message| message.ephemeral_to.is_none() && message.content.contains("Welcome");
    assert!(!team.room.messages().iter().any(overheard), "nobody else sees the answer");
    assert!(team.tasks().await.is_empty(), "what a stranger wrote never becomes a task");
    eve.slash(&team.room, "link", &[("code", code.trim())]).response().await;
    let thread = team.asks(&ann, &just_say("hello")).await;
    team.hears(&thread, "hello").await;
    eve.says(&thread, &leave_a_trace());
    team.is_silent(&thread, Duration::from_secs(2)).await;
    assert_eq!(team.tasks().await.len(), 1);
    team.ends().await;
}

fn said_by_the_bot(team: &Team) -> Vec<Message> {
    team.room.messages().into_iter().filter(|message| message.from_bot).collect()
}
