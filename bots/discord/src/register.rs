//! The commands as Discord offers them while they are typed. They are registered when they differ from what is there:
//! registering has a limit of its own, and nobody needs it twice.

use crate::error::CallError;
use crate::rest::Rest;
use crate::snowflake::Snowflake;
use serde_json::{Value, json};
use signalbox_core::command::{Argument, ArgumentKind, Command, Entry, MAX_REASON_CHARS, Mode};

/// Registers what is not registered as it should be. Says whether anything had to be done.
pub(crate) async fn register(rest: &Rest, application: Snowflake) -> Result<bool, CallError> {
    let wanted: Vec<Value> = Command::catalogue().iter().map(command).collect();
    let there = rest.commands(application).await?;
    if alike(&wanted, &there) {
        return Ok(false);
    }
    rest.put_commands(application, Value::Array(wanted)).await?;
    Ok(true)
}

fn command(entry: &Entry) -> Value {
    let options: Vec<_> = entry.arguments.iter().map(option).collect();
    // In guilds and in direct messages, where the bot was added to a server.
    json!({
        "name": entry.name, "description": entry.help, "type": 1, "options": options,
        "contexts": [0, 1], "integration_types": [0],
    })
}

fn option(argument: &Argument) -> Value {
    let mut option = json!({
        "type": 3, "name": argument.name, "description": argument.help, "required": argument.required,
    });
    match argument.kind {
        ArgumentKind::Task | ArgumentKind::Approval | ArgumentKind::Project => option["autocomplete"] = json!(true),
        ArgumentKind::Reason => option["max_length"] = json!(MAX_REASON_CHARS),
        ArgumentKind::Span => option["choices"] = choices(SPANS),
        ArgumentKind::Mode => option["choices"] = choices(Mode::ALL.map(|mode| (mode.as_str(), mode.as_str()))),
        ArgumentKind::Verb => {
            option["choices"] = choices(Command::catalogue().iter().map(|entry| (entry.name, entry.name)));
        }
        ArgumentKind::Prompt | ArgumentKind::Model | ArgumentKind::Code => {}
    }
    option
}

/// How long a yes lasts, as it is offered; once is what leaving it out means.
const SPANS: [(&str, &str); 4] =
    [("15 minutes", "15m"), ("1 hour", "1h"), ("This conversation", "conversation"), ("Always", "always")];

fn choices<'a>(all: impl IntoIterator<Item = (&'a str, &'a str)>) -> Value {
    all.into_iter().map(|(name, value)| json!({"name": name, "value": value})).collect()
}

/// Whether both are the same commands. Discord adds fields, leaves out those that say nothing, and keeps no order.
fn alike(wanted: &[Value], there: &[Value]) -> bool {
    let sorted = |all: &[Value]| {
        let mut all: Vec<_> = all.iter().map(essence).collect();
        all.sort_by_key(|one| one["name"].to_string());
        all
    };
    sorted(wanted) == sorted(there)
}

fn essence(command: &Value) -> Value {
    let options = command["options"].as_array().map(|options| options.iter().map(essence_of_option).collect());
    json!({
        "name": command["name"], "description": command["description"],
        "options": Value::Array(options.unwrap_or_default()), "contexts": command["contexts"],
    })
}

fn essence_of_option(option: &Value) -> Value {
    let choices = option["choices"].as_array().cloned().unwrap_or_default();
    let choices: Vec<_> = choices.iter().map(|one| json!([one["name"], one["value"]])).collect();
    json!({
        "name": option["name"], "description": option["description"], "type": option["type"],
        "required": option["required"].as_bool().unwrap_or(false),
        "autocomplete": option["autocomplete"].as_bool().unwrap_or(false),
        "max_length": option["max_length"], "choices": choices,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use signalbox_core::command::{Manner, Verb};
    use signalbox_core::grant::GrantSpan;

    #[test]
    fn every_command_is_within_what_discord_takes() {
        let all: Vec<_> = Command::catalogue().iter().map(command).collect();
        assert!(all.len() <= 100);
        for one in &all {
            let sound = |text: &Value| (1..=100).contains(&text.as_str().unwrap().chars().count());
            assert!(sound(&one["description"]), "{one}");
            let options = one["options"].as_array().unwrap();
            let required: Vec<_> = options.iter().map(|option| option["required"] == json!(true)).collect();
            assert!(required.is_sorted_by(|a, b| a >= b), "required ones come first: {one}");
            for option in options {
                assert!(sound(&option["description"]), "{option}");
                assert!(option["choices"].as_array().is_none_or(|choices| choices.len() <= 25), "{option}");
            }
        }
    }

    #[test]
    fn what_is_offered_is_understood() {
        for (_, span) in SPANS {
            assert!(span.parse::<GrantSpan>().is_ok(), "{span}");
        }
        let fields = [("id", "0123456789abcdef"), ("for", "15m")];
        assert!(Command::from_fields(Verb::Approve, &fields, &Manner::discord_channel("1")).is_ok());
    }

    #[test]
    fn what_discord_adds_makes_no_difference_and_a_changed_word_does() {
        let wanted: Vec<_> = Command::catalogue().iter().map(command).collect();
        let mut there = wanted.clone();
        there.reverse();
        for one in &mut there {
            one["id"] = json!("123");
            one["version"] = json!("1");
            for option in one["options"].as_array_mut().unwrap() {
                if option["required"] == json!(false) {
                    option.as_object_mut().unwrap().remove("required");
                }
            }
        }
        assert!(alike(&wanted, &there));
        there[0]["description"] = json!("something else");
        assert!(!alike(&wanted, &there) && !alike(&wanted, &there[1..]));
    }

    #[test]
    fn an_approval_is_offered_with_completion_and_spans() {
        insta::assert_snapshot!(format!("{:#}", command(Verb::Approve.entry())), @r#"
        {
          "contexts": [
            0,
            1
          ],
          "description": "Allow what Claude asks to do",
          "integration_types": [
            0
          ],
          "name": "approve",
          "options": [
            {
              "autocomplete": true,
              "description": "The approval's id or its beginning",
              "name": "id",
              "required": true,
              "type": 3
            },
            {
              "choices": [
                {
                  "name": "15 minutes",
                  "value": "15m"
                },
                {
                  "name": "1 hour",
                  "value": "1h"
                },
                {
                  "name": "This conversation",
                  "value": "conversation"
                },
                {
                  "name": "Always",
                  "value": "always"
                }
              ],
              "description": "How long calls like it stay allowed; else this one only",
              "name": "for",
              "required": false,
              "type": 3
            }
          ],
          "type": 1
        }
        "#);
    }
}
