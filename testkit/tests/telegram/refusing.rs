//! What is refused of a message, and in which words.

use rstest::rstest;
use serde_json::{Value, json};

use crate::harness::Bot;

#[rstest]
#[case::misspelt("sendMessage", json!({"texts": "a"}), "unknown parameter \"texts\"")]
#[case::misspelt_in_a_reply("sendMessage", json!({"reply_parameters": {"messageid": 1}}), "unknown field \"messageid\"")]
#[case::misspelt_markup("sendMessage", json!({"reply_markup": {"inline_keyboards": []}}), "object expected as reply markup")]
#[case::wrong_type("sendMessage", json!({"text": 5}), "can't parse parameter \"text\"")]
#[case::number_as_text("sendMessage", json!({"message_thread_id": "5"}), "can't parse parameter \"message_thread_id\"")]
#[case::entities_as_text("sendMessage", json!({"entities": "[]"}), "can't parse parameter \"entities\"")]
#[case::no_text("sendMessage", json!({"text": null}), "message text is empty")]
#[case::empty("sendMessage", json!({"text": ""}), "message text is empty")]
#[case::blank("sendMessage", json!({"text": " \n "}), "message text is empty")]
#[case::too_long("sendMessage", json!({"text": "a".repeat(4097)}), "message is too long")]
#[case::too_long_in_utf16("sendMessage", json!({"text": "🦀".repeat(2049)}), "message is too long")]
#[case::markdown("sendMessage", json!({"parse_mode": "MarkdownV2"}), "can't parse entities")]
#[case::no_chat("sendMessage", json!({"chat_id": null}), "chat_id is empty")]
#[case::no_such_chat("sendMessage", json!({"chat_id": -5}), "chat not found")]
#[case::no_such_name("sendMessage", json!({"chat_id": "@nobody"}), "chat not found")]
#[case::no_such_message("sendMessage", json!({"reply_parameters": {"message_id": 99}}), "message to be replied not found")]
#[case::no_such_topic("sendMessage", json!({"message_thread_id": 99}), "message thread not found")]
#[case::wrong_quote("sendMessage", json!({"reply_parameters": {"message_id": 1, "quote": "zzz"}}), "QUOTE_TEXT_INVALID")]
#[case::no_such_action("sendChatAction", json!({"action": "thinking"}), "wrong parameter action in request")]
#[case::no_such_file("getFile", json!({"file_id": "AgAD", "chat_id": null}), "unknown parameter \"chat_id\"")]
#[case::no_such_photo("sendPhoto", json!({"photo": "AgAD"}), "wrong file identifier/HTTP URL specified")]
#[case::photo_by_address("sendPhoto", json!({"photo": "http://127.0.0.1/a.png"}), "wrong file identifier/HTTP URL specified")]
#[case::no_document("sendDocument", json!({"caption": "a"}), "there is no document in the request")]
#[case::lonely_album("sendMediaGroup", json!({"media": [{"type": "photo", "media": "a"}]}), "Too few messages to send as an album")]
#[case::large_album("sendMediaGroup", json!({"media": vec![0; 11]}), "Too much messages to send as an album")]
#[case::edit_nothing("editMessageText", json!({"text": "a"}), "message identifier is not specified")]
#[case::edit_missing("editMessageText", json!({"message_id": 99, "text": "a"}), "message to edit not found")]
#[case::edit_of_others("editMessageText", json!({"message_id": 1, "text": "a"}), "message can't be edited")]
#[case::edit_too_long("editMessageText", json!({"message_id": 2, "text": "a".repeat(4097)}), "MESSAGE_TOO_LONG")]
#[case::edit_same("editMessageText", json!({"message_id": 2, "text": "bot"}), "message is not modified: specified new \
    message content and reply markup are exactly the same as a current content and reply markup of the message")]
