//! Cards that change.

use super::rig::Rig;
use super::samples::{allowed, asks, command, task};
use signalbox_core::port::SendError;

#[tokio::test]
async fn a_decided_card_says_so_and_loses_its_buttons() {
    let rig = Rig::new();
    let chat = rig.server.private(&rig.ann);
    let sent = rig.send(&chat, asks(command("cargo test"))).await.unwrap().message.unwrap();
    let edited = rig.channel.edit(&rig.delivery(&chat, asks(allowed(command("cargo test")))), &sent).await.unwrap();
    assert_eq!(edited.message.as_deref(), Some(sent.as_str()));
    let message = rig.message(&chat, &sent);
    assert!(message.buttons.is_empty() && message.text.contains("Allowed by Bob"), "{}", message.text);
}

#[tokio::test]
async fn of_a_card_with_a_file_only_the_card_changes() {
    let rig = Rig::new();
    let chat = rig.server.private(&rig.ann);
    let long = "x ".repeat(9000);
    let sent = rig.send(&chat, asks(command(&long))).await.unwrap();
    let card = sent.message.unwrap();
    rig.channel.edit(&rig.delivery(&chat, asks(allowed(command(&long)))), &card).await.unwrap();
    assert_eq!(chat.messages().len(), 2);
    assert_eq!(rig.message(&chat, &sent.all[0]).edits(), 0);
    assert!(rig.message(&chat, &card).buttons.is_empty());
}

#[tokio::test]
async fn an_edit_that_changes_nothing_is_done() {
    let rig = Rig::new();
    let chat = rig.server.private(&rig.ann);
    let decided = || rig.delivery(&chat, asks(allowed(command("cargo test"))));
    let sent = rig.channel.send(&decided()).await.unwrap().message.unwrap();
    assert!(rig.channel.edit(&decided(), &sent).await.is_ok());
    assert_eq!(rig.message(&chat, &sent).edits(), 0);
}

#[tokio::test]
async fn a_message_that_is_gone_is_lost_and_so_is_one_of_somebody_else() {
    let rig = Rig::new();
    let chat = rig.server.private(&rig.ann);
    let theirs = rig.ann.says(&chat, "hello").to_string();
    for id in ["999", "not a number", theirs.as_str()] {
        let edited = rig.channel.edit(&rig.delivery(&chat, task("", false)), id).await;
        assert_eq!(edited, Err(SendError::EditLost), "{id}");
    }
}

#[tokio::test]
async fn an_edit_where_we_are_shut_out_is_gone() {
    let rig = Rig::new();
    let chat = rig.server.group("Team", &[&rig.ann, &rig.bob]);
    let sent = rig.send(&chat, task("", false)).await.unwrap().message.unwrap();
    chat.removes_bot(&rig.ann);
    let edited = rig.channel.edit(&rig.delivery(&chat, task("more", false)), &sent).await;
    assert!(matches!(edited, Err(SendError::Gone { .. })), "{edited:?}");
}
