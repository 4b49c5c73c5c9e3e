//! From an interaction to what was done, and to the answer that it must have within three seconds. Pure.

use crate::calls::EPHEMERAL;
use crate::wire::{Interaction, InteractionData};
use serde_json::{Value, json};
use signalbox_core::button::Press;
use signalbox_core::command::{ArgumentKind, MAX_REASON_CHARS, Verb};
use signalbox_core::desk::{Said, Suggestion};

/// Interaction types, by the documentation's table of them.
pub(crate) const PING: u8 = 1;
const COMMAND: u8 = 2;
const COMPONENT: u8 = 3;
/// A command is being typed.
pub(crate) const AUTOCOMPLETE: u8 = 4;
const FORM: u8 = 5;

/// Component types that carry choices.
const BUTTON: u8 = 2;
const MENU: u8 = 3;

/// The value of a menu's option that opens a form for words of one's own.
pub(crate) const OWN_WORDS: &str = "words";

/// How an interaction is answered at first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum First {
    /// "Thinking…", for everybody: what was asked will stand there.
    Shown,
    /// "Thinking…", for this person alone.
    Hidden,
    /// Nothing to be seen.
    Quiet,
    /// A form for words.
    Form(Press),
}

/// How it is answered at first; none where there is nothing in it that we know.
pub(crate) fn first(interaction: &Interaction) -> Option<First> {
    match interaction.kind {
        COMMAND => Some(match verb(&interaction.data) {
            Some(verb) if takes_prompt(verb) => First::Shown,
            _ => First::Hidden,
        }),
        COMPONENT => Some(wanted(&interaction.data).map_or(First::Quiet, First::Form)),
        FORM => Some(First::Quiet),
        _ => None,
    }
}

/// What was done; none where it makes no sense.
pub(crate) fn said(interaction: &Interaction) -> Option<Said> {
    let data = &interaction.data;
    match interaction.kind {
        COMMAND => Some(Said::Form { verb: verb(data)?, fields: fields(data) }),
        COMPONENT if data.component_type == MENU => match wanted(data) {
            Some(press) => Some(Said::Pressed { code: press.to_string() }),
            None => Some(Said::Chosen { code: data.custom_id.clone(), options: chosen(data)? }),
        },
        COMPONENT if data.component_type == BUTTON => Some(Said::Pressed { code: data.custom_id.clone() }),
        FORM => {
            let words = data.components.iter().find_map(crate::wire::FilledComponent::text)?;
            Some(Said::Filled { code: data.custom_id.clone(), words: words.to_owned() })
        }
        _ => None,
    }
}

/// The button that wants words, where one was pressed or chosen in a menu.
fn wanted(data: &InteractionData) -> Option<Press> {
    let press: Press = data.custom_id.parse().ok()?;
    match (data.component_type, press) {
        (BUTTON, press) if press.wants_words() => Some(press),
        (MENU, Press::Choose(id, question, _)) if data.values.iter().any(|value| value == OWN_WORDS) => {
            Some(Press::Other(id, question))
        }
        _ => None,
    }
}

/// The numbers that were chosen. One that is none is not ours, and then nothing counts.
fn chosen(data: &InteractionData) -> Option<Vec<u8>> {
    data.values.iter().map(|value| value.parse().ok().filter(|number: &u8| number.to_string() == *value)).collect()
}

/// The command.
pub(crate) fn verb(data: &InteractionData) -> Option<Verb> {
    data.name.parse().ok()
}

/// Whether it asks for work.
pub(crate) fn takes_prompt(verb: Verb) -> bool {
    verb.entry().arguments.iter().any(|argument| argument.kind == ArgumentKind::Prompt)
}

/// What is asked, where it asks for work.
pub(crate) fn prompt(data: &InteractionData) -> Option<String> {
    let arguments = verb(data)?.entry().arguments;
    let named = |name: &str| arguments.iter().any(|a| a.name == name && a.kind == ArgumentKind::Prompt);
    fields(data).into_iter().find(|(name, _)| named(name)).map(|(_, value)| value)
}

fn fields(data: &InteractionData) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    data.options.iter().map(|option| (option.name.clone(), text(&option.value))).collect()
}

/// The argument that is being typed, and how it begins.
pub(crate) fn typed(data: &InteractionData) -> Option<(String, String)> {
    let option = data.options.iter().find(|option| option.focused)?;
    Some((option.name.clone(), option.value.as_str().unwrap_or_default().to_owned()))
}

impl First {
    /// As Discord wants it ("Interaction Callback Type").
    pub(crate) fn body(&self) -> Value {
        match self {
            Self::Shown => json!({"type": 5}),
            Self::Hidden => json!({"type": 5, "data": {"flags": EPHEMERAL}}),
            Self::Quiet => json!({"type": 6}),
            Self::Form(press) => form(press),
        }
    }
}

fn form(press: &Press) -> Value {
    let (title, label) = match press {
        Press::DenyBecause(_) => ("Deny, because …", "The reason; Claude is told"),
        _ => ("In your own words", "Your answer"),
    };
    let field = json!({
        "type": 4, "custom_id": "words", "style": 2, "label": label,
        "min_length": 1, "max_length": MAX_REASON_CHARS, "required": true,
    });
    let rows = json!([{"type": 1, "components": [field]}]);
    json!({"type": 9, "data": {"custom_id": press.to_string(), "title": title, "components": rows}})
}

/// Suggestions, as Discord takes them: at most 25, of 100 characters.
pub(crate) fn suggestions(all: &[Suggestion]) -> Value {
    let fits = |suggestion: &&Suggestion| (1..=100).contains(&suggestion.value.chars().count());
    let choices = all.iter().filter(fits).take(25).map(|suggestion| {
        let label: String = suggestion.label.chars().take(100).collect();
        json!({"name": if label.trim().is_empty() { suggestion.value.clone() } else { label }, "value": suggestion.value})
    });
    json!({"type": 8, "data": {"choices": choices.collect::<Vec<_>>()}})
}
