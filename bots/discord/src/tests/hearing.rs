use super::samples::{BOT, answering, me, message};
use crate::channels::Setting;
use crate::hear::{Where, hear, may_be_for_us, thread_name};
use crate::wire::Message;
use rstest::rstest;
use serde_json::{Value, json};
use signalbox_core::command::Plain;
use signalbox_core::desk::Privacy;

const ROOM: Setting = Setting::Room { threads: true };
const VOICE: Setting = Setting::Room { threads: false };
const OURS: Setting = Setting::Thread { ours: true, parent: None };
const THEIRS: Setting = Setting::Thread { ours: false, parent: None };

fn mention(text: &str) -> String {
    format!("<@{BOT}> {text}")
}

/// What is heard of a message: whether plain text would be a task, and the thread that it begins.
fn heard(message: &Message, setting: Setting) -> String {
    hear(message, setting, me()).map_or("nothing".to_owned(), |hearing| {
        let private = hearing.manner.plain == Plain::IsTask;
        let thread = hearing.thread.map(|name| format!(", thread {name:?}")).unwrap_or_default();
        let answers = hearing.answers.map(|id| format!(", answers {id}")).unwrap_or_default();
        format!("{}{answers}{thread}", if private { "private" } else { "channel" })
    })
}

#[rstest]
#[case::talk_of_others("have you seen it?", ROOM, "nothing")]
#[case::a_path("/usr/bin is full", ROOM, "nothing")]
#[case::a_command("/status", ROOM, "channel")]
#[case::a_typed_task("/task fix it", ROOM, "channel, thread \"fix it\"")]
#[case::plain_text_in_our_thread("and the docs", OURS, "private")]
#[case::plain_text_in_another_thread("and the docs", THEIRS, "nothing")]
#[case::plain_text_in_private("fix it", Setting::Direct, "private")]
#[case::nothing_at_all("", Setting::Direct, "nothing")]
fn a_message_is_heard_where_it_is_for_us(#[case] text: &str, #[case] setting: Setting, #[case] expected: &str) {
    assert_eq!(heard(&message(text, json!({})), setting), expected);
}

#[rstest]
#[case::work("fix the tests", ROOM, "channel, thread \"fix the tests\"")]
#[case::a_command("status", ROOM, "channel")]
#[case::help("", ROOM, "channel")]
#[case::where_threads_cannot_be("fix the tests", VOICE, "channel")]
#[case::in_a_thread("fix the tests", THEIRS, "channel")]
#[case::in_our_thread("fix the tests", OURS, "private")]
fn a_mention_begins_a_thread_where_it_asks_for_work(
    #[case] text: &str,
    #[case] setting: Setting,
    #[case] expected: &str,
) {
    assert_eq!(heard(&message(&mention(text), json!({})), setting), expected);
}

#[test]
fn an_answer_to_us_needs_no_mention_and_begins_no_thread() {
    let to_us = message("yes, go on", answering(BOT));
    assert_eq!(heard(&to_us, ROOM), "private, answers 1060000000000000000");
    let to_somebody = message("yes, go on", answering("1010000000000000009"));
    assert_eq!(heard(&to_somebody, ROOM), "nothing");
    let mentioned = message(&mention("look at this"), answering("1010000000000000009"));
    assert_eq!(heard(&mentioned, ROOM), "channel, answers 1060000000000000000, thread \"look at this\"");
}

#[rstest]
#[case::a_bot(json!({"author": {"id": "1010000000000000002", "username": "b", "bot": true}}))]
#[case::a_webhook(json!({"webhook_id": "1010000000000000003"}))]
#[case::somebody_joined(json!({"type": 7}))]
#[case::a_thread_was_made(json!({"type": 18}))]
#[case::a_slash_command_was_used(json!({"type": 20}))]
fn what_no_person_wrote_is_passed_over(#[case] changes: Value) {
    assert_eq!(heard(&message(&mention("fix it"), changes), ROOM), "nothing");
}

#[test]
fn files_alone_are_heard_where_everything_is_for_us() {
    let file = json!({"attachments": [{
        "id": "1", "filename": "a.png", "size": 10, "url": "https://cdn.discordapp.com/attachments/1/2/a.png",
        "proxy_url": "https://media.discordapp.net/attachments/1/2/a.png", "content_type": "image/png",
    }]});
    assert_eq!(heard(&message("", file.clone()), OURS), "private");
    assert_eq!(heard(&message("", file), ROOM), "nothing");
}

#[test]
fn what_is_sure_not_to_be_for_us_is_not_stored() {
    let may = |text: &str, changes: Value, setting| may_be_for_us(&message(text, changes), setting, me());
    assert!(!may("have you seen it?", json!({}), Some(ROOM)));
    assert!(may("have you seen it?", json!({}), None), "the channel may be a thread of ours");
    assert!(may("have you seen it?", json!({"guild_id": null}), None), "a direct message");
    assert!(may(&mention("hello"), json!({}), Some(ROOM)));
}

#[test]
fn a_thread_is_named_after_what_is_asked() {
    assert_eq!(thread_name(&mention("  fix\nthe `tests`"), me()), "fix the 'tests'");
    assert_eq!(thread_name(&mention(""), me()), "Task");
    assert_eq!(thread_name(&"long words ".repeat(30), me()).chars().count(), 60);
    assert!(!thread_name("a\u{202e}b", me()).contains('\u{202e}'));
}

#[test]
fn a_thread_is_part_of_its_channel_and_one_conversation() {
    let parent = "1050000000000000001".parse().ok();
    let here = Where::of("1060000000000000001".parse().unwrap(), Setting::Thread { ours: true, parent }).unwrap();
    assert_eq!(here.place.to_string(), "discord:1060000000000000001");
    assert_eq!(here.parent.unwrap().to_string(), "discord:1050000000000000001");
    assert!(here.one_conversation && here.privacy == Privacy::Shared);
    let direct = Where::of("1060000000000000001".parse().unwrap(), Setting::Direct).unwrap();
    assert!(direct.one_conversation && direct.privacy == Privacy::Private && direct.parent.is_none());
}
