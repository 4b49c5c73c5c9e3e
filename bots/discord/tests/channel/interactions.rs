//! Commands, buttons, menus and forms, by the gateway.

use crate::stage::{SOON, Stage, approval, asks, place};
use serde_json::json;
use signalbox_core::button::Press;
use signalbox_core::card::{Card, ReplyCard};
use signalbox_core::command::Verb;
use signalbox_core::desk::{Answered, Said};
use signalbox_core::id::ApprovalId;
use signalbox_core::sheet::{Button, Part};
use signalbox_testkit::discord::{self, ResponseKind};
use std::time::Duration;

#[tokio::test]
async fn a_button_is_acknowledged_and_its_note_is_for_the_one_who_pressed_it() {
    let stage = Stage::new();
    let bot = stage.listens().await;
    stage.channel().send(&stage.delivery(&stage.general, asks("make"))).await.unwrap();
    let card = stage.general.messages()[0].id;
    stage.desk.answers(Answered::Note("Bob was faster.".to_owned()));
    let press = stage.ann.presses(&stage.general, card, "Once");
    let response = press.response().await;
    assert_eq!(response.kind, ResponseKind::DeferredUpdate);
    let heard = stage.desk.wait_heard(1).await;
    assert_eq!(heard[0].what, Said::Pressed { code: format!("o:{}", ApprovalId::from_entropy(7)) });
    assert_eq!((&heard[0].place, heard[0].message.clone()), (&place(&stage.general), Some(card.to_string())));
    assert_eq!(heard[0].sender.account, stage.ann.id().to_string());
    let note = stage.server.wait_for(&stage.general, |message| message.content == "Bob was faster.", SOON).await;
    assert_eq!(note.ephemeral_to, Some(stage.ann.id()));
    bot.stops().await;
}

#[tokio::test]
async fn what_the_card_shows_is_not_said_again_to_the_one_who_pressed_but_a_command_is_answered() {
    let stage = Stage::new();
    let bot = stage.listens().await;
    stage.server.wait_for_command("approve", SOON).await;
    stage.channel().send(&stage.delivery(&stage.general, asks("make"))).await.unwrap();
    let card = stage.general.messages()[0].id;
    stage.desk.answers(Answered::Seen("Allowed.".to_owned()));
    stage.ann.presses(&stage.general, card, "Once").response().await;
    stage.desk.wait_done(1).await;
    let id = ApprovalId::from_entropy(7).to_string();
    let asked = stage.ann.slash(&stage.general, "approve", &[("id", &id)]);
    let told = asked.wait_for(|message| message.content == "Allowed.", SOON).await;
    assert_eq!(told.ephemeral_to, Some(stage.ann.id()));
    assert_eq!(stage.general.messages().len(), 2, "{}", stage.server.transcript(&stage.general));
    bot.stops().await;
}

#[tokio::test]
async fn the_answer_to_a_command_is_for_the_one_who_asked_with_all_that_can_be_pressed() {
    let stage = Stage::new();
    let bot = stage.listens().await;
    stage.server.wait_for_command("status", SOON).await;
    let button = Button::plain("Show", Press::Show(ApprovalId::from_entropy(7)));
    let long = (0..100).map(|number| Part::Line(format!("{number}: {}", "x".repeat(60))));
    let parts = std::iter::once(Part::Title("All of it".to_owned())).chain(long).collect();
    let (to, rows) = ("u".to_owned(), vec![vec![button]]);
    let reply = ReplyCard { to, message: None, parts, file: None, rows, wants: None };
    stage.desk.answers(Answered::Reply(Box::new(reply)));
    let asked = stage.ann.slash(&stage.general, "status", &[]);
    asked.wait_for(|message| message.content.starts_with("**All of it**"), SOON).await;
    let last = |message: &discord::Message| message.content.contains("99: x") && message.button("Show").is_some();
    stage.server.wait_for(&stage.general, last, SOON).await;
    let said = stage.general.messages();
    assert!(said.len() > 1 && said.iter().all(|message| message.ephemeral_to == Some(stage.ann.id())), "{said:#?}");
    bot.stops().await;
}

#[tokio::test]
async fn a_reason_is_asked_for_in_a_form() {
    let stage = Stage::new();
    let bot = stage.listens().await;
    stage.channel().send(&stage.delivery(&stage.general, asks("make"))).await.unwrap();
    let card = stage.general.messages()[0].id;
    let press = stage.ann.presses(&stage.general, card, "Deny, because …");
    assert_eq!(press.response().await.kind, ResponseKind::Modal);
    let form = stage.ann.fills(&press, &[("words", "too risky")]);
    assert_eq!(form.response().await.kind, ResponseKind::DeferredUpdate);
    let heard = stage.desk.wait_heard(1).await;
    let code = Press::DenyBecause(ApprovalId::from_entropy(7)).to_string();
    assert_eq!(heard[0].what, Said::Filled { code, words: "too risky".to_owned() });
    stage.desk.wait_done(2).await;
    assert_eq!(stage.desk.heard().len(), 1, "opening the form says nothing");
    bot.stops().await;
}

