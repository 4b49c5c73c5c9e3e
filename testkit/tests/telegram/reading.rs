//! Commands, and the record of calls.

use serde_json::json;

use crate::harness::Bot;

#[tokio::test]
async fn commands_are_kept_by_scope_and_language() {
    let bot = Bot::new();
    let group = bot.group();
    let command = |name: &str| json!([{"command": name, "description": "Does it"}]);
    let scope = json!({"type": "chat", "chat_id": group.id()});
    bot.ok("setMyCommands", json!({"commands": command("task")})).await;
    bot.ok("setMyCommands", json!({"commands": command("status"), "scope": scope})).await;
    bot.ok("setMyCommands", json!({"commands": command("aufgabe"), "language_code": "de"})).await;
    assert_eq!(bot.ok("getMyCommands", json!({})).await, command("task"));
    assert_eq!(bot.ok("getMyCommands", json!({"scope": scope})).await, command("status"));
    assert_eq!(bot.ok("getMyCommands", json!({"language_code": "de"})).await, command("aufgabe"));
    assert_eq!(bot.ok("getMyCommands", json!({"scope": {"type": "all_group_chats"}})).await, json!([]));
    let refused = bot.refused("getMyCommands", json!({"scope": {"type": "chat"}})).await;
    assert_eq!(refused, (400, "Bad Request: can't parse BotCommandScope".to_owned()));
}

#[tokio::test]
async fn calls_are_recorded_with_their_status() {
    let bot = Bot::new();
    let group = bot.group();
    bot.says(&group, "a").await;
    bot.refused("SENDMESSAGE", json!({"chat_id": group.id(), "text": ""})).await;
    bot.refused("sendStory", json!({})).await;
    let calls = bot.server.calls();
    let seen: Vec<(&str, u16)> = calls.iter().map(|call| (call.method.as_str(), call.status)).collect();
    assert_eq!(seen, [("sendMessage", 200), ("sendMessage", 400), ("sendStory", 404)]);
    assert_eq!(calls[0].params, json!({"chat_id": group.id(), "text": "a"}));
    assert!(calls[0].at <= calls[1].at);
}
