//! Interactions: what people do, how the bot may answer, and until when.

use std::time::Duration;

use serde_json::{Value, json};
use signalbox_testkit::discord::{DiscordSettings, Interaction, ResponseKind};

use crate::harness::{Answer, SOON, Stage, row};

async fn answer(stage: &Stage, interaction: &Interaction, body: Value) -> Answer {
    let path = format!("/interactions/{}/{}/callback", interaction.id(), interaction.token());
    stage.call("POST", &path, body).await
}

fn hook(stage: &Stage, interaction: &Interaction, rest: &str) -> String {
    format!("/webhooks/{}/{}{rest}", stage.server.application_id(), interaction.token())
}

async fn with_commands() -> Stage {
    let stage = Stage::new();
    let prompt = json!({"type": 3, "name": "prompt", "description": "What to do", "required": true});
    let project = json!({"type": 3, "name": "project", "description": "Where", "autocomplete": true});
    let status = json!({"type": 1, "name": "status", "description": "How it is"});
    let commands = json!([
        {"name": "task", "description": "Start a task", "options": [prompt, project]},
        {"name": "hub", "description": "The hub", "options": [status]},
    ]);
    stage.register(commands).await.ok();
    stage
}

#[tokio::test]
async fn a_command_is_answered_once_and_then_further() {
    let stage = with_commands().await;
    let asked = stage.ann.slash(&stage.general, "task", &[("prompt", "fix it")]);
    assert_eq!(stage.call("POST", &hook(&stage, &asked, ""), json!({"content": "early"})).await.code(), 10015);
    let said = answer(&stage, &asked, json!({"type": 4, "data": {"content": "On it"}})).await;
    assert_eq!(said.status, 204);
    let response = asked.response().await;
    assert_eq!(response.kind, ResponseKind::Message);
    assert!(response.after < SOON);
    assert_eq!(answer(&stage, &asked, json!({"type": 4, "data": {"content": "x"}})).await.code(), 40060);
    stage.call("PATCH", &hook(&stage, &asked, "/messages/@original"), json!({"content": "Done"})).await.ok();
    assert_eq!(asked.message().unwrap().content, "Done");
    let more = stage.call("POST", &hook(&stage, &asked, ""), json!({"content": "more", "flags": 64})).await.ok();
    assert_eq!(asked.followups()[0].ephemeral_to, Some(stage.ann.id()));
    let path = hook(&stage, &asked, &format!("/messages/{}", more["id"].as_str().unwrap()));
    assert_eq!(stage.call("GET", &path, Value::Null).await.ok()["content"], "more");
    stage.call("DELETE", &path, Value::Null).await.ok();
    assert!(asked.followups().is_empty());
    assert_eq!(stage.call("GET", &path, Value::Null).await.code(), 10008);
}

#[tokio::test]
async fn a_promise_is_kept_by_the_first_message_after_it() {
    let stage = with_commands().await;
    let asked = stage.ann.slash(&stage.general, "hub status", &[]);
    answer(&stage, &asked, json!({"type": 5, "data": {"flags": 64}})).await.ok();
    assert!(asked.message().unwrap().thinking);
    stage.call("POST", &hook(&stage, &asked, ""), json!({"content": "All well"})).await.ok();
    let kept = asked.wait_for(|message| !message.thinking, SOON).await;
    assert_eq!((kept.content.as_str(), kept.ephemeral_to), ("All well", Some(stage.ann.id())));
    assert_eq!(stage.call("GET", &format!("{}/{}", stage.messages_path(), kept.id), Value::Null).await.code(), 10008);
}

