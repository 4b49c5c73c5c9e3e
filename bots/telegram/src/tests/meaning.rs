//! What updates mean.

use crate::hear::{Meaning, Us, Written, meaning};
use crate::wire::Update;
use rstest::rstest;
use serde_json::{Value, json};
use signalbox_core::command::Manner;
use signalbox_core::desk::{PlaceChange, Privacy, Said};

fn us() -> Us {
    Us { id: 700, name: "signalbox_bot".to_owned(), source: "telegram:700".to_owned() }
}

fn of(update: Value) -> Meaning {
    let mut update = update;
    update["update_id"] = json!(31);
    meaning(&serde_json::from_value::<Update>(update).unwrap(), &us())
}

fn private() -> Value {
    json!({"message_id": 9, "date": 1, "from": {"id": 5, "is_bot": false, "first_name": "Ann"},
           "chat": {"id": 5, "type": "private", "first_name": "Ann"}})
}

fn group() -> Value {
    json!({"message_id": 9, "date": 1, "from": {"id": 5, "is_bot": false, "first_name": "Ann"},
           "chat": {"id": -1007, "type": "supergroup", "title": "Team", "is_forum": true}})
}

/// A message with more fields.
fn with(message: Value, fields: Value) -> Value {
    let mut message = message;
    for (name, value) in fields.as_object().unwrap() {
        message[name] = value.clone();
    }
    json!({"message": message})
}

fn written(update: Value) -> Written {
    match of(update) {
        Meaning::Written(written) => *written,
        other => panic!("{other:?}"),
    }
}

fn said(written: &Written) -> (String, Option<String>) {
    match &written.heard.what {
        Said::Words { text, answers, .. } => (text.clone(), answers.clone()),
        other => panic!("{other:?}"),
    }
}

#[test]
fn what_is_written_in_a_private_chat_is_for_us() {
    let written = written(with(private(), json!({"text": "fix the bug"})));
    let heard = &written.heard;
    assert_eq!((heard.source.as_str(), heard.id.as_str()), ("telegram:700", "31"));
    assert_eq!((heard.place.to_string(), heard.parent.clone()), ("telegram:5".to_owned(), None));
    assert_eq!((heard.privacy, heard.one_conversation), (Privacy::Private, true));
    assert_eq!((heard.sender.platform.as_str(), heard.sender.account.as_str()), ("telegram", "5"));
    assert_eq!(heard.manner, Manner::telegram_private("signalbox_bot"));
    assert_eq!(heard.message.as_deref(), Some("9"));
    assert_eq!(said(&written), ("fix the bug".to_owned(), None));
    assert!(written.clear && written.meant && !written.urgent);
}

#[rstest]
#[case::talk(json!({"text": "fix the bug"}), false)]
#[case::our_name(json!({"text": "@Signalbox_Bot fix it"}), true)]
#[case::our_name_within(json!({"text": "could @signalbox_bot fix it?"}), true)]
#[case::a_command(json!({"text": "/status"}), true)]
#[case::our_command(json!({"text": "/status@signalbox_bot"}), true)]
#[case::another_name(json!({"text": "@other_bot fix it"}), false)]
#[case::an_answer_to_us(json!({"text": "yes", "reply_to_message": {"message_id": 3, "from": {"id": 700}}}), true)]
#[case::an_answer_to_bob(json!({"text": "yes", "reply_to_message": {"message_id": 3, "from": {"id": 6}}}), false)]
#[case::a_quoted_command(json!({"text": "/stop", "entities": [{"type": "blockquote", "offset": 0, "length": 5}]}), false)]
#[case::a_passed_on_command(json!({"text": "/stop", "forward_origin": {"type": "hidden_user"}}), false)]
#[case::through_another_bot(json!({"text": "/stop", "via_bot": {"id": 8, "is_bot": true}}), false)]
#[case::a_picture_alone(json!({"photo": [{"file_id": "x", "width": 1, "height": 1}]}), false)]
#[case::a_caption(json!({"caption": "@signalbox_bot look", "photo": [{"file_id": "x", "width": 1, "height": 1}]}), true)]
#[case::a_sticker(json!({"sticker": {"file_id": "x"}}), false)]
#[case::an_anonymous_admin(json!({"text": "/stop", "sender_chat": {"id": -1007, "type": "supergroup"}}), false)]
#[case::a_bot(json!({"text": "/stop", "from": {"id": 8, "is_bot": true}}), false)]
fn in_a_group_only_some_things_are_for_us(#[case] message: Value, #[case] heard: bool) {
    let meaning = of(with(group(), message));
    assert_eq!(matches!(meaning, Meaning::Written(_)), heard, "{meaning:?}");
}