#[tokio::test]
async fn a_question_is_answered_from_its_menu() {
    let stage = Stage::new();
    let bot = stage.listens().await;
    let options = json!([{"label": "Red", "description": "like a rose"}, {"label": "Blue", "description": ""}]);
    let question = json!({"question": "Which colours?", "options": options, "multiSelect": true});
    let card = Card::Approval(Box::new(approval("AskUserQuestion", json!({"questions": [question]}))));
    stage.channel().send(&stage.delivery(&stage.general, card)).await.unwrap();
    let card = stage.general.messages()[0].id;
    let chosen = stage.ann.selects(&stage.general, card, "Which colours?", &["0", "1"]);
    assert_eq!(chosen.response().await.kind, ResponseKind::DeferredUpdate);
    let heard = stage.desk.wait_heard(1).await;
    let code = Press::Choose(ApprovalId::from_entropy(7), 0, 0).to_string();
    assert_eq!(heard[0].what, Said::Chosen { code, options: vec![0, 1] });
    let own = stage.ann.presses(&stage.general, card, "✍ Own words");
    assert_eq!(own.response().await.kind, ResponseKind::Modal);
    bot.stops().await;
}

#[tokio::test]
async fn a_request_by_command_stands_in_the_channel_and_begins_a_thread() {
    let stage = Stage::new();
    let bot = stage.listens().await;
    stage.server.wait_for_command("task", SOON).await;
    let asked = stage.ann.slash(&stage.general, "task", &[("prompt", "fix the *tests*")]);
    assert_eq!(asked.response().await.kind, ResponseKind::Deferred);
    let heard = stage.desk.wait_heard(1).await;
    let thread = stage.server.wait_for_thread(&stage.general, |name| name == "fix the *tests*", SOON).await;
    assert_eq!(heard[0].place, place(&thread));
    assert_eq!(heard[0].parent, Some(place(&stage.general)));
    let shown = asked.message().unwrap();
    assert!(shown.content.starts_with("> fix the") && shown.ephemeral_to.is_none(), "{shown:#?}");
    bot.stops().await;
}

#[tokio::test]
async fn any_other_command_leaves_nothing_behind() {
    let stage = Stage::new();
    let bot = stage.listens().await;
    stage.server.wait_for_command("status", SOON).await;
    let asked = stage.ann.slash(&stage.general, "status", &[]);
    assert_eq!(asked.response().await.kind, ResponseKind::Deferred);
    let heard = stage.desk.wait_heard(1).await;
    assert_eq!(heard[0].what, Said::Form { verb: Verb::Status, fields: vec![] });
    let gone = async {
        while asked.message().is_some() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(SOON, gone).await.unwrap();
    bot.stops().await;
}

#[tokio::test]
async fn a_stranger_begins_nothing() {
    let stage = Stage::new();
    let bot = stage.listens().await;
    stage.server.wait_for_command("task", SOON).await;
    stage.desk.does_not_know(stage.bob.id());
    stage.desk.answers(Answered::Silence);
    let asked = stage.bob.slash(&stage.general, "task", &[("prompt", "fix the tests")]);
    asked.response().await;
    stage.bob.mentions(&stage.general, "fix the tests");
    let heard = stage.desk.wait_heard(2).await;
    assert!(heard.iter().all(|heard| heard.place == place(&stage.general)), "{heard:#?}");
    assert!(stage.server.threads(&stage.general).is_empty() && stage.general.typing() == 0);
    bot.stops().await;
}

#[tokio::test]
async fn what_is_being_typed_is_completed() {
    let stage = Stage::new();
    let bot = stage.listens().await;
    stage.server.wait_for_command("project", SOON).await;
    let choices = stage.ann.autocompletes(&stage.general, "project", "project", "de").await;
    assert_eq!(choices.iter().map(|choice| choice.value.as_str()).collect::<Vec<_>>(), [Some("demo")]);
    assert!(stage.desk.received().is_empty());
    bot.stops().await;
}

#[tokio::test]
async fn a_press_counts_even_where_its_first_answer_never_arrived() {
    let stage = Stage::new();
    let bot = stage.listens().await;
    stage.channel().send(&stage.delivery(&stage.general, asks("make"))).await.unwrap();
    let card = stage.general.messages()[0].id;
    stage.desk.is_out_of_order(3);
    let _press = stage.ann.presses(&stage.general, card, "Once");
    let heard = stage.desk.wait_heard(1).await;
    assert!(matches!(heard[0].what, Said::Pressed { .. }));
    bot.stops().await;
}
