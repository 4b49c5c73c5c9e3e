//! Messages, by the gateway: heard once each, in order, whatever happens to the connection or to us.

use crate::stage::{SOON, Stage, place};
use signalbox_core::command::Plain;
use signalbox_core::desk::{Answered, Heard, PlaceChange, Privacy, Said};
use signalbox_testkit::discord::{self, Fault, Resumable};
use std::time::Duration;

fn words(heard: &[Heard]) -> Vec<String> {
    let text = |heard: &Heard| match &heard.what {
        Said::Words { text, .. } => text.clone(),
        other => panic!("{other:?}"),
    };
    heard.iter().map(text).collect()
}

#[tokio::test]
async fn a_mention_begins_a_thread_in_which_plain_text_is_heard() {
    let stage = Stage::new();
    let bot = stage.listens().await;
    stage.ann.says(&stage.general, "nothing for the bot");
    stage.ann.mentions(&stage.general, "fix the tests");
    let heard = stage.desk.wait_heard(1).await;
    let thread = stage.server.wait_for_thread(&stage.general, |name| name == "fix the tests", SOON).await;
    assert_eq!((&heard[0].place, heard[0].parent.as_ref()), (&place(&thread), Some(&place(&stage.general))));
    assert!(heard[0].one_conversation && heard[0].privacy == Privacy::Shared);
    assert_eq!(stage.general.typing(), 1);
    stage.ann.says(&thread, "and the docs");
    let heard = stage.desk.wait_heard(2).await;
    assert_eq!((&heard[1].place, heard[1].manner.plain), (&place(&thread), Plain::IsTask));
    assert_eq!(words(&heard)[1], "and the docs");
    assert_eq!(stage.desk.received().len(), 2, "what is not for us is not stored");
    bot.stops().await;
}

#[tokio::test]
async fn where_no_thread_can_be_the_channel_does() {
    let stage = Stage::new();
    let bot = stage.listens().await;
    stage.general.denies(discord::Permission::CreateThreads);
    stage.ann.mentions(&stage.general, "fix the tests");
    let heard = stage.desk.wait_heard(1).await;
    assert_eq!((&heard[0].place, heard[0].one_conversation), (&place(&stage.general), false));
    bot.stops().await;
}

#[tokio::test]
async fn a_direct_message_comes_with_its_files() {
    let stage = Stage::new();
    let bot = stage.listens().await;
    let direct = stage.server.dm(&stage.ann);
    stage.ann.attaches(&direct, ("notes.txt", "text/plain"), &b"milk, eggs"[..], "read this");
    let heard = stage.desk.wait_heard(1).await;
    assert_eq!((&heard[0].place, heard[0].privacy), (&place(&direct), Privacy::Private));
    let Said::Words { text, files, missing, .. } = &heard[0].what else { panic!("{heard:#?}") };
    assert_eq!((text.as_str(), files[0].name.as_str(), missing.len()), ("read this", "notes.txt", 0));
    assert_eq!(stage.desk.file(&files[0].blob), "milk, eggs");
    bot.stops().await;
}

#[tokio::test]
async fn a_note_about_a_message_answers_it() {
    let stage = Stage::new();
    let bot = stage.listens().await;
    stage.desk.answers(Answered::Note("Not understood.".to_owned()));
    let direct = stage.server.dm(&stage.ann);
    let message = stage.ann.says(&direct, "/frobnicate");
    let note = stage.server.wait_for(&direct, |message| message.content == "Not understood.", SOON).await;
    assert_eq!(note.reply_to, Some(message.id));
    bot.stops().await;
}

#[tokio::test]
async fn nothing_is_lost_and_nothing_is_heard_twice_when_the_connection_breaks() {
    let stage = Stage::new();
    let bot = stage.listens().await;
    let direct = stage.server.dm(&stage.ann);
    let mut said = Vec::new();
    for number in 0..12 {
        match number {
            2 => stage.server.cut_gateway(),
            4 => stage.server.asks_to_reconnect(),
            6 => stage.server.misbehave(Fault::RepeatEvent.once().of("MESSAGE_CREATE")),
            8 => stage.server.close_gateway(4000),
            _ => {}
        }
        stage.ann.says(&direct, &format!("number {number}"));
        said.push(format!("number {number}"));
        tokio::time::sleep(Duration::from_millis(30)).await;
    }
    let heard = stage.desk.wait_heard(12).await;
    assert_eq!(words(&heard), said);
    bot.stops().await;
    assert_eq!(stage.desk.heard().len(), 12);
}

