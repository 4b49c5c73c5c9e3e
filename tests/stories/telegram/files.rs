//! Files in and out.

use super::Team;
use crate::harness::PATIENCE;
use serde_json::json;
use signalbox_testkit::script::Script;
use signalbox_testkit::telegram::OutgoingFile;

#[tokio::test]
async fn pictures_documents_and_albums_reach_the_workspace_and_claude() {
    let team = Team::new().await;
    let (ann, chat) = team.member("Ann", "member").await;
    let read = |name: &str| {
        Script::new().tool("Read", json!({"file_path": format!("/run/signalbox/files/{name}")})).echo().to_string()
    };
    let notes = OutgoingFile::new("wishes.txt", "text/plain", "a swing in the garden\n".as_bytes());
    ann.sends_document(&chat, notes, &read("wishes.txt"));
    team.hears(&chat, "a swing in the garden").await;
    let picture = OutgoingFile::new("pixel.png", "image/png", pixel());
    ann.sends_document(&chat, picture, &Script::new().say("I see it.").to_string());
    team.hears(&chat, "I see it.").await;
    let shown = team.world.model.requests().iter().any(|request| request.body.to_string().contains(PIXEL));
    assert!(shown, "the picture is part of a request to the model");
    let album = ["one.txt", "two.txt"]
        .map(|name| OutgoingFile::new(name, "text/plain", format!("this is {name}\n").into_bytes()));
    ann.sends_album(&chat, album.to_vec(), &read("two.txt"));
    team.hears(&chat, "this is two.txt").await;
    let tasks: serde_json::Value = serde_json::from_str(&team.says(&["tasks", "--all", "--json"]).await).unwrap();
    let counts: Vec<_> =
        tasks.as_array().unwrap().iter().map(|task| task["attachments"].as_array().unwrap().len()).collect();
    assert_eq!(counts, [2, 1, 1], "the album is one request");
    team.ends().await;
}

#[tokio::test]
async fn what_is_too_large_is_said_plainly_and_nothing_is_started() {
    let team = Team::new().await;
    let (ann, chat) = team.member("Ann", "member").await;
    let large = OutgoingFile::new("film.bin", "application/octet-stream", vec![0_u8; 21 << 20]);
    ann.sends_document(&chat, large, "look at it");
    let said = team.hears(&chat, "film.bin").await;
    assert!(said.text.contains("20 M") && said.text.contains("Nothing was started"), "{}", said.text);
    assert_eq!(team.says(&["tasks", "--all", "--json"]).await.trim(), "[]");
    team.ends().await;
}

#[tokio::test]
async fn files_that_claude_hands_over_come_back_as_documents() {
    let team = Team::new().await;
    let (ann, chat) = team.member("Ann", "member").await;
    let report = "/workspace/.signalbox/out/report.txt";
    let script =
        Script::new().tool("Write", json!({"file_path": report, "content": "all is well\n"})).say("Here it is.");
    ann.says(&chat, &script.to_string());
    let document = team.telegram.wait_for(&chat, |message| message.attachment.is_some(), PATIENCE).await;
    let attachment = document.attachment.unwrap();
    assert_eq!(attachment.name.as_deref(), Some("report.txt"));
    assert_eq!(team.telegram.file(&attachment.file).unwrap(), "all is well\n");
    let outcome = team.hears(&chat, "Here it is.").await;
    assert!(!outcome.text.contains("Branch"), "it is not in a commit: {}", outcome.text);
    team.ends().await;
}

#[tokio::test]
async fn what_does_not_fit_into_a_message_comes_as_a_file_before_its_buttons() {
    let team = Team::new().await;
    let (ann, chat) = team.member("Ann", "member").await;
    let command = format!("echo ran >> ran.txt {}", "# nothing more ".repeat(600));
    ann.says(&chat, &Script::new().tool("Bash", json!({"command": command})).say("done").to_string());
    let card = team.is_asked(&chat).await;
    let file = team.telegram.wait_for(&chat, |message| message.attachment.is_some(), PATIENCE).await;
    assert!(file.id < card.id, "the file is there before the buttons");
    let whole = team.telegram.file(&file.attachment.unwrap().file).unwrap();
    assert!(String::from_utf8_lossy(&whole).contains(&command));
    ann.presses(&chat, card.id, "Once").answer().await;
    team.becomes(&chat, card.id, "Allowed by Ann").await;
    let long = format!("# Long\n\n{}", "A line of the answer that goes on.\n\n".repeat(900));
    ann.says(&chat, &Script::new().say(&long).to_string());
    let answer = |message: &signalbox_testkit::telegram::Message| {
        message.id > card.id
            && message.attachment.as_ref().is_some_and(|file| file.name.as_deref() == Some("answer.md"))
    };
    let file = team.telegram.wait_for(&chat, answer, PATIENCE).await;
    assert!(team.telegram.file(&file.attachment.unwrap().file).unwrap().len() > 30_000);
    team.ends().await;
}

/// One transparent pixel.
const PIXEL: &str = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==";

fn pixel() -> Vec<u8> {
    use base64::Engine as _;
    base64::prelude::BASE64_STANDARD.decode(PIXEL).expect("a pixel")
}
