//! What cannot be sent, and what breaks half-way.

use super::rig::Rig;
use super::samples::{asks, command, line, outcome};
use bytes::Bytes;
use signalbox_core::desk::PlaceChange;
use signalbox_core::port::SendError;
use signalbox_testkit::telegram::Fault;
use std::time::Duration;

fn gone(sent: Result<signalbox_core::port::Sent, SendError>) -> String {
    match sent {
        Err(SendError::Gone { reason }) => reason,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_place_that_shuts_us_out_is_gone_and_noted() {
    let rig = Rig::new();
    let private = rig.server.private(&rig.ann);
    rig.ann.blocks_bot();
    assert_eq!(gone(rig.send(&private, line("x")).await), "the person has blocked the bot");
    let group = rig.server.group("Team", &[&rig.ann, &rig.bob]);
    group.removes_bot(&rig.ann);
    assert_eq!(gone(rig.send(&group, line("x")).await), "the bot was removed from the group");
    let forum = rig.server.forum("Work", &[&rig.ann]);
    let topic = forum.topic("Bugs");
    topic.closes();
    let place = format!("telegram:{}/{}", forum.id(), topic.id());
    let sent = rig.channel.send(&super::samples::delivery(&place, line("x"))).await;
    // The bot may write into closed topics of a forum where it manages them; whoever is told so goes on.
    if sent.is_err() {
        assert_eq!(gone(sent), "the topic is closed");
    }
    let changes = rig.desk.state().changes.clone();
    assert_eq!(changes[0].0.to_string(), format!("telegram:{}", private.id()));
    assert_eq!(changes[0].1, PlaceChange::Lost("the person has blocked the bot".to_owned()));
    assert_eq!(changes[1].0.to_string(), format!("telegram:{}", group.id()));
}

#[tokio::test]
async fn somebody_who_never_started_the_bot_and_chats_that_never_were_are_gone() {
    let rig = Rig::new();
    let place = format!("telegram:{}", rig.bob.id());
    let sent = rig.channel.send(&super::samples::delivery(&place, line("x"))).await;
    assert!(matches!(sent, Err(SendError::Gone { .. })), "{sent:?}");
    let sent = rig.channel.send(&super::samples::delivery("telegram:-4242", line("x"))).await;
    assert_eq!(gone(sent), "the chat is gone");
}

#[tokio::test]
async fn a_group_that_became_a_supergroup_has_moved() {
    let rig = Rig::new();
    let group = rig.server.group("Team", &[&rig.ann]);
    let new = group.migrates();
    let Err(SendError::Moved(place)) = rig.send(&group, line("x")).await else { panic!() };
    assert_eq!(place.to_string(), format!("telegram:{}", new.id()));
    assert!(rig.channel.send(&super::samples::delivery(&place.to_string(), line("x"))).await.is_ok());
}

#[tokio::test]
async fn what_breaks_half_way_is_continued_and_nothing_is_doubled() {
    let rig = Rig::new();
    let chat = rig.server.private(&rig.ann);
    rig.server.misbehave(Fault::Html(502).once().on("sendMessage"));
    let mut delivery = rig.delivery(&chat, asks(command(&"x ".repeat(9000))));
    let Err(SendError::Broken { sent, after: None, .. }) = rig.channel.send(&delivery).await else { panic!() };
    assert_eq!(sent.len(), 1);
    delivery.sent = sent;
    let done = rig.channel.send(&delivery).await.unwrap();
    assert_eq!(done.all.len(), 2);
    assert_eq!((done.all[0].as_str(), chat.messages().len()), (delivery.sent[0].as_str(), 2));
    // Once more with everything there, as after a crash before it was recorded.
    delivery.sent = done.all.clone();
    assert_eq!(rig.channel.send(&delivery).await.unwrap(), done);
    assert_eq!(chat.messages().len(), 2);
}

#[tokio::test]
async fn an_album_that_is_refused_goes_file_by_file_from_where_it_broke() {
    let rig = Rig::new();
    let chat = rig.server.private(&rig.ann);
    for name in ["a.txt", "b.txt", "c.txt"] {
        rig.desk.state().files.insert(name.to_owned(), Bytes::from_static(b"content"));
    }
    let mut delivery = rig.delivery(&chat, outcome("Here.", &["a.txt", "b.txt", "c.txt"]));
    rig.server.misbehave(Fault::Html(413).once().on("sendMediaGroup"));
    rig.server.misbehave(Fault::LoseRequest.once().on("sendMessage"));
    let Err(SendError::Broken { sent, .. }) = rig.channel.send(&delivery).await else { panic!() };
    assert_eq!(sent.len(), 3);
    delivery.sent = sent[..1].to_vec();
    let done = rig.channel.send(&delivery).await.unwrap();
    assert_eq!(done.all.len(), 4);
}

#[tokio::test]
async fn when_telegram_is_not_well_it_is_tried_later() {
    let rig = Rig::new();
    let chat = rig.server.private(&rig.ann);
    for fault in [Fault::LoseRequest, Fault::Html(500), Fault::LoseResponse] {
        rig.server.misbehave(fault.once());
        let begun = std::time::Instant::now();
        let sent = rig.send(&chat, line("x")).await;
        assert!(matches!(sent, Err(SendError::Later { .. })), "{fault:?}: {sent:?}");
        assert!(begun.elapsed() < Duration::from_secs(5));
    }
}

#[tokio::test]
async fn no_error_tells_the_token() {
    let rig = Rig::new();
    let chat = rig.server.private(&rig.ann);
    let token = rig.server.token();
    let secret = token.split(':').nth(1).unwrap();
    for fault in [Fault::LoseRequest, Fault::Html(502), Fault::LoseResponse] {
        rig.server.misbehave(fault.once());
        let error = rig.send(&chat, line("x")).await.unwrap_err();
        assert!(!format!("{error} {error:?}").contains(secret), "{error:?}");
    }
}
