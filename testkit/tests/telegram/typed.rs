//! The types that real bots use read all of it.

use serde_json::json;
use signalbox_testkit::telegram::{OutgoingFile, TelegramSettings};
use teloxide_core::net::Download;
use teloxide_core::payloads::{
    AnswerCallbackQuerySetters, GetUpdatesSetters, SendDocumentSetters, SendMessageSetters, SetMessageReactionSetters,
    SetWebhookSetters,
};
use teloxide_core::prelude::Requester;
use teloxide_core::types::{
    AllowedUpdate, BotCommand, CallbackQueryId, ChatId, ChatMemberKind, FileId, InlineKeyboardButton,
    InlineKeyboardMarkup, InputFile, InputMedia, InputMediaDocument, MediaKind, Message, MessageEntity, MessageId,
    MessageKind, ReactionType, ReplyParameters, Update, UpdateKind, UserId,
};
use teloxide_core::{ApiError, RequestError};

use crate::harness::{Bot, keyboard};

fn typed(bot: &Bot) -> teloxide_core::Bot {
    teloxide_core::Bot::new(bot.server.token()).set_api_url(bot.server.base_url().parse().unwrap())
}

async fn updates(api: &teloxide_core::Bot) -> Vec<Update> {
    api.get_updates()
        .timeout(0)
        .allowed_updates([
            AllowedUpdate::Message,
            AllowedUpdate::EditedMessage,
            AllowedUpdate::CallbackQuery,
            AllowedUpdate::MyChatMember,
        ])
        .await
        .unwrap()
}

fn message(update: &Update) -> &Message {
    match &update.kind {
        UpdateKind::Message(message) | UpdateKind::EditedMessage(message) => message,
        kind => panic!("{kind:?} is no message"),
    }
}

#[tokio::test]
async fn the_bot_knows_itself_and_sends() {
    let bot = Bot::new();
    let (api, group) = (typed(&bot), bot.group());
    let chat = ChatId(group.id());
    let me = api.get_me().await.unwrap();
    assert_eq!((me.username(), me.is_bot), ("signalbox_bot", true));
    let asked = bot.ann.says(&group, "a");
    let markup = InlineKeyboardMarkup::new([[InlineKeyboardButton::callback("Once", "c1:once")]]);
    let sent = api.send_message(chat, "Shall I?").entities([MessageEntity::bold(0, 5)]).reply_markup(markup.clone());
    let reply = ReplyParameters::new(MessageId(i32::try_from(asked).unwrap()));
    let sent = sent.reply_parameters(reply).await.unwrap();
    assert_eq!(sent.text(), Some("Shall I?"));
    assert_eq!(sent.entities(), Some(&[MessageEntity::bold(0, 5)][..]));
    assert_eq!(sent.reply_markup(), Some(&markup));
    assert_eq!(sent.reply_to_message().unwrap().text(), Some("a"));
    let edited = api.edit_message_text(chat, sent.id, "Allowed").await.unwrap();
    assert_eq!((edited.text(), edited.reply_markup()), (Some("Allowed"), None));
    api.set_message_reaction(chat, sent.id).reaction([ReactionType::Emoji { emoji: "👀".into() }]).await.unwrap();
    api.delete_message(chat, sent.id).await.unwrap();
}

#[tokio::test]
async fn files_go_and_come() {
    let bot = Bot::new();
    let (api, group) = (typed(&bot), bot.group());
    let chat = ChatId(group.id());
    let document = InputFile::memory("line").file_name("run.log");
    let sent = api.send_document(chat, document).caption("The log").await.unwrap();
    assert_eq!(sent.document().unwrap().file_name.as_deref(), Some("run.log"));
    let item = |name: &'static str| {
        InputMedia::Document(InputMediaDocument::new(InputFile::memory(name).file_name(name)).caption(name))
    };
    let album = api.send_media_group(chat, [item("a.txt"), item("b.txt")]).await.unwrap();
    assert_eq!(album[0].media_group_id(), album[1].media_group_id());
    let photo = api.send_photo(chat, InputFile::memory(crate::harness::picture())).await.unwrap();
    assert_eq!(photo.photo().unwrap().len(), 2);
    let file = api.get_file(sent.document().unwrap().file.id.clone()).await.unwrap();
    let mut bytes = Vec::new();
    api.download_file(&file.path, &mut bytes).await.unwrap();
    assert_eq!(bytes, b"line");
    assert!(api.get_file(FileId("none".into())).await.is_err());
}

#[tokio::test]
async fn what_people_do_is_read() {
    let bot = Bot::new();
    let (api, forum) = (typed(&bot), bot.forum());
    updates(&api).await;
    let topic = forum.topic("Builds");
    bot.ann.says(&topic, "/task a");
    bot.ann.sends_document(&topic, OutgoingFile::new("a.txt", "text/plain", "a"), "See");
    bot.ann.sends_photo(&topic, "jpeg", "");
    let album = bot.ann.sends_album(&topic, vec![OutgoingFile::new("a", "text/a", "a"); 2], "Both");
    topic.closes();
    forum.adds(&bot.server.user("Cleo"));
    let read = updates(&api).await;
    assert!(matches!(&message(&read[0]).kind, MessageKind::ForumTopicCreated(_)), "{:?}", read[0]);
    let said = message(&read[1]);
    assert_eq!((said.text(), said.is_topic_message), (Some("/task a"), true));
    assert_eq!(said.thread_id.unwrap().0.0, i32::try_from(topic.id()).unwrap());
    assert_eq!(
        said.entities(),
        Some(&[MessageEntity::new(teloxide_core::types::MessageEntityKind::BotCommand, 0, 5)][..])
    );
    assert_eq!((message(&read[2]).caption(), message(&read[3]).photo().unwrap().len()), (Some("See"), 2));
    assert_eq!(message(&read[4]).media_group_id(), message(&read[5]).media_group_id());
    assert_eq!(i64::from(message(&read[5]).id.0), album[1]);
    assert!(matches!(&message(&read[6]).kind, MessageKind::ForumTopicClosed(_)), "{:?}", read[6]);
    assert!(matches!(&message(&read[7]).kind, MessageKind::NewChatMembers(_)), "{:?}", read[7]);
}