#[tokio::test]
async fn answers_come_too_late_after_three_seconds_and_tokens_end_after_a_quarter_of_an_hour() {
    let stage = with_commands().await;
    let late = stage.ann.slash(&stage.general, "hub status", &[]);
    stage.server.advance(Duration::from_millis(3100));
    let refused = answer(&stage, &late, json!({"type": 5})).await;
    assert_eq!((refused.status, refused.code()), (404, 10062));
    let asked = stage.ann.slash(&stage.general, "hub status", &[]);
    answer(&stage, &asked, json!({"type": 5})).await.ok();
    stage.server.advance(Duration::from_secs(901));
    let refused = stage.call("PATCH", &hook(&stage, &asked, "/messages/@original"), json!({"content": "x"})).await;
    assert_eq!((refused.status, refused.code()), (401, 50027));
}

#[tokio::test]
async fn an_interaction_without_an_answer_fails() {
    let settings = DiscordSettings { clock_rate: 100.0, ..DiscordSettings::default() };
    let stage = Stage::with(settings);
    let id = stage.bot_says(json!({"components": row(&["Once"])})).await;
    let pressed = stage.ann.presses(&stage.general, id, "Once");
    assert_eq!(pressed.answer().await.unwrap_err(), "the application did not respond");
}

#[tokio::test]
async fn a_button_changes_its_message() {
    let stage = Stage::new();
    let id = stage.bot_says(json!({"content": "May I?", "components": row(&["Once", "Deny"])})).await;
    let pressed = stage.ann.presses(&stage.general, id, "Once");
    answer(&stage, &pressed, json!({"type": 7, "data": {"content": "Ann said yes", "components": []}})).await.ok();
    assert_eq!(pressed.response().await.kind, ResponseKind::Update);
    let message = stage.general.message(id).unwrap();
    assert_eq!((message.content.as_str(), message.labels().len()), ("Ann said yes", 0));
    let forged = stage.bob.presses_id(&stage.general, id, "once");
    answer(&stage, &forged, json!({"type": 6})).await.ok();
    stage.call("PATCH", &hook(&stage, &forged, "/messages/@original"), json!({"content": "Late"})).await.ok();
    assert_eq!(stage.general.message(id).unwrap().content, "Late");
}

#[tokio::test]
async fn a_form_is_filled_in() {
    let stage = Stage::new();
    let id = stage.bot_says(json!({"components": row(&["Deny, because …"])})).await;
    let pressed = stage.ann.presses(&stage.general, id, "Deny, because …");
    let input = json!({"type": 4, "custom_id": "why", "style": 2, "label": "Reason", "max_length": 500});
    let rows = |input: &Value| json!([{"type": 1, "components": [input]}]);
    let modal = |input: &Value| json!({"custom_id": "deny:1", "title": "Why?", "components": rows(input)});
    answer(&stage, &pressed, json!({"type": 9, "data": modal(&input)})).await.ok();
    let filled = stage.ann.fills(&pressed, &[("Reason", "too risky")]);
    assert_eq!(answer(&stage, &filled, json!({"type": 9, "data": modal(&input)})).await.code(), 50035);
    answer(&stage, &filled, json!({"type": 7, "data": {"content": "denied", "components": []}})).await.ok();
    assert_eq!(stage.general.message(id).unwrap().content, "denied");
}

