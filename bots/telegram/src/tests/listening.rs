//! What people say on its way in, by asking for it.

use super::rig::{PATIENCE, Rig};
use signalbox_core::desk::{Answered, PlaceChange, Said};
use signalbox_core::port::Refusal;
use signalbox_testkit::telegram::{Fault, OutgoingFile};
use std::time::Duration;

fn numbers(count: usize) -> Vec<String> {
    (0..count).map(|number| number.to_string()).collect()
}

#[tokio::test]
async fn what_is_said_is_heard_in_its_order_and_once_whatever_telegram_does() {
    let rig = Rig::new();
    let chat = rig.server.private(&rig.ann);
    for fault in [Fault::RepeatUpdate, Fault::RepeatInNextAnswer, Fault::IgnoreOffset] {
        rig.server.misbehave(fault.times(2).on("getUpdates"));
    }
    let ears = rig.listen();
    for number in numbers(30) {
        rig.ann.says(&chat, &number);
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    assert_eq!(rig.desk.words(30).await, numbers(30));
    rig.server.wait_until("everything is acknowledged", |server| server.pending_updates() == 0, PATIENCE).await;
    assert_eq!(rig.desk.state().heard.len(), 30);
    ears.close().await;
}

#[tokio::test]
async fn what_was_said_while_nobody_listened_is_heard_later() {
    let rig = Rig::new();
    let chat = rig.server.private(&rig.ann);
    numbers(250).iter().for_each(|number| rig.says(&chat, number));
    let ears = rig.listen();
    assert_eq!(rig.desk.words(250).await, numbers(250));
    ears.close().await;
}

#[tokio::test]
async fn a_long_backlog_of_one_chat_holds_up_no_other() {
    let rig = Rig::new();
    let chat = rig.server.private(&rig.ann);
    rig.desk.state().slow = Duration::from_millis(100);
    numbers(700).iter().for_each(|number| rig.says(&chat, number));
    let bob = rig.server.user("Bob");
    let bobs = rig.server.private(&bob);
    bob.says(&bobs, "and me?");
    let ears = rig.listen();
    let before = rig.desk.when(|state| {
        let heard =
            state.heard.iter().any(|heard| matches!(&heard.what, Said::Words { text, .. } if text == "and me?"));
        heard.then_some(state.heard.len())
    });
    assert!(before.await < 200, "Bob waited for Ann's");
    drop(ears);
}

#[tokio::test]
async fn nothing_is_acknowledged_that_could_not_be_stored() {
    let rig = Rig::new();
    let chat = rig.server.private(&rig.ann);
    rig.desk.state().full = 3;
    let ears = rig.listen();
    rig.ann.says(&chat, "do not lose me");
    assert_eq!(rig.desk.words(1).await, ["do not lose me"]);
    ears.close().await;
}

#[tokio::test]
async fn what_was_stored_and_not_handled_is_handled_in_the_next_life() {
    let mut rig = Rig::new();
    let chat = rig.server.private(&rig.ann);
    rig.desk.state().slow = Duration::from_secs(3600);
    let ears = rig.listen();
    rig.ann.says(&chat, "stored");
    rig.desk.when(|state| (!state.updates.is_empty()).then_some(())).await;
    rig.server.wait_until("it is acknowledged", |server| server.pending_updates() == 0, PATIENCE).await;
    drop(ears);
    rig.desk.state().slow = Duration::ZERO;
    rig.restart();
    let ears = rig.listen();
    assert_eq!(rig.desk.words(1).await, ["stored"]);
    ears.close().await;
}

#[tokio::test]
async fn what_the_hub_cannot_do_now_is_tried_again_and_nothing_overtakes_it() {
    let rig = Rig::new();
    let chat = rig.server.private(&rig.ann);
    let unavailable = || Err(Refusal::Unavailable("the database is away".to_owned()));
    rig.desk.state().answers.extend([unavailable(), unavailable(), unavailable()]);
    let ears = rig.listen();
    numbers(3).iter().for_each(|number| rig.says(&chat, number));
    assert_eq!(rig.desk.words(3).await, numbers(3));
    ears.close().await;
}

#[tokio::test]
async fn what_the_hub_refuses_is_passed_over() {
    let rig = Rig::new();
    let chat = rig.server.private(&rig.ann);
    rig.desk.state().answers.push_back(Err(Refusal::Invalid("too long".to_owned())));
    let ears = rig.listen();
    numbers(2).iter().for_each(|number| rig.says(&chat, number));
    assert_eq!(rig.desk.words(1).await, ["1"]);
    assert_eq!(rig.desk.state().handled.len(), 2);
    ears.close().await;
}

#[tokio::test]
async fn somebody_we_know_sees_at_once_that_we_heard_and_nobody_else_does() {
    let rig = Rig::new();
    let (known, unknown) = (rig.server.private(&rig.ann), rig.server.private(&rig.bob));
    let ears = rig.listen();
    rig.bob.says(&unknown, "hello");
    rig.ann.says(&known, "hello");
    rig.server.wait_until("typing", |server| !server.actions(&known).is_empty(), PATIENCE).await;
    rig.desk.words(2).await;
    assert_eq!((rig.server.actions(&known).len(), rig.server.actions(&unknown).len()), (1, 0));
    ears.close().await;
}

#[tokio::test]
async fn in_groups_talk_goes_no_further() {
    let rig = Rig::new();
    let group = rig.server.group("Team", &[&rig.ann, &rig.bob]);
    let ears = rig.listen();
    rig.bob.says(&group, "lunch?");
    rig.ann.mentions(&group, "fix it");
    rig.desk.when(|state| (state.handled.len() == 2).then_some(())).await;
    assert_eq!(rig.desk.words(1).await.len(), 1);
    ears.close().await;
}

#[tokio::test]
async fn files_come_along_for_those_we_know() {
    let rig = Rig::new();
    let (known, unknown) = (rig.server.private(&rig.ann), rig.server.private(&rig.bob));
    let ears = rig.listen();
    rig.bob.sends_document(&unknown, OutgoingFile::new("b.txt", "text/plain", "from Bob"), "take it");
    rig.ann.sends_document(&known, OutgoingFile::new("a.txt", "text/plain", "from Ann"), "read this");
    rig.desk.words(2).await;
    let kept = rig.desk.state().kept.clone();
    assert_eq!(kept.iter().map(|file| file.name.as_str()).collect::<Vec<_>>(), ["a.txt"]);
    assert_eq!(kept[0].content.as_ref(), b"from Ann");
    ears.close().await;
}

#[tokio::test]
async fn a_file_that_is_too_large_is_named_with_its_size() {
    let rig = Rig::new();
    let chat = rig.server.private(&rig.ann);
    let ears = rig.listen();
    rig.ann.sends_document(&chat, OutgoingFile::new("film.mp4", "video/mp4", vec![0; 21 << 20]), "see this");
    rig.desk.words(1).await;
    let Said::Words { missing, files, .. } = rig.desk.state().heard[0].what.clone() else { panic!() };
    assert!(files.is_empty());
    assert_eq!(missing, ["film.mp4 (21 MB) is too large: a bot can fetch at most 20 MB from Telegram"]);
    ears.close().await;
}

fn pictures() -> Vec<OutgoingFile> {
    ["one.txt", "two.txt", "three.txt"]
        .map(|name| OutgoingFile::new(name, "text/plain", name.as_bytes().to_vec()))
        .into()
}

#[tokio::test]
async fn an_album_is_one_request() {
    let rig = Rig::new();
    let group = rig.server.group("Team", &[&rig.ann]);
    let ears = rig.listen();
    rig.ann.sends_album(&group, pictures(), "@signalbox_bot compare these");
    rig.ann.sends_album(&group, pictures(), "holidays");
    rig.desk.when(|state| (state.handled.len() == 6).then_some(())).await;
    let heard = rig.desk.state().heard.clone();
    assert_eq!(heard.len(), 1);
    let Said::Words { text, files, .. } = &heard[0].what else { panic!() };
    assert_eq!(text, "@signalbox_bot compare these");
    assert_eq!(files.iter().map(|file| file.name.as_str()).collect::<Vec<_>>(), ["one.txt", "two.txt", "three.txt"]);
    ears.close().await;
}

#[tokio::test]
async fn an_album_that_was_heard_is_not_heard_again_in_the_next_life() {
    let mut rig = Rig::new();
    let chat = rig.server.private(&rig.ann);
    let ears = rig.listen();
    rig.ann.sends_album(&chat, pictures(), "compare these");
    rig.desk.when(|state| (state.handled.len() == 3).then_some(())).await;
    ears.close().await;
    // As if the hub had died after it was heard, before the other parts were passed over.
    let first = rig.desk.state().heard[0].id.clone();
    rig.desk.state().handled = [first].into();
    rig.restart();
    let ears = rig.listen();
    rig.desk.when(|state| (state.handled.len() == 3).then_some(())).await;
    assert_eq!(rig.desk.state().heard.len(), 1);
    ears.close().await;
}

#[tokio::test]
async fn what_becomes_of_places_is_noted() {
    let mut rig = Rig::new();
    let group = rig.server.group("Team", &[&rig.ann, &rig.bob]);
    let ears = rig.listen();
    rig.ann.says(&group, "/status");
    rig.desk.words(1).await;
    group.removes_bot(&rig.ann);
    group.adds_bot(&rig.ann);
    let new = group.migrates();
    let changes = rig.desk.when(|state| (state.changes.len() >= 3).then(|| state.changes.clone())).await;
    let old = format!("telegram:{}", group.id());
    assert!(
        changes
            .iter()
            .all(|(place, _)| place.to_string() == old || place.to_string() == format!("telegram:{}", new.id()))
    );
    assert_eq!(changes[0].1, PlaceChange::Lost("the bot was removed from the group".to_owned()));
    assert_eq!(changes[1].1, PlaceChange::Back);
    let moved = PlaceChange::Moved(format!("telegram:{}", new.id()).parse().unwrap());
    assert!(changes.iter().any(|(_, change)| *change == moved), "{changes:?}");
    ears.close().await;
    rig.restart();
}

#[tokio::test]
async fn a_note_is_said_in_private_and_nowhere_else() {
    let rig = Rig::new();
    let (chat, group) = (rig.server.private(&rig.ann), rig.server.group("Team", &[&rig.ann]));
    let note = || Ok(Answered::Note("Not you.".to_owned()));
    rig.desk.state().answers.extend([note(), note()]);
    let ears = rig.listen();
    rig.ann.says(&chat, "hello");
    rig.ann.says(&group, "/status");
    rig.desk.words(2).await;
    rig.server.wait_for(&chat, |message| message.text == "Not you.", PATIENCE).await;
    assert!(group.messages().iter().all(|message| !message.from_bot));
    ears.close().await;
}

#[tokio::test]
async fn commands_are_offered_and_told_only_when_they_change() {
    let mut rig = Rig::new();
    let set = |rig: &Rig| rig.server.calls().iter().filter(|call| call.method == "setMyCommands").count();
    let chat = rig.server.private(&rig.ann);
    for life in 1..=2 {
        let ears = rig.listen();
        rig.ann.says(&chat, "hello");
        rig.desk.words(life).await;
        ears.close().await;
        rig.restart();
    }
    assert_eq!(set(&rig), 1);
}

#[tokio::test]
async fn edited_messages_are_not_asked_for() {
    let rig = Rig::new();
    let chat = rig.server.private(&rig.ann);
    let ears = rig.listen();
    let message = rig.ann.says(&chat, "first");
    rig.desk.words(1).await;
    rig.ann.edits(&chat, message, "/stop");
    rig.ann.says(&chat, "second");
    assert_eq!(rig.desk.words(2).await, ["first", "second"]);
    assert_eq!(rig.desk.state().updates.len(), 2);
    ears.close().await;
}