#[case::edit_same_buttons("editMessageReplyMarkup", json!({"message_id": 2}), "message is not modified")]
#[case::edit_no_caption("editMessageCaption", json!({"message_id": 2, "caption": "a"}), "there is no caption in the message to edit")]
#[case::delete_missing("deleteMessage", json!({"message_id": 99}), "message to delete not found")]
#[case::delete_of_others("deleteMessage", json!({"message_id": 1}), "message can't be deleted")]
#[case::unknown_reaction("setMessageReaction", json!({"message_id": 1, "reaction": [emoji("🦀")]}), "REACTION_INVALID")]
#[case::two_reactions("setMessageReaction", json!({"message_id": 1, "reaction": [emoji("👍"), emoji("👀")]}), "REACTIONS_TOO_MANY")]
#[case::reaction_to_nothing("setMessageReaction", json!({"message_id": 99, "reaction": []}), "message to react not found")]
#[case::topic_in_a_group("createForumTopic", json!({"name": "a"}), "the chat is not a forum")]
#[case::nobody("getChatMember", json!({"user_id": 5}), "user not found")]
#[tokio::test]
async fn what_telegram_refuses_is_refused(#[case] method: &str, #[case] change: Value, #[case] words: &str) {
    let bot = Bot::new();
    let group = bot.group();
    bot.ann.says(&group, "ann");
    bot.says(&group, "bot").await;
    let mut body = json!({"chat_id": group.id()});
    if method == "sendMessage" {
        body["text"] = "a".into();
    }
    body.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
    let (code, description) = bot.refused(method, body).await;
    assert_eq!(code, 400);
    assert!(description.starts_with(&format!("Bad Request: {words}")), "{description}");
    assert_eq!(group.messages().len(), 2, "nothing was sent");
}

fn emoji(emoji: &str) -> Value {
    json!({"type": "emoji", "emoji": emoji})
}

#[rstest]
#[case::beyond(json!([entity("bold", 3, 4)]), "ends after the end of the text at UTF-16 offset 6")]
#[case::far_beyond(json!([entity("bold", u64::MAX, 4)]), "ends after the end of the text")]
#[case::negative(json!([{"type": "bold", "offset": -1, "length": 1}]), "field \"offset\" must be a number")]
#[case::empty(json!([entity("bold", 1, 0)]), "has no length")]
#[case::in_a_pair(json!([entity("bold", 1, 1)]), "begins or ends in the middle of a UTF-16 symbol")]
#[case::ends_in_a_pair(json!([entity("bold", 0, 1)]), "begins or ends in the middle of a UTF-16 symbol")]
#[case::unknown(json!([entity("strong", 0, 2)]), "unsupported type \"strong\"")]
#[case::no_address(json!([entity("text_link", 0, 2)]), "field \"url\" is required")]
#[case::misspelt(json!([{"type": "pre", "offset": 0, "length": 2, "lang": "rs"}]), "field \"lang\" does not belong to \"pre\"")]
#[case::crossing(json!([entity("bold", 0, 4), entity("italic", 3, 3)]), "entities \"bold\" and \"italic\" cross")]
#[case::bold_in_code(json!([entity("code", 0, 6), entity("bold", 2, 1)]), "entity \"bold\" at UTF-16 offset 2 can't be part of \"code\"")]
#[case::code_in_bold(json!([entity("bold", 0, 6), entity("code", 2, 1)]), "can't be part of \"bold\"")]
#[case::code_and_pre(json!([entity("pre", 0, 6), entity("code", 0, 6)]), "can't be part of \"pre\"")]
#[case::quoted_quote(json!([entity("blockquote", 0, 6), entity("blockquote", 2, 2)]), "can't be part of \"blockquote\"")]
#[case::too_many(Value::from_iter((0..101).map(|_| entity("bold", 2, 1))), "more than 100 entities")]
#[tokio::test]
async fn entities_that_would_not_be_shown_are_refused(#[case] entities: Value, #[case] words: &str) {
    let bot = Bot::new();
    let body = json!({"chat_id": bot.group().id(), "text": "🦀abcd", "entities": entities});
    let (code, description) = bot.refused("sendMessage", body).await;
    assert_eq!(code, 400);
    assert!(description.contains(words), "{description}");
}

