//! Edits, deletions, reactions and what the bot is shown to be doing.

use std::time::Duration;

use reqwest::multipart::Form;
use serde_json::json;

use crate::harness::{Bot, file, id, keyboard, result};

#[tokio::test]
async fn an_edit_replaces_text_and_buttons_and_is_remembered() {
    let bot = Bot::new();
    let group = bot.group();
    let message = bot.asks(&group, "Shall I?", &["Once", "Deny"]).await;
    let edit = json!({"chat_id": group.id(), "message_id": message, "text": "Allowed by Ann"});
    let edited = bot.ok("editMessageText", edit).await;
    assert!(edited["edit_date"].is_u64());
    assert_eq!(edited.get("reply_markup"), None, "buttons that are not named again go");
    let seen = group.message(message).unwrap();
    assert_eq!(seen.edits(), 1);
    assert_eq!(seen.versions[0].text, "Shall I?");
    assert_eq!(seen.versions[0].buttons[0].len(), 2);
    assert!(seen.versions[0].at <= seen.versions[1].at);
    assert_eq!(bot.server.transcript(&group), "Bot: Allowed by Ann (edited)");
}

#[tokio::test]
async fn buttons_change_without_the_text() {
    let bot = Bot::new();
    let group = bot.group();
    let message = bot.asks(&group, "Shall I?", &["Once"]).await;
    let edit = json!({"chat_id": group.id(), "message_id": message, "reply_markup": keyboard(&["Deny"])});
    bot.ok("editMessageReplyMarkup", edit).await;
    assert_eq!(bot.server.transcript(&group), "Bot: Shall I? (edited) [Deny]");
}

#[tokio::test]
async fn a_file_has_a_caption_and_no_text() {
    let bot = Bot::new();
    let group = bot.group();
    let form = Form::new().text("chat_id", group.id().to_string()).part("document", file("a.txt", "a"));
    let message = id(&result(bot.parts("sendDocument", form).await));
    let caption = json!({"chat_id": group.id(), "message_id": message, "caption": "The log"});
    assert_eq!(bot.ok("editMessageCaption", caption).await["caption"], "The log");
    let text = json!({"chat_id": group.id(), "message_id": message, "text": "a"});
    let refused = bot.refused("editMessageText", text).await;
    assert_eq!(refused.1, "Bad Request: there is no text in the message to edit");
}

#[tokio::test]
async fn the_bot_deletes_its_own_and_what_it_may() {
    let bot = Bot::new();
    let (group, private) = (bot.group(), bot.server.private(&bot.ann));
    let delete = |chat: i64, message: i64| json!({"chat_id": chat, "message_id": message});
    let (own, anns) = (bot.says(&group, "a").await, bot.ann.says(&group, "b"));
    bot.ok("deleteMessage", delete(group.id(), own)).await;
    let refused = bot.refused("deleteMessage", delete(group.id(), anns)).await;
    assert_eq!(refused.1, "Bad Request: message can't be deleted");
    group.promotes_bot(&bot.ann);
    bot.ok("deleteMessage", delete(group.id(), anns)).await;
    assert_eq!(bot.server.transcript(&group), "");
    let said = bot.ann.says(&private, "a");
    bot.ok("deleteMessage", delete(private.id(), said)).await;
}

#[tokio::test]
async fn what_is_two_days_old_stays() {
    let bot = Bot::new();
    let group = bot.group();
    let message = bot.says(&group, "a").await;
    bot.server.advance(Duration::from_secs(49 * 60 * 60));
    let refused = bot.refused("deleteMessage", json!({"chat_id": group.id(), "message_id": message})).await;
    assert_eq!(refused.1, "Bad Request: message can't be deleted");
}

#[tokio::test]
async fn reactions_replace_each_other() {
    let bot = Bot::new();
    let group = bot.group();
    let message = bot.ann.says(&group, "a");
    for emoji in ["👀", "👍", "❤", "✍"] {
        let reaction = json!([{"type": "emoji", "emoji": emoji}]);
        let body = json!({"chat_id": group.id(), "message_id": message, "reaction": reaction});
        bot.ok("setMessageReaction", body).await;
        assert_eq!(bot.server.reactions(&group, message), [emoji]);
    }
    bot.ok("setMessageReaction", json!({"chat_id": group.id(), "message_id": message})).await;
    assert!(bot.server.reactions(&group, message).is_empty());
}

#[tokio::test]
async fn actions_are_seen_where_they_happen() {
    let bot = Bot::new();
    let forum = bot.forum();
    let topic = forum.topic("Builds");
    let body = json!({"chat_id": forum.id(), "message_thread_id": topic.id(), "action": "typing"});
    bot.ok("sendChatAction", body).await;
    bot.ok("sendChatAction", json!({"chat_id": forum.id(), "action": "upload_document"})).await;
    let seen = bot.server.actions(&topic);
    assert_eq!(seen.iter().map(|action| action.action.as_str()).collect::<Vec<_>>(), ["typing"]);
    assert_eq!(bot.server.actions(&forum).len(), 2);
}