#[tokio::test]
async fn forms_with_faults_are_refused() {
    let stage = Stage::new();
    let id = stage.bot_says(json!({"components": row(&["Why"])})).await;
    let pressed = stage.ann.presses(&stage.general, id, "Why");
    let input = |fields: Value| {
        let mut input = json!({"type": 4, "custom_id": "why", "style": 1, "label": "Reason"});
        for (name, value) in fields.as_object().unwrap() {
            input[name] = value.clone();
        }
        json!({"type": 1, "components": [input]})
    };
    let modal = |title: &str, rows: Value| json!({"custom_id": "m", "title": title, "components": rows});
    let six: Value = (0..6).map(|n| input(json!({"custom_id": n.to_string()}))).collect();
    for (name, data) in [
        ("a long title", modal(&"t".repeat(46), json!([input(json!({}))]))),
        ("no fields", modal("t", json!([]))),
        ("six fields", modal("t", six)),
        ("a long label", modal("t", json!([input(json!({"label": "l".repeat(46)}))]))),
        ("no label", modal("t", json!([input(json!({"label": null}))]))),
        ("a long id", modal("t", json!([input(json!({"custom_id": "i".repeat(101)}))]))),
        ("too long a value", modal("t", json!([input(json!({"max_length": 4001}))]))),
        ("an id twice", modal("t", json!([input(json!({})), input(json!({}))]))),
        ("a button", modal("t", row(&["Go"]))),
    ] {
        let refused = answer(&stage, &pressed, json!({"type": 9, "data": data})).await;
        assert_eq!(refused.code(), 50035, "{name}: {refused:?}");
    }
    let label = json!({"type": 18, "label": "Reason", "component": {"type": 4, "custom_id": "why", "style": 2}});
    answer(&stage, &pressed, json!({"type": 9, "data": modal("t", json!([label]))})).await.ok();
    stage.ann.fills(&pressed, &[("why", "because")]);
}

#[tokio::test]
async fn answers_must_suit_what_was_done() {
    let stage = with_commands().await;
    let asked = stage.ann.slash(&stage.general, "hub status", &[]);
    for body in [
        json!({"type": 1}),
        json!({"type": 6}),
        json!({"type": 7, "data": {"content": "x"}}),
        json!({"type": 8, "data": {"choices": []}}),
        json!({"type": 9}),
        json!({"type": 5, "data": {"content": "x"}}),
        json!({"type": 4, "data": {"contents": "x"}}),
        json!({"type": 4, "data": {"content": "x"}, "date": {}}),
    ] {
        let refused = answer(&stage, &asked, body.clone()).await;
        assert_eq!(refused.code(), 50035, "{body}: {refused:?}");
    }
    assert_eq!(answer(&stage, &asked, json!({"type": 4})).await.code(), 50006);
    let path = format!("/interactions/{}/wrong/callback", asked.id());
    assert_eq!(stage.call("POST", &path, json!({"type": 5})).await.code(), 10062);
}

#[tokio::test]
async fn suggestions_come_while_a_person_types() {
    let stage = with_commands().await;
    let mut socket = stage.identified().await;
    let bot = async {
        let heard = socket.event("INTERACTION_CREATE").await;
        let option = heard["data"]["options"][0].clone();
        let (id, token) = (heard["id"].as_str().unwrap(), heard["token"].as_str().unwrap());
        let choices = json!([{"name": "signalbox", "value": "p1"}]);
        let path = format!("/interactions/{id}/{token}/callback");
        stage.call("POST", &path, json!({"type": 8, "data": {"choices": choices}})).await.ok();
        (heard["type"].clone(), option)
    };
    let (choices, (kind, option)) =
        tokio::join!(stage.ann.autocompletes(&stage.general, "task", "project", "sig"), bot);
    assert_eq!(kind, 4);
    assert_eq!((option["value"].as_str(), option["focused"].as_bool()), (Some("sig"), Some(true)));
    assert_eq!((choices[0].name.as_str(), &choices[0].value), ("signalbox", &json!("p1")));
}

#[tokio::test]
async fn a_menu_is_chosen_from() {
    let stage = Stage::new();
    let options = json!([{"label": "Red", "value": "r"}, {"label": "Blue", "value": "b"}]);
    let menu = json!({"type": 3, "custom_id": "colour", "placeholder": "Which?", "options": options, "max_values": 2});
    let id = stage.bot_says(json!({"components": [{"type": 1, "components": [menu]}]})).await;
    let mut socket = stage.identified().await;
    stage.ann.selects(&stage.general, id, "Which?", &["Red", "b"]);
    let heard = socket.event("INTERACTION_CREATE").await;
    assert_eq!(heard["data"]["values"], json!(["r", "b"]));
    assert_eq!(heard["message"]["id"], id.to_string());
    assert_eq!(heard["member"]["user"]["id"], stage.ann.id().to_string());
}
