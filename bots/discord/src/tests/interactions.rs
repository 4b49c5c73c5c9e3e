use super::samples::{approval_id, interaction};
use crate::interaction::{First, OWN_WORDS, first, said, suggestions, typed};
use crate::wire::Interaction;
use rstest::rstest;
use serde_json::{Value, json};
use signalbox_core::button::{Lasting, Press};
use signalbox_core::command::Verb;
use signalbox_core::desk::{Said, Suggestion};

fn command(name: &str, options: Value) -> Interaction {
    interaction(2, json!({"type": 1, "name": name, "id": "1080000000000000001", "options": options}))
}

fn button(code: &str) -> Interaction {
    interaction(3, json!({"id": 2, "custom_id": code, "component_type": 2}))
}

fn menu(code: &str, values: &[&str]) -> Interaction {
    interaction(3, json!({"id": 2, "custom_id": code, "component_type": 3, "values": values}))
}

#[test]
fn a_command_comes_with_its_fields() {
    let asked = command(
        "approve",
        json!([{"type": 3, "name": "id", "value": "abc"}, {"type": 3, "name": "for", "value": "15m"}]),
    );
    let fields = [("id", "abc"), ("for", "15m")].map(|(name, value)| (name.to_owned(), value.to_owned()));
    assert_eq!(said(&asked), Some(Said::Form { verb: Verb::Approve, fields: fields.to_vec() }));
    assert_eq!(said(&command("sudo", json!([]))), None);
}

#[rstest]
#[case("task", First::Shown)]
#[case("new", First::Shown)]
#[case("link", First::Hidden)]
#[case("status", First::Hidden)]
#[case("sudo", First::Hidden)]
fn what_asks_for_work_is_shown_and_anything_else_is_not(#[case] name: &str, #[case] expected: First) {
    assert_eq!(first(&command(name, json!([]))), Some(expected));
}

#[test]
fn a_button_is_acknowledged_quietly_unless_it_wants_words() {
    let once = Press::Allow(approval_id(), Lasting::Once).to_string();
    assert_eq!(first(&button(&once)), Some(First::Quiet));
    assert_eq!(said(&button(&once)), Some(Said::Pressed { code: once }));
    let because = Press::DenyBecause(approval_id());
    assert_eq!(first(&button(&because.to_string())), Some(First::Form(because.clone())));
    assert_eq!(first(&button("forged")), Some(First::Quiet));
    insta::assert_snapshot!(format!("{:#}", First::Form(because).body()), @r#"
    {
      "data": {
        "components": [
          {
            "components": [
              {
                "custom_id": "words",
                "label": "The reason; Claude is told",
                "max_length": 1000,
                "min_length": 1,
                "required": true,
                "style": 2,
                "type": 4
              }
            ],
            "type": 1
          }
        ],
        "custom_id": "r:7000000000000000",
        "title": "Deny, because …"
      },
      "type": 9
    }
    "#);
}

#[test]
fn a_menu_says_which_options_and_forged_ones_say_nothing() {
    let code = Press::Choose(approval_id(), 1, 0).to_string();
    let chosen = |values: &[&str]| said(&menu(&code, values));
    assert_eq!(chosen(&["0", "2"]), Some(Said::Chosen { code: code.clone(), options: vec![0, 2] }));
    assert_eq!(chosen(&[]), Some(Said::Chosen { code: code.clone(), options: vec![] }));
    for forged in ["-1", "256", "01", "+1", "", "x"] {
        assert_eq!(chosen(&["0", forged]), None, "{forged:?}");
    }
    let own = menu(&code, &[OWN_WORDS]);
    assert_eq!(first(&own), Some(First::Form(Press::Other(approval_id(), 1))));
    assert_eq!(said(&own), Some(Said::Pressed { code: Press::Other(approval_id(), 1).to_string() }));
}

#[rstest]
#[case::in_a_row(json!([{"type": 1, "components": [{"type": 4, "custom_id": "words", "value": "too risky"}]}]))]
#[case::under_a_label(json!([{"type": 18, "component": {"type": 4, "custom_id": "words", "value": "too risky"}}]))]
fn a_form_says_its_words(#[case] components: Value) {
    let code = Press::DenyBecause(approval_id()).to_string();
    let form = interaction(5, json!({"custom_id": code, "components": components}));
    assert_eq!(first(&form), Some(First::Quiet));
    assert_eq!(said(&form), Some(Said::Filled { code, words: "too risky".to_owned() }));
}

#[test]
fn what_is_typed_is_found_and_suggestions_fit() {
    let options = json!([{"type": 3, "name": "project", "value": "de", "focused": true}]);
    let typing = interaction(4, json!({"type": 1, "name": "project", "id": "1", "options": options}));
    assert_eq!(typed(&typing.data), Some(("project".to_owned(), "de".to_owned())));
    assert_eq!((first(&typing), said(&typing)), (None, None));
    let many: Vec<_> = (0..40).map(|n| Suggestion { label: "x".repeat(200), value: n.to_string() }).collect();
    let body = suggestions(&many);
    let choices = body["data"]["choices"].as_array().unwrap();
    assert_eq!((choices.len(), choices[0]["name"].as_str().unwrap().len()), (25, 100));
    let odd = [
        Suggestion { label: " ".to_owned(), value: "demo".to_owned() },
        Suggestion { label: "l".to_owned(), value: "v".repeat(101) },
    ];
    assert_eq!(suggestions(&odd), json!({"type": 8, "data": {"choices": [{"name": "demo", "value": "demo"}]}}));
}