#[test]
fn what_is_passed_on_in_private_is_a_request_and_no_command() {
    for (by, what) in
        [("forward_origin", json!({"type": "hidden_user"})), ("via_bot", json!({"id": 8, "is_bot": true}))]
    {
        let passed = written(with(private(), json!({"text": "/approve abc", by: what})));
        assert_eq!(said(&passed).0, "Passed on:\n/approve abc");
    }
}

#[test]
fn an_answer_to_us_is_read_as_in_private() {
    let answer = json!({"text": "no, the other one", "reply_to_message": {"message_id": 3, "from": {"id": 700, "is_bot": true}}});
    let written = written(with(group(), answer));
    assert_eq!(written.heard.manner, Manner::telegram_private("signalbox_bot"));
    assert_eq!(said(&written), ("no, the other one".to_owned(), Some("3".to_owned())));
    assert_eq!((written.heard.privacy, written.heard.one_conversation), (Privacy::Shared, false));
}

#[test]
fn a_topic_is_a_place_of_its_own() {
    let opened = json!({"message_id": 4, "from": {"id": 700, "is_bot": true}, "forum_topic_created": {"name": "Work"}});
    let in_topic = json!({"message_thread_id": 4, "is_topic_message": true, "reply_to_message": opened});
    let Value::Object(fields) = in_topic else { unreachable!() };
    let mut message = group();
    message.as_object_mut().unwrap().extend(fields);
    // What is only said in a topic that we opened answers nothing.
    assert_eq!(of(with(message.clone(), json!({"text": "fix it"}))), Meaning::Nothing);
    let written = written(with(message, json!({"text": "@signalbox_bot fix it"})));
    assert_eq!(written.heard.place.to_string(), "telegram:-1007/4");
    assert_eq!(written.heard.parent.as_ref().unwrap().to_string(), "telegram:-1007");
    assert!(written.heard.one_conversation);
    assert_eq!(said(&written).1, None);
}

#[test]
fn a_chain_of_answers_outside_of_forums_is_no_topic() {
    let written = written(with(group(), json!({"text": "/status", "message_thread_id": 4})));
    assert_eq!(written.heard.place.to_string(), "telegram:-1007");
}

#[test]
fn a_group_with_a_public_name_is_public() {
    let mut message = group();
    message["chat"]["username"] = json!("team");
    assert_eq!(written(with(message, json!({"text": "/status"}))).heard.privacy, Privacy::Public);
}

#[test]
fn stopping_does_not_wait_for_files() {
    assert!(written(with(private(), json!({"text": "/stop abc"}))).urgent);
    assert!(written(with(group(), json!({"text": "/stop@signalbox_bot"}))).urgent);
    assert!(!written(with(private(), json!({"text": "/stopwatch"}))).urgent);
    assert!(!written(with(private(), json!({"text": "stop it"}))).urgent);
}

#[test]
fn files_are_named_and_pictures_come_in_their_largest_size() {
    let photo = json!([{"file_id": "s", "width": 90, "height": 60}, {"file_id": "l", "width": 900, "height": 600},
                       {"file_id": "m", "width": 300, "height": 200}]);
    let picture = written(with(private(), json!({"photo": photo, "caption": "what is this?"})));
    assert_eq!((picture.files[0].id.as_str(), picture.files[0].name.as_str()), ("l", "photo-9.jpg"));
    assert_eq!(said(&picture).0, "what is this?");
    let document = json!({"file_id": "d", "file_name": "a.pdf", "mime_type": "application/pdf", "file_size": 7});
    let written = written(with(private(), json!({"document": document, "media_group_id": "77"})));
    assert_eq!((written.files[0].name.as_str(), written.files[0].size), ("a.pdf", Some(7)));
    assert_eq!(written.album.as_deref(), Some("77"));
}

