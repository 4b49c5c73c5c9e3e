//! How fast it goes.

use super::rig::Rig;
use super::samples::{allowed, asks, command, line, task};
use crate::{Mode, Pace};
use futures::future::join_all;
use signalbox_core::port::SendError;
use signalbox_testkit::telegram::TelegramSettings;
use std::time::{Duration, Instant};

/// A server on a clock that is so much faster, and a pace to match.
fn hurried(rate: f64) -> Rig {
    let pace = Pace { chat_per_second: rate, group_per_minute: 20.0 * rate, all_per_second: 30.0 * rate };
    Rig::with(TelegramSettings { clock_rate: rate, ..TelegramSettings::default() }, Mode::Polling, pace)
}

#[tokio::test]
async fn a_burst_over_many_chats_goes_out_in_order_and_never_faster_than_telegram_takes_it() {
    let rig = hurried(20.0);
    let people: Vec<_> = (0..8).map(|number| rig.server.user(&format!("Person {number}"))).collect();
    let chats: Vec<_> = people.iter().map(|person| rig.server.private(person)).collect();
    let send = async |chat, number: usize| loop {
        match rig.send(chat, line(&number.to_string())).await {
            Ok(_) => return,
            Err(SendError::Later { after, .. }) => tokio::time::sleep(after.unwrap_or_default()).await,
            Err(other) => panic!("{other:?}"),
        }
    };
    let sends = chats.iter().map(async |chat| {
        for number in 0..15 {
            send(chat, number).await;
        }
    });
    join_all(sends).await;
    for chat in &chats {
        let said: Vec<_> = chat.messages().into_iter().map(|message| message.text).collect();
        assert_eq!(said, (0..15).map(|number: usize| number.to_string()).collect::<Vec<_>>());
    }
    assert_eq!(rig.server.repeated_too_many_requests(), 0);
}

#[tokio::test]
async fn messages_of_one_chat_keep_their_order_when_they_are_sent_at_once() {
    let rig = Rig::new();
    let chat = rig.server.private(&rig.ann);
    join_all((0..20).map(|number| rig.send(&chat, line(&number.to_string())))).await;
    let said: Vec<_> = chat.messages().into_iter().map(|message| message.text).collect();
    assert_eq!(said, (0..20).map(|number| number.to_string()).collect::<Vec<_>>());
}

#[tokio::test]
async fn what_telegram_says_about_waiting_is_obeyed() {
    // The bot is told a pace that Telegram does not take.
    let fast = Pace { chat_per_second: 1000.0, group_per_minute: 60_000.0, all_per_second: 1000.0 };
    let rig = Rig::with(TelegramSettings::default(), Mode::Polling, fast);
    let chat = rig.server.group("Team", &[&rig.ann]);
    let mut outcome = Ok(());
    for _ in 0..10 {
        outcome = rig.send(&chat, line("x")).await.map(|_| ());
        if outcome.is_err() {
            break;
        }
    }
    let Err(SendError::Later { after: Some(after), .. }) = outcome else { panic!("{outcome:?}") };
    assert!(after >= Duration::from_secs(1), "{after:?}");
    // The next one waits it out by itself, and so Telegram is not asked again before.
    let begun = Instant::now();
    rig.send(&chat, line("x")).await.unwrap();
    assert!(begun.elapsed() >= Duration::from_millis(900), "{:?}", begun.elapsed());
    assert_eq!((rig.server.too_many_requests(), rig.server.repeated_too_many_requests()), (1, 0));
}

#[tokio::test]
async fn passing_edits_give_way_and_decisions_do_not() {
    let rig = Rig::with(TelegramSettings::default(), Mode::Polling, Pace::default());
    let chat = rig.server.private(&rig.ann);
    let card = rig.send(&chat, task("0", true)).await.unwrap().message.unwrap();
    let mut refused = 0;
    for number in 1..8 {
        let begun = Instant::now();
        let edit = rig.channel.edit(&rig.delivery(&chat, task(&number.to_string(), true)), &card).await;
        assert!(begun.elapsed() < Duration::from_millis(500));
        match edit {
            Err(SendError::Later { after: Some(_), .. }) => refused += 1,
            other => assert!(other.is_ok(), "{other:?}"),
        }
    }
    assert!(refused >= 5, "{refused}");
    // Somebody waits for this one, and there is room left for it.
    let begun = Instant::now();
    let asked = rig.send(&chat, asks(command("x"))).await.unwrap().message.unwrap();
    assert!(begun.elapsed() < Duration::from_millis(500), "{:?}", begun.elapsed());
    rig.channel.edit(&rig.delivery(&chat, asks(allowed(command("x")))), &asked).await.unwrap();
    assert_eq!(rig.server.too_many_requests(), 0);
}
