//! Who is in a chat, and what becomes of chats and topics.

use serde_json::{Value, json};

use crate::harness::{Bot, id};

#[tokio::test]
async fn removal_and_return_are_told() {
    let bot = Bot::new();
    let group = bot.group();
    group.removes_bot(&bot.ann);
    bot.ann.says(&group, "it cannot hear this");
    group.adds_bot(&bot.bob);
    let updates = bot.updates().await;
    let standing = |update: &Value| {
        let change = &update["my_chat_member"];
        let of = |when: &str| change[when]["status"].as_str().unwrap().to_owned();
        (of("old_chat_member"), of("new_chat_member"), change["from"]["first_name"].as_str().unwrap().to_owned())
    };
    assert_eq!(standing(&updates[0]), ("member".into(), "kicked".into(), "Ann".into()));
    assert_eq!(standing(&updates[1]), ("kicked".into(), "member".into(), "Bob".into()));
    assert_eq!(updates[2]["message"]["new_chat_members"][0]["username"], "signalbox_bot");
    assert_eq!(updates.len(), 3);
}

#[tokio::test]
async fn a_block_is_told() {
    let bot = Bot::new();
    let private = bot.server.private(&bot.ann);
    bot.ann.blocks_bot();
    let updates = bot.updates().await;
    let change = &updates[0]["my_chat_member"];
    assert_eq!((&change["chat"]["id"], &change["new_chat_member"]["status"]), (&json!(private.id()), &json!("kicked")));
    bot.ann.starts(&bot.server);
    assert_eq!(bot.updates().await[2]["message"]["text"], "/start");
}

#[tokio::test]
async fn a_migration_is_told_from_both_sides() {
    let bot = Bot::new();
    let group = bot.group();
    let supergroup = group.migrates();
    let updates = bot.updates().await;
    assert_eq!(updates[0]["message"]["chat"]["id"], group.id());
    assert_eq!(updates[0]["message"]["migrate_to_chat_id"], supergroup.id());
    assert_eq!(updates[1]["message"]["chat"]["id"], supergroup.id());
    assert_eq!(updates[1]["message"]["migrate_from_chat_id"], group.id());
    bot.bob.says(&supergroup, "all are here");
}

#[tokio::test]
async fn topics_are_opened_and_closed() {
    let bot = Bot::new();
    let forum = bot.forum();
    let topic = forum.topic("Builds");
    bot.ann.says(&topic, "a");
    topic.closes();
    let updates = bot.updates().await;
    assert_eq!(updates[0]["message"]["forum_topic_created"]["name"], "Builds");
    let told = &updates[1]["message"];
    assert_eq!((&told["message_thread_id"], &told["is_topic_message"]), (&json!(topic.id()), &json!(true)));
    assert!(told["reply_to_message"]["forum_topic_created"].is_object(), "as if it answered the topic's first message");
    assert_eq!(told["chat"]["is_forum"], true);
    assert_eq!(updates[2]["message"]["forum_topic_closed"], json!({}));
    assert_eq!(
        bot.server.transcript(&forum),
        "(Builds) Ann opened this topic\n(Builds) Ann: a\n(Builds) Ann closed this topic"
    );
}

#[tokio::test]
async fn the_bot_opens_and_closes_topics() {
    let bot = Bot::new();
    let forum = bot.forum();
    let opened = bot.ok("createForumTopic", json!({"chat_id": forum.id(), "name": "Task 1"})).await;
    let topic = forum.topic_at(opened["message_thread_id"].as_i64().unwrap());
    bot.ann.says(&topic, "a");
    assert_eq!(topic.messages().len(), 2);
    let close = json!({"chat_id": forum.id(), "message_thread_id": topic.id()});
    bot.ok("closeForumTopic", close.clone()).await;
    assert_eq!(bot.refused("closeForumTopic", close).await.1, "Bad Request: TOPIC_NOT_MODIFIED");
    assert_eq!(bot.updates().await.len(), 1, "the bot is not told of what it does itself");
}

#[tokio::test]
async fn an_answer_in_a_topic_stays_there() {
    let bot = Bot::new();
    let forum = bot.forum();
    let topic = forum.topic("Builds");
    let asked = bot.ann.says(&topic, "a");
    let reply = json!({"chat_id": forum.id(), "text": "b", "reply_parameters": {"message_id": asked}});
    let sent = bot.ok("sendMessage", reply).await;
    assert_eq!(sent["message_thread_id"], topic.id());
    bot.bob.replies(&forum, id(&sent), "c");
    assert_eq!(topic.messages().len(), 4);
}

#[tokio::test]
async fn a_chain_of_answers_in_a_supergroup_has_a_thread_that_is_no_topic() {
    let bot = Bot::new();
    let supergroup = bot.server.supergroup("Team", &[&bot.ann]);
    let asked = bot.ann.says(&supergroup, "a");
    bot.ann.replies(&supergroup, asked, "b");
    let updates = bot.updates().await;
    let told = &updates[1]["message"];
    assert_eq!((&told["message_thread_id"], told.get("is_topic_message")), (&json!(asked), None));
    let send = json!({"chat_id": supergroup.id(), "message_thread_id": asked, "text": "c"});
    assert_eq!(bot.refused("sendMessage", send).await.1, "Bad Request: message thread not found");
}

#[tokio::test]
async fn chats_and_members_can_be_asked_for() {
    let bot = Bot::new();
    let group = bot.server.group("Team", &[&bot.ann]);
    let status = async |user: i64| {
        bot.ok("getChatMember", json!({"chat_id": group.id(), "user_id": user})).await["status"].clone()
    };
    assert_eq!(status(bot.ann.id()).await, "creator");
    assert_eq!(status(bot.bob.id()).await, "left");
    group.adds(&bot.bob);
    assert_eq!(status(bot.bob.id()).await, "member");
    group.removes(&bot.bob);
    assert_eq!(status(bot.bob.id()).await, "left");
    let chat = bot.ok("getChat", json!({"chat_id": group.id().to_string()})).await;
    assert_eq!((&chat["title"], &chat["type"]), (&json!("Team"), &json!("group")));
}
