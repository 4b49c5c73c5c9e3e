//! What is said looks as it should, whatever a model writes: nobody is rung up, code stays code where a text is cut, and
//! what does not fit comes as a file.

use super::{Team, just_say, read};
use crate::harness::PATIENCE;
use serde_json::json;
use signalbox_testkit::discord::Message;
use signalbox_testkit::script::Script;
use std::time::{Duration, Instant};

#[tokio::test]
async fn a_models_text_rings_up_nobody_wherever_it_comes_to_stand() {
    let team = Team::new().await;
    let ann = team.member("Ann", "member").await;
    let role = team.guild.role("everybody", &[&ann]);
    let loud = format!("@everyone @here <@{}> <@&{role}>", ann.id());
    let script = Script::new()
        .say(&loud)
        .tool("Bash", json!({"command": format!("echo '{loud}' >> ran.txt"), "description": loud}))
        .say(format!("{loud} [all of you](https://example.org/@everyone)"));
    let thread = team.asks(&ann, &script.to_string()).await;
    let approval = team.is_asked(&thread).await;
    assert!(approval.content.contains(&loud), "a command is shown as it is: {}", approval.content);
    let pressed = ann.presses(&thread, &approval, "Deny, because …");
    pressed.response().await;
    ann.fills(&pressed, &[("words", &loud)]).response().await;
    team.becomes(&thread, &approval, "Denied by Ann").await;
    team.hears(&thread, "done in").await;
    ann.slash(&team.room, "task", &[("prompt", &format!("{loud} please"))]).response().await;
    let shown = |message: &Message| message.from_bot && message.thread.is_some();
    let shown = team.discord.wait_for(&team.room, shown, PATIENCE).await;
    team.hears(&team.thread_of(&team.room, &shown).await, "done in").await;
    // That nothing of the bot's rang anybody up is looked at where every story ends.
    team.ends().await;
}

#[tokio::test]
async fn a_busy_task_is_one_card_that_is_edited_in_place_and_no_faster_than_discord_takes_it() {
    let team = Team::new().await;
    let ann = team.member("Ann", "member").await;
    let look = |script: Script, number: u64| {
        let name = if number.is_multiple_of(2) { "notes.txt" } else { "README.md" };
        script.delay(Duration::from_millis(200)).tool("Read", json!({"file_path": format!("/workspace/{name}")}))
    };
    let script = (0..25).fold(Script::new().say("I look *around*."), look).say("I have seen it all.");
    let begun = Instant::now();
    let thread = team.asks(&ann, &script.to_string()).await;
    let card = team.hears(&thread, "in demo").await;
    let working = |message: &Message| message.id == card.id && message.content.contains("› `Read");
    let seen = team.discord.wait_for(&thread, working, PATIENCE).await;
    assert!(seen.content.starts_with("**▶️ Working") && seen.labels() == ["Stop", "Details"], "{}", seen.content);
    team.hears(&thread, "I have seen it all.").await;
    let over = team.becomes(&thread, &card, "✅ Done").await;
    println!("It looked like this:\n{}\n", over.versions[over.versions.len() / 2].content);
    let at_most = begun.elapsed().as_secs() as usize / 2 + 4;
    assert!((2..=at_most).contains(&over.versions.len()), "{} edits, not {at_most}", over.versions.len());
    assert_eq!(thread.messages().len(), 2, "a card and an answer: {}", team.discord.transcript(&thread));
    assert_eq!(team.discord.too_many_requests(), 0);
    team.ends().await;
}

#[tokio::test]
async fn a_long_answer_is_cut_where_it_may_be_and_code_stays_code() {
    let team = Team::new().await;
    let ann = team.member("Ann", "member").await;
    let code: String = (0..180).map(|number| format!("let line_{number} = {number};\n")).collect();
    let answer = format!("# The answer\n\n- [x] done\n\n```rust\n{code}```\n\nThat is **all**.");
    let thread = team.asks(&ann, &just_say(&answer)).await;
    team.hears(&thread, "That is **all**.").await;
    let says_code = |message: &Message| message.from_bot && message.content.contains("let line_");
    let pieces: Vec<_> = thread.messages().into_iter().filter(says_code).collect();
    assert!(pieces.len() > 1, "{}", team.discord.transcript(&thread));
    for piece in &pieces {
        assert!(piece.content.chars().count() <= 2000);
        assert_eq!(piece.content.matches("```").count(), 2, "a fence is closed and opened again: {}", piece.content);
        assert!(piece.content.contains("```rust\n"), "{}", piece.content);
    }
    let lines: usize = pieces.iter().map(|piece| piece.content.matches("let line_").count()).sum();
    assert_eq!(lines, 180, "nothing is lost or said twice");
    assert!(pieces[..pieces.len() - 1].iter().all(|piece| piece.labels().is_empty()), "buttons are at the end");
    team.ends().await;
}

#[tokio::test]
async fn what_does_not_fit_comes_as_a_file_before_its_buttons() {
    let team = Team::new().await;
    let ann = team.member("Ann", "member").await;
    let command = format!("echo ran >> ran.txt {}", "# nothing more ".repeat(300));
    let long = format!("# Long\n\n{}", "A line of the answer that goes on.\n\n".repeat(400));
    let script = Script::new().tool("Bash", json!({"command": command})).say(&long).to_string();
    let thread = team.asks(&ann, &script).await;
    let card = team.is_asked(&thread).await;
    assert!(read(&card).contains("in the file above"), "{}", card.content);
    let file = team.discord.wait_for(&thread, |message| !message.attachments.is_empty(), PATIENCE).await;
    assert!(file.id < card.id, "the file is there before the buttons");
    assert!(String::from_utf8_lossy(&file.attachments[0].bytes).contains(&command), "all of it");
    ann.presses(&thread, &card, "Once").response().await;
    team.becomes(&thread, &card, "Allowed by Ann").await;
    let whole = |message: &Message| message.attachments.iter().any(|file| file.name == "answer.md");
    let outcome = team.discord.wait_for(&thread, whole, PATIENCE).await;
    assert!(outcome.attachments[0].bytes.len() > 13_000 && read(&outcome).contains("done in"), "{outcome:#?}");
    assert!(outcome.button("Push").is_some(), "its buttons are with it");
    team.ends().await;
}