#[tokio::test]
async fn presses_and_standings_are_read() {
    let bot = Bot::new();
    let (api, group) = (typed(&bot), bot.group());
    updates(&api).await;
    let asked = bot.asks(&group, "Shall I?", &["Once"]).await;
    let press = bot.ann.presses(&group, asked, "Once");
    bot.ann.presses_data(&group, 99, "forged");
    group.removes_bot(&bot.ann);
    group.adds_bot(&bot.ann);
    group.promotes_bot(&bot.ann);
    let read = updates(&api).await;
    let UpdateKind::CallbackQuery(query) = &read[0].kind else { panic!("{:?}", read[0]) };
    assert_eq!(query.data.as_deref(), Some("Once"));
    assert_eq!(query.regular_message().unwrap().text(), Some("Shall I?"));
    let UpdateKind::CallbackQuery(forged) = &read[1].kind else { panic!("{:?}", read[1]) };
    assert!(forged.regular_message().is_none() && forged.message.is_some());
    let UpdateKind::MyChatMember(change) = &read[2].kind else { panic!("{:?}", read[2]) };
    assert!(matches!(change.new_chat_member.kind, ChatMemberKind::Banned(_)));
    let UpdateKind::MyChatMember(change) = &read[5].kind else { panic!("{:?}", read[5]) };
    assert!(change.new_chat_member.is_administrator());
    api.answer_callback_query(CallbackQueryId(press.query().into())).text("Allowed").await.unwrap();
    assert_eq!(press.answer().await.text.as_deref(), Some("Allowed"));
}

#[tokio::test]
async fn a_migration_is_read() {
    let bot = Bot::new();
    let (api, group) = (typed(&bot), bot.group());
    let supergroup = group.migrates();
    let read = updates(&api).await;
    for update in &read {
        let MessageKind::Common(common) = &message(update).kind else { panic!("{update:?}") };
        assert!(matches!(common.media_kind, MediaKind::Migration(_)));
    }
    let refused = api.send_message(ChatId(group.id()), "a").await.unwrap_err();
    let RequestError::MigrateToChatId(to) = refused else { panic!("{refused:?}") };
    assert_eq!(to.0, supergroup.id());
}

#[tokio::test]
async fn refusals_are_read_as_what_they_are() {
    let bot = Bot::start(TelegramSettings { clock_rate: 0.1, ..TelegramSettings::default() });
    let (api, private) = (typed(&bot), bot.server.private(&bot.ann));
    let chat = ChatId(private.id());
    let sent = api.send_message(chat, "a").await.unwrap();
    let same = api.edit_message_text(chat, sent.id, "a").await.unwrap_err();
    assert!(matches!(same, RequestError::Api(ApiError::MessageNotModified)), "{same:?}");
    let missing = api.edit_message_text(chat, MessageId(99), "a").await.unwrap_err();
    assert!(matches!(missing, RequestError::Api(ApiError::MessageToEditNotFound)), "{missing:?}");
    api.send_message(chat, "b").await.unwrap();
    let many = api.send_message(chat, "c").await.unwrap_err();
    assert!(matches!(many, RequestError::RetryAfter(wait) if wait.seconds() == 10), "{many:?}");
    bot.ann.blocks_bot();
    let blocked = api.send_message(chat, "d").await.unwrap_err();
    assert!(matches!(blocked, RequestError::Api(ApiError::BotBlocked)), "{blocked:?}");
    let unknown = api.send_message(ChatId(-5), "d").await.unwrap_err();
    assert!(matches!(unknown, RequestError::Api(ApiError::ChatNotFound)), "{unknown:?}");
}

#[tokio::test]
async fn what_the_bot_asks_for_is_read() {
    let bot = Bot::new();
    let (api, forum) = (typed(&bot), bot.forum());
    let chat = ChatId(forum.id());
    assert!(api.get_chat(chat).await.unwrap().is_supergroup());
    let private = bot.server.private(&bot.ann);
    assert!(api.get_chat(ChatId(private.id())).await.unwrap().is_private());
    let own = UserId(api.get_me().await.unwrap().id.0);
    assert!(api.get_chat_member(chat, own).await.unwrap().is_administrator());
    let ann = UserId(u64::try_from(bot.ann.id()).unwrap());
    assert!(api.get_chat_member(chat, ann).await.unwrap().is_owner());
    let topic = api.create_forum_topic(chat, "Task 1").await.unwrap();
    api.close_forum_topic(chat, topic.thread_id).await.unwrap();
    api.set_my_commands([BotCommand::new("task", "Does it")]).await.unwrap();
    assert_eq!(api.get_my_commands().await.unwrap()[0].command, "task");
    api.set_webhook("http://127.0.0.1:1/hook".parse().unwrap()).secret_token("a").await.unwrap();
    let info = api.get_webhook_info().await.unwrap();
    assert_eq!(info.url.unwrap().path(), "/hook");
    let polled = api.get_updates().await.unwrap_err();
    assert!(matches!(polled, RequestError::Api(_)), "{polled:?}");
    api.delete_webhook().await.unwrap();
    assert!(api.get_webhook_info().await.unwrap().url.is_none());
    let body = json!({"chat_id": private.id(), "text": "a", "reply_markup": keyboard(&["Once"])});
    bot.ok("sendMessage", body).await;
}
