//! What people do, and what the bot is told of it.

use rstest::rstest;
use serde_json::{Value, json};
use signalbox_testkit::telegram::{OutgoingFile, TelegramSettings};

use crate::harness::{Bot, texts};

#[rstest]
#[case("/task fix it", json!([{"type": "bot_command", "offset": 0, "length": 5}]))]
#[case("🦀 /task@signalbox_bot", json!([{"type": "bot_command", "offset": 3, "length": 19}]))]
#[case("@signalbox_bot do", json!([{"type": "mention", "offset": 0, "length": 14}]))]
#[case("see https://a.example/b.", json!([{"type": "url", "offset": 4, "length": 19}]))]
#[case("in /etc/passwd, a@bcdef.gh and and/or", json!(null))]
fn entities_are_found_as_telegram_finds_them(#[case] text: &str, #[case] wanted: Value) {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let bot = Bot::new();
        bot.ann.says(&bot.group(), text);
        assert_eq!(bot.updates().await[0]["message"]["entities"], wanted);
    });
}

#[tokio::test]
async fn a_private_chat_is_its_persons() {
    let bot = Bot::new();
    let chat = bot.ann.starts(&bot.server);
    assert_eq!(chat.id(), bot.ann.id());
    let updates = bot.updates().await;
    assert_eq!(texts(&updates), ["/start"]);
    let told = &updates[0]["message"];
    assert_eq!((&told["chat"]["type"], &told["chat"]["first_name"]), (&json!("private"), &json!("Ann")));
    assert_eq!((&told["from"]["username"], &told["from"]["is_bot"]), (&json!("ann_tg"), &json!(false)));
}

#[tokio::test]
async fn an_answer_carries_what_it_answers() {
    let bot = Bot::new();
    let group = bot.group();
    let question = bot.says(&group, "Why?").await;
    bot.ann.replies(&group, question, "Because");
    bot.ann.replies_with(&group, question, OutgoingFile::new("a.txt", "text/plain", "a"), "See");
    let updates = bot.updates().await;
    for update in &updates {
        assert_eq!(update["message"]["reply_to_message"]["text"], "Why?");
    }
    assert_eq!(updates[1]["message"]["caption"], "See");
}

#[tokio::test]
async fn files_can_be_fetched() {
    let bot = Bot::new();
    let group = bot.group();
    bot.ann.sends_photo(&group, "jpeg", "/task look");
    bot.ann.sends_document(&group, OutgoingFile::new("a.txt", "text/plain", "words"), "");
    let updates = bot.updates().await;
    let (photo, document) = (&updates[0]["message"], &updates[1]["message"]);
    assert_eq!(photo["caption_entities"][0]["type"], "bot_command");
    assert_eq!(fetch(&bot, &photo["photo"][1]["file_id"]).await, "jpeg");
    assert_ne!(fetch(&bot, &photo["photo"][0]["file_id"]).await, "jpeg", "the first is the smallest");
    assert_eq!(document["document"]["mime_type"], "text/plain");
    assert_eq!(fetch(&bot, &document["document"]["file_id"]).await, "words");
}

async fn fetch(bot: &Bot, file: &Value) -> String {
    let found = bot.ok("getFile", json!({"file_id": file})).await;
    let (base, path) = (bot.server.base_url(), found["file_path"].as_str().unwrap());
    let wrong = bot.client.get(format!("{base}/file/bot1:wrong/{path}")).send().await.unwrap();
    assert_eq!(wrong.status(), 401);
    let response = bot.client.get(format!("{base}/file/bot{}/{path}", bot.server.token())).send().await.unwrap();
    assert_eq!(response.status(), 200);
    response.text().await.unwrap()
}

#[tokio::test]
async fn an_album_is_told_message_by_message() {
    let bot = Bot::new();
    let group = bot.group();
    let files = vec![OutgoingFile::new("a.png", "image/png", "a"), OutgoingFile::new("b.png", "image/png", "b")];
    bot.ann.sends_album(&group, files, "Both");
    let updates = bot.updates().await;
    let (first, second) = (&updates[0]["message"], &updates[1]["message"]);
    assert!(first["media_group_id"].is_string());
    assert_eq!(first["media_group_id"], second["media_group_id"]);
    assert_eq!((&first["caption"], second.get("caption")), (&json!("Both"), None));
}

#[tokio::test]
async fn corrections_are_told_and_deletions_are_not() {
    let bot = Bot::new();
    let group = bot.group();
    let message = bot.ann.says(&group, "a");
    bot.ann.edits(&group, message, "/task b");
    bot.ann.deletes(&group, message);
    let updates = bot.updates().await;
    assert_eq!(updates.len(), 2);
    assert_eq!(updates[1]["edited_message"]["text"], "/task b");
    assert!(updates[1]["edited_message"]["edit_date"].is_u64());
    assert_eq!(bot.server.transcript(&group), "");
}

#[tokio::test]
async fn privacy_mode_keeps_what_is_not_meant_for_the_bot() {
    let bot = Bot::start(TelegramSettings { privacy_mode: true, ..TelegramSettings::default() });
    let group = bot.group();
    let own = bot.says(&group, "Why?").await;
    let chatter = bot.ann.says(&group, "lunch?");
    bot.bob.replies(&group, chatter, "yes");
    bot.ann.says(&group, "/task@other_bot a");
    bot.ann.says(&group, "/task a");
    bot.ann.mentions(&group, "b");
    bot.bob.replies(&group, own, "c");
    assert_eq!(texts(&bot.updates().await), ["/task a", "@signalbox_bot b", "c"]);
    assert_eq!(bot.ok("getMe", json!({})).await["can_read_all_group_messages"], false);
}

#[tokio::test]
#[should_panic(expected = "Bob is not in \"Team\"")]
async fn who_is_not_there_cannot_speak() {
    let bot = Bot::new();
    bot.bob.says(&bot.server.group("Team", &[&bot.ann]), "a");
}

#[tokio::test]
#[should_panic(expected = "no such message for 50ms\nAnn: a\nBot: b")]
async fn waiting_in_vain_shows_the_chat() {
    let bot = Bot::new();
    let group = bot.group();
    bot.ann.says(&group, "a");
    bot.says(&group, "b").await;
    let patience = std::time::Duration::from_millis(50);
    bot.server.wait_for(&group, |message| message.text == "c", patience).await;
}

#[tokio::test]
async fn waiting_ends_with_the_message() {
    let bot = Bot::new();
    let group = bot.group();
    let wait = bot.server.wait_for(&group, |message| message.text == "b", crate::harness::PATIENCE);
    let (seen, sent) = tokio::join!(wait, bot.says(&group, "b"));
    assert_eq!(seen.id, sent);
}