fn entity(kind: &str, offset: u64, length: u64) -> Value {
    json!({"type": kind, "offset": offset, "length": length})
}

#[rstest]
#[case::code_in_a_quote(json!([entity("code", 2, 2), entity("blockquote", 0, 6)]))]
#[case::the_same_part(json!([entity("code", 0, 6), entity("blockquote", 0, 6)]))]
#[case::bold_in_italic(json!([entity("italic", 0, 6), entity("bold", 0, 2)]))]
#[case::side_by_side(json!([entity("bold", 0, 2), entity("code", 2, 4)]))]
#[case::a_hundred(Value::from_iter((0..100).map(|_| entity("bold", 2, 1))))]
#[tokio::test]
async fn entities_that_are_shown_are_taken(#[case] entities: Value) {
    let bot = Bot::new();
    let body = json!({"chat_id": bot.group().id(), "text": "🦀abcd", "entities": entities});
    let sent = bot.ok("sendMessage", body).await;
    assert_eq!(sent["entities"], entities);
}

#[rstest]
#[case::long_data(rows(&[1], "a", &"d".repeat(65)), "BUTTON_DATA_INVALID")]
#[case::long_in_bytes(rows(&[1], "a", &"é".repeat(33)), "BUTTON_DATA_INVALID")]
#[case::no_data(rows(&[1], "a", ""), "BUTTON_DATA_INVALID")]
#[case::no_text(rows(&[1], "", "d"), "field \"text\" must be a non-empty string")]
#[case::nine_in_a_row(rows(&[9], "a", "d"), "too many inline keyboard buttons in a row")]
#[case::a_hundred_and_one(rows(&[1, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 4], "a", "d"), "too many inline keyboard buttons")]
#[case::does_nothing(json!({"inline_keyboard": [[{"text": "a"}]]}), "it must do exactly one thing")]
#[case::does_two(json!({"inline_keyboard": [[{"text": "a", "callback_data": "d", "url": "http://a"}]]}), "exactly one thing")]
#[case::no_address(json!({"inline_keyboard": [[{"text": "a", "url": "javascript:1"}]]}), "BUTTON_URL_INVALID")]
#[case::misspelt(json!({"inline_keyboard": [[{"text": "a", "calback_data": "d"}]]}), "unknown field \"calback_data\"")]
#[case::flat(json!({"inline_keyboard": [{"text": "a", "callback_data": "d"}]}), "must be an Array of Arrays")]
#[tokio::test]
async fn buttons_that_would_not_work_are_refused(#[case] markup: Value, #[case] words: &str) {
    let bot = Bot::new();
    let body = json!({"chat_id": bot.group().id(), "text": "a", "reply_markup": markup});
    let (code, description) = bot.refused("sendMessage", body).await;
    assert_eq!(code, 400);
    assert!(description.contains(words), "{description}");
}

fn rows(lengths: &[usize], text: &str, data: &str) -> Value {
    let button = json!({"text": text, "callback_data": data});
    let rows: Vec<Vec<Value>> = lengths.iter().map(|length| vec![button.clone(); *length]).collect();
    json!({ "inline_keyboard": rows })
}

#[tokio::test]
async fn a_hundred_buttons_are_taken() {
    let bot = Bot::new();
    let group = bot.group();
    let markup = rows(&[8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 8, 4], "a", &"d".repeat(64));
    bot.ok("sendMessage", json!({"chat_id": group.id(), "text": "a", "reply_markup": markup})).await;
    assert_eq!(group.messages()[0].buttons.iter().flatten().count(), 100);
}

