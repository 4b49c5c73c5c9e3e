//! What people do besides writing: commands, buttons, menus and forms.

use serde_json::{Value, json};

use super::Snowflake;
use super::channel::Channel;
use super::components::{BUTTON, STRING_SELECT};
use super::exchange::{Deed, ResponseKind};
use super::form::items;
use super::interaction::Interaction;
use super::message::Message;
use super::modal;
use super::typed::{self, Typed};
use super::user::User;

/// A suggestion while a person types.
#[derive(Debug, Clone, PartialEq)]
pub struct Choice {
    /// What the person reads.
    pub name: String,
    /// What the bot gets if it is taken.
    pub value: Value,
}

/// Each panics when Discord's client would not let a person do it.
impl User {
    /// Sends a slash command: its name, with subcommands behind it, and its options.
    pub fn slash(&self, channel: &Channel, name: &str, values: &[(&str, &str)]) -> Interaction {
        let data = self.typed(channel, Typed { name, values, focused: None });
        self.interacts(channel, Deed::Command, None, data)
    }

    /// Types a part of an option and gets suggestions.
    pub async fn autocompletes(&self, channel: &Channel, name: &str, option: &str, partial: &str) -> Vec<Choice> {
        let data = self.typed(channel, Typed { name, values: &[(option, partial)], focused: Some(option) });
        let response = self.interacts(channel, Deed::Typing, None, data).response().await;
        let choice = |choice: &Value| Choice {
            name: choice["name"].as_str().unwrap_or_default().to_owned(),
            value: choice["value"].clone(),
        };
        items(&response.data["choices"]).iter().map(choice).collect()
    }

    fn typed(&self, channel: &Channel, typed: Typed<'_>) -> Value {
        self.shared.look(|world| {
            let guild = world.rooms.get(&channel.id()).and_then(super::room::Room::guild);
            typed::data(&world.commands, guild, typed)
        })
    }

    /// Presses a button by what is written on it.
    pub fn presses(&self, channel: &Channel, message: impl Into<Snowflake>, label: &str) -> Interaction {
        let message = shown(self, channel, message.into());
        let Some(button) = message.button(label) else {
            panic!("there is no button {label:?}, but {:?}", message.labels());
        };
        assert!(!button.disabled, "the button {label:?} is greyed out");
        let Some(id) = button.custom_id else { panic!("the button {label:?} is a link") };
        self.presses_id(channel, &message, &id)
    }

    /// Presses a button by its custom id, whether it is there or not.
    pub fn presses_id(&self, channel: &Channel, message: impl Into<Snowflake>, custom_id: &str) -> Interaction {
        let mut data = json!({"custom_id": custom_id, "component_type": BUTTON});
        let message = message.into();
        let there = channel.message(message).and_then(|message| message.component(custom_id).cloned());
        data["id"] = there.map_or(json!(1), |component| component["id"].clone());
        self.interacts(channel, Deed::Component, Some(message), data)
    }

    /// Chooses from a menu, which is named by its custom id or by what is written on it: values or what they read.
    pub fn selects(
        &self,
        channel: &Channel,
        message: impl Into<Snowflake>,
        menu: &str,
        values: &[&str],
    ) -> Interaction {
        let message = shown(self, channel, message.into());
        let selects = message.selects();
        let named = |select: &&super::message::Select| select.custom_id == menu || select.placeholder == menu;
        let Some(select) = selects.iter().find(named) else { panic!("there is no menu {menu:?}, but {selects:?}") };
        assert!(!select.disabled, "the menu {menu:?} is greyed out");
        let component = message.component(&select.custom_id).cloned().unwrap_or_default();
        let (least, most) =
            (component["min_values"].as_u64().unwrap_or(1), component["max_values"].as_u64().unwrap_or(1));
        let count = values.len() as u64;
        assert!((least..=most).contains(&count), "the menu {menu:?} takes {least} to {most} values, not {count}");
        let value = |wanted: &&str| {
            let found = select.options.iter().find(|(label, value)| value == wanted || label == wanted);
            found
                .map(|(_, value)| value.clone())
                .unwrap_or_else(|| panic!("the menu {menu:?} has no option {wanted:?}"))
        };
        let values: Vec<_> = values.iter().map(value).collect();
        let data = json!({
            "custom_id": select.custom_id, "component_type": STRING_SELECT, "values": values, "id": component["id"],
        });
        self.interacts(channel, Deed::Component, Some(message.id), data)
    }

    /// Fills in the form that an interaction was answered with: each field by its custom id or by its label.
    pub fn fills(&self, form: &Interaction, values: &[(&str, &str)]) -> Interaction {
        let (response, source) = form.now();
        let Some(response) = response.filter(|response| response.kind == ResponseKind::Modal) else {
            panic!("the bot has not answered with a form");
        };
        let data = modal::filled(&response.data, values);
        self.interacts(form.channel(), Deed::Submission, source, data)
    }
}

/// A message that a person sees.
fn shown(user: &User, channel: &Channel, id: Snowflake) -> Message {
    let Some(message) = channel.message(id) else { panic!("the message is gone") };
    let visible = message.ephemeral_to.is_none_or(|only| only == user.id());
    assert!(visible, "{} does not see this message", user.name());
    message
}
