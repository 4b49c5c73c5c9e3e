//! Cards out.

use crate::stage::{Stage, answered, asks, reply};
use signalbox_core::card::{Card, OutcomeCard};
use signalbox_core::port::SendError;
use signalbox_core::task::Attachment;
use signalbox_testkit::discord::{self, Fault, Permission};
use std::time::{Duration, Instant};

#[tokio::test]
async fn a_message_whose_answer_was_lost_is_not_seen_twice() {
    let stage = Stage::new();
    let channel = stage.channel();
    let delivery = stage.delivery(&stage.general, reply("Hello."));
    stage.server.misbehave(Fault::LoseResponse.once().on("POST", "/messages"));
    assert!(matches!(channel.send(&delivery).await, Err(SendError::Later { .. })));
    let sent = channel.send(&delivery).await.unwrap();
    let messages = stage.general.messages();
    assert_eq!(messages.len(), 1, "{}", stage.server.transcript(&stage.general));
    assert_eq!(sent.message, Some(messages[0].id.to_string()));
}

#[tokio::test]
async fn two_deliveries_of_the_same_words_are_two_messages() {
    let stage = Stage::new();
    let channel = stage.channel();
    for _ in 0..2 {
        channel.send(&stage.delivery(&stage.general, reply("Hello."))).await.unwrap();
    }
    assert_eq!(stage.general.messages().len(), 2);
}

#[tokio::test]
async fn a_long_command_goes_whole_as_a_file_before_the_card() {
    let stage = Stage::new();
    let command = "echo a line of it\n".repeat(600);
    let sent = stage.channel().send(&stage.delivery(&stage.general, asks(&command))).await.unwrap();
    let messages = stage.general.messages();
    assert_eq!(messages.len(), 2);
    assert_eq!(messages[0].attachments[0].name, "command.sh");
    assert_eq!(messages[0].attachments[0].bytes, format!("{command}\n").as_bytes());
    assert!(messages[0].components.is_empty() && messages[1].button("Once").is_some());
    assert_eq!(sent.all, [messages[0].id.to_string(), messages[1].id.to_string()]);
    assert_eq!(sent.message, Some(messages[1].id.to_string()));
}

#[tokio::test]
async fn what_broke_half_way_goes_on_from_there() {
    let stage = Stage::new();
    let channel = stage.channel();
    let mut delivery = stage.delivery(&stage.general, answered(&"A sentence of the answer.\n\n".repeat(150)));
    stage.server.misbehave(Fault::Delay(Duration::ZERO).once().on("POST", "/messages"));
    stage.server.misbehave(Fault::LoseRequest.once().on("POST", "/messages"));
    let Err(SendError::Broken { sent, .. }) = channel.send(&delivery).await else { panic!("it did not break") };
    assert_eq!(sent.len(), 1);
    delivery.sent = sent;
    let sent = channel.send(&delivery).await.unwrap();
    let there: Vec<_> = stage.general.messages().iter().map(|message| message.id.to_string()).collect();
    assert_eq!(sent.all, there);
    assert_eq!(there.len(), 3);
}

#[tokio::test]
async fn nobody_is_pinged_whatever_the_text_says() {
    let stage = Stage::new();
    let text = format!("@everyone @here <@{}> hello", stage.ann.id());
    for card in [reply(&text), answered(&text), asks(&text)] {
        stage.channel().send(&stage.delivery(&stage.general, card)).await.unwrap();
    }
    for message in stage.general.messages() {
        assert!(message.pings.is_empty(), "{message:#?}");
    }
}

#[tokio::test]
async fn a_card_answers_the_message_that_asked_and_does_without_where_that_is_gone() {
    let stage = Stage::new();
    let question = stage.ann.says(&stage.general, "please");
    let mut delivery = stage.delivery(&stage.general, reply("Yes."));
    delivery.answers = Some(question.id.to_string());
    stage.channel().send(&delivery).await.unwrap();
    assert_eq!(stage.general.messages()[1].reply_to, Some(question.id));
    stage.general.deletes_message(&question);
    let mut delivery = stage.delivery(&stage.general, reply("Again."));
    delivery.answers = Some(question.id.to_string());
    stage.channel().send(&delivery).await.unwrap();
    assert_eq!(stage.general.messages()[1].reply_to, None);
}