#[tokio::test]
async fn a_new_process_resumes_the_session() {
    let stage = Stage::new();
    let direct = stage.server.dm(&stage.ann);
    let bot = stage.listens().await;
    stage.ann.says(&direct, "one");
    stage.desk.wait_heard(1).await;
    bot.stops().await;
    stage.ann.says(&direct, "two");
    let bot = stage.listens().await;
    assert_eq!(words(&stage.desk.wait_heard(2).await), ["one", "two"]);
    bot.dies().await;
    stage.ann.says(&direct, "three");
    let bot = stage.listens().await;
    assert_eq!(words(&stage.desk.wait_heard(3).await), ["one", "two", "three"]);
    bot.stops().await;
    let resumed = stage.server.connections().into_iter().map(|connection| format!("{:?}", connection.began));
    let resumed: Vec<_> = resumed.collect();
    assert_eq!(resumed.iter().filter(|beginning| beginning.contains("Resumed")).count(), 2, "{resumed:?}");
}

#[tokio::test]
async fn what_a_dead_session_would_not_tell_is_read_from_the_channels() {
    let stage = Stage::new();
    let direct = stage.server.dm(&stage.ann);
    let bot = stage.listens().await;
    stage.ann.says(&direct, "one");
    stage.desk.wait_heard(1).await;
    bot.stops().await;
    stage.ann.says(&direct, "two");
    stage.ann.mentions(&stage.general, "three");
    stage.ann.says(&stage.general, "not for the bot");
    stage.server.invalidate_sessions(Resumable::No);
    let bot = stage.listens().await;
    let mut heard = words(&stage.desk.wait_heard(3).await);
    heard.sort();
    assert_eq!(heard, [format!("<@{}> three", stage.server.bot_id()), "one".to_owned(), "two".to_owned()]);
    bot.stops().await;
    assert_eq!(stage.desk.heard().len(), 3);
}

#[tokio::test]
async fn without_the_privileged_intent_mentions_and_direct_messages_are_heard() {
    let settings = discord::DiscordSettings { message_content: false, ..discord::DiscordSettings::default() };
    let stage = Stage::with(settings);
    let bot = stage.listens().await;
    stage.ann.says(&stage.server.dm(&stage.ann), "one");
    stage.ann.mentions(&stage.general, "two");
    let heard = stage.desk.wait_heard(2).await;
    assert!(words(&heard).iter().any(|text| text == "one"), "{heard:#?}");
    bot.stops().await;
}

#[tokio::test]
async fn what_cannot_be_stored_is_tried_until_it_can() {
    let stage = Stage::new();
    let bot = stage.listens().await;
    stage.desk.is_out_of_order(4);
    let direct = stage.server.dm(&stage.ann);
    stage.ann.says(&direct, "one");
    stage.ann.says(&direct, "two");
    assert_eq!(words(&stage.desk.wait_heard(2).await), ["one", "two"]);
    bot.stops().await;
}

#[tokio::test]
async fn what_happens_to_a_thread_is_told() {
    let stage = Stage::new();
    let bot = stage.listens().await;
    stage.ann.mentions(&stage.general, "fix the tests");
    stage.desk.wait_heard(1).await;
    let thread = stage.server.wait_for_thread(&stage.general, |_| true, SOON).await;
    thread.locks();
    thread.archives();
    wait_until(&stage, &thread, |change| matches!(change, PlaceChange::Lost(_))).await;
    thread.unarchives();
    wait_until(&stage, &thread, |change| *change == PlaceChange::Back).await;
    stage.guild.kicks_bot();
    wait_until(&stage, &thread, |change| matches!(change, PlaceChange::Lost(_))).await;
    bot.stops().await;
}

async fn wait_until(stage: &Stage, thread: &discord::Channel, wanted: impl Fn(&PlaceChange) -> bool) {
    let changed = async {
        while !wanted(&stage.desk.wait_change(&place(thread)).await) {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(SOON, changed).await.unwrap();
}
