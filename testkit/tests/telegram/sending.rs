//! What the bot sends, and what people then see.

use reqwest::multipart::Form;
use serde_json::{Value, json};
use signalbox_testkit::telegram::{AttachmentKind, ButtonKind, TelegramSettings};

use crate::harness::{Bot, file, id, keyboard, picture, result};

#[tokio::test]
async fn a_message_is_seen_as_it_was_sent() {
    let bot = Bot::new();
    let group = bot.group();
    let asked = bot.ann.mentions(&group, "tidy up");
    let body = json!({
        "chat_id": group.id(),
        "text": "Shall I?",
        "entities": [{"type": "bold", "offset": 0, "length": 5}],
        "reply_parameters": {"message_id": asked},
        "reply_markup": keyboard(&["Once", "Deny"]),
        "disable_notification": true,
        "link_preview_options": {"is_disabled": true},
    });
    let sent = bot.ok("sendMessage", body).await;
    assert_eq!(sent["reply_to_message"]["text"], "@signalbox_bot tidy up");
    assert_eq!(sent["reply_markup"], keyboard(&["Once", "Deny"]));
    assert_eq!(sent["from"]["is_bot"], true);
    let seen = group.message(id(&sent)).unwrap();
    assert!(seen.from_bot && seen.silent);
    assert_eq!(seen.parts("bold"), ["Shall"]);
    assert_eq!(seen.reply_to, Some(asked));
    assert_eq!(seen.button("Deny").unwrap().kind, ButtonKind::Data("Deny".into()));
    assert_eq!(bot.server.transcript(&group), "Ann: @signalbox_bot tidy up\nBot: Shall I? [Once] [Deny]");
}

#[tokio::test]
async fn numbers_count_up_in_each_chat() {
    let bot = Bot::new();
    let (group, private) = (bot.group(), bot.server.private(&bot.ann));
    assert_eq!((bot.says(&group, "a").await, bot.ann.says(&group, "b"), bot.says(&group, "c").await), (1, 2, 3));
    assert_eq!(bot.says(&private, "a").await, 1);
}

#[tokio::test]
async fn a_lost_question_is_answered_anyway_if_the_bot_says_so() {
    let bot = Bot::new();
    let group = bot.group();
    let reply = json!({"message_id": 99, "allow_sending_without_reply": true});
    let sent = bot.ok("sendMessage", json!({"chat_id": group.id(), "text": "a", "reply_parameters": reply})).await;
    assert_eq!(sent.get("reply_to_message"), None);
}

#[tokio::test]
async fn a_wish_for_a_reply_is_seen_and_cannot_be_edited() {
    let bot = Bot::new();
    let group = bot.group();
    let markup = json!({"force_reply": true, "selective": true, "input_field_placeholder": "Why?"});
    let body = json!({"chat_id": group.id(), "text": "Why?", "reply_markup": markup});
    let message = id(&bot.ok("sendMessage", body).await);
    assert!(group.message(message).unwrap().forces_reply);
    let edit = json!({"chat_id": group.id(), "message_id": message, "text": "b"});
    assert_eq!(bot.refused("editMessageText", edit).await.1, "Bad Request: message can't be edited");
}

#[tokio::test]
async fn forms_and_queries_are_read_like_json() {
    let bot = Bot::new();
    let group = bot.group();
    let url = bot.url("sendMessage");
    let query = format!("chat_id={}&text=a%20b&disable_notification=true", group.id());
    let get = bot.client.get(format!("{url}?{query}")).send().await.unwrap();
    assert_eq!(get.status(), 200);
    let markup = "&reply_markup=%7B%22inline_keyboard%22%3A%5B%5D%7D";
    let post = bot.client.post(&url).header("content-type", "application/x-www-form-urlencoded");
    let post = post.body(format!("{query}{markup}")).send().await.unwrap();
    assert_eq!(post.status(), 200);
    assert_eq!(bot.server.transcript(&group), "Bot: a b\nBot: a b");
}

