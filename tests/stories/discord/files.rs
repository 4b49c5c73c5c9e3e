//! Files in and out.

use super::Team;
use crate::harness::PATIENCE;
use serde_json::json;
use signalbox_testkit::script::Script;

#[tokio::test]
async fn files_reach_the_workspace_and_claude_and_what_claude_hands_over_comes_back() {
    let team = Team::new().await;
    let ann = team.member("Ann", "member").await;
    let report = "/workspace/.signalbox/out/report.txt";
    let script = Script::new()
        .tool("Read", json!({"file_path": "/run/signalbox/files/wishes.txt"}))
        .tool("Write", json!({"file_path": report, "content": "all is well\n"}))
        .say("Here it is.");
    let text = format!("<@{}> {script}", team.discord.bot_id());
    let notes = &b"a swing in the garden\n"[..];
    let asked = ann.attaches(&team.room, ("wishes.txt", "text/plain"), notes, &text);
    let thread = team.thread_of(&team.room, &asked).await;
    let outcome = team.hears(&thread, "Here it is.").await;
    let file = &outcome.attachments[0];
    assert_eq!((file.name.as_str(), &file.bytes[..]), ("report.txt", &b"all is well\n"[..]));
    assert!(!outcome.content.contains("Branch"), "it is not in a commit: {}", outcome.content);
    let shown = |part: &str| team.world.model.requests().iter().any(|request| request.body.to_string().contains(part));
    assert!(shown("a swing in the garden"), "Claude has read it");
    // In the thread a picture alone is a request, and the model sees it.
    ann.attaches(&thread, ("pixel.png", "image/png"), pixel(), &Script::new().say("I see it.").to_string());
    team.hears(&thread, "I see it.").await;
    assert!(shown(PIXEL), "the picture is part of a request to the model");
    let large = vec![0_u8; 26 << 20];
    ann.attaches(&thread, ("film.bin", "application/octet-stream"), large, "look at it");
    let refused = |message: &signalbox_testkit::discord::Message| {
        message.from_bot && message.content.contains("Nothing was started")
    };
    let said = team.discord.wait_for(&thread, refused, PATIENCE).await;
    assert!(said.content.contains("film") && team.tasks().await.len() == 2, "{}", said.content);
    team.ends().await;
}

/// One transparent pixel.
const PIXEL: &str = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==";

fn pixel() -> Vec<u8> {
    use base64::Engine as _;
    base64::prelude::BASE64_STANDARD.decode(PIXEL).expect("a pixel")
}
