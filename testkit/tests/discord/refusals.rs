//! What the API refuses, case by case.

use serde_json::{Value, json};
use signalbox_testkit::discord::{DiscordSettings, Permission};

use crate::harness::{Answer, Stage, long, row};

#[tokio::test]
async fn a_wrong_token_and_an_unknown_route_are_refused() {
    let stage = Stage::new();
    let url = format!("{}/api/v10/users/@me", stage.server.base_url());
    let refused = reqwest::Client::new().get(url).header("authorization", "Bot wrong").send().await.unwrap();
    assert_eq!(refused.status(), 401);
    assert_eq!(refused.json::<Value>().await.unwrap(), json!({"message": "401: Unauthorized", "code": 0}));
    assert_eq!(stage.call("GET", "/nowhere", Value::Null).await.status, 404);
}

fn button(fields: Value) -> Value {
    let mut button = json!({"type": 2, "style": 1, "label": "Go", "custom_id": "go"});
    for (name, value) in fields.as_object().unwrap() {
        button[name] = value.clone();
    }
    json!({"components": [{"type": 1, "components": [button]}]})
}

fn select(fields: Value) -> Value {
    let options = json!([{"label": "One", "value": "1"}, {"label": "Two", "value": "2"}]);
    let mut select = json!({"type": 3, "custom_id": "pick", "options": options});
    for (name, value) in fields.as_object().unwrap() {
        select[name] = value.clone();
    }
    json!({"components": [{"type": 1, "components": [select]}]})
}

fn options(count: usize) -> Value {
    (0..count).map(|number| json!({"label": number.to_string(), "value": number.to_string()})).collect()
}

/// Where a fault is said to be, and by which code.
fn says(answer: &Answer, path: &str, code: &str) -> bool {
    let at = path.split('.').fold(&answer.body["errors"], |value, part| &value[part]);
    at["_errors"].as_array().is_some_and(|list| list.iter().any(|fault| fault["code"] == code))
}