#[tokio::test]
async fn files_that_claude_hands_over_come_along() {
    let stage = Stage::new();
    let blob = stage.desk.has_file(b"a,b\n1,2\n");
    let Card::Outcome(outcome) = answered("Here it is.") else { unreachable!() };
    let attachment = |name: &str, blob| Attachment { name: name.to_owned(), media_type: "text/csv".to_owned(), blob };
    let gone = signalbox_core::id::BlobId::new("gone");
    let files = vec![attachment("table.csv", blob), attachment("gone.csv", gone)];
    let card = Card::Outcome(OutcomeCard { files, ..outcome });
    stage.channel().send(&stage.delivery(&stage.general, card)).await.unwrap();
    let message = &stage.general.messages()[0];
    assert_eq!(message.attachments.len(), 1);
    assert_eq!(
        (message.attachments[0].name.as_str(), &message.attachments[0].bytes[..]),
        ("table.csv", &b"a,b\n1,2\n"[..])
    );
}

#[tokio::test]
async fn a_place_that_shut_us_out_is_gone() {
    let stage = Stage::new();
    let channel = stage.channel();
    let thread = stage.ann.opens_thread(&stage.general, "talk");
    thread.archives();
    thread.locks();
    let gone = |error| matches!(error, Err(SendError::Gone { .. }));
    assert!(gone(channel.send(&stage.delivery(&thread, reply("Hello."))).await), "archived and locked");
    stage.general.denies(Permission::Send);
    assert!(gone(channel.send(&stage.delivery(&stage.general, reply("Hello."))).await), "not allowed");
    let other = stage.guild.channel("other");
    other.deletes();
    assert!(gone(channel.send(&stage.delivery(&other, reply("Hello."))).await), "deleted");
    stage.ann.blocks_bot();
    let direct = stage.server.dm(&stage.ann);
    assert!(gone(channel.send(&stage.delivery(&direct, reply("Hello."))).await), "blocked");
}

#[tokio::test]
async fn a_thread_that_only_sleeps_is_woken_up() {
    let stage = Stage::new();
    let thread = stage.ann.opens_thread(&stage.general, "talk");
    thread.archives();
    stage.channel().send(&stage.delivery(&thread, reply("Hello."))).await.unwrap();
    assert!(!thread.is_archived());
}

#[tokio::test]
async fn failures_of_discord_are_tried_later() {
    let stage = Stage::new();
    for fault in [Fault::Html(502), Fault::LoseRequest] {
        stage.server.misbehave(fault.once());
        let sent = stage.channel().send(&stage.delivery(&stage.general, reply("Hello."))).await;
        assert!(matches!(sent, Err(SendError::Later { .. })), "{sent:?}");
    }
}

#[tokio::test]
async fn a_burst_keeps_within_the_limits_and_in_order() {
    let stage = Stage::with(discord::DiscordSettings { clock_rate: 4.0, ..discord::DiscordSettings::default() });
    let channel = stage.channel();
    let start = Instant::now();
    for number in 0..12 {
        channel.send(&stage.delivery(&stage.general, reply(&format!("number {number}")))).await.unwrap();
    }
    let said: Vec<_> = stage.general.messages().into_iter().map(|message| message.content).collect();
    assert_eq!(said, (0..12).map(|number| format!("number {number}")).collect::<Vec<_>>());
    assert_eq!(stage.server.too_many_requests(), 0);
    assert!(start.elapsed() > Duration::from_secs(2), "two windows of five seconds at four times the speed");
}

#[tokio::test]
async fn a_429_is_obeyed_to_its_end() {
    let stage = Stage::with(discord::DiscordSettings { clock_rate: 4.0, ..discord::DiscordSettings::default() });
    // Two bots with one token know nothing of each other.
    let (one, other) = (stage.channel(), stage.channel());
    for number in 0..4 {
        one.send(&stage.delivery(&stage.general, reply(&format!("one {number}")))).await.unwrap();
        other.send(&stage.delivery(&stage.general, reply(&format!("other {number}")))).await.unwrap();
    }
    assert_eq!(stage.general.messages().len(), 8);
    assert!(stage.server.too_many_requests() > 0, "nothing was tried");
    assert_eq!(stage.server.repeated_too_many_requests(), 0);
}
