//! Who there is: the bot and the people.

use std::collections::BTreeMap;

/// Somebody on Telegram.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Person {
    pub(crate) id: i64,
    pub(crate) name: String,
    pub(crate) username: String,
    pub(crate) is_bot: bool,
}

/// Everybody, the bot among them.
#[derive(Debug, Default)]
pub(crate) struct People(BTreeMap<i64, Person>);

impl People {
    pub(crate) fn with_bot(id: i64, username: &str) -> Self {
        let bot = Person { id, name: "Signalbox".to_owned(), username: username.to_owned(), is_bot: true };
        Self(BTreeMap::from([(id, bot)]))
    }

    /// Signs somebody up, under a user name that nobody else has.
    pub(crate) fn add(&mut self, id: i64, name: &str) {
        let plain: String = name.to_lowercase().chars().filter(char::is_ascii_alphanumeric).collect();
        let wanted = format!("{plain}_tg");
        let taken = self.0.values().any(|person| person.username == wanted);
        let username = if taken { format!("{wanted}{id}") } else { wanted };
        self.0.insert(id, Person { id, name: name.to_owned(), username, is_bot: false });
    }

    pub(crate) fn get(&self, id: i64) -> Option<&Person> {
        self.0.get(&id)
    }

    pub(crate) fn name(&self, id: i64) -> &str {
        self.get(id).map_or("somebody", |person| &person.name)
    }
}