type Case = (&'static str, Value, &'static str, &'static str);

async fn refuse_each(cases: Vec<Case>) {
    let stage = Stage::new();
    for (name, body, path, code) in cases {
        let answer = stage.call("POST", &stage.messages_path(), body).await;
        assert_eq!((answer.status, answer.code()), (400, 50035), "{name}: {answer:?}");
        assert!(says(&answer, path, code), "{name}: {answer:?}");
    }
    assert!(stage.general.messages().is_empty());
}

const BUTTON: &str = "components.0.components.0";

#[tokio::test]
async fn messages_with_faults_are_refused_and_told_where() {
    refuse_each(vec![
        ("an unknown field", json!({"content": "x", "contents": "y"}), "contents", "UNKNOWN_FIELD"),
        ("a wrong type", json!({"content": 7}), "content", "STRING_TYPE_CONVERT"),
        ("a long text", json!({"content": long(2001)}), "content", "BASE_TYPE_MAX_LENGTH"),
        ("embeds", json!({"content": "x", "embeds": [{"title": "x"}]}), "embeds", "BASE_TYPE_BAD_LENGTH"),
        ("a long nonce", json!({"content": "x", "nonce": "n".repeat(26)}), "nonce", "NONCE_TYPE_TOO_LONG"),
        ("no nonce to enforce", json!({"content": "x", "enforce_nonce": true}), "nonce", "BASE_TYPE_REQUIRED"),
        ("a flag", json!({"content": "x", "flags": 64}), "flags", "BASE_TYPE_CHOICES"),
        (
            "mentions both ways",
            json!({"content": "x", "allowed_mentions": {"parse": ["users"], "users": ["1"]}}),
            "allowed_mentions",
            "MESSAGE_ALLOWED_MENTIONS_PARSE_EXCLUSIVE",
        ),
        (
            "an answer to nothing",
            json!({"content": "x", "message_reference": {"message_id": "1"}}),
            "message_reference",
            "REPLIES_UNKNOWN_MESSAGE",
        ),
        (
            "a file that is not there",
            json!({"content": "x", "attachments": [{"id": "0"}]}),
            "attachments.0.id",
            "ATTACHMENT_NOT_FOUND",
        ),
    ])
    .await;
}

#[tokio::test]
async fn buttons_with_faults_are_refused_and_told_where() {
    let rows: Value = (0..6).map(|n| row(&[&format!("B{n}")])[0].clone()).collect();
    refuse_each(vec![
        ("six rows", json!({"components": rows}), "components", "BASE_TYPE_BAD_LENGTH"),
        (
            "six buttons",
            json!({"components": row(&["a", "b", "c", "d", "e", "f"])}),
            "components.0.components",
            "BASE_TYPE_BAD_LENGTH",
        ),
        (
            "two of an id",
            json!({"components": row(&["Go", "go"])}),
            "components.0.components.1.custom_id",
            "COMPONENT_CUSTOM_ID_DUPLICATED",
        ),
        ("a bare button", json!({"components": [{"type": 2}]}), "components.0.type", "UNION_TYPE_CHOICES"),
        (
            "an empty id",
            button(json!({"custom_id": ""})),
            "components.0.components.0.custom_id",
            "BASE_TYPE_MIN_LENGTH",
        ),
        (
            "a long id",
            button(json!({"custom_id": "i".repeat(101)})),
            "components.0.components.0.custom_id",
            "BASE_TYPE_MAX_LENGTH",
        ),
        ("a long label", button(json!({"label": long(81)})), "components.0.components.0.label", "BASE_TYPE_MAX_LENGTH"),
        ("no label", button(json!({"label": null})), BUTTON, "BUTTON_COMPONENT_INVALID_LABEL"),
        ("no id", button(json!({"custom_id": null})), BUTTON, "BUTTON_COMPONENT_CUSTOM_ID_REQUIRED"),
        ("a link with an id", button(json!({"style": 5, "url": "https://a.b"})), BUTTON, "BUTTON_COMPONENT_LINK"),
        (
            "a script for a link",
            button(json!({"style": 5, "custom_id": null, "url": "javascript:x"})),
            "components.0.components.0.url",
            "URL_TYPE_INVALID_SCHEME",
        ),
    ])
    .await;
}

#[tokio::test]
async fn menus_with_faults_are_refused_and_told_where() {
    refuse_each(vec![
        (
            "26 options",
            select(json!({"options": options(26)})),
            "components.0.components.0.options",
            "BASE_TYPE_BAD_LENGTH",
        ),
        (
            "two of a value",
            select(json!({"options": [{"label": "a", "value": "1"}, {"label": "b", "value": "1"}]})),
            "components.0.components.0.options.1.value",
            "SELECT_COMPONENT_OPTION_VALUE_DUPLICATED",
        ),
        (
            "a long option",
            select(json!({"options": [{"label": long(101), "value": "1"}]})),
            "components.0.components.0.options.0.label",
            "BASE_TYPE_MAX_LENGTH",
        ),
        (
            "a long placeholder",
            select(json!({"placeholder": long(151)})),
            "components.0.components.0.placeholder",
            "BASE_TYPE_MAX_LENGTH",
        ),
        ("more than all options", select(json!({"max_values": 3})), BUTTON, "SELECT_COMPONENT_BAD_RANGE"),
    ])
    .await;
}

#[tokio::test]
async fn what_is_at_the_limit_is_taken() {
    let stage = Stage::new();
    let labels = ["a", "b", "c", "d", "e"];
    for body in [
        json!({"content": long(2000)}),
        json!({"components": row(&labels)}),
        button(json!({"custom_id": "i".repeat(100), "label": long(80)})),
        button(json!({"style": 5, "custom_id": null, "url": "https://example.org"})),
        select(json!({"options": options(25), "max_values": 25, "min_values": 0, "disabled": false})),
        json!({"content": "x", "nonce": 12345}),
        json!({"content": "x", "message_reference": {"message_id": "1", "fail_if_not_exists": false}}),
    ] {
        stage.call("POST", &stage.messages_path(), body).await.ok();
    }
    assert_eq!(stage.general.messages().len(), 7);
}

#[tokio::test]
async fn requests_are_refused_by_their_codes() {
    let stage = Stage::new();
    let theirs = stage.ann.says(&stage.general, "mine").id;
    let ours = stage.bot_says(json!({"content": "ours"})).await;
    let general = stage.general.id();
    let stranger = stage.server.user("Zed");
    let direct = stage.server.dm(&stranger).id();
    let x = json!({"content": "x"});
    for (name, method, path, body, status, code) in [
        ("empty", "POST", format!("/channels/{general}/messages"), json!({}), 400, 50006),
        ("blank", "POST", format!("/channels/{general}/messages"), json!({"content": " \n"}), 400, 50006),
        ("no channel", "POST", "/channels/1/messages".to_owned(), x.clone(), 404, 10003),
        ("no message", "PATCH", format!("/channels/{general}/messages/1"), x.clone(), 404, 10008),
        ("no message to delete", "DELETE", format!("/channels/{general}/messages/1"), Value::Null, 404, 10008),
        ("theirs", "PATCH", format!("/channels/{general}/messages/{theirs}"), x.clone(), 403, 50005),
        ("emptied", "PATCH", format!("/channels/{general}/messages/{ours}"), json!({"content": ""}), 400, 50006),
        ("a stranger", "POST", format!("/channels/{direct}/messages"), x.clone(), 403, 50007),
        ("nobody", "POST", "/users/@me/channels".to_owned(), json!({"recipient_id": "1"}), 400, 50033),
        ("no guild", "GET", "/guilds/1".to_owned(), Value::Null, 404, 10004),
        (
            "no member",
            "GET",
            format!("/guilds/{}/members/{}", stage.guild.id(), stranger.id()),
            Value::Null,
            404,
            10007,
        ),
        ("no emoji", "PUT", format!("/channels/{general}/messages/{ours}/reactions/eyes/@me"), Value::Null, 400, 10014),
        ("a word for an id", "GET", "/channels/general".to_owned(), Value::Null, 400, 50035),
        ("another application", "GET", "/applications/1/commands".to_owned(), Value::Null, 404, 10002),
        ("too many at once", "GET", format!("/channels/{general}/messages?limit=101"), Value::Null, 400, 50035),
    ] {
        let answer = stage.call(method, &path, body).await;
        assert_eq!((answer.status, answer.code()), (status, code), "{name}: {answer:?}");
    }
}

#[tokio::test]
async fn broken_json_is_refused() {
    let stage = Stage::new();
    let url = format!("{}/api/v10{}", stage.server.base_url(), stage.messages_path());
    let request = reqwest::Client::new().post(url).header("authorization", format!("Bot {}", stage.token()));
    let refused = request.body("{\"content\":").send().await.unwrap();
    assert_eq!(refused.json::<Value>().await.unwrap()["code"], 50109);
}

#[tokio::test]
async fn what_is_denied_in_a_channel_is_refused() {
    let stage = Stage::new();
    let theirs = stage.ann.says(&stage.general, "hello").id;
    let general = stage.general.id();
    let reaction = format!("/channels/{general}/messages/{theirs}/reactions/%F0%9F%91%80/@me");
    let thread = json!({"name": "t"});
    for (permission, method, path, body, code) in [
        (Permission::View, "GET", format!("/channels/{general}"), Value::Null, 50001),
        (Permission::Send, "POST", format!("/channels/{general}/messages"), json!({"content": "x"}), 50013),
        (Permission::React, "PUT", reaction, Value::Null, 50013),
        (Permission::CreateThreads, "POST", format!("/channels/{general}/messages/{theirs}/threads"), thread, 50013),
        (Permission::ManageMessages, "DELETE", format!("/channels/{general}/messages/{theirs}"), Value::Null, 50013),
    ] {
        stage.general.denies(permission);
        let answer = stage.call(method, &path, body.clone()).await;
        assert_eq!((answer.status, answer.code()), (403, code), "{permission:?}: {answer:?}");
        stage.general.allows(permission);
        stage.call(method, &path, body).await.ok();
    }
    stage.general.denies(Permission::Attach);
    let refused = stage.upload(&stage.messages_path(), json!({"content": "x"}), &[("a.txt", b"a")]).await;
    assert_eq!(refused.code(), 50013);
    stage.guild.kicks_bot();
    assert_eq!(stage.call("POST", &stage.messages_path(), json!({"content": "x"})).await.code(), 50001);
}

#[tokio::test]
async fn files_are_limited_in_size_and_number() {
    let stage = Stage::with(DiscordSettings { largest_upload: 10, limits: false, ..DiscordSettings::default() });
    let large = stage.upload(&stage.messages_path(), json!({}), &[("a.txt", b"elevenbytes")]).await;
    assert_eq!((large.status, large.code()), (413, 40005));
    let many: Vec<(&str, &[u8])> = (0..11).map(|_| ("a.txt", b"a".as_slice())).collect();
    assert_eq!(stage.upload(&stage.messages_path(), json!({}), &many).await.code(), 50035);
    stage.upload(&stage.messages_path(), json!({}), &many[..10]).await.ok();
    assert_eq!(stage.general.messages()[0].attachments.len(), 10);
}

#[tokio::test]
async fn commands_with_faults_are_refused() {
    let stage = Stage::new();
    let option = |name: &str| json!({"type": 3, "name": name, "description": "d"});
    let many = |count: usize| -> Value { (0..count).map(|n| option(&format!("o{n}"))).collect() };
    let choices: Value = (0..26).map(|n| json!({"name": n.to_string(), "value": n.to_string()})).collect();
    let command = |options: Value| json!([{"name": "task", "description": "d", "options": options}]);
    for (name, commands) in [
        ("a capital", json!([{"name": "Task", "description": "d"}])),
        ("a long name", json!([{"name": "t".repeat(33), "description": "d"}])),
        ("no description", json!([{"name": "task"}])),
        ("a long description", json!([{"name": "task", "description": long(101)}])),
        ("a misspelt field", json!([{"name": "task", "description": "d", "option": []}])),
        ("one name twice", json!([{"name": "a", "description": "d"}, {"name": "a", "description": "d"}])),
        ("too many options", command(many(26))),
        ("an option twice", command(json!([option("a"), option("a")]))),
        ("no type", command(json!([{"name": "a", "description": "d"}]))),
        (
            "a required one after others",
            command(json!([option("a"), {"type": 3, "name": "b", "description": "d", "required": true}])),
        ),
        ("too many choices", command(json!([{"type": 3, "name": "a", "description": "d", "choices": choices}]))),
        (
            "choices and suggestions",
            command(json!([{"type": 3, "name": "a", "description": "d", "autocomplete": true,
                            "choices": [{"name": "x", "value": "y"}]}])),
        ),
        ("mixed options", command(json!([option("a"), {"type": 1, "name": "b", "description": "d"}]))),
    ] {
        let answer = stage.register(commands).await;
        assert_eq!((answer.status, answer.code()), (400, 50035), "{name}: {answer:?}");
    }
    assert!(stage.server.commands().is_empty());
    stage.register(command(many(25))).await.ok();
    let again = stage.register(json!([{"name": "task", "description": "changed"}])).await.ok();
    assert_eq!(again.as_array().unwrap().len(), 1);
    assert_eq!(stage.server.commands(), ["task"]);
}
