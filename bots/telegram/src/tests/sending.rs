//! Cards on their way out.

use super::rig::Rig;
use super::samples::{asks, command, line, outcome, plan, question, reply, task};
use bytes::Bytes;
use signalbox_core::button::Press;
use signalbox_core::sheet::Part;

#[tokio::test]
async fn a_card_is_one_message_with_its_buttons() {
    let rig = Rig::new();
    let chat = rig.server.private(&rig.ann);
    let asked = rig.ann.says(&chat, "fix it");
    let mut delivery = rig.delivery(&chat, asks(command("cargo test")));
    delivery.answers = Some(asked.to_string());
    let sent = rig.channel.send(&delivery).await.unwrap();
    let message = rig.message(&chat, &sent.message.unwrap());
    assert_eq!(message.reply_to, Some(asked));
    assert_eq!(message.parts("pre"), ["cargo test"]);
    assert!(message.button("Once").is_some() && !message.silent);
    insta::assert_snapshot!(chat.transcript(), @r"
    Ann: fix it
    Bot: 🔐 Claude wants to run a command
        cargo test
        Claude says: Run it
        Asked because: it runs the project's own code
        mh40ffkqt4yc5t82 · for Ann in demo · /workspace · open for 0.0 s
        A longer yes covers: run 'cargo test' [Once] [15 min] [This conversation] [Always] [Deny] [Deny, because …]
    ");
}

#[tokio::test]
async fn a_long_command_is_shown_whole_before_the_buttons_that_decide_on_it() {
    let rig = Rig::new();
    let chat = rig.server.group("Team", &[&rig.ann, &rig.bob]);
    let long = format!("echo {}", "0123456789 ".repeat(1000));
    let sent = rig.send(&chat, asks(command(&long))).await.unwrap();
    let [file, card] = sent.all.as_slice() else { panic!("{sent:?}") };
    assert_eq!(sent.message.as_ref(), Some(card));
    let file = rig.message(&chat, file);
    let attachment = file.attachment.clone().unwrap();
    assert_eq!(attachment.name.as_deref(), Some("command.sh"));
    let shown = rig.server.file(&attachment.file).unwrap();
    assert!(String::from_utf8_lossy(&shown).contains(&long));
    let card = rig.message(&chat, card);
    assert_eq!((card.reply_to, file.silent, card.silent), (Some(file.id), true, false));
    assert!(card.button("Once").is_some() && file.buttons.is_empty());
}

#[tokio::test]
async fn every_kind_of_card_is_taken_in_every_kind_of_chat() {
    let rig = Rig::new();
    let forum = rig.server.forum("Work", &[&rig.ann]);
    let topic = forum.topic("Bugs");
    let wants = || Some(Press::DenyBecause(super::samples::approval_id()));
    for place in [
        format!("telegram:{}", rig.server.private(&rig.ann).id()),
        format!("telegram:{}", rig.server.group("Team", &[&rig.ann]).id()),
        format!("telegram:{}/{}", forum.id(), topic.id()),
    ] {
        for card in [
            task("Working on *it*", true),
            asks(command("cargo test")),
            asks(question(true)),
            asks(plan("1. Do it")),
            outcome("| a | b |\n|---|---|\n| 1 | 2 |", &[]),
            reply(vec![Part::Line("Why not?".to_owned())], wants()),
            line("`x`"),
        ] {
            let sent = rig.channel.send(&super::samples::delivery(&place, card.clone())).await;
            assert!(sent.is_ok(), "{place} {card:?}: {sent:?}");
        }
    }
    let in_topic = topic.messages().into_iter().filter(|message| message.from_bot).count();
    assert_eq!(in_topic, 7);
}

#[tokio::test]
async fn passing_news_makes_no_sound() {
    let rig = Rig::new();
    let chat = rig.server.private(&rig.ann);
    let sent = rig.send(&chat, task("", true)).await.unwrap();
    assert!(rig.message(&chat, &sent.message.unwrap()).silent);
}

#[tokio::test]
async fn words_are_asked_for_by_opening_a_reply() {
    let rig = Rig::new();
    let chat = rig.server.private(&rig.ann);
    let wants = Some(Press::DenyBecause(super::samples::approval_id()));
    let sent = rig.send(&chat, reply(vec![Part::Line("Why not?".to_owned())], wants)).await.unwrap();
    assert!(rig.message(&chat, &sent.message.unwrap()).forces_reply);
}

#[tokio::test]
async fn files_are_handed_over_before_the_answer_and_what_is_missing_is_said() {
    let rig = Rig::new();
    let chat = rig.server.private(&rig.ann);
    let files = ["a.txt", "b.txt"].map(|name| (name.to_owned(), Bytes::from_static(b"content")));
    rig.desk.state().files.extend(files);
    rig.desk.state().files.insert("empty.txt".to_owned(), Bytes::new());
    let sent = rig.send(&chat, outcome("Here they are.", &["a.txt", "b.txt"])).await.unwrap();
    assert_eq!(sent.all.len(), 3);
    rig.send(&chat, outcome("And these.", &["a.txt", "empty.txt", "gone.txt"])).await.unwrap();
    insta::assert_snapshot!(chat.transcript(), @r"
    Bot: <document a.txt>
    Bot: <document b.txt>
    Bot: Here they are.
        
        Branch signalbox/fix at 0123456789ab
        ✅ done in 12 s, $0.00 · 700000000000 in demo [Push] [Diff] [Continue] [Discard]
    Bot: <document a.txt>
    Bot: empty.txt is empty.
    Bot: gone.txt is not there any more.
    Bot: And these.
        
        Branch signalbox/fix at 0123456789ab
        ✅ done in 12 s, $0.00 · 700000000000 in demo [Push] [Diff] [Continue] [Discard]
    ");
    let albums: Vec<_> = chat.messages().into_iter().filter_map(|message| message.album).collect();
    assert_eq!(albums.len(), 2);
}

#[tokio::test]
async fn files_that_are_too_large_are_named_with_their_size() {
    let rig = Rig::new();
    let chat = rig.server.private(&rig.ann);
    rig.desk.state().files.insert("big.bin".to_owned(), Bytes::from(vec![0; 50 << 20]));
    rig.send(&chat, outcome("Here it is.", &["big.bin"])).await.unwrap();
    assert!(chat.messages()[0].text.contains("big.bin (50 MB) is too large: a bot can send at most 49 MB."));
}

#[tokio::test]
async fn nothing_of_a_delivery_for_another_platform_is_sent() {
    let rig = Rig::new();
    let sent = rig.channel.send(&super::samples::delivery("discord:5", line("x"))).await;
    assert!(matches!(sent, Err(signalbox_core::port::SendError::Refused { .. })), "{sent:?}");
    assert!(rig.server.calls().is_empty());
}