#[test]
fn a_press_says_what_was_pressed_where_by_whom() {
    let message = json!({"message_id": 12, "date": 0, "chat": {"id": -1007, "type": "supergroup"}});
    let query = json!({"id": "q1", "from": {"id": 6, "is_bot": false}, "message": message, "data": "o:abc"});
    let Meaning::Pressed(pressing) = of(json!({"callback_query": query})) else { panic!() };
    assert_eq!((pressing.query.as_str(), pressing.heard.sender.account.as_str()), ("q1", "6"));
    assert_eq!(pressing.heard.what, Said::Pressed { code: "o:abc".to_owned() });
    assert_eq!(
        (pressing.heard.place.to_string(), pressing.heard.message.as_deref()),
        ("telegram:-1007".to_owned(), Some("12"))
    );
}

fn member(status: &str, chat: &str) -> Value {
    let id = if chat == "private" { 5 } else { -7 };
    json!({"my_chat_member": {"chat": {"id": id, "type": chat}, "from": {"id": 5}, "date": 1,
           "old_chat_member": {"status": "member"}, "new_chat_member": {"status": status, "user": {"id": 700}}}})
}

#[test]
fn places_are_lost_and_found() {
    let changed = |update| match of(update) {
        Meaning::Changed(place, change) => (place.to_string(), change),
        other => panic!("{other:?}"),
    };
    let lost = |why: &str| PlaceChange::Lost(why.to_owned());
    let (five, seven) = ("telegram:5".to_owned(), "telegram:-7".to_owned());
    assert_eq!(changed(member("kicked", "private")), (five.clone(), lost("the person has blocked the bot")));
    assert_eq!(changed(member("member", "private")), (five, PlaceChange::Back));
    assert_eq!(changed(member("left", "group")), (seven.clone(), lost("the bot was removed from the group")));
    assert_eq!(changed(member("administrator", "group")), (seven, PlaceChange::Back));
    let topic = |field: &str| with(group(), json!({"message_thread_id": 4, "is_topic_message": true, field: {}}));
    assert_eq!(changed(topic("forum_topic_closed")), ("telegram:-1007/4".to_owned(), lost("the topic is closed")));
    assert_eq!(changed(topic("forum_topic_reopened")), ("telegram:-1007/4".to_owned(), PlaceChange::Back));
    let moved = PlaceChange::Moved("telegram:-1009".parse().unwrap());
    assert_eq!(changed(with(group(), json!({"migrate_to_chat_id": -1009}))), ("telegram:-1007".to_owned(), moved));
}

#[rstest]
#[case::edited(json!({"edited_message": {"message_id": 9, "chat": {"id": 5, "type": "private"}, "text": "x"}}))]
#[case::channel(json!({"channel_post": {"message_id": 9, "chat": {"id": -5, "type": "channel"}, "text": "x"}}))]
#[case::in_a_channel(json!({"message": {"message_id": 9, "from": {"id": 5}, "chat": {"id": -5, "type": "channel"}, "text": "/x"}}))]
#[case::of_tomorrow(json!({"telepathy": {"thought": "x"}}))]
#[case::no_message_pressed(json!({"callback_query": {"id": "q", "from": {"id": 5}, "inline_message_id": "i", "data": "x"}}))]
#[case::nothing_pressed(json!({"callback_query": {"id": "q", "from": {"id": 5}, "message":
    {"message_id": 9, "chat": {"id": 5, "type": "private"}}, "game_short_name": "x"}}))]
fn everything_else_means_nothing(#[case] update: Value) {
    assert_eq!(of(update), Meaning::Nothing);
}
