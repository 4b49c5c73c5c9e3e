//! Buttons.

use super::rig::{PATIENCE, Rig};
use super::samples::{asks, command};
use signalbox_core::desk::Answered;
use signalbox_core::port::Refusal;
use signalbox_testkit::telegram::{Message, OutgoingFile};
use std::time::Duration;

async fn card(rig: &Rig, chat: &signalbox_testkit::telegram::Chat) -> i64 {
    rig.send(chat, asks(command("cargo test"))).await.unwrap().message.unwrap().parse().unwrap()
}

#[tokio::test]
async fn a_press_is_heard_with_what_the_button_carries_and_answered() {
    let rig = Rig::new();
    let chat = rig.server.private(&rig.ann);
    let card = card(&rig, &chat).await;
    let ears = rig.listen();
    let answer = rig.ann.presses(&chat, card, "Once").answer().await;
    assert_eq!((answer.text, answer.show_alert), (None, false));
    assert_eq!(rig.desk.words(1).await, [format!("[o:{}]", super::samples::approval_id())]);
    assert_eq!(rig.desk.state().heard[0].message, Some(card.to_string()));
    ears.close().await;
}

#[tokio::test]
async fn a_short_note_pops_up_and_a_long_one_stays() {
    let rig = Rig::new();
    let chat = rig.server.private(&rig.ann);
    let card = card(&rig, &chat).await;
    let long = "long ".repeat(60);
    rig.desk.state().answers.extend([Ok(Answered::Note("Too late.".to_owned())), Ok(Answered::Note(long.clone()))]);
    let ears = rig.listen();
    let answer = rig.ann.presses(&chat, card, "Once").answer().await;
    assert_eq!((answer.text.as_deref(), answer.show_alert), (Some("Too late."), false));
    let answer = rig.ann.presses(&chat, card, "Deny").answer().await;
    assert_eq!((answer.text.unwrap().chars().count(), answer.show_alert), (200, true));
    ears.close().await;
}

#[tokio::test]
async fn a_press_is_answered_within_a_second_however_long_it_takes() {
    let rig = Rig::new();
    let chat = rig.server.private(&rig.ann);
    let card = card(&rig, &chat).await;
    rig.desk.state().slow = Duration::from_millis(1500);
    let ears = rig.listen();
    let answer = rig.ann.presses(&chat, card, "Once").answer().await;
    assert!(answer.after < Duration::from_millis(1300), "{:?}", answer.after);
    assert!(rig.desk.state().heard.is_empty());
    rig.desk.words(1).await;
    ears.close().await;
}

#[tokio::test]
async fn a_press_that_cannot_be_dealt_with_now_is_not_forgotten() {
    let rig = Rig::new();
    let chat = rig.server.private(&rig.ann);
    let card = card(&rig, &chat).await;
    rig.desk.state().answers.push_back(Err(Refusal::Unavailable("the database is away".to_owned())));
    let ears = rig.listen();
    let answer = rig.ann.presses(&chat, card, "Once").answer().await;
    assert_eq!(answer.text.as_deref(), Some("It takes longer than usual. It is not forgotten."));
    rig.desk.words(1).await;
    ears.close().await;
}

#[tokio::test]
async fn presses_and_stop_do_not_wait_for_what_takes_long_in_the_same_chat() {
    let rig = Rig::new();
    let chat = rig.server.private(&rig.ann);
    let card = card(&rig, &chat).await;
    let slow = signalbox_testkit::telegram::Fault::Delay(Duration::from_secs(3));
    rig.server.misbehave(slow.once().on("getFile"));
    let ears = rig.listen();
    rig.ann.sends_document(&chat, OutgoingFile::new("a.txt", "text/plain", "x"), "read this");
    rig.ann.says(&chat, "/stop");
    rig.ann.presses(&chat, card, "Once").answer().await;
    let mut first = rig.desk.words(2).await;
    first.sort();
    assert_eq!(first, ["/stop".to_owned(), format!("[o:{}]", super::samples::approval_id())]);
    assert_eq!(rig.desk.words(3).await[2], "read this");
    ears.close().await;
}

#[tokio::test]
async fn forged_and_forgotten_buttons_are_handed_in_as_they_are() {
    let rig = Rig::new();
    let chat = rig.server.private(&rig.ann);
    let card = card(&rig, &chat).await;
    let ears = rig.listen();
    for (message, data) in [(card, "o:0000000000000000"), (card, "\u{202e}"), (99_999, "n:x"), (card, &"x".repeat(64))]
    {
        rig.ann.presses_data(&chat, message, data).answer().await;
    }
    assert_eq!(rig.desk.words(4).await.len(), 4);
    ears.close().await;
}

#[tokio::test]
async fn a_copy_that_nobody_knows_of_loses_its_buttons_once_its_question_is_over() {
    let rig = Rig::new();
    let chat = rig.server.private(&rig.ann);
    let card = card(&rig, &chat).await;
    rig.desk.state().answers.push_back(Ok(Answered::Stray("Bob was faster.".to_owned())));
    let ears = rig.listen();
    let answer = rig.ann.presses(&chat, card, "Once").answer().await;
    assert_eq!(answer.text.as_deref(), Some("Bob was faster."));
    let bare = |message: &Message| message.id == card && message.buttons.is_empty();
    rig.server.wait_for(&chat, bare, PATIENCE).await;
    ears.close().await;
}