#[tokio::test]
async fn a_document_arrives_whole_and_can_be_fetched() {
    let bot = Bot::new();
    let group = bot.group();
    let form = Form::new()
        .text("chat_id", group.id().to_string())
        .text("caption", "The log")
        .text("document", "attach://there")
        .part("there", file("run.log", "line"));
    let sent = result(bot.parts("sendDocument", form).await);
    assert_eq!(sent["document"]["file_name"], "run.log");
    assert_eq!(sent["document"]["mime_type"], "text/plain");
    let seen = group.message(id(&sent)).unwrap();
    let attachment = seen.attachment.unwrap();
    assert_eq!((attachment.kind, attachment.size), (AttachmentKind::Document, 4));
    assert_eq!(bot.server.file(&attachment.file).unwrap(), "line");
    assert_eq!(bot.server.transcript(&group), "Bot: <document run.log> The log");
    let again = json!({"chat_id": group.id(), "document": attachment.file});
    assert_eq!(bot.ok("sendDocument", again).await["document"]["file_id"], attachment.file.as_str());
}

#[tokio::test]
async fn a_photo_has_to_be_one() {
    let bot = Bot::new();
    let group = bot.group();
    let form = |bytes: Vec<u8>| Form::new().text("chat_id", group.id().to_string()).part("photo", file("", bytes));
    let sent = result(bot.parts("sendPhoto", form(picture())).await);
    assert_eq!(sent["photo"].as_array().unwrap().len(), 2);
    let refused = bot.parts("sendPhoto", form(b"text".to_vec())).await;
    assert_eq!(refused["description"], "Bad Request: IMAGE_PROCESS_FAILED");
}

#[tokio::test]
async fn an_album_is_several_messages_with_one_id() {
    let bot = Bot::new();
    let group = bot.group();
    let item = |kind: &str, part: &str| json!({"type": kind, "media": format!("attach://{part}"), "caption": part});
    let form = |media: Value| {
        let form = Form::new().text("chat_id", group.id().to_string()).text("media", media.to_string());
        form.part("a", file("a.txt", "a")).part("b", file("b.png", picture()))
    };
    let sent = result(bot.parts("sendMediaGroup", form(json!([item("document", "a"), item("document", "b")]))).await);
    assert_eq!(sent[0]["media_group_id"], sent[1]["media_group_id"]);
    assert_eq!(bot.server.transcript(&group), "Bot: <document a.txt> a\nBot: <document b.png> b");
    let mixed = bot.parts("sendMediaGroup", form(json!([item("document", "a"), item("photo", "b")]))).await;
    assert_eq!(mixed["description"], "Bad Request: document can't be mixed with other media types");
}

#[tokio::test]
async fn what_is_too_large_is_refused() {
    let settings = TelegramSettings { largest_upload: 1000, largest_download: 100, ..TelegramSettings::default() };
    let bot = Bot::start(settings);
    let group = bot.group();
    let form =
        |size: usize| Form::new().text("chat_id", group.id().to_string()).part("document", file("a", vec![b'a'; size]));
    let refused = bot.parts("sendDocument", form(1001)).await;
    assert_eq!(refused, json!({"ok": false, "error_code": 413, "description": "Request Entity Too Large"}));
    let sent = result(bot.parts("sendDocument", form(1000)).await);
    let fetch = json!({"file_id": sent["document"]["file_id"]});
    assert_eq!(bot.refused("getFile", fetch).await, (400, "Bad Request: file is too big".to_owned()));
    let caption = form(1).text("caption", "c".repeat(1025));
    let refused = bot.parts("sendDocument", caption).await;
    assert_eq!(refused["description"], "Bad Request: message caption is too long");
}

#[tokio::test]
async fn a_file_that_nothing_points_to_is_refused() {
    let bot = Bot::new();
    let chat = bot.group().id().to_string();
    let form = Form::new().text("chat_id", chat).part("document", file("a", "a")).part("other", file("b", "b"));
    assert_eq!(bot.parts("sendDocument", form).await["description"], "Bad Request: unknown parameter \"other\"");
}

#[tokio::test]
async fn the_longest_of_everything_is_taken() {
    let bot = Bot::new();
    let group = bot.group();
    bot.says(&group, &"🦀".repeat(2048)).await;
    let form = Form::new().text("chat_id", group.id().to_string()).text("caption", "c".repeat(1024));
    result(bot.parts("sendDocument", form.part("document", file("a", "a"))).await);
}