#[rstest]
#[case::capital(json!([command("Task", "d")]), "BOT_COMMAND_INVALID")]
#[case::slash(json!([command("/task", "d")]), "BOT_COMMAND_INVALID")]
#[case::long(json!([command(&"a".repeat(33), "d")]), "BOT_COMMAND_INVALID")]
#[case::no_name(json!([command("", "d")]), "BOT_COMMAND_INVALID")]
#[case::no_words(json!([command("task", "")]), "BOT_COMMAND_DESCRIPTION_INVALID")]
#[case::many_words(json!([command("task", &"d".repeat(257))]), "BOT_COMMAND_DESCRIPTION_INVALID")]
#[case::too_many(Value::from_iter((0..101).map(|_| command("task", "d"))), "BOT_COMMANDS_TOO_MUCH")]
#[tokio::test]
async fn commands_that_are_none_are_refused(#[case] commands: Value, #[case] words: &str) {
    let bot = Bot::new();
    let refused = bot.refused("setMyCommands", json!({"commands": commands})).await;
    assert_eq!(refused, (400, format!("Bad Request: {words}")));
}

fn command(name: &str, description: &str) -> Value {
    json!({"command": name, "description": description})
}

#[tokio::test]
async fn a_wrong_token_and_an_unknown_method_are_refused() {
    let bot = Bot::new();
    let url = format!("{}/bot1:wrong/getMe", bot.server.base_url());
    let response = bot.client.get(url).send().await.unwrap();
    assert_eq!(response.status(), 401);
    let body: Value = response.json().await.unwrap();
    assert_eq!(body, json!({"ok": false, "error_code": 401, "description": "Unauthorized"}));
    assert_eq!(bot.refused("sendMesage", json!({})).await, (404, "Not Found".to_owned()));
    assert_eq!(bot.ok("GETME", json!({})).await["username"], "signalbox_bot");
}

#[tokio::test]
async fn what_the_bot_may_not_reach_is_forbidden() {
    let bot = Bot::new();
    let send = async |chat: i64| bot.refused("sendMessage", json!({"chat_id": chat, "text": "a"})).await;
    let forbidden = |words: &str| (403, format!("Forbidden: {words}"));
    assert_eq!(send(bot.bob.id()).await, forbidden("bot can't initiate conversation with a user"));
    let private = bot.server.private(&bot.ann);
    bot.ann.blocks_bot();
    assert_eq!(send(private.id()).await, forbidden("bot was blocked by the user"));
    let group = bot.group();
    group.removes_bot(&bot.ann);
    assert_eq!(send(group.id()).await, forbidden("bot was kicked from the group chat"));
    let supergroup = bot.server.supergroup("Team", &[&bot.ann]);
    supergroup.removes_bot(&bot.ann);
    assert_eq!(send(supergroup.id()).await, forbidden("bot was kicked from the supergroup chat"));
    bot.ann.unblocks_bot();
    bot.says(&private, "there again").await;
}

#[tokio::test]
async fn a_group_that_became_a_supergroup_says_where_it_went() {
    let bot = Bot::new();
    let group = bot.group();
    let supergroup = group.migrates();
    let answer = bot.call("sendMessage", json!({"chat_id": group.id(), "text": "a"})).await;
    assert_eq!(answer["description"], "Bad Request: group chat was upgraded to a supergroup chat");
    assert_eq!(answer["parameters"], json!({"migrate_to_chat_id": supergroup.id()}));
    bot.says(&supergroup, "here").await;
}

#[tokio::test]
async fn a_closed_topic_takes_nothing() {
    let bot = Bot::new();
    let forum = bot.forum();
    let topic = forum.topic("Builds");
    let asked = bot.ann.says(&topic, "a");
    let body = json!({"chat_id": forum.id(), "message_thread_id": topic.id(), "text": "a"});
    assert_eq!(bot.ok("sendMessage", body.clone()).await["is_topic_message"], true);
    topic.closes();
    assert_eq!(bot.refused("sendMessage", body.clone()).await, (400, "Bad Request: TOPIC_CLOSED".to_owned()));
    let reply = json!({"chat_id": forum.id(), "text": "a", "reply_parameters": {"message_id": asked}});
    assert_eq!(bot.refused("sendMessage", reply).await, (400, "Bad Request: TOPIC_CLOSED".to_owned()));
    topic.reopens();
    bot.ok("sendMessage", body).await;
}
